"""What is asked of the data and of the server before the first statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from crossfade.dialects import SchemaDialect
from crossfade.errors import Refused, SchemaMismatch
from crossfade.plan import Plan
from crossfade.schema import Table
from crossfade.session import execute
from crossfade.steps import (
    AskExpression,
    AskForeignKey,
    AskIndex,
    CountBarred,
    CountBlind,
    CountDuplicates,
    Counted,
    CountLookups,
    CountNulls,
    CountOrphans,
    CountOthers,
    CountStray,
    CountUnmapped,
    Step,
)


def demand_answers(plan: Plan, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises Refused where rows hold what has no mapping, or the server would not take an expression."""
    place = f"evolution {plan.evolution!r}"
    for check in plan.checks:
        match check:
            case AskExpression():
                _demand_value(check, dialect, place)
            case CountUnmapped():
                _demand_mapped(check, dialect, connection, place)
            case AskForeignKey() | AskIndex():
                _demand_structure(check, dialect, place)
            case CountBarred() | CountBlind() | CountDuplicates() | CountNulls() | CountOrphans():
                demand_none(check, dialect, connection, place)
            case CountLookups() | CountOthers():
                demand_none(check, dialect, connection, place)


def demand_passable(plan: Plan, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises Refused where the server could not go through with the plan: to both versions live and back, and
    to the new one alone and back.
    """
    walks = (
        (*plan.start, *plan.rollback()),
        (*plan.start, *plan.complete, *plan.purge),
        (*plan.start, *plan.complete, *plan.revert),
    )
    demand_walks(walks, plan.before, dialect, connection, f"evolution {plan.evolution!r}")


def demand_walks(
    walks: Sequence[Sequence[Step]],
    tables: Sequence[Table],
    dialect: SchemaDialect,
    connection: Connection,
    place: str,
) -> None:
    """Raises Refused where the server could not go through with the walks, on tables as these are."""
    try:
        hindrance = dialect.hindrance(connection, walks, tables)
    except Refused as error:
        error.within(place)
        raise
    if hindrance is not None:
        raise hindrance.within(place)


def demand_none(
    check: Counted | CountLookups | CountOthers | CountStray,
    dialect: SchemaDialect,
    connection: Connection,
    place: str,
) -> None:
    """Raises SchemaMismatch where the check finds what must not be there."""
    (statement,) = dialect.render(check)
    found = [tuple(row) for row in execute(connection, statement)]
    if found:
        raise check.told(found).within(place)


def _demand_structure(check: AskForeignKey | AskIndex, dialect: SchemaDialect, place: str) -> None:
    with dialect.engine.connect() as apart:  # rolled back at its end
        objection = dialect.objection(apart, check)
    if objection is not None:
        objection.place = f"{place}, {check.change}"
        raise objection


def _demand_value(check: AskExpression, dialect: SchemaDialect, place: str) -> None:
    # On a connection of its own: its transaction is read-only, and may fail.
    with dialect.engine.connect() as apart:
        objection = dialect.objection(apart, check)
    if objection is not None:
        objection.place = f"{place}, {check.change}, {check.given} of {check.table}.{check.column}"
        raise objection


def _demand_mapped(check: CountUnmapped, dialect: SchemaDialect, connection: Connection, place: str) -> None:
    (statement,) = dialect.render(check)
    counts: dict[str, int] = {row.value: row.rows for row in execute(connection, statement)}
    found = tuple(dict.fromkeys((*check.labels, *counts)))
    if not found:
        return
    listed = ", ".join(f"{label!r} ({counts.get(label, 0)} rows)" for label in found)
    mapped = "add them to values=, or leave values= out to keep every value as it is"
    raise SchemaMismatch(
        f"values without a mapping: {listed}",
        place=f"{place}, {check.change}",
        remedy=mapped if check.labels else "it is no label of the enum: give these rows one first",
    )
