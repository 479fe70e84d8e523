"""The lenses of a plan's tables, by the names that columns have in a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crossfade.expressions import domain, settled
from crossfade.lens import Assignment, RowLens
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import TableName
from crossfade.steps import InstallSync, RenameColumn
from crossfade.tree import TreeLens

OLD_ALONE = (State.ABSENT, State.ROLLED_BACK)
BOTH = (State.LIVE, State.COMPLETED)  # of a completed evolution the old side is retired, not gone
NEW_ALONE = (State.COMPLETED, State.PURGED)


@dataclass(frozen=True)
class Lensed:
    """A table's lenses, by the names that its columns have in a state; `columns` are those that are there.
    `called` says what people call a column that was renamed since.
    """

    table: TableName
    columns: tuple[str, ...]
    lenses: tuple[RowLens, ...]
    called: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """The two ways between one old and one new column of a lens."""

    there: Assignment
    back: Assignment
    old: str
    new: str


def pairs(lens: RowLens | TreeLens) -> Iterator[Pair]:
    """The columns of a lens that determine each other one by one, by a known set of old values."""
    for there in lens.forward:
        for back in lens.backward:
            to_and_fro = there.value.reads == {back.column} and back.value.reads == {there.column}
            if to_and_fro and domain(there.value) is not None:
                yield Pair(there, back, back.column, there.column)


def shown(lens: RowLens, column: str) -> str:
    """What people call a new column of the lens."""
    held = [each.name for each in lens.new]
    return lens.shown[held.index(column)] if column in held else column


def lensed(plan: Plan, state: State) -> tuple[Lensed, ...]:
    """Each table of the plan that has lenses, as it is in `state`."""
    renames = _renames(plan) if state in NEW_ALONE else {}
    columns = {step.table: step.columns for step in plan.start if isinstance(step, InstallSync)}
    found = []
    for table in dict.fromkeys(each.table for each in plan.lenses):
        names = renames.get(table, {})
        lenses = tuple(each.renamed(names, renames) for each in plan.lenses if each.table == table)
        gone = _gone(lenses, state)
        there = tuple(now for each in columns.get(table, ()) if (now := names.get(each, each)) not in gone)
        found.append(Lensed(table, there, lenses, {now: before for before, now in names.items()}))
    return tuple(found)


def made(lens: RowLens, side: str) -> bool:
    """Whether the database can tell, where `side` is there alone, what comes back of it."""
    if side == "new":
        return bool(lens.forward and lens.backward)
    every = (*lens.forward, *lens.backward)
    return bool(lens.old) and all(settled(each.value) for each in every) and not any(pairs(lens))


def _gone(lenses: Sequence[RowLens], state: State) -> set[str]:
    """Columns of the lenses that are not there in `state`."""
    if state in OLD_ALONE:
        return {each.name for lens in lenses for each in lens.new}
    return {each.name for lens in lenses for each in lens.old} if state is State.PURGED else set()


def _renames(plan: Plan) -> dict[TableName, dict[str, str]]:
    found: dict[TableName, dict[str, str]] = {}
    before = {now: table for table, now in plan.renamed.items()}
    for step in plan.complete:
        if isinstance(step, RenameColumn):
            found.setdefault(before.get(step.table, step.table), {})[step.column] = step.to
    return found
