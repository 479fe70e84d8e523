"""What walks by ranges of keys have in common: their ends, where a batch ends, and its settings.

The statements come in the order in which a batch executes them, as preview shows them.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql.quoting import bound, ident, parameter, table
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import Column, TableName
from crossfade.steps import Role, Statement

ROWS = "writes to the rows of the batch"
SAFELY = Statement(f"SET LOCAL search_path = {SAFE_PATH}", Role.SETTING)
QUIETLY = Statement(
    "SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; "
    f"SET LOCAL search_path = {SAFE_PATH}",
    Role.SETTING,
)
UNHEARD = Statement("SET LOCAL session_replication_role = 'replica'", Role.SETTING)


def walk(
    of: TableName, key: Column, row: str, work: Sequence[Statement], *, unheard: bool = False
) -> tuple[Statement, ...]:
    """The statements of a walk over `of` by its `key`, under the alias `row`. `unheard`: the users' triggers
    do not fire.
    """
    name = f"{row}.{ident(key.name)}"
    source = f"FROM {table(of)} AS {row}"
    there = f"{source} WHERE {name} IS NOT NULL"
    return (
        Statement(f"SELECT {name}::text {there} ORDER BY {name} LIMIT 1", Role.FIRST, "ACCESS SHARE"),
        Statement(f"SELECT {name}::text {there} ORDER BY {name} DESC LIMIT 1", Role.LAST, "ACCESS SHARE"),
        QUIETLY,
        *((UNHEARD,) if unheard else ()),
        sql(
            f"SELECT {name}::text {source} WHERE {between(name, key)} ORDER BY {name} "
            f"OFFSET {parameter('batch')} - 1 LIMIT 2",
            Role.NEXT,
        ),
        *work,
        sql(f"SELECT count(*) {source} WHERE {between(name, key)}", Role.COUNT),
    )


def between(name: str, key: Column) -> str:
    """The condition that `name` is in the batch's range, both ends included."""
    return f"{name} >= {parameter('lo_0')}::{key.type} AND {name} <= {parameter('hi_0')}::{key.type}"


def sql(
    text: str, role: Role = Role.WORK, *, lock: str = "ACCESS SHARE", blocks: str = "nothing"
) -> Statement:
    """A statement with parameters."""
    return Statement(bound(text), role, lock, blocks, bound=True)


def write(text: str) -> Statement:
    """A statement that writes the rows of a batch."""
    return sql(text, lock="ROW EXCLUSIVE", blocks=ROWS)
