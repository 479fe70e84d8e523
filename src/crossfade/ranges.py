"""Ranges of a table's keys: what their statements are given, and where the next of so many rows begins."""

from __future__ import annotations

from sqlalchemy import Connection

from crossfade.script import Line
from crossfade.session import execute
from crossfade.spans import Key
from crossfade.steps import Role, Statement


def one(connection: Connection, statement: Statement, **values: object) -> Key | None:
    """The first row of a query as a key, or None."""
    row = execute(connection, statement, values).first()
    return None if row is None else tuple(row)


def limits(lo: Key, hi: Key) -> dict[str, object]:
    """The parameters of a range, both ends included."""
    return {
        **{f"lo_{number}": value for number, value in enumerate(lo)},
        **{f"hi_{number}": value for number, value in enumerate(hi)},
    }


def boundary(connection: Connection, line: Line, lo: Key, last: Key, size: int) -> tuple[Key, Key | None]:
    """Where a batch of `size` rows from `lo` ends, and where the next begins (None: nowhere)."""
    (statement,) = line.of_role(Role.NEXT)
    rows = execute(connection, statement, {**limits(lo, last), "batch": size, "skip": size - 1}).all()
    if len(rows) < 2:
        return last, None
    return tuple(rows[0]), tuple(rows[1])
