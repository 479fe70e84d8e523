"""Whether a schema is fit for a plan: what can be refused before any statement, for every change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossfade import names
from crossfade.errors import MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.names import JOURNAL
from crossfade.schema import Schema, Table, TableName
from crossfade.steps import (
    AddCheck,
    AddColumn,
    CreateIndex,
    CreateNamespace,
    InstallCascade,
    InstallSync,
    RenameColumn,
    RenameIndex,
    RenameTable,
    Step,
)

_KINDS = ("table", "partitioned table")
_FREE = "rename what holds it now: the old version needs the name"
_LAST = "~crossfade_"  # what the names of our triggers begin with


def check_table(table: Table, schema: Schema, place: str) -> None:
    """Raises Refused where the table itself can't be evolved."""
    if table.kind not in _KINDS:
        remedy = "name the partitioned table" if table.kind == "partition" else "name a table"
        raise Unsupported(f"{table.name} is a {table.kind}, not a table", place=place, remedy=remedy)
    if table.inherits:
        raise Unsupported(
            f"{table.name} takes part in table inheritance",
            place=place,
            remedy="partitioned tables are supported, INHERITS is not",
        )
    if not table.key:
        raise SchemaMismatch(
            f"table {table.name} has no key: no primary key, and no unique index over NOT NULL columns",
            place=place,
            remedy="add a primary key first, so that rows can be copied, compared and named",
        )
    if table.row_security and schema.version < (15,):
        raise Unsupported(
            f"{table.name} has row-level security, which views keep from PostgreSQL 15 on only",
            place=place,
            remedy="upgrade the server, or evolve this table without its policies",
        )


def check_names(steps: Iterable[Step], schema: Schema, place: str) -> None:
    """Raises SchemaMismatch where a name that the steps would make is taken already."""
    tables = {table.name: table for table in schema.tables}
    for step in steps:
        match step:
            case CreateNamespace():
                if step.namespace in schema.schema_names:
                    _taken(f"schema {step.namespace!r}", place, "drop or rename it, or rename the evolution")
            case CreateIndex():
                _check_index(step.table, step.index.name, schema, place)
                _check_parts(step.partitions, step.index.name, schema, place)
            case RenameIndex():
                _check_parts(step.partitions, step.to, schema, place)
            case AddColumn():
                _check_column(tables[step.table], step.column.name, place)
            case RenameTable():
                _check_relation(step.to, schema, place)
            case AddCheck():
                if any(check.name == step.check.name for check in tables[step.table].checks):
                    _taken(
                        f"check {step.check.name!r} of {step.table}", place, "drop or rename that check first"
                    )


def check_names_back(steps: Iterable[Step], schema: Schema, place: str) -> None:
    """Raises SchemaMismatch where a name that `revert` gives back has been taken since `complete`."""
    relations = set(schema.relation_names)
    columns = {table.name: {each.name for each in table.columns} for table in schema.tables}
    for step in steps:
        if isinstance(step, RenameTable):
            if step.to in relations:
                _taken(f"the name {step.to.name!r} in schema {step.to.schema}", place, _FREE)
            columns[step.to] = columns.pop(step.table, set())
        if isinstance(step, RenameColumn):
            held = columns.get(step.table, set())
            if step.to in held:
                _taken(f"column {step.table}.{step.to}", place, _FREE)
            columns[step.table] = held - {step.column} | {step.to}


def _check_relation(name: TableName, schema: Schema, place: str) -> None:
    # A table's name is that of the type of its rows as well.
    types = {TableName(each.schema, each.name) for each in schema.enums}
    if name in schema.relation_names or name in types:
        remedy = "rename what holds it, or choose another name"
        _taken(f"the name {name.name!r} in schema {name.schema}", place, remedy)


def _check_index(of: TableName, name: str, schema: Schema, place: str) -> None:
    if TableName(of.schema, name) in schema.relation_names:
        _taken(f"the name {name!r} in schema {of.schema}", place, "rename what holds it")


def _check_parts(partitions: Sequence[TableName], index: str, schema: Schema, place: str) -> None:
    """The names of the index's parts; those that it has already are its own."""
    own = {part for table in schema.tables for each in table.indexes for part in each.parts}
    for number, each in enumerate(partitions, 1):
        name = names.of_partition(index, number)
        if TableName(each.schema, name) not in own:
            _check_index(each, name, schema, place)


def _check_column(table: Table, column: str, place: str) -> None:
    if names.is_system_column(column):
        _taken(f"system column {column!r}", place, "choose another name")
    if table.find(column) is not None:
        _taken(f"column {table.name}.{column}", place, "drop or rename that column first")


