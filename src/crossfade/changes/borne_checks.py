"""Checks that columns bear: where no check can be validated later, one comes without a look at the rows only
as part of a column, whose name it has.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.schema import Check, Column, Schema, Table
from crossfade.steps import AddCheck, DropCheck, RenameCheck, Step, ValidateCheck


def borne_by(table: Table, column: Column, schema: Schema) -> tuple[Check, ...]:
    """The checks that the column bears."""
    if schema.traits.validates_later:
        return ()
    return tuple(each for each in table.checks if _bearer(table, each) == column)


def taken_off(table: Table, column: Column, schema: Schema) -> Iterator[DropCheck]:
    """What takes every check off that is about the column.

    One with a name of its own goes by that name, and comes back as one that `column` bears: what takes it off
    from there, should it have come back, is beside it.
    """
    checks = [each for each in table.checks if column.name in each.columns]
    if schema.traits.validates_later:
        yield from (DropCheck(table.name, each) for each in checks)
        return
    yield from (DropCheck(table.name, each) for each in checks if _bearer(table, each) is None)
    bearers = [_bearer(table, each) or column for each in checks]
    for number, (check, bearer) in enumerate(zip(checks, bearers, strict=True), 1):
        later = zip(checks[number:], bearers[number:], strict=True)
        beside = tuple(each for each, other in later if other == bearer)
        yield DropCheck(table.name, check, bearer, beside)


def nameless(table: Table, column: Column, schema: Schema) -> tuple[str, ...]:
    """Notes of checks about the column that lose their names on the way."""
    return tuple(
        f"check {each.name} becomes a part of its column, without a name of its own: {schema.database} adds "
        "no other without reading every row under a lock"
        for each in table.checks
        if column.name in each.columns and _bearer(table, each) is None and not schema.traits.validates_later
    )


def added(
    table: Table,
    check: Check,
    bearer: Column,
    beside: tuple[Check, ...],
    schema: Schema,
    *,
    validated: bool = True,
) -> tuple[Step, ...]:
    """What adds a check about `bearer`, a column of the evolution's own that bears those `beside` already."""
    if schema.traits.validates_later:
        add, look = AddCheck(table.name, check), ValidateCheck(table.name, check.name)
    else:
        add = AddCheck(table.name, check, bearer, beside)
        look = ValidateCheck(table.name, check.name, check)
    return (add, look) if validated else (add,)


def renamed(table: Table, check: str, to: str, schema: Schema) -> RenameCheck:
    """What gives such a check the name of another one."""
    return RenameCheck(table.name, check, to, borne=not schema.traits.validates_later)


def _bearer(table: Table, check: Check) -> Column | None:
    return table.find(check.name) if check.name in check.columns else None
