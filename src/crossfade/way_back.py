"""The ways on from a completed evolution: back to both versions live (`revert`), and out (`purge`).

`revert` is the undo of `complete`. The retired columns are kept in agreement again, repaired where the
new application has moved on, compared; then one transaction gives every name back. After a purge what
it dropped is made again first, and filled by `backward` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossfade.changes import Parts
from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.steps import (
    AddCheck,
    Analyze,
    Compare,
    CopyRows,
    CountUnsaid,
    CreateNamespace,
    DropCheck,
    DropNamespace,
    Forget,
    InstallSync,
    PublishView,
    RemoveSync,
    RenameColumn,
    Step,
    ValidateCheck,
    ViewColumn,
    WithdrawView,
)
from crossfade.table_plan import TablePlan


@dataclass(frozen=True)
class WayBack:
    """The steps of `purge`, of `revert` before and after it, and what `revert` checks first."""

    purge: tuple[Step, ...]
    revert: tuple[Step, ...]
    revert_purged: tuple[Step, ...]
    unsaid: tuple[CountUnsaid, ...]


def way_back(
    evolution: str,
    tables: Sequence[TablePlan],
    every: Sequence[Parts],
    namespaces: Sequence[CreateNamespace],
    start: Sequence[Step],
) -> WayBack:
    """The ways on from `complete`, out of the parts of all changes and the steps of `start`."""
    completed = [step for parts in every for step in parts.complete]
    retired = [_Retired.of(table, completed) for table in tables]
    views = [step for step in start if isinstance(step, PublishView)]
    recreate = [step for parts in every for step in parts.recreate]
    at_once = [step for step in recreate if step.phase is Phase.EXPAND]
    later = [step for step in recreate if step.phase is not Phase.EXPAND]
    renames = {each.plan.table.name: each.renames for each in retired}

    sync = [each.sync() for each in retired if each.lenses]
    repair = [step for each in retired for step in each.repair()]
    whole = [
        *(step for parts in every for step in parts.revive),
        *(each.compare() for each in retired if each.lenses),
    ]
    switch = _switch(completed, sync, start)
    return WayBack(
        purge=(
            *(WithdrawView(view.table, view.namespace) for view in views),
            *(DropNamespace(each.schema, each.namespace) for each in namespaces),
            *(step for parts in every for step in parts.purge),
            Forget(evolution),
        ),
        revert=(*sync, *repair, *whole, *switch),
        revert_purged=(
            *namespaces,
            *at_once,
            *sync,
            *(replace(view, columns=_columns(view, renames[view.table])) for view in views),
            *repair,
            *later,
            *whole,
            *switch,
        ),
        unsaid=tuple(check for each in retired for check in each.unsaid()),
    )


@dataclass(frozen=True)
class _Retired:
    """A table of a completed evolution: its two-way lenses, by the names that columns have then."""

    plan: TablePlan
    renames: dict[str, str]
    lenses: tuple[RowLens, ...]

    @classmethod
    def of(cls, plan: TablePlan, completed: Sequence[Step]) -> _Retired:
        renames = {
            step.column: step.to
            for step in completed
            if isinstance(step, RenameColumn) and step.table == plan.table.name
        }
        return cls(plan, renames, tuple(lens.renamed(renames) for lens in plan.lenses if lens.old))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.renames.get(each, each) for each in self.plan.columns)

    def sync(self) -> InstallSync:
        plan = self.plan
        watched = tuple(column for lens in self.lenses for column in (*lens.old, *lens.new))
        return InstallSync(
            plan.evolution,
            plan.table.name,
            self.lenses,
            self.columns,
            watched,
            plan.namespace,
            plan.schema.search_path,
            one_sided=True,
        )

    def repair(self) -> tuple[Step, ...]:
        if not self.lenses:
            return ()
        table = self.plan.table
        return (
            Analyze(table.name),
            CopyRows(
                table.name,
                table.key_columns(),
                tuple(lens.inverse() for lens in self.lenses),
                self.columns,
                table.rows,
                self.plan.schema.role.may_skip_triggers,
                repair=True,
                row_bytes=table.row_bytes,
            ),
        )

    def compare(self) -> Compare:
        table = self.plan.table
        return Compare(
            self.plan.evolution, table.name, table.key_columns(), self.lenses, self.columns, table.rows
        )

    def unsaid(self) -> tuple[CountUnsaid, ...]:
        return tuple(
            CountUnsaid(lens.change, self.plan.table.name, column, shown, known, null)
            for lens in self.lenses
            for (column, known, null), shown in zip(lens.closed_to, lens.shown, strict=False)
        )


def _switch(completed: Sequence[Step], sync: Sequence[InstallSync], start: Sequence[Step]) -> list[Step]:
    """One transaction that gives every name back and installs the sync of both sides; then checks that
    were taken off are validated, while both versions are live already.
    """
    undone = [step.undo() for step in reversed(completed)]
    checks = [
        ValidateCheck(step.table, step.check.name)
        for step in completed
        if isinstance(step, DropCheck) and step.check.valid
    ]
    return [
        *(RemoveSync(step.evolution, step.table) for step in sync),
        *(step for step in undone if step is not None and not isinstance(step, AddCheck)),
        *(step for step in undone if isinstance(step, AddCheck)),
        *(step for step in start if isinstance(step, InstallSync)),
        *checks,
    ]


def _columns(view: PublishView, renames: dict[str, str]) -> tuple[ViewColumn, ...]:
    return tuple(replace(each, base=renames.get(each.base, each.base)) for each in view.columns)
