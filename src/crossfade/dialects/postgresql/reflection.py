"""PostgreSQL's catalogue read into a `Schema`. Nothing is written, and the session is left as it was.

Types, defaults and conditions are read with an empty search path, so that every name in them is
qualified and means the same in any session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, text

from crossfade.dialects.postgresql import catalogue, defined, dependents, rows_read
from crossfade.names import split_table
from crossfade.schema import (
    WHOLE_TABLE,
    Check,
    Column,
    Dependent,
    Draft,
    EnumType,
    Grant,
    Role,
    Schema,
    Table,
    TableName,
)


def reflect(
    connection: Connection, written: Iterable[str], version: tuple[int, ...], drafts: Sequence[Draft] = ()
) -> Schema:
    """The schema around the tables that `written` names (as a user writes them), with the functions and views
    that bear the names of `drafts`.

    A name that no table has is left out: the plan tells the user, with the nearest name.
    """
    path = tuple(connection.execute(text(catalogue.SEARCH_PATH)).scalar_one())
    previous = connection.execute(text("SELECT pg_catalog.current_setting('search_path')")).scalar_one()
    connection.execute(text("SELECT pg_catalog.set_config('search_path', '', false)"))
    schema = _reflect(connection, tuple(written), path, version)
    homes = [
        (TableName(place, each.name), each.kind)
        for each in drafts
        for place in ((each.schema,) if each.schema else path)
    ]
    schema = replace(schema, definitions=defined.definitions(connection, homes))
    # Not where a statement failed: nothing could be set then, and that would hide the failure.
    connection.execute(text("SELECT pg_catalog.set_config('search_path', :path, false)"), {"path": previous})
    return schema


def _reflect(
    connection: Connection, written: Sequence[str], path: tuple[str, ...], version: tuple[int, ...]
) -> Schema:
    relations = [
        (TableName(row.nspname, row.relname), row.relkind, row.oid)
        for row in connection.execute(text(catalogue.RELATIONS))
    ]
    found: dict[TableName, int] = {}
    for each in written:
        schema, name = split_table(each)
        wanted = [TableName(place, name) for place in ((schema,) if schema else path)]
        for candidate in wanted:
            oid = next(
                (oid for known, kind, oid in relations if known == candidate and kind in rows_read.KINDS),
                None,
            )
            if oid is not None:
                found[candidate] = oid
                break
    oids = list(found.values())
    reader = _Reader(connection, oids, version)
    role = connection.execute(text(catalogue.ROLE_15 if version >= (15,) else catalogue.ROLE)).one()
    return Schema(
        database="postgresql",
        version=version,
        tables=tuple(reader.table(name, oid) for name, oid in found.items()),
        enums=tuple(
            EnumType(row.nspname, row.typname, tuple(row.labels))
            for row in connection.execute(text(catalogue.ENUMS))
        ),
        enum_columns=tuple(
            ((row.enum_schema, row.enum_name), TableName(row.nspname, row.relname), row.attname)
            for row in connection.execute(text(catalogue.ENUM_COLUMNS))
        ),
        search_path=path,
        table_names=tuple(name for name, kind, _ in relations if kind in {"r", "p"}),
        schema_names=tuple(connection.execute(text("SELECT nspname FROM pg_catalog.pg_namespace")).scalars()),
        relation_names=tuple(name for name, _, _ in relations),
        role=Role(
            role.name,
            superuser=role.superuser,
            may_create_schema=role.may_create_schema,
            may_skip_triggers=role.may_skip_triggers,
            creates_in=tuple(role.creates_in),
        ),
        read_only=role.read_only,
        volatile_functions=tuple(connection.execute(text(catalogue.VOLATILE)).scalars()),
        cascades=tuple(
            (TableName(row.parent_schema, row.parent), TableName(row.child_schema, row.child))
            for row in connection.execute(text(catalogue.CASCADES))
        ),
    )


class _Reader:
    """The catalogue's rows about some tables, and how they become values."""

    def __init__(self, connection: Connection, oids: Sequence[int], version: tuple[int, ...]) -> None:
        def rows(query: str) -> list[Row[Any]]:
            return list(connection.execute(text(query), {"oids": list(oids)})) if oids else []

        self.tables = {
            row.oid: row for row in rows(catalogue.TABLES_16 if version >= (16,) else catalogue.TABLES)
        }
        self.columns = rows(catalogue.COLUMNS)
        self.indexes = rows(catalogue.INDEXES)
        self.checks = rows(catalogue.CHECKS)
        self.foreign_keys = rows(catalogue.FOREIGN_KEYS)
        self.triggers = rows(catalogue.TRIGGERS)
        self.dependents = rows(dependents.DEPENDENTS)
        self.partitions = rows(catalogue.PARTITIONS)
        self.grants = rows(catalogue.GRANTS)
        self.local = rows(dependents.LOCAL)
        self.functions = rows(catalogue.FUNCTIONS)

    def table(self, name: TableName, oid: int) -> Table:
        row = self.tables[oid]
        columns = tuple(rows_read.column(each) for each in self.columns if each.attrelid == oid)
        indexes = tuple(rows_read.index(each) for each in self.indexes if each.indrelid == oid)
        keys = tuple(rows_read.foreign_key(each) for each in self.foreign_keys)
        return Table(
            name,
            columns,
            key=rows_read.key(columns, [each for each in self.indexes if each.indrelid == oid]),
            indexes=indexes,
            checks=tuple(
                Check(each.conname, each.expression, tuple(each.columns), each.convalidated)
                for each in self.checks
                if each.conrelid == oid
            ),
            foreign_keys=tuple(each for each in keys if each.table == name),
            referenced_by=tuple(each for each in keys if each.target == name),
            triggers=tuple(rows_read.trigger(each) for each in self.triggers if each.tgrelid == oid),
            dependents=(
                *(
                    Dependent(each.kind, each.name, each.column)
                    for each in self.dependents
                    if each.oid == oid
                ),
                *self._mentions(name, oid, columns),
            ),
            local=tuple(
                Dependent(each.kind, each.name, each.column) for each in self.local if each.oid == oid
            ),
            kind=rows_read.kind(row),
            partition_key=tuple(row.partition_key),
            partitions=tuple(
                TableName(each.nspname, each.relname) for each in self.partitions if each.root == oid
            ),
            inherits=row.inherits,
            row_security=row.relrowsecurity,
            hides_rows=row.hides_rows,
            rows=max(int(row.rows), 0),
            row_bytes=row.row_bytes,
            owner=row.owner,
            owned=row.owned,
            grants=tuple(
                Grant(each.privilege_type, each.grantee, each.is_grantable, each.attname)
                for each in self.grants
                if each.oid == oid
            ),
            schema_owner=row.schema_owner,
            schema_readers=tuple(row.schema_readers),
            comment=row.comment,
        )

    def _mentions(self, name: TableName, oid: int, columns: Sequence[Column]) -> Iterable[Dependent]:
        """Functions whose text speaks of the table, or of a column: the catalogue tracks no body."""
        for function in self.functions:
            words = set(re.findall(r"\w+", function.prosrc))
            if name.name in words:
                yield Dependent("function", function.name, WHOLE_TABLE)
            if name.name in words or oid in function.triggers_on:
                for column in columns:
                    if column.name in words:
                        yield Dependent("function", function.name, column.name)
