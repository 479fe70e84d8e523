"""The statements of batched steps: one short transaction for each range of the key."""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.complement import is_back
from crossfade.dialects.postgresql.quoting import ident, parameter, table
from crossfade.dialects.postgresql.ranges import (
    batched,
    counted,
    ends,
    following,
    order,
    quietly,
    reading,
    within,
)
from crossfade.lens import Law, RowLens
from crossfade.steps import Compare, CopyRows, Role, Statement


def copy_rows(step: CopyRows) -> tuple[Statement, ...]:
    """Fill the new columns of rows that have none; a value that stands is written over only to repair."""
    todo = [
        _astray(lens, step.columns) if step.repair else values.unfilled(lens, values.WRITTEN, step.columns)
        for lens in step.lenses
    ]
    assignments = []
    for lens, condition in zip(step.lenses, todo, strict=True):
        # The condition may be out of date, where a lookup's row is edited meanwhile; what is written may not.
        for column, sql in values.forward(lens, values.GIVEN, step.columns):
            name = ident(column.name)
            alone = len(step.lenses) == 1
            assignments.append(
                f"{name} = {sql if alone else f'CASE WHEN {condition} THEN {sql} ELSE t.{name} END'}"
            )
    where = " OR ".join(f"({condition})" for condition in todo)
    return (
        *ends(step.table, step.key),
        *quietly(skip_triggers=step.skip_triggers),
        following(step.table, step.key),
        batched(
            f"UPDATE {table(step.table)} AS t SET {', '.join(assignments)} "
            f"WHERE {within(step.key)} AND ({where})",
            lock="ROW EXCLUSIVE",
            blocks="writes to the rows of the batch",
        ),
        counted(step.table, step.key),
    )


def compare(step: Compare) -> tuple[Statement, ...]:
    """Count the rows of a range and those whose sides disagree, in one snapshot."""
    row, settings = reading(step.lenses)
    wrong = " OR ".join(f"NOT ({_right(lens, step, row)})" for lens in step.lenses)
    key = ", ".join(f"t.{ident(each.name)}::text" for each in step.key)
    sides = ", ".join(
        f"t.{ident(column.name)}::text" for lens in step.lenses for column in (*lens.old, *lens.new)
    )
    source = f"FROM {table(step.table)} AS t WHERE {within(step.key)}"
    return (
        Statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", Role.SETTING),
        *settings,
        *ends(step.table, step.key),
        following(step.table, step.key),
        batched(f"SELECT count(*), count(*) FILTER (WHERE {wrong}) {source}"),
        batched(
            f"SELECT {key}, {sides} {source} AND ({wrong}) ORDER BY {order(step.key)} "
            f"LIMIT {parameter('batch')}",
            Role.SAMPLE,
        ),
    )


def _astray(lens: RowLens, columns: Sequence[str]) -> str:
    # Nothing at all agrees with nothing at all, and is no value for a NOT NULL column.
    needed = lens.new if lens.law is not Law.FORWARD else ()
    missing = [f"t.{ident(each.name)} IS NULL" for each in needed if not each.nullable]
    if lens.law is Law.FREE:
        return " OR ".join(missing) or "false"
    return " OR ".join([f"NOT ({values.agree(lens, values.WRITTEN, columns)})", *missing])


def _right(lens: RowLens, step: Compare, row: values.Row) -> str:
    agree = values.agree(lens, row, step.columns)
    if not (step.fresh and lens.copied):
        return agree
    return f"CASE WHEN {values.unfilled(lens, row, step.columns)} THEN {is_back(step, lens)} ELSE {agree} END"
