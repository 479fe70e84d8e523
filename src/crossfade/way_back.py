"""The ways on from a completed evolution: back to both versions live (`revert`), and out (`purge`).

`revert` is the undo of `complete`. The retired columns are kept in agreement again, repaired where the
new application has moved on, compared; then one transaction gives every name back. After a purge what
it dropped is made again first, and filled by `backward` alone. Until that transaction, every step names
tables and columns as `complete` has left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfade.changes import Parts
from crossfade.composition import completed
from crossfade.expressions import LookupValue
from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.schema import Column, TableName
from crossfade.steps import (
    AddCheck,
    Analyze,
    Compare,
    CopyRows,
    CountUnanswered,
    CountUnsaid,
    CreateIndex,
    CreateNamespace,
    DropCheck,
    DropNamespace,
    Forget,
    InstallLookup,
    InstallSync,
    PublishView,
    RemoveSync,
    RenameColumn,
    Step,
    ValidateCheck,
    ViewColumn,
    under,
)
from crossfade.table_plan import TablePlan


@dataclass(frozen=True)
class WayBack:
    """The steps of `purge`, of `revert` before and after it, and what `revert` checks first."""

    purge: tuple[Step, ...]
    revert: tuple[Step, ...]
    revert_purged: tuple[Step, ...]
    unsaid: tuple[CountUnsaid | CountUnanswered, ...]


def way_back(
    evolution: str,
    tables: Sequence[TablePlan],
    every: Sequence[Parts],
    namespaces: Sequence[CreateNamespace],
    start: Sequence[Step],
) -> WayBack:
    """The ways on from `complete`, out of the parts of all changes and the steps of `start`."""
    done = completed(every)
    retired = [_Retired.of(table, done) for table in tables]
    views = [step for step in start if isinstance(step, PublishView)]
    renames = {each.plan.table.name: each.renames for each in retired}
    moved = dict(step.moves for step in done if step.moves is not None)
    recreate = [_among(step, renames) for parts in every for step in parts.recreate]
    at_once = [step for step in recreate if step.phase is Phase.EXPAND]
    later = [step for step in recreate if step.phase is not Phase.EXPAND]

    def then(steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(under(step, moved) for step in steps)

    again = then(step for parts in every for step in parts.again)
    told = [
        under(step.renamed(renames.get(step.table, {})), moved) for parts in every for step in parts.sync
    ]
    sync = [under(each.sync(), moved) for each in retired if each.lenses]
    whole = then(
        [
            *(step for parts in every for step in parts.revive),
            *(each.compare() for each in retired if each.lenses),
        ]
    )
    switch = _switch(done, sync, told, start)
    return WayBack(
        purge=(
            *then(view.undo() for view in views),
            *(DropNamespace(each.schema, each.namespace) for each in namespaces),
            *then(step for parts in every for step in parts.purge),
            Forget(evolution),
        ),
        revert=(
            *again,
            *told,
            *sync,
            *then(step for each in retired for step in each.repair()),
            *whole,
            *switch,
        ),
        revert_purged=(
            *namespaces,
            *then(at_once),
            *again,
            *told,
            *sync,
            *then(replace(view, columns=_columns(view, renames[view.table])) for view in views),
            *then(step for each in retired for step in each.repair()),
            *then(later),
            *whole,
            *switch,
        ),
        unsaid=tuple(under(check, moved) for each in retired for check in each.unsaid()),
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

    @property
    def key(self) -> tuple[Column, ...]:
        return tuple(
            replace(each, name=self.renames.get(each.name, each.name))
            for each in self.plan.table.key_columns()
        )

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
                self.key,
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
        return Compare(self.plan.evolution, table.name, self.key, self.lenses, self.columns, table.rows)

    def unsaid(self) -> tuple[CountUnsaid | CountUnanswered, ...]:
        table = self.plan.table.name
        said = [
            CountUnsaid(lens.change, table, column, shown, known, null)
            for lens in self.lenses
            for (column, known, null), shown in zip(lens.closed_to, lens.shown, strict=False)
        ]
        answered = [
            CountUnanswered(lens.change, table, shown, each.value)
            for lens in self.lenses
            for each, shown in zip(lens.backward, lens.shown, strict=False)
            if isinstance(each.value, LookupValue) and each.value.otherwise is None
        ]
        return (*said, *answered)


def _switch(
    completed: Sequence[Step],
    sync: Sequence[InstallSync],
    told: Sequence[InstallLookup],
    start: Sequence[Step],
) -> list[Step]:
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
        *(step.undo() for step in told),
        *(step for step in undone if step is not None and not isinstance(step, AddCheck)),
        *(step for step in undone if isinstance(step, AddCheck)),
        *(step for step in start if isinstance(step, InstallLookup | InstallSync)),
        *checks,
    ]


def _among(step: Step, renames: Mapping[TableName, Mapping[str, str]]) -> Step:
    """A step that makes again what purge dropped, where other columns have other names by then."""
    if not isinstance(step, CreateIndex):
        return step
    index = step.index
    for column, to in renames.get(step.table, {}).items():
        if column in index.mentions:
            index = moved(index, index.name, column, to)
    return replace(step, index=index)


def _columns(view: PublishView, renames: dict[str, str]) -> tuple[ViewColumn, ...]:
    return tuple(replace(each, base=renames.get(each.base, each.base)) for each in view.columns)
