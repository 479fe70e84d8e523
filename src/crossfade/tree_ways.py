"""What can be counted of a tree for each way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crossfade.document import RowCount
from crossfade.mappings import BEYOND
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.schema import TableName
from crossfade.survey import NEW_ALONE, OLD_ALONE, Answers, OfTree, lost
from crossfade.tree import TreeLens

NEEDED = "rows of which the complement is needed"
ANEW = "rows whose old value is made anew"
LOST = "rows whose old value can't be given back"
UNSAID = "rows that no old value stands for, so that revert refuses"
BORN = "of these born since complete, to be made"
GONE = "of these deleted since complete, to be deleted"


@dataclass(frozen=True)
class TreeWay:
    """One tree, what was counted of it in a state, and the columns that the target can't give back."""

    tree: TreeLens
    state: State
    counted: OfTree
    lost: tuple[tuple[TableName, str], ...]

    @classmethod
    def of(cls, tree: TreeLens, plan: Plan, state: State, answers: Answers) -> TreeWay:
        """The way of a tree of the plan."""
        return cls(tree, state, answers.trees.get(tree.target, OfTree()), tuple(lost(tree, plan.before)))

    def needed(self) -> Iterator[RowCount]:
        """What `rollback` keeps: of any column, and of each."""
        if self.state in OLD_ALONE:
            yield RowCount(what=f"{NEEDED}: {self.tree.target}", rows=0)
            return
        yield from self._by_column(NEEDED, self.counted.held)

    def anew(self) -> Iterator[RowCount]:
        """What `revert` writes in the retired tables."""
        what = f"{ANEW}: {self.tree.target}"
        if self.state in (*OLD_ALONE, State.LIVE):
            yield RowCount(what=what, rows=0)
            return
        moves = self.counted.moves
        yield RowCount(what=what, rows=None if moves is None else sum(moves))
        if moves is not None:
            yield RowCount(what=f"{BORN}: {self.tree.target}", rows=moves[0])
            yield RowCount(what=f"{GONE}: {self.tree.source}", rows=moves[2])

    def refusing(self) -> Iterator[RowCount]:
        """What `revert` is refused for."""
        for slot, rows in (self.counted.stray or {}).items():
            yield RowCount(what=f"{UNSAID}: {self.tree.target}.{slot}", rows=rows)

    def purged(self) -> Iterator[RowCount]:
        """What `revert` can't bring back once the old tables are gone."""
        if self.state is not State.PURGED:
            known = self.counted.lost
            for table, column in self.lost:
                rows = None if known is None else known.get((table, column))
                yield RowCount(what=f"{LOST}: {table}.{column}", rows=rows)
        if self.state in NEW_ALONE:
            yield from self._by_column(BEYOND, self.counted.beyond)

    def _by_column(self, what: str, counts: Mapping[str, int] | None) -> Iterator[RowCount]:
        total = None if counts is None else counts.get("", 0)
        yield RowCount(what=f"{what}: {self.tree.target}", rows=total)
        for column in self.tree.target_columns if counts is not None else ():
            place = f"{self.tree.target}.{column.name}"
            yield RowCount(what=f"{what}: {place}", rows=counts.get(column.name, 0) if counts else 0)
