"""What a write of one version makes of a cell, in each state of the evolution.

Decision 4: the side that was given or changed wins, an unchanged value moves nothing. Where a command is
interrupted, the sync may stand or not: then both may be so, and a set of cells is what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crossfade.phases import State
from tests.laws.cell import Cell, Cells, Kept
from tests.laws.world import Lens, Row, Value

ALONE = {State.ABSENT, State.ROLLED_BACK, State.CLEARING}  # the old version is; nothing of the new one stays
BOTH = {State.LIVE, State.COMPLETING}
NEW = {State.COMPLETED, State.PURGING, State.PURGED}  # the new version is alone


class Refusal(Exception):
    """The write must be refused, with this SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def old_insert(lens: Lens, state: State, row: Row, old: Value, kept: Iterable[Kept | None]) -> Cells:
    """A row of the old version; `kept` is what may be kept of an earlier row with the same key."""
    forward = lens.forward(old, row)
    made: set[Cell] = set()
    for each in kept:
        if state in ALONE:
            made.add(Cell(old, kept=each))
        elif state is State.STARTING:
            made |= {Cell(old, kept=each), Cell(old, forward, each, mark=1)}
        elif state is State.ROLLING_BACK:  # a row that is born behind the rollback is not looked at again
            made |= {Cell(old, forward, None), Cell(old, forward, each, mark=1)}
        else:
            made.add(Cell(old, forward))
    return frozenset(made)


def new_insert(lens: Lens, state: State, new: Value) -> Cells:
    """A row of the new version. Raises Refusal."""
    if state in BOTH and not lens.takes(new):
        raise Refusal("23514")
    if state in BOTH:
        return frozenset({Cell(lens.backward(new), new)})
    if state is State.REVERTING:
        return frozenset({Cell(None, new), Cell(lens.backward(new), new, mark=1)})
    return frozenset({Cell(None, new)})


def old_update(lens: Lens, state: State, cell: Cell, before: Row, after: Row, old: Value) -> Cells:
    """The row was `before` and is `after`, its label `old`, which may be what it was."""
    if not lens.opened:
        return _refilled(lens, state, cell, before, after)
    if old == cell.old:
        return frozenset({cell})
    moved, synced = replace(cell, old=old), replace(cell, old=old, new=lens.forward(old, after))
    if state in ALONE:
        return frozenset({moved})
    if state is State.STARTING and cell.mark == 0:
        return frozenset({moved, replace(synced, mark=1)})
    if state is State.ROLLING_BACK and cell.mark:
        return frozenset({moved})  # what its new side becomes, nobody will read
    return frozenset({synced})


def new_update(lens: Lens, state: State, cell: Cell, before: Row, after: Row, new: Value) -> Cells:
    """The row was `before` and is `after`, its new value `new`, which may be what it was. Raises Refusal."""
    if new == cell.new:
        return frozenset({cell}) if lens.opened else _refilled(lens, state, cell, before, after)
    moved = replace(cell, new=new)
    if not lens.opened or state in NEW:
        return frozenset({moved})
    if state in BOTH and not lens.takes(new):
        raise Refusal("23514")
    synced = replace(moved, old=lens.carried_back(cell.old, new), mark=int(state is State.REVERTING))
    return frozenset({moved, synced}) if state is State.REVERTING and not cell.mark else frozenset({synced})


def _refilled(lens: Lens, state: State, cell: Cell, before: Row, after: Row) -> Cells:
    """A fill that had nothing to give is given when it has, once."""
    due = lens.computed and cell.new is None and lens.forward(None, before) is None
    if not due or state in ALONE or state in NEW or before == after:
        return frozenset({cell})
    given = replace(cell, new=lens.forward(None, after))
    if state is State.STARTING and cell.mark == 0:
        return frozenset({cell, replace(given, mark=1)})
    if state in {State.ROLLING_BACK, State.REVERTING}:
        return frozenset({cell, given})
    return frozenset({given})
