"""The shapes of the tables, before and after, as a plan tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crossfade.document import ColumnLine, ColumnShape, TableShape
from crossfade.expressions import columns_made
from crossfade.plan import Plan
from crossfade.schema import Column, Table
from crossfade.steps import AddColumn, CreateTable, PublishView, SetDefault, SetNotNull, ViewColumn

SAME, REPLACED, RENAMED, ADDED, LEFT_OUT = "as it was", "replaced", "renamed", "added", "left out"


def shapes(plan: Plan) -> tuple[TableShape, ...]:
    """Every table of the plan, line by line."""
    shown = [step for step in plan.start if isinstance(step, PublishView)]
    views = {step.table: step for step in reversed(shown)}  # the first: what comes later, views alone read
    changed = tuple(
        TableShape(
            table=str(table.name),
            shown=f"{views[table.name].namespace}.{views[table.name].view.name}",
            lines=_lines(plan, table, views[table.name].columns),
        )
        for table in plan.before
        if table.name in views
    )
    made = tuple(
        TableShape(table=str(step.table), shown=str(step.table), lines=tuple(_made(step)))
        for step in plan.start
        if isinstance(step, CreateTable)
    )
    return (*changed, *made)


def _made(step: CreateTable) -> Iterator[ColumnLine]:
    for each in columns_made(step.create, step.dialect):
        shape = ColumnShape(name=each.name, type=each.type, nullable=each.nullable, default=each.default)
        yield ColumnLine(before=None, after=shape, how=ADDED)


def _lines(plan: Plan, table: Table, after: Sequence[ViewColumn]) -> tuple[ColumnLine, ...]:
    added = {
        s.column.name: s.column for s in plan.start if isinstance(s, AddColumn) and s.table == table.name
    }
    filled = {s.column for s in plan.start if isinstance(s, SetNotNull) and s.table == table.name}
    replaced, changes = _lensed(plan, table)
    # What `complete` makes a column's default is what the view says until then, in a form that views take.
    defaults = {
        s.column: s.default
        for s in plan.complete
        if isinstance(s, SetDefault) and s.table == table.name and s.column in added
    }
    added = {name: replace(each, default=defaults.get(name, each.default)) for name, each in added.items()}
    left = [replace(each, default=None) if each.base in defaults else each for each in after]
    lines = []
    for column in table.columns:
        by = _successor(column, left, replaced)
        before = ColumnShape(
            name=column.name, type=column.type, nullable=column.nullable, default=column.default
        )
        if by is None:
            lines.append(_line(before, None, LEFT_OUT, changes, column.name))
            continue
        left.remove(by)
        base = added.get(by.base, column if by.base == column.name else table.find(by.base))
        shown = _shape(by, base, filled)
        how = REPLACED if by.base in added else SAME if by.name == column.name else RENAMED
        if how == SAME and shown != before:
            how = REPLACED  # the same column, but for its NULL or its default
        lines.append(_line(before, shown, how, changes, column.name, by.base))
    lines += [
        _line(None, _shape(by, added.get(by.base) or table.find(by.base), filled), ADDED, changes, by.base)
        for by in left
    ]
    return tuple(lines)


def _successor(
    column: Column, after: Sequence[ViewColumn], replaced: dict[str, tuple[str, ...]]
) -> ViewColumn | None:
    """What the new version shows for a column: itself, what a lens makes of it, or its namesake."""
    made = replaced.get(column.name, ())
    found = [each for each in after if each.base == column.name]
    found += [each for each in after if each.base in made]
    found += [each for each in after if each.name == column.name]
    return found[0] if found else None


def _lensed(plan: Plan, table: Table) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The new columns of each old one, and the changes of each column, by the lenses of the table."""
    replaced: dict[str, tuple[str, ...]] = {}
    changes: dict[str, tuple[str, ...]] = {}
    for lens in plan.lenses:
        if lens.table == table.name:
            for old in lens.old:
                replaced[old.name] = tuple(new.name for new in lens.new)
            for each in (*lens.old, *lens.new):
                changes[each.name] = (*changes.get(each.name, ()), lens.change)
    return replaced, changes


def _shape(by: ViewColumn, base: Column | None, filled: set[str]) -> ColumnShape:
    if base is None:
        return ColumnShape(name=by.name, type="?", nullable=True)
    return ColumnShape(
        name=by.name,
        type=base.type,
        nullable=base.nullable and by.base not in filled,
        default=by.default if by.default is not None else base.default,
    )


def _line(
    before: ColumnShape | None,
    after: ColumnShape | None,
    how: str,
    changes: dict[str, tuple[str, ...]],
    *columns: str,
) -> ColumnLine:
    known = dict.fromkeys(change for column in columns for change in changes.get(column, ()))
    return ColumnLine(before=before, after=after, how=how, changes=tuple(known))
