"""What the changes of one evolution make of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crossfade.changes import Change, Parts, Shown
from crossfade.expressions import Sql
from crossfade.schema import Column, Schema, Table
from crossfade.steps import AddColumn, CreateIndex


def in_order(changes: Sequence[Change]) -> list[Change]:
    """The order to compile in: those about the new version come when the others have said what that is."""
    return sorted(changes, key=lambda change: not change.claims)


def evolved(schema: Schema, parts: Parts) -> Schema:
    """The schema with what a change makes of its tables' columns, for the changes that come after it."""
    return replace(schema, tables=tuple(_evolved(table, parts) for table in schema.tables))


def _evolved(table: Table, parts: Parts) -> Table:
    held = {each.name: each for each in table.columns}
    held |= {
        step.column.name: step.column
        for step in parts.start
        if isinstance(step, AddColumn) and step.table == table.name
    }
    made: list[tuple[str, Column | None]] = []
    for shown in parts.shown:
        if shown.table == table.name:
            made += _said(shown, held)
    return replace(
        table,
        evolved=(*table.evolved, *made),
        fills=(*table.fills, *_fills(table, parts)),
        indexes=(
            *table.indexes,
            *(s.index for s in parts.start if isinstance(s, CreateIndex) and s.table == table.name),
        ),
    )


def _fills(table: Table, parts: Parts) -> Iterator[tuple[str, str]]:
    for lens in parts.lenses:
        if lens.table == table.name and not lens.old:
            for each in lens.forward:
                if isinstance(each.value, Sql):
                    yield each.column, each.value.text


def _said(shown: Shown, held: dict[str, Column]) -> list[tuple[str, Column | None]]:
    """What the names of the old and of the new version stand for from here on."""
    by = shown.by
    now: list[tuple[str, Column | None]] = [] if by is None else [(by.name, held[by.base])]
    stands = by is not None and shown.column in {by.base, by.name}  # renamed, or replaced under its name
    return now if stands or shown.column is None else [(shown.column, None), *now]
