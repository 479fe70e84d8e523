"""Planning: an evolution and a reflected schema become a plan. Pure: nothing is executed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from crossfade import names
from crossfade.changes import Change, Parts
from crossfade.composition import check_shared, completed, evolved, in_order, republished, stopped
from crossfade.definition_plan import DefinitionPlan
from crossfade.errors import Refused, SchemaMismatch
from crossfade.evolution import Evolution, twice
from crossfade.fitness import (
    check_cascades,
    check_indexes,
    check_names,
    check_privileges,
    check_table,
    check_triggers,
)
from crossfade.lens_plan import LensPlan
from crossfade.phases import Phase
from crossfade.plan import Plan
from crossfade.schema import Schema, Table, TableName
from crossfade.seeds import seeded
from crossfade.steps import (
    CountMoved,
    CreateNamespace,
    CreateTable,
    CreateTarget,
    HookTrees,
    InstallSync,
    PublishDefinition,
    PublishView,
    SeedLookup,
    SeedRows,
    Step,
)
from crossfade.table_plan import TablePlan
from crossfade.tree_plan import TreePlan
from crossfade.way_back import types_kept, way_back

_ORDER = tuple(Phase)


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
        seeded(plans[step.table], step, change.title, claimed)
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
