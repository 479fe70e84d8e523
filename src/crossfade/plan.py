"""The plan: the ordered steps of one evolution on one reflected schema. Pure: nothing is executed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from crossfade import lints, names
from crossfade.changes import Change, Parts, Question
from crossfade.composition import check_shared, completed, evolved, in_order, republished, stopped
from crossfade.definition_plan import DefinitionPlan
from crossfade.document import Lint
from crossfade.errors import Refused, SchemaMismatch
from crossfade.evolution import Evolution, twice
from crossfade.expressions import Sql
from crossfade.fitness import (
    check_cascades,
    check_indexes,
    check_names,
    check_privileges,
    check_table,
    check_triggers,
)
from crossfade.lens import RowLens
from crossfade.lens_plan import LensPlan
from crossfade.phases import Phase
from crossfade.schema import Schema, Table, TableName
from crossfade.steps import (
    AskDefinitions,
    AskStanding,
    Compare,
    CompareTree,
    Counted,
    CountMoved,
    CountStray,
    CountUnanswered,
    CountUnsaid,
    CountWrites,
    CreateNamespace,
    CreateTable,
    CreateTarget,
    Forget,
    HookTrees,
    InstallSync,
    KeepComplement,
    KeepTree,
    PublishDefinition,
    PublishView,
    RemoveLookup,
    RemoveSync,
    SeedLookup,
    SeedRows,
    Step,
)
from crossfade.table_plan import TablePlan
from crossfade.tree import TreeLens
from crossfade.tree_plan import TreePlan
from crossfade.way_back import types_kept, way_back

_ORDER = tuple(Phase)


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


def build(evolution: Evolution, schema: Schema) -> Plan:
    """The plan of `evolution` on `schema`.

    Raises Refused, or a subclass, for all that can be told without asking the data.
    """
    try:
        compiled = _compiled(evolution, schema)
        return _assembled(evolution, schema, compiled)
    except Refused as error:
        error.within(f"evolution {evolution.name!r}")
        raise


def _compiled(evolution: Evolution, schema: Schema) -> list[tuple[Change, Parts]]:
    compiled = []
    claimed: dict[tuple[TableName, str], Change] = {}
    for change in in_order(evolution.changes):
        for written in change.tables:
            table = schema.table(written, change.title)
            check_table(table, schema, change.title)
            for column in change.claims:
                earlier = claimed.setdefault((table.name, column), change)
                if earlier is not change:
                    claimed_by = f"{table.name}.{column}" if column else str(table.name)
                    raise twice(earlier, change, claimed_by, evolution.name)
        parts = change.compile(schema, evolution.name)
        check_names((*parts.start, *parts.complete), schema, change.title)
        compiled.append((change, parts))
        schema = evolved(schema, parts, change)
    check_shared(compiled)
    return compiled


def _assembled(evolution: Evolution, schema: Schema, compiled: list[tuple[Change, Parts]]) -> Plan:
    tables = {
        schema.table(written).name: schema.table(written)
        for change, _ in compiled
        for written in change.tables
    }
    every = [parts for _, parts in compiled]
    trees = TreePlan.of(evolution.name, compiled, schema)
    tables |= {table.name: table for table in schema.tables if table.name in trees.sources}
    plans = {
        name: TablePlan.of(evolution.name, table, every, schema)
        for name, table in tables.items()
        if name not in trees.sources
    }
    namespaces = [
        _namespace(each, evolution.name, tables) for each in dict.fromkeys(name.schema for name in tables)
    ]
    redefined = DefinitionPlan.of(evolution.name, every, schema)
    redefined.check_privileges(schema)
    namespaces.extend(redefined.namespaces(namespaces))
    check_names(namespaces, schema, "namespace")

    structure = [step for parts in every for step in parts.start if not isinstance(step, SeedRows)]
    start: list[Step] = [*namespaces, *structure]
    lensed: tuple[LensPlan, ...] = (*plans.values(), trees)
    for each in lensed:
        start.extend(each.start())
    if not schema.traits.namespaces_stack:
        made = (table.name for parts in every for table in parts.made)
        start.extend(_others((*schema.relation_names, *made), tables, namespaces))
    private, shown = redefined.start(namespaces, [s for s in start if isinstance(s, PublishView)])
    start = [*private, *start, *shown]
    start.sort(key=lambda step: (_ORDER.index(step.phase), _rank(step)))
    claimed = {column: change.title for change, _ in compiled for column in change.claims}
    start.extend(
        plans[step.table].seed(step, change.title, claimed)
        for change, parts in compiled
        for step in parts.start
        if isinstance(step, SeedRows)
    )
    check_indexes(start)
    check_triggers(tables.values(), start)
    ending = [*redefined.retire(), *completed(every), *redefined.settle()]
    check_cascades(start, ending)
    if not schema.traits.views_follow:
        views = [step for step in start if isinstance(step, PublishView)]
        ending = [*ending, *republished(views, ending)]
    check_privileges(tuple(tables.values()), (*start, *ending), schema)
    back = way_back(
        evolution.name,
        tuple(plans.values()),
        trees,
        every,
        [*namespaces, *private],
        start,
        ending,
        tuple(redefined.purge()),
    )
    verify = tuple(compare for each in lensed for compare in each.compare())
    return Plan(
        evolution.name,
        evolution.summary,
        evolution.fingerprint,
        (*tables, *trees.targets),
        tuple(each.namespace for each in namespaces),
        tuple(check for parts in every for check in parts.checks),
        tuple(start),
        verify,
        (
            *verify,
            *stopped(every, [step for each in lensed for step in each.stop()], ending, schema),
        ),
        back.purge,
        back.revert,
        back.revert_purged,
        back.unsaid,
        tuple(count for each in lensed for count in each.writes()),
        tuple(
            dict.fromkeys((*(note for parts in every for note in parts.notes), *types_kept(every, schema)))
        ),
        tuple(tables.values()),
        tuple(evolution.accept.items()),
        schema.role.name,
        (*back.missing, *trees.missing()),
        (*back.missing_purged, *trees.missing()),
        tuple(lens for each in plans.values() for lens in each.lenses),
        trees.trees,
        schema.database,
        tuple(ask for parts in every for ask in parts.standing),
        schema.traits.ddl_together,
        redefined.names,
    )


def _others(
    every: Iterable[TableName], tables: Collection[TableName], namespaces: Iterable[CreateNamespace]
) -> Iterator[PublishView]:
    """The tables and views that it leaves alone, shown as they are: applications find nothing else there."""
    of = {each.schema: each.namespace for each in namespaces}
    for name in every:
        if name.schema in of and name not in tables and not names.is_reserved(name.name):
            yield PublishView(name, of[name.schema], ())


def _rank(step: Step) -> int:
    """The order within a phase: the rows that others refer to first, so that they go last; the sync last. No
    count comes after a comparison: that would be taken for what the comparison lets pass.
    """
    if isinstance(step, CountMoved | CreateTable | CreateTarget | SeedLookup):
        return 0
    return 2 if isinstance(step, InstallSync | HookTrees | PublishDefinition) else 1


def _namespace(schema_name: str, evolution: str, tables: dict[TableName, Table]) -> CreateNamespace:
    of_schema = [table for name, table in tables.items() if name.schema == schema_name]
    owners = {table.owner for table in of_schema}
    if len(owners) > 1:
        raise SchemaMismatch(
            f"the tables of schema {schema_name} have different owners: {', '.join(sorted(owners))}",
            place="namespace",
            remedy="give them one owner, or make one evolution for each owner's tables",
        )
    return CreateNamespace(
        schema_name, names.namespace(schema_name, evolution), of_schema[0].owner, of_schema[0].schema_readers
    )
