"""NOT NULL for a column, as little in anybody's way as the database can do it."""

from __future__ import annotations

from dataclasses import replace

from crossfade import expressions
from crossfade.errors import SchemaMismatch
from crossfade.schema import Check, Column, Schema, TableName
from crossfade.steps import AddCheck, SetNotNull, Step, ValidateCheck


def takes_null(table: TableName, old: Column, given: bool | None, place: str) -> bool:
    """Whether the successor of `old` takes NULL: as it is `given`, or as `old` does.

    Raises SchemaMismatch where a NULL of the old column would have no place in it.
    """
    nullable = old.nullable if given is None else given
    if old.nullable and not nullable:
        raise SchemaMismatch(
            f"{table}.{old.name} may be NULL and its successor may not",
            place=place,
            remedy="say nullable=True, or make the old column NOT NULL first",
        )
    return nullable


def not_null(
    table: TableName,
    column: Column,
    proof: str,
    schema: Schema,
    *,
    standing: bool = False,
    checks: tuple[Check, ...] = (),
) -> tuple[Step, ...]:
    """By way of a check, `proof`: what that has validated, the server need not scan under a strong lock.
    Where a check can't be validated later, at once: then `column` is the whole of it, which bears `checks`.
    """
    if not schema.traits.validates_later:
        return (SetNotNull(table, column.name, "", standing, replace(column, nullable=False), checks),)
    holds = Check(proof, expressions.not_null(column.name, schema.database), (column.name,))
    return (
        AddCheck(table, holds),
        ValidateCheck(table, proof),
        SetNotNull(table, column.name, proof, standing),
    )
