"""What may be in one evolved column of one row, and what writes and commands make of it.

While a command is interrupted, or works, nobody outside knows how far it has come: then a column is a set of
cells, one for each thing that may be so. What an application reads afterwards tells which it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.laws.world import Lens, Row, Value

Kept = tuple[Value, Value]  # what a rollback kept: the old value of the moment, and the new one


@dataclass(frozen=True)
class Cell:
    """The old and the new value; what is kept for a next start; how far the running command has come here.

    `mark` counts: in a start, filled (1) and what was kept brought back (2); in a rollback, looked at (1);
    in a revert, repaired (1).
    """

    old: Value = None
    new: Value = None
    kept: Kept | None = None
    mark: int = 0


Cells = frozenset[Cell]


def filled(cell: Cell, lens: Lens, row: Row) -> Cell:
    """The backfill has passed: it writes where nothing is."""
    if cell.mark:
        return cell
    return replace(cell, new=lens.forward(cell.old, row), mark=1)


def brought_back(cell: Cell, lens: Lens, row: Row) -> Cell:
    """What was kept is back, unless the old side has moved on, or it means something else by now; either
    way it is kept no more.
    """
    cell = filled(cell, lens, row)
    if cell.mark == 1 and cell.kept is not None and cell.kept[0] == cell.old:
        old, new = cell.kept
        cell = replace(cell, new=new) if lens.agree(old, new) else cell
    return replace(cell, kept=None, mark=2) if cell.mark == 1 else cell


def starting(cells: Cells, lens: Lens, row: Row) -> Cells:
    """A start has come anywhere."""
    return cells | {filled(each, lens, row) for each in cells} | started(cells, lens, row)


def started(cells: Cells, lens: Lens, row: Row) -> Cells:
    """A start has come to its last batch."""
    return frozenset(brought_back(each, lens, row) for each in cells)


def leaving(cells: Cells) -> Cells:
    """A rollback of an interrupted start begins: what was not filled, it need not look at; what was
    filled but for what had been kept, it may pass.
    """
    found = set()
    for cell in cells:
        if cell.mark != 1:
            found.add(replace(cell, mark=0 if cell.mark == 2 else 1))
        else:
            found |= {replace(cell, mark=0), replace(cell, mark=1)}
    return frozenset(found)


def collected(cell: Cell, lens: Lens, row: Row) -> Cell:
    """The rollback has looked at it: kept is what `forward` would not give, and what was kept before."""
    if cell.mark:
        return cell
    if cell.kept is None and cell.new != lens.forward(cell.old, row):
        return replace(cell, kept=(cell.old, cell.new), mark=1)
    return replace(cell, mark=1)


def rolling_back(cells: Cells, lens: Lens, row: Row) -> Cells:
    """A rollback has come anywhere."""
    return cells | {collected(each, lens, row) for each in cells}


def rolled_back(cells: Cells, lens: Lens, row: Row) -> Cells:
    """A rollback is over: there is no new side."""
    return frozenset(Cell(each.old, kept=collected(each, lens, row).kept) for each in cells)


def repaired(cell: Cell, lens: Lens) -> Cell:
    """The revert has made the old value agree."""
    return replace(cell, old=lens.carried_back(cell.old, cell.new), mark=1)


def reverting(cells: Cells, lens: Lens) -> Cells:
    """A revert has come anywhere."""
    return cells | reverted(cells, lens)


def reverted(cells: Cells, lens: Lens) -> Cells:
    """A revert has repaired every row."""
    return frozenset(repaired(each, lens) for each in cells)


def settled(cells: Iterable[Cell]) -> Cells:
    """A command is over: its marks mean nothing any more."""
    return frozenset(replace(each, mark=0) for each in cells)
