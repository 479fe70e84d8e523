"""The ways on from a completed evolution: back to both versions live (`revert`), and out (`purge`).

`revert` is the undo of `complete`. The retired columns are kept in agreement again, repaired where the
new application has moved on, compared; then one transaction gives every name back. After a purge what
it dropped is made again first, and filled by `backward` alone. Until that transaction, every step names
tables and columns as `complete` has left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfade.changes import Parts, remade_indexes
from crossfade.composition import renamed_view
from crossfade.missing import missing
from crossfade.phases import Phase
from crossfade.retired import Retired, in_turns
from crossfade.schema import Schema, TableName
from crossfade.steps import (
    AddCheck,
    Counted,
    CountUnanswered,
    CountUnsaid,
    CreateEnum,
    CreateIndex,
    CreateNamespace,
    DropCheck,
    DropColumn,
    DropEnum,
    DropForeignKey,
    DropNamespace,
    Forget,
    InstallLookup,
    InstallSync,
    PublishDefinition,
    PublishView,
    RemoveSync,
    RenameColumn,
    Step,
    ValidateCheck,
    ValidateForeignKey,
    under,
)
from crossfade.table_plan import TablePlan
from crossfade.tree_plan import TreePlan


@dataclass(frozen=True)
class WayBack:
    """The steps of `purge`, of `revert` before and after it, and what `revert` checks first."""

    purge: tuple[Step, ...]
    revert: tuple[Step, ...]
    revert_purged: tuple[Step, ...]
    unsaid: tuple[CountUnsaid | CountUnanswered, ...]
    missing: tuple[Counted, ...]
    missing_purged: tuple[Counted, ...]


def way_back(
    evolution: str,
    tables: Sequence[TablePlan],
    trees: TreePlan,
    every: Sequence[Parts],
    namespaces: Sequence[CreateNamespace],
    start: Sequence[Step],
    done: Sequence[Step],
    dropped: Sequence[Step],
) -> WayBack:
    """The ways on from `complete`, whose steps to the structure are `done`, out of the parts of all changes
    and the steps of `start`. `dropped` is what purge does before anything else is dropped.
    """
    renames = {table.table.name: _renames(table, done) for table in tables}
    retired = [Retired.of(table, renames) for table in tables]
    views = [step for step in start if isinstance(step, PublishView)]
    moved = dict(step.moves for step in done if step.moves is not None)
    recreate = _types_once(_among(step, renames, tables) for parts in every for step in parts.recreate)
    at_once = [step for step in recreate if step.phase is Phase.EXPAND]
    later = [step for step in recreate if step.phase is not Phase.EXPAND]

    def then(steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(under(step, moved) for step in steps)

    again = then(step for parts in every for step in parts.again)
    told = [under(step.renamed(renames.get(step.table, {})), moved) for parts in every for step in parts.sync]
    turns = in_turns(retired)
    together = all(each.schema.traits.ddl_together for each in tables)
    stops = retired if together else [each for turn in turns for each in turn.tables]
    sync = [under(each.sync(), moved) for each in stops if each.lenses]
    whole = then(
        [
            *(step for parts in every for step in parts.revive),
            *(step for each in retired for step in each.compare()),
        ]
    )
    whole_checks = any(not each.schema.traits.validates_later for each in tables)
    # Where each statement commits, what tells of lookups stays: its guard knows both names of the column.
    lookups = [step for parts in every for step in parts.sync]
    stay = [each for each in lookups if not together and under(each, moved) == each]
    leave = [step for step, each in zip(told, lookups, strict=True) if each not in stay]
    begun = [step for step in start if step not in stay]
    shown = [step for step in start if isinstance(step, PublishDefinition)]
    switch, switch_purged = (
        _switch(
            done, sync, leave, begun, then(trees.stop()), trees.install(), whole=whole_checks, purged=purged
        )
        for purged in (False, True)
    )
    return WayBack(
        purge=(
            *(step.undo() for step in reversed(shown)),
            *then(view.undo() for view in views),
            *(DropNamespace(each.schema, each.namespace) for each in namespaces),
            *dropped,
            *then(trees.purge()),
            *then(_types_last(step for parts in every for step in parts.purge)),
            Forget(evolution),
        ),
        revert=(
            *again,
            *told,
            *then(step for turn in turns for step in (*turn.sync(), *turn.repair())),
            *then(trees.revert(purged=False)),
            *whole,
            *switch,
        ),
        revert_purged=(
            *namespaces,
            *then(at_once),
            *again,
            *told,
            *then(step for turn in turns[:1] for step in turn.sync()),
            *then(renamed_view(view, renames.get(view.table, {})) for view in views),
            *shown,
            *then(step for turn in turns[:1] for step in turn.repair(anew=True)),
            *then(step for turn in turns[1:] for step in (*turn.sync(), *turn.repair(anew=True))),
            *then(trees.revert(purged=True)),
            *then(later),
            *whole,
            *switch_purged,
        ),
        unsaid=tuple(under(check, moved) for each in retired for check in each.unsaid()),
        missing=tuple(under(check, moved) for check in missing(retired, done, moved, purged=False)),
        missing_purged=tuple(under(check, moved) for check in missing(retired, done, moved, purged=True)),
    )


def _renames(table: TablePlan, done: Sequence[Step]) -> dict[str, str]:
    return {
        step.column: step.to
        for step in done
        if isinstance(step, RenameColumn) and step.table == table.table.name
    }


def _types_once(steps: Iterable[Step]) -> list[Step]:
    """The steps, with the types first, and each once: columns of several changes may be of one."""
    every = list(steps)
    types = {step.type: step for step in reversed(every) if isinstance(step, CreateEnum)}
    return [*reversed(types.values()), *(step for step in every if not isinstance(step, CreateEnum))]


def _types_last(steps: Iterable[Step]) -> list[Step]:
    """The steps, with the types last, and each once: only then is no column of theirs left."""
    every = list(steps)
    types = dict.fromkeys(step for step in every if isinstance(step, DropEnum))
    return [*(step for step in every if not isinstance(step, DropEnum)), *types]


def types_kept(every: Sequence[Parts], schema: Schema) -> list[str]:
    """Notes of enum types that purge would drop, and that something else is of."""
    steps = [step for parts in every for step in (*parts.complete, *parts.purge)]
    before = {(step.table, step.to): step.column for step in steps if isinstance(step, RenameColumn)}
    gone = {
        (step.table, before.get((step.table, step.column), step.column))
        for step in steps
        if isinstance(step, DropColumn)
    }
    kept = []
    for type_ in dict.fromkeys(step.type for step in steps if isinstance(step, DropEnum)):
        others = [
            f"{table}.{column}"
            for enum, table, column in schema.enum_columns
            if enum == (type_.schema, type_.name) and (table, column) not in gone
        ]
        if others:
            kept.append(f"purge leaves type {type_.schema}.{type_.name}: {', '.join(others)} is of it")
    return kept


def _switch(
    completed: Sequence[Step],
    sync: Sequence[InstallSync],
    told: Sequence[InstallLookup],
    start: Sequence[Step],
    stopped: Sequence[Step],
    installed: Sequence[Step],
    *,
    whole: bool,
    purged: bool,
) -> list[Step]:
    """One transaction that gives every name back and installs the sync of both sides; then checks that
    were taken off are validated, while both versions are live already: `whole`, where the server must be told
    all of them.
    """
    # Where a check comes back only as one that a column bears, one by a name of its own does not.
    undoing = [each for each in reversed(completed) if not (whole and _named(each))]
    undone = [step.anew() if purged else step.undo() for step in undoing]
    checks: list[Step] = []
    for step in completed:
        if isinstance(step, DropCheck) and step.check.valid and not (whole and _named(step)):
            checks.append(ValidateCheck(step.table, step.check.name, step.check if whole else None))
        if isinstance(step, DropForeignKey) and step.key.valid:
            checks.append(ValidateForeignKey(step.table, step.key.name, step.key if whole else None))
    return [
        *(step.undo() for step in told),  # the lookups first, as at `complete`
        *(RemoveSync(step.evolution, step.table) for step in sync),
        *stopped,
        *(step for step in undone if step is not None and not isinstance(step, AddCheck)),
        *(step for step in undone if isinstance(step, AddCheck)),
        *(step for step in start if isinstance(step, InstallLookup | InstallSync)),
        *installed,
        *checks,
    ]


def _named(step: Step) -> bool:
    return isinstance(step, DropCheck) and step.bearer is None


def _among(step: Step, renames: Mapping[TableName, Mapping[str, str]], tables: Sequence[TablePlan]) -> Step:
    """A step that makes again what purge dropped, where other columns have other names by then."""
    if not isinstance(step, CreateIndex):
        return step
    index = step.index
    database = next((each.schema.database for each in tables if each.table.name == step.table), "")
    for column, to in renames.get(step.table, {}).items():
        if column in index.mentions:
            index = remade_indexes.moved(index, index.name, column, to, database)
    return replace(step, index=index)
