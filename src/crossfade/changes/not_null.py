"""NOT NULL for a column, as little in anybody's way as the database can do it."""

from __future__ import annotations

from dataclasses import replace

from crossfade import expressions
from crossfade.schema import Check, Column, Schema, TableName
from crossfade.steps import AddCheck, SetNotNull, Step, ValidateCheck


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
