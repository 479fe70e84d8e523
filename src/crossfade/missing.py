"""What `revert` counts before it begins: rows that a retired column, brought back, could not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crossfade import expressions, names
from crossfade.expressions import Sql
from crossfade.lens import RowLens
from crossfade.retired import Retired
from crossfade.schema import Column, ForeignKey
from crossfade.steps import Counted, CountNulls, CountOrphans, DropForeignKey, Step

_ROW = "t"


def missing(retired: Sequence[Retired], done: Sequence[Step], *, purged: bool) -> tuple[Counted, ...]:
    """The counts, after a purge or before it; `done` are the structure steps of `complete`.

    What is made of another retired column can't be counted yet: rows that were born since `complete` have no
    value there, and after a purge it is gone.
    """
    gone = {(each.plan.table.name, old.name) for each in retired for lens in each.lenses for old in lens.old}
    keys = [step.key for step in done if isinstance(step, DropForeignKey)]
    found: list[Counted] = []
    for each in retired:
        for lens in each.lenses:
            if not lens.new and not lens.fed_by & gone:
                found.extend(_nulls(each, lens, purged=purged))
                found.extend(_orphans(each, lens, keys, purged=purged))
    return tuple(found)


def _nulls(table: Retired, lens: RowLens, *, purged: bool) -> Iterator[CountNulls]:
    column = lens.old[0]
    if not column.nullable:
        yield CountNulls(
            lens.change,
            table.plan.table.name,
            table.called(column.name),
            _value(table, lens, purged=purged),
            tuple(each.name for each in table.key),
            "give backward= what it needs for these rows, or delete them",
        )


def _orphans(
    table: Retired, lens: RowLens, keys: Sequence[ForeignKey], *, purged: bool
) -> Iterator[CountOrphans]:
    column = table.called(lens.old[0].name)
    filled = names.fitted(f"{names.RESERVED}value_{column}")
    for key in keys:
        if key.table == table.plan.table.name and column in key.columns and key.valid:
            held = {column: filled}
            columns = tuple(held.get(each, table.renames.get(each, each)) for each in key.columns)
            yield CountOrphans(
                lens.change,
                table.plan.table.name,
                replace(key, columns=columns),
                key.columns,
                tuple(each.name for each in table.key),
                ((filled, f"CAST({_value(table, lens, purged=purged)} AS {lens.old[0].type})"),),
                _ROW,
            )


def _value(table: Retired, lens: RowLens, *, purged: bool) -> str:
    """The SQL of what the column will hold in the row `t`."""
    given = lens.backward[0].value
    if not isinstance(given, Sql):
        raise TypeError(f"{lens.change} gives a column that the new version leaves out no SQL")
    made = _of_row(table, given)
    if purged:
        return made
    own = _of_row(table, expressions.of_column(lens.old[0]))
    if not lens.mark:
        return f"coalesce({own}, {made})"
    mark = _of_row(table, expressions.of_column(Column(lens.mark, "boolean")))
    return f"CASE WHEN {mark} THEN {own} ELSE {made} END"


def _of_row(table: Retired, value: Sql) -> str:
    return expressions.for_row(value, _ROW, table.columns, "postgresql")
