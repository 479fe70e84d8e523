"""The plan: the ordered steps of one evolution on one reflected schema, as a value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from crossfade import lints
from crossfade.changes import Question
from crossfade.document import Lint
from crossfade.expressions import Sql
from crossfade.lens import RowLens
from crossfade.schema import Table, TableName
from crossfade.steps import (
    AskDefinitions,
    AskStanding,
    Compare,
    CompareTree,
    Counted,
    CountStray,
    CountUnanswered,
    CountUnsaid,
    CountWrites,
    Forget,
    KeepComplement,
    KeepTree,
    RemoveLookup,
    RemoveSync,
    Step,
)
from crossfade.tree import TreeLens


@dataclass(frozen=True)
class Plan:
    """What each command will do. `checks` change nothing and come first; `verify` is what
    `crossfade verify` walks, and what gates `complete`. `revert_purged` is `revert` after a purge, and
    `unsaid` is checked before either. `writes` asks what each side has written while both are live.
    """

    evolution: str
    summary: str
    fingerprint: str
    tables: tuple[TableName, ...]
    namespaces: tuple[str, ...]
    checks: tuple[Question | AskDefinitions, ...]
    start: tuple[Step, ...]
    verify: tuple[Compare | CompareTree, ...]
    complete: tuple[Step, ...]
    purge: tuple[Step, ...]
    revert: tuple[Step, ...]
    revert_purged: tuple[Step, ...]
    unsaid: tuple[CountUnsaid | CountUnanswered, ...]
    writes: tuple[CountWrites, ...]
    notes: tuple[str, ...]
    before: tuple[Table, ...] = ()  # the tables as they were when it was planned
    accept: tuple[tuple[str, str], ...] = ()  # lints that were looked at, each with the reason
    role: str = ""  # who planned it
    missing: tuple[Counted | CountStray, ...] = ()  # checked before `revert`
    missing_purged: tuple[Counted | CountStray, ...] = ()  # and before `revert` after a purge
    lenses: tuple[RowLens, ...] = ()  # every table's, for documents: the steps hold those that they need
    trees: tuple[TreeLens, ...] = ()  # and those across tables
    database: str = "postgresql"
    standing: tuple[AskStanding, ...] = ()  # what `verify` asks for besides the rows
    together: bool = True  # statements about the structure share a transaction
    definitions: tuple[str, ...] = ()  # the functions and views that it holds, besides the tables

    @property
    def lints(self) -> tuple[Lint, ...]:
        """What the plan by itself gives a reviewer to look at."""
        return lints.silenced(
            lints.of_plan(self.start, self.before, self.role, self.database), dict(self.accept)
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, and the warnings that nobody accepted."""
        return (*self.notes, *(each.line for each in self.lints if each.warns and each.silenced is None))

    @property
    def reads(self) -> tuple[TableName, ...]:
        """Other tables that the old side of rows is made of, and that must stay as they are meanwhile."""
        values = (each.value for lens in self.lenses for each in lens.backward)
        read = (table for value in values if isinstance(value, Sql) for table in value.tables)
        return tuple(dict.fromkeys(table for table in read if table not in self.tables))

    @property
    def renamed(self) -> dict[TableName, TableName]:
        """The tables that have another name once the evolution is completed."""
        return dict(step.moves for step in self.complete if step.moves is not None)

    def rollback(self, done: Collection[int] | None = None) -> tuple[Step, ...]:
        """The undo of the start's steps, last first; of those in `done` (positions from 0) only.

        But syncs are stopped in the order in which they began: whatever locks several tables takes them in
        one order, so that readers who do the same are not waited for while they wait. Where each statement
        commits, what a sync asks stays until the sync has gone.
        """
        undone = (
            step.undo()
            for position, step in reversed(tuple(enumerate(self.start)))
            if done is None or position in done
        )
        steps = (step for step in undone if step is not None)
        if not self.together:
            return tuple(steps)
        runs = groupby(steps, lambda step: isinstance(step, RemoveLookup | RemoveSync))
        return tuple(step for stops, run in runs for step in (reversed(tuple(run)) if stops else run))

    def clear(self, done: Collection[int]) -> tuple[Step, ...]:
        """What `purge` does where the old shape has won: the rollback of `done`, with nothing kept, nor what
        an earlier one has kept.
        """
        undone = (step for step in self.rollback(done) if not isinstance(step, KeepComplement | KeepTree))
        return (*undone, Forget(self.evolution))
