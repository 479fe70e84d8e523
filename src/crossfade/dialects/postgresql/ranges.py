"""What the statements of batches have in common: where a range begins and ends, how it is walked.

`FIRST` and `LAST` find the ends, `NEXT` where a batch of `batch` rows ends and the next begins,
`WORK` does the range from `lo` to `hi`, both included. Keys travel as text.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import bound, ident, parameter, table
from crossfade.lens import RowLens
from crossfade.schema import Column, TableName
from crossfade.steps import Role, Statement


def ends(of: TableName, key: Sequence[Column]) -> tuple[Statement, ...]:
    """The first key of a table, and the last."""
    shown = ", ".join(f"t.{ident(each.name)}::text" for each in key)
    source = f"FROM {table(of)} AS t"
    backwards = ", ".join(f"t.{ident(each.name)} DESC" for each in key)
    return (
        Statement(f"SELECT {shown} {source} ORDER BY {order(key)} LIMIT 1", Role.FIRST, "ACCESS SHARE"),
        Statement(f"SELECT {shown} {source} ORDER BY {backwards} LIMIT 1", Role.LAST, "ACCESS SHARE"),
    )


def following(of: TableName, key: Sequence[Column]) -> Statement:
    """Where a batch of the range ends, and where the next begins."""
    shown = ", ".join(f"t.{ident(each.name)}::text" for each in key)
    return batched(
        f"SELECT {shown} FROM {table(of)} AS t WHERE {within(key)} ORDER BY {order(key)} "
        f"OFFSET {parameter('batch')} - 1 LIMIT 2",
        Role.NEXT,
    )


def counted(of: TableName, key: Sequence[Column]) -> Statement:
    """The number of rows of the range."""
    return batched(f"SELECT count(*) FROM {table(of)} AS t WHERE {within(key)}", Role.COUNT)


def quietly(*, skip_triggers: bool) -> tuple[Statement, ...]:
    """The user's triggers and the sync stay out of it. A batch commits with its watermark, so that
    losing both in a crash of the server loses nothing: the commit need not wait for the disk.
    """
    settings = ["crossfade.sync = 'off'", "synchronous_commit = 'off'"]
    if skip_triggers:
        settings.append("session_replication_role = 'replica'")
    # In one go: a batch is short, and each trip to the server would be a part of it.
    return (Statement("; ".join(f"SET LOCAL {each}" for each in settings), Role.SETTING),)


def batched(
    sql: str, role: Role = Role.WORK, *, lock: str = "ACCESS SHARE", blocks: str = "nothing"
) -> Statement:
    """A statement with parameters."""
    return Statement(bound(sql), role, lock, blocks, bound=True)


def reading(lenses: Sequence[RowLens]) -> tuple[values.Row, tuple[Statement, ...]]:
    """The row of a statement that only reads the table, and the setting that it needs."""
    if not all(map(values.qualifies, lenses)):
        return values.WRITTEN, ()  # a user's SQL is under the path that the user gave the role
    return values.READ, (Statement(f"SET LOCAL search_path = {values.SAFE_PATH}", Role.SETTING),)


def within(key: Sequence[Column]) -> str:
    """The condition that the row `t` is of the range."""

    def side(prefix: str) -> str:
        marks = ", ".join(
            f"{parameter(f'{prefix}_{number}')}::{column.type}" for number, column in enumerate(key)
        )
        return f"({marks})" if len(key) > 1 else marks

    columns = f"({order(key)})" if len(key) > 1 else order(key)
    return f"{columns} >= {side('lo')} AND {columns} <= {side('hi')}"


def order(key: Sequence[Column]) -> str:
    """The columns of the key, of the row `t`."""
    return ", ".join(f"t.{ident(each.name)}" for each in key)


def key_json(key: Sequence[Column]) -> str:
    """The key of the row `t`, as the journal holds it."""
    return f"{as_json(key)}::text"


def as_json(columns: Sequence[Column]) -> str:
    """Columns of the row `t` as an array of their texts."""
    return f"jsonb_build_array({', '.join(f't.{ident(each.name)}::text' for each in columns)})"
