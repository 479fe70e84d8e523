"""Rows of the catalogue as the values that a `Schema` is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from crossfade.schema import Column, ForeignKey, Index, TableName, Trigger

KINDS = {
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


def kind(row: Row[Any]) -> str:
    """What the relation is, in words."""
    if row.relispartition:
        return "partition"  # its columns are its parent's
    return "table of a type" if row.typed else KINDS.get(row.relkind, row.relkind)


def column(row: Row[Any]) -> Column:
    """A column."""
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
        collation=row.collation,
    )


def index(row: Row[Any]) -> Index:
    """An index."""
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
        keys=tuple(row.keys),
        deferral=row.deferral,
        parts=tuple(TableName(*part) for part in row.parts),
    )


def key(columns: Sequence[Column], rows: Iterable[Row[Any]]) -> tuple[str, ...]:
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


def foreign_key(row: Row[Any]) -> ForeignKey:
    """A foreign key."""
    return ForeignKey(
        row.conname,
        TableName(row.schema, row.table),
        tuple(row.columns),
        TableName(row.target_schema, row.target_table),
        tuple(row.target_columns),
        _ACTIONS[row.confdeltype],
        row.definition,
        row.convalidated,
    )


def trigger(row: Row[Any]) -> Trigger:
    """A trigger."""
    timing = next((word for bit, word in _TIMING if row.tgtype & bit), "AFTER")
    return Trigger(
        row.tgname,
        timing,
        tuple(word for bit, word in _EVENTS if row.tgtype & bit),
        "row" if row.tgtype & 1 else "statement",
        row.function,
        enabled=row.tgenabled != "D",
    )
