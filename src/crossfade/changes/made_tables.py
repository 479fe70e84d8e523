"""A table that an evolution makes, as SQLAlchemy says it."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy.schema import CreateIndex as SqlIndex
from sqlalchemy.schema import CreateTable as SqlTable
from sqlalchemy.util import set_creation_order

from crossfade.changes.column_types import dialect_of, rendered, rendered_default, rendered_update
from crossfade.errors import EvolutionError
from crossfade.schema import Column, Index, Schema, Table, TableName
from crossfade.steps import CreateTable

_TEXTS = ("char", "varchar", "text")


def made(
    declared: sqlalchemy.Table, like: Table, schema: Schema, evolution: str, place: str
) -> tuple[Table, tuple[CreateTable]]:
    """The table as it will be, and the step that makes it, with the owner and the readers of `like`."""
    name = TableName(declared.schema or like.name.schema, declared.name)
    collation = _collation(declared, schema)
    columns = tuple(_column(each, schema, place, collation) for each in declared.columns)
    key = tuple(each.name for each in declared.primary_key.columns)
    if not key:
        raise EvolutionError(
            f"the table {name} has no primary key",
            place=place,
            remedy="give one of its columns primary_key=True",
        )
    indexes = [Index(f"{name.name}_pkey", key, unique=True, constraint="primary key")]
    indexes += [
        Index(
            str(each.name or ""),
            tuple(column.name for column in each.columns),
            unique=True,
            constraint="unique",
        )
        for each in sorted(declared.constraints, key=_said)
        if isinstance(each, sqlalchemy.UniqueConstraint)
    ]
    metadata = sqlalchemy.MetaData()
    for each in declared.metadata.tables.values():  # those that it refers to are looked up there
        each.to_metadata(metadata, schema=each.schema or name.schema)
    qualified = metadata.tables[f"{name.schema}.{name.name}"]
    # A copy has them in an order of its own, and a rollback keeps the table by its SQL.
    for constraint in sorted(qualified.constraints, key=_said):
        set_creation_order(constraint)
    own = {tuple(each.columns.keys()): each.name for each in declared.indexes}
    for index in qualified.indexes:  # one without a name of its own would be named after the schema as well
        index.name = own.get(tuple(index.columns.keys()), index.name)
    step = CreateTable(
        evolution,
        name,
        _sql(SqlTable(qualified), schema),
        tuple(sorted(_sql(SqlIndex(each), schema) for each in qualified.indexes)),
        like.owner,
        tuple(each for each in like.grants if each.column is None),
        schema.database,
    )
    return Table(name, columns, key=key, indexes=tuple(indexes), owner=like.owner), (step,)


def _sql(element: Any, schema: Schema) -> str:
    text = str(element.compile(dialect=dialect_of(schema)))
    return " ".join(text.split()) if "'" not in text else text.strip()


def _said(constraint: sqlalchemy.Constraint) -> tuple[str, ...]:
    """What tells a table's constraints apart."""
    columns = ",".join(each.name for each in getattr(constraint, "columns", ()))
    return (type(constraint).__name__, str(constraint.name), columns, str(getattr(constraint, "sqltext", "")))


def _collation(declared: sqlalchemy.Table, schema: Schema) -> str | None:
    """What its texts have where they say nothing: a column that refers to one needs just that."""
    said = {option: declared.kwargs.get(f"{schema.database}_{option}") for option in ("collate", "charset")}
    return str(said["collate"]) if said["collate"] else None if said["charset"] else schema.collation


def _column(
    column: sqlalchemy.Column[Any], schema: Schema, place: str, of_table: str | None = None
) -> Column:
    type_, collation = rendered(column.type, schema, place)
    if collation is None and type_.lower().startswith(_TEXTS) and "CHARACTER SET" not in type_.upper():
        collation = of_table
    of_database = column.identity is not None or (
        column.primary_key
        and column.autoincrement in {True, "auto"}
        and type_.removesuffix(" UNSIGNED") in {"INTEGER", "BIGINT", "SMALLINT", "MEDIUMINT", "TINYINT"}
    )
    return Column(
        column.name,
        type_.lower(),
        bool(column.nullable),
        rendered_default(column, schema, place),
        identity="by default" if of_database else "",
        comment=column.comment,
        collation=collation,
        on_update=rendered_update(column, schema, place),
    )
