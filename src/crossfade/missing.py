"""What `revert` counts before it begins: rows that a retired column, brought back, could not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from crossfade import expressions, names
from crossfade.expressions import Expression, Sql
from crossfade.lens import Assignment, RowLens
from crossfade.retired import Retired
from crossfade.schema import Column, ForeignKey, TableName
from crossfade.steps import Counted, CountNulls, CountOrphans, DropForeignKey, Made, Step

_ROW = "t"
_SAID = "made of "  # before a column's name: what it will hold; no table's column, but of the query alone


@dataclass(frozen=True)
class _Column:
    """A retired column that the new version leaves out, and what it is made of, as that will be."""

    table: Retired
    lens: RowLens
    made: tuple[Made, ...]
    moved: Mapping[TableName, TableName]


def missing(
    retired: Sequence[Retired],
    done: Sequence[Step],
    moved: Mapping[TableName, TableName],
    *,
    purged: bool,
) -> tuple[Counted, ...]:
    """The counts, after a purge or before it; `done` are the structure steps of `complete`, `moved` the names
    that tables have then.

    What is made of other retired columns is counted by what these will be. Where it is of its own row's, or
    they are made of still others, it can't be.
    """
    keys = [step.key for step in done if isinstance(step, DropForeignKey)]
    found: list[Counted] = []
    for each in retired:
        for lens in each.lenses:
            made = None if lens.new else _made(each, lens, retired, purged=purged)
            if made is not None:
                column = _Column(each, lens, made, moved)
                found.extend(_nulls(column, purged=purged))
                if not made:
                    found.extend(_orphans(column, keys, purged=purged))
    return tuple(found)


def _made(
    table: Retired, lens: RowLens, retired: Sequence[Retired], *, purged: bool
) -> tuple[Made, ...] | None:
    """What the retired columns that the lens is made of will be; None where that can't be told yet."""
    gone = {
        (each.plan.table.name, old.name): (each, other)
        for each in retired
        for other in each.lenses
        for old in other.old
    }
    found: dict[TableName, Made] = {}
    for name, column in sorted(lens.fed_by & gone.keys()):
        source, other = gone[name, column]
        if source is table or other.fed_by & gone.keys():
            return None
        before = found.get(name, Made(name, source.columns, ()))
        value = next(each.value for each in other.backward if each.column == column)
        given = Assignment(_said(column), _as_text(value, other) if purged else value)
        found[name] = replace(before, values=(*before.values, given))
    return tuple(found.values())


def _as_text(value: Expression, lens: RowLens) -> Expression:
    """The value, where its type may be gone: as text."""
    types = {each.type for each in lens.old if each.enum is not None}
    given: Any = value
    typed = {
        each.name: "text"
        for each in fields(given)
        if each.name in {"target", "type"} and getattr(given, each.name) in types
    }
    plain: Expression = replace(given, **typed)
    return plain


def _nulls(of: _Column, *, purged: bool) -> Iterator[CountNulls]:
    column = of.lens.old[0]
    if not column.nullable:
        yield CountNulls(
            of.lens.change,
            of.table.plan.table.name,
            of.table.called(column.name),
            _value(of, purged=purged),
            tuple(each.name for each in of.table.key),
            "give backward= what it needs for these rows, or delete them",
            of.made,
        )


def _orphans(of: _Column, keys: Sequence[ForeignKey], *, purged: bool) -> Iterator[CountOrphans]:
    table, held = of.table, of.lens.old[0]
    column = table.called(held.name)
    filled = names.fitted(f"{names.RESERVED}value_{column}")
    database = table.plan.schema.database
    for key in keys:
        if key.table == table.plan.table.name and column in key.columns and key.valid:
            now = {**table.renames, column: filled}
            yield CountOrphans(
                of.lens.change,
                table.plan.table.name,
                replace(key, columns=tuple(now.get(each, each) for each in key.columns)),
                key.columns,
                tuple(each.name for each in table.key),
                ((filled, expressions.cast(_value(of, purged=purged), held.type, database)),),
                _ROW,
            )


def _value(of: _Column, *, purged: bool) -> str:
    """The SQL of what the column will hold in the row `t`."""
    given = of.lens.backward[0].value
    if not isinstance(given, Sql):
        raise TypeError(f"{of.lens.change} gives a column that the new version leaves out no SQL")
    known = {(each.table, value.column) for each in of.made for value in each.values}
    said: dict[TableName, dict[str, str]] = {}
    for table, column in of.lens.fed_by:
        if (table, _said(column)) in known:
            said.setdefault(table, {})[column] = _said(column)
    given = expressions.renamed_sql(given, {}, said)
    made = _of_row(of.table, expressions.of_tables(given, of.moved))
    if purged:
        return made  # the column's type may be gone
    held = of.lens.old[0]
    database = given.dialect
    own = _of_row(of.table, expressions.of_column(held, database))
    made = expressions.cast(made, held.type, database)
    if not of.lens.mark:
        return f"coalesce({own}, {made})"
    mark = _of_row(of.table, expressions.of_column(Column(of.lens.mark, "boolean"), database))
    return f"CASE WHEN {mark} THEN {own} ELSE {made} END"


def _said(column: str) -> str:
    return names.fitted(f"{_SAID}{column}")


def _of_row(table: Retired, value: Sql) -> str:
    return expressions.for_row(value, _ROW, table.columns)
