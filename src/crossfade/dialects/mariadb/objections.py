"""What the server says against an expression, an index or a foreign key, told to the user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb import faults, references, tried_indexes
from crossfade.dialects.mariadb.quoting import literal
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.errors import MissingPrivilege, Refused, SchemaMismatch
from crossfade.expressions import called, pointed
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, Statement

_NO_PRIVILEGE = frozenset({1044, 1045, 1142, 1143, 1227, 1370})
_MANY = {
    1111: "an aggregate can't give one row its value",
    1241: "it is several values, and not one",
    1242: "a subquery gives several rows, and not one value",
    4015: "a window function can't give one row its value",
}
_NO_FUNCTION = frozenset({1305, 1630})
_ELSE = {
    False: "make it the column's server_default; fill= is for expressions that can be compared",
    True: "leave backward= out, and make it the column's default first",
}
_PLACE = re.compile(r" for column \S*_crossfade_value\S*( at row \d+)?")
_VOLATILE = "UNCACHEABLE SUBQUERY"


def objection(
    connection: Connection, step: AskExpression | AskForeignKey | AskIndex, server: Server
) -> Refused | None:
    """Why the server would not take what `step` asks for; None where it would."""
    if isinstance(step, AskForeignKey):
        return references.objection(connection, step)
    if isinstance(step, AskIndex):
        return tried_indexes.objection(connection, step.table, step.index, step.columns, server)
    return _of_value(connection, step, server)


def _of_value(connection: Connection, step: AskExpression, server: Server) -> Refused | None:
    functions = _changing(connection, step)
    if functions and not step.expression.volatile:
        return _volatile(step, functions)
    for statement in render(step, server):
        try:
            rows = _execute(connection, statement)
        except DBAPIError as error:
            if faults.number(error) in faults.PASSING or error.connection_invalidated:
                raise
            return _told(step, error, assigned=not statement.sql.startswith("EXPLAIN"))
        if any(_VOLATILE in map(str, row) for row in rows) and not step.expression.volatile:
            return _volatile(step, ())
    return None


def _told(step: AskExpression, error: DBAPIError, *, assigned: bool) -> Refused:
    number, fact = faults.number(error), faults.message(error)
    shown = pointed(step.expression.text, None)
    if number in _MANY:
        return SchemaMismatch(f"{_MANY[number]}{shown}", remedy="use an expression of the row's own columns")
    if assigned:
        why = _PLACE.sub("", fact)
        remedy = f"mend the expression, or give the column another type than {step.type}"
        return SchemaMismatch(f"it can't be stored as {step.type}: {why}{shown}", remedy=remedy)
    if number in _NO_PRIVILEGE:
        return MissingPrivilege(f"{fact}{shown}", remedy="GRANT it to the account that runs Crossfade")
    if number in _NO_FUNCTION:
        return SchemaMismatch(f"{fact}{shown}", remedy="mend the name, or what it is given")
    return SchemaMismatch(f"{fact}{shown}", remedy="mend the expression")


def _volatile(step: AskExpression, functions: Sequence[str]) -> Refused:
    """The error for an expression that differs at each call, and for the function in it that does."""
    if not functions:
        return SchemaMismatch(
            f"it gives another value at each call{pointed(step.expression.text, None)}",
            remedy=_ELSE[step.given == "backward"],
        )
    name = functions[0]
    at = called(step.expression.text, step.expression.dialect).get(name.lower())
    return SchemaMismatch(
        f"{name}() gives another value at each call: it is NOT DETERMINISTIC"
        f"{pointed(step.expression.text, at)}",
        remedy=f"where that is not so, make it DETERMINISTIC; else {_ELSE[step.given == 'backward']}",
    )


def _changing(connection: Connection, step: AskExpression) -> list[str]:
    """The users' functions that the expression calls and that may differ at each call."""
    names = called(step.expression.text, step.expression.dialect)
    if not names:
        return []
    listed = ", ".join(map(literal, names))
    query = (
        "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'FUNCTION' "
        f"AND IS_DETERMINISTIC = 'NO' AND ROUTINE_SCHEMA = {literal(step.table.schema)} "
        f"AND LOWER(ROUTINE_NAME) IN ({listed}) ORDER BY ROUTINE_NAME"
    )
    return [str(row[0]) for row in _execute(connection, Statement(query))]


def _execute(connection: Connection, statement: Statement) -> Sequence[Any]:
    result = connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})
    return result.all() if result.returns_rows else ()
