"""What a ledger holds at a moment of its history, on either side, and what is written there."""

from __future__ import annotations

from tests.concurrency.watching import opened
from tests.trees.ledger import TABLES
from tests.trees.oracle import Row, read, table


def all_rows(database: str) -> dict[tuple[str, int], Row]:
    with opened(database) as session:
        session.execute("SET timezone = 'UTC'")
        return read(session)


def old_rows(database: str) -> dict[str, list[Row]]:
    with opened(database) as session:
        session.execute("SET timezone = 'UTC'")
        return {name: table(session, name, "t.id") for name in TABLES}


def written(database: str, *statements: str) -> None:
    with opened(database) as session:
        for statement in statements:
            session.execute(statement)
