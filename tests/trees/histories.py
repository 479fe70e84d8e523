"""What a ledger holds at a moment of its history, on either side, and what is written there."""

from __future__ import annotations

from tests.concurrency.watching import opened, rows
from tests.crash.picture import CATALOGUE, USERS
from tests.trees.ledger import TABLES
from tests.trees.oracle import Row, read, table

OF_PUBLIC = "\nUNION ALL\n".join(
    part.replace(USERS, "nspname = 'public'").replace(
        "WHERE NOT t.tgisinternal",
        "WHERE NOT t.tgisinternal AND t.tgrelid NOT IN "
        "(SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'crossfade')",
    )
    for part in CATALOGUE.split("UNION ALL")
)
MACHINERY = """
SELECT nspname FROM pg_namespace WHERE nspname = 'public__ledger'
UNION ALL SELECT proname FROM pg_proc
WHERE pronamespace = 'crossfade'::regnamespace AND proname ~ '_[0-9a-f]{4}($|_)'
UNION ALL SELECT relname FROM pg_class
WHERE relnamespace = 'crossfade'::regnamespace AND relname ~ '_[0-9a-f]{4}($|_)'
"""


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


def catalogue(database: str) -> list[str]:
    """The schema public, to the letter."""
    with opened(database) as session:
        session.execute("SET search_path = ''")
        return sorted(line for (line,) in session.execute(OF_PUBLIC))


def machinery(database: str) -> list[str]:
    """What there is of the evolution besides the tables and the journal."""
    with opened(database) as session:
        return [name for (name,) in rows(session, MACHINERY)]


def kept(database: str) -> int:
    """How many values the journal keeps for a next start."""
    with opened(database) as session:
        ((values,),) = rows(session, "SELECT count(*) FROM crossfade.complement")
    return int(values)
