"""What the changes of one evolution make of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from crossfade import names
from crossfade.changes import Change, Parts, Shown
from crossfade.errors import Unsupported
from crossfade.expressions import Sql
from crossfade.lens import in_turn
from crossfade.schema import Column, Schema, Table, TableName
from crossfade.steps import (
    AddColumn,
    CreateIndex,
    DropCheck,
    DropForeignKey,
    InstallCascade,
    PublishView,
    RemoveSync,
    RenameColumn,
    RenameIndex,
    ReplaceView,
    Step,
)


def in_order(changes: Sequence[Change]) -> list[Change]:
    """The order to compile in: those about the new version come when the others have said what that is."""
    return sorted(changes, key=lambda change: not change.claims)


def completed(every: Sequence[Parts]) -> list[Step]:
    """What `complete` does to the structure; tables get their new names last, so that every step before
    that knows them by one name.
    """
    steps = [step for parts in every for step in parts.complete]
    return [*(step for step in steps if step.moves is None), *(step for step in steps if step.moves)]


def stopped(
    every: Sequence[Parts], stops: Sequence[Step], done: Sequence[Step], schema: Schema
) -> tuple[Step, ...]:
    """What `complete` does: the steps that stop the syncs, `done` to the structure, and lookups let alone."""
    lookups = [step.undo() for parts in every for step in parts.sync]
    if schema.traits.ddl_together:
        # Lookups first: a query through a view locks what it names before what the view is made of.
        return (*lookups, *stops, *done)
    # Where each statement commits, what is asked goes after those who ask it: a table after those whose sync
    # reads it, the routines of a lookup after all.
    layers = enumerate(in_turn(lens for parts in every for lens in parts.lenses))
    turn = {lens.table: number for number, lenses in layers for lens in lenses}
    ordered = sorted(stops, key=lambda step: -turn[step.table] if isinstance(step, RemoveSync) else 0)
    return (*ordered, *done, *lookups)


def republished(views: Iterable[PublishView], done: Sequence[Step]) -> list[Step]:
    """What shows the tables whose columns, or whose own name, `done` changes, where views do not follow."""
    moved = dict(step.moves for step in done if step.moves is not None)
    found: list[Step] = []
    for view in views:
        renames = {s.column: s.to for s in done if isinstance(s, RenameColumn) and s.table == view.table}
        after = renamed_view(view, renames)
        if view.table in moved:
            after = replace(after, table=moved[view.table], name=view.view.name)
        if after != view:
            found.append(ReplaceView(view, after))
    return found


def renamed_view(view: PublishView, renames: Mapping[str, str]) -> PublishView:
    """The view of a table whose columns have other names. What is retired is asked for: where it is not there
    yet, or no longer, another column bears a name of the new version.
    """
    columns = tuple(replace(each, base=renames.get(each.base, each.base)) for each in view.columns)
    return replace(view, columns=columns, beside=tuple(filter(names.is_retired, renames.values())))


def check_shared(compiled: Sequence[tuple[Change, Parts]]) -> None:
    """Raises Unsupported where two changes would each replace one index or constraint."""
    taken: dict[tuple[TableName, str], Change] = {}
    for change, parts in compiled:
        for what, table, name in _replaced(parts):
            earlier = taken.setdefault((table, name), change)
            if earlier is not change:
                raise Unsupported(
                    f"{what} {name} of {table} is about columns that two changes replace: "
                    f"{earlier.title} and {change.title}",
                    place=change.title,
                    remedy="make them two evolutions, one after the other",
                )


def evolved(schema: Schema, parts: Parts, change: Change) -> Schema:
    """The schema with what a change makes of its tables' columns, for the changes that come after it."""
    touched = {schema.table(each).name for each in change.tables}
    claims = [(name, change.title) for name in change.claims]
    tables = (_evolved(table, parts, claims if table.name in touched else ()) for table in schema.tables)
    followed = (s.cascade for s in parts.start if isinstance(s, InstallCascade))
    return replace(
        schema,
        tables=(*tables, *parts.made),
        cascades=(*schema.cascades, *((each.parent, each.child) for each in followed)),
    )


def _replaced(parts: Parts) -> Iterator[tuple[str, TableName, str]]:
    own = {step.index.name for step in parts.start if isinstance(step, CreateIndex)}
    for step in parts.complete:
        match step:
            case RenameIndex() if step.index not in own:
                yield "index", step.table, step.index
            case DropCheck():
                yield "check", step.table, step.check.name
            case DropForeignKey():
                yield "foreign key", step.table, step.key.name


def _evolved(table: Table, parts: Parts, claims: Iterable[tuple[str, str]]) -> Table:
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
        claimed=(*table.claimed, *claims),
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