def check_triggers(tables: Iterable[Table], steps: Iterable[Step]) -> None:
    """Raises Unsupported where a trigger could change a row after the sync has seen it."""
    synced = {step.table for step in steps if isinstance(step, InstallSync) and step.lenses}
    for table in tables:
        late = [each.name for each in table.triggers if each.may_change_rows and each.name > _LAST]
        if late and table.name in synced:
            raise Unsupported(
                f"trigger {late[0]!r} of {table.name} would fire after those of Crossfade, which must see "
                "what it makes of a row: triggers fire in the order of their names",
                place=f"table {table.name}",
                remedy=f"ALTER TRIGGER … RENAME TO a name that sorts before {_LAST!r}, as any word does",
            )


def check_cascades(start: Iterable[Step], ending: Iterable[Step]) -> None:
    """Raises Unsupported where `complete` gives another name to what a soft-delete cascade speaks of."""
    later = list(ending)
    for step in start:
        if not isinstance(step, InstallCascade):
            continue
        cascade = step.cascade
        columns = {(cascade.parent, each) for each in (cascade.key.name, cascade.flag, cascade.at[0].name)}
        of_child = (cascade.column.name, cascade.flag, cascade.at[1].name)
        columns |= {(cascade.child, each) for each in (*of_child, *(key.name for key in cascade.child_key))}
        for other in later:
            moved = other.moves is not None and other.moves[0] in {cascade.parent, cascade.child}
            if moved or (isinstance(other, RenameColumn) and (other.table, other.column) in columns):
                raise Unsupported(
                    f"{other.title}: the soft delete of {cascade.child} with {cascade.parent} speaks of "
                    "it by its old name",
                    place=f"table {cascade.child}",
                    remedy="make them two evolutions, the new names first",
                )


def check_indexes(steps: Iterable[Step]) -> None:
    """Raises SchemaMismatch where two indexes that the steps would build have one name."""
    built: dict[TableName, TableName] = {}
    for step in steps:
        if isinstance(step, CreateIndex):
            name = TableName(step.table.schema, step.index.name)
            if name in built:
                raise SchemaMismatch(
                    f"two indexes would be named {step.index.name!r}: of {built[name]} and of {step.table}",
                    place="index",
                    remedy="build one of them after the evolution, under a name of its own",
                )
            built[name] = step.table


def check_privileges(tables: Sequence[Table], steps: Sequence[Step], schema: Schema) -> None:
    """Raises MissingPrivilege for what the role would need and does not have."""
    role = schema.role
    if schema.read_only:
        raise Unsupported(
            "the server is a standby, or reads only", place="server", remedy="connect to the primary"
        )
    for table in tables:
        if not table.owned:
            raise _not_owned(table, role.name)
        if table.hides_rows:
            raise MissingPrivilege(
                f"row-level security of {table.name} is forced, and may hide rows from role {role.name!r}",
                place=f"table {table.name}",
                remedy="connect as a role with BYPASSRLS, or ALTER TABLE … NO FORCE ROW LEVEL SECURITY",
            )
    for kind, what in ((CreateIndex, "create indexes"), (RenameTable, "rename tables")):
        needed = {step.locks[0].schema for step in steps if isinstance(step, kind)}
        for name in sorted(needed - set(role.creates_in)):
            raise MissingPrivilege(
                f"role {role.name!r} may not {what} in schema {name!r}",
                place=f"schema {name}",
                remedy=f"GRANT CREATE ON SCHEMA {name} TO {role.name}",
            )
    if not role.may_create_schema:
        raise MissingPrivilege(
            f"role {role.name!r} may not create schemas, which the new version and the journal "
            f"(schema {JOURNAL!r}) live in",
            place="database",
            remedy=f"GRANT CREATE ON DATABASE … TO {role.name}",
        )


def _not_owned(table: Table, role: str) -> MissingPrivilege:
    place = f"table {table.name}"
    if not table.owner:  # a database without owners: what is missing is a privilege
        return MissingPrivilege(
            f"{role} lacks a privilege on {table.name}, or may not make triggers while there is a binary log",
            place=place,
            remedy=f"GRANT ALL ON {table.name.schema}.* TO {role}; with a binary log, SET GLOBAL "
            "log_bin_trust_function_creators = ON",
        )
    return MissingPrivilege(
        f"role {role!r} may not alter {table.name}, which {table.owner!r} owns",
        place=place,
        remedy=f"connect as {table.owner!r}, or GRANT {table.owner} TO {role}",
    )


def _taken(what: str, place: str, remedy: str) -> None:
    raise SchemaMismatch(f"{what} exists already", place=place, remedy=remedy)
