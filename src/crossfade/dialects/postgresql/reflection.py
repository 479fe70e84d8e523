"""PostgreSQL's catalogue read into a `Schema`. Nothing is written, and the session is left as it was.

Types, defaults and conditions are read with an empty search path, so that every name in them is
qualified and means the same in any session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from crossfade.dialects.postgresql import catalogue
from crossfade.names import split_table
from crossfade.schema import (
    Check,
    Column,
    Dependent,
    EnumType,
    ForeignKey,
    Grant,
    Index,
    Role,
    Schema,
    Table,
    TableName,
    Trigger,
)

_KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_CONSTRAINTS = {"p": "primary key", "u": "unique", "x": "exclusion"}
_IDENTITY = {"a": "always", "d": "by default"}
_TIMING = ((2, "BEFORE"), (64, "INSTEAD OF"))
_EVENTS = ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE"))


def reflect(connection: Connection, written: Iterable[str], version: tuple[int, ...]) -> Schema:
    """The schema around the tables that `written` names (as a user writes them).

    A name that no table has is left out: the plan tells the user, with the nearest name.
    """
    path = tuple(connection.execute(text(catalogue.SEARCH_PATH)).scalar_one())
    previous = connection.execute(text("SELECT pg_catalog.current_setting('search_path')")).scalar_one()
    connection.execute(text("SELECT pg_catalog.set_config('search_path', '', false)"))
    try:
        return _reflect(connection, tuple(written), path, version)
    finally:
        connection.execute(
            text("SELECT pg_catalog.set_config('search_path', :path, false)"), {"path": previous}
        )


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
            oid = next((oid for known, kind, oid in relations if known == candidate and kind in _KINDS), None)
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
        self.dependents = rows(catalogue.DEPENDENTS)
        self.partitions = rows(catalogue.PARTITIONS)
        self.grants = rows(catalogue.GRANTS)
        self.functions = rows(catalogue.FUNCTIONS)

    def table(self, name: TableName, oid: int) -> Table:
        row = self.tables[oid]
        columns = tuple(_column(each) for each in self.columns if each.attrelid == oid)
        indexes = tuple(_index(each) for each in self.indexes if each.indrelid == oid)
        keys = tuple(_foreign_key(each) for each in self.foreign_keys)
        return Table(
            name,
            columns,
            key=_key(columns, [each for each in self.indexes if each.indrelid == oid]),
            indexes=indexes,
            checks=tuple(
                Check(each.conname, each.expression, tuple(each.columns), each.convalidated)
                for each in self.checks
                if each.conrelid == oid
            ),
            foreign_keys=tuple(each for each in keys if each.table == name),
            referenced_by=tuple(each for each in keys if each.target == name),
            triggers=tuple(_trigger(each) for each in self.triggers if each.tgrelid == oid),
            dependents=(
                *(
                    Dependent(each.kind, each.name, each.column)
                    for each in self.dependents
                    if each.oid == oid
                ),
                *self._mentions(name, oid, columns),
            ),
            kind=_kind(row),
            partition_key=tuple(row.partition_key),
            partitions=tuple(
                TableName(each.nspname, each.relname) for each in self.partitions if each.root == oid
            ),
            inherits=row.inherits,
            row_security=row.relrowsecurity,
            hides_rows=row.hides_rows,
            rows=max(int(row.rows), 0),
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
        """Functions whose text speaks of a column: the catalogue does not track what a body uses."""
        for function in self.functions:
            words = set(re.findall(r"\w+", function.prosrc))
            if name.name in words or oid in function.triggers_on:
                for column in columns:
                    if column.name in words:
                        yield Dependent("function", function.name, column.name)


def _kind(row: Row[Any]) -> str:
    if row.relispartition:
        return "partition"  # its columns are its parent's
    return "table of a type" if row.typed else _KINDS.get(row.relkind, row.relkind)


def _column(row: Row[Any]) -> Column:
    return Column(
        row.attname,
        row.type,
        nullable=not row.attnotnull,
        default=None if row.attgenerated else row.default,
        generated=row.default if row.attgenerated else None,
        identity=_IDENTITY.get(row.attidentity, ""),
        enum=(row.enum_schema, row.enum_name) if row.enum_name else None,
        wraps=row.wraps,
        comment=row.comment,
    )


def _index(row: Row[Any]) -> Index:
    return Index(
        row.relname,
        tuple(row.columns),
        row.amname,
        unique=row.indisunique,
        options=tuple(row.options),
        include=tuple(row.include),
        predicate=row.predicate,
        predicate_columns=tuple(row.predicate_columns),
        expressions=row.expressions,
        constraint=_CONSTRAINTS.get(row.contype or "", ""),
        valid=row.indisvalid,
        storage=row.storage,
        nulls_not_distinct=row.nulls_not_distinct,
    )


def _key(columns: Sequence[Column], rows: Iterable[Row[Any]]) -> tuple[str, ...]:
    """The primary key, or the narrowest unique index that can name every row."""
    required = {column.name for column in columns if not column.nullable}
    candidates = [
        row
        for row in rows
        if row.indisunique
        and row.indisvalid
        and row.indimmediate
        and row.predicate is None
        and not row.expressions
        and required.issuperset(row.columns)
    ]
    candidates.sort(key=lambda row: (not row.indisprimary, len(row.columns), row.relname))
    return tuple(candidates[0].columns) if candidates else ()


def _foreign_key(row: Row[Any]) -> ForeignKey:
    return ForeignKey(
        row.conname,
        TableName(row.schema, row.table),
        tuple(row.columns),
        TableName(row.target_schema, row.target_table),
        tuple(row.target_columns),
        _ACTIONS[row.confdeltype],
    )


def _trigger(row: Row[Any]) -> Trigger:
    timing = next((word for bit, word in _TIMING if row.tgtype & bit), "AFTER")
    return Trigger(
        row.tgname,
        timing,
        tuple(word for bit, word in _EVENTS if row.tgtype & bit),
        "row" if row.tgtype & 1 else "statement",
        row.function,
        enabled=row.tgenabled != "D",
    )
