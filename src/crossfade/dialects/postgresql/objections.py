"""What the server says against an expression or an index, told to the user."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.postgresql import questions
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.errors import MissingPrivilege, Refused, SchemaMismatch
from crossfade.expressions import called, pointed
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, Role, Step

_VOLATILE_PLAN = "CTE Scan on asked"  # the first line of the plan where the query in WITH stands apart
_VOLATILE = """
SELECT p.proname, p.oid::regprocedure::text AS signature FROM pg_catalog.pg_proc p
WHERE lower(p.proname) = ANY(:names) AND p.provolatile = 'v' ORDER BY p.oid::regprocedure::text
"""
# Classes of errors that speak of the expression: syntax and names, data, features, functions' own.
_OF_THE_EXPRESSION = ("0A", "21", "22", "23", "2F", "38", "39", "42", "P0")
_OTHERS: dict[type[Step], str] = {
    AskIndex: "choose another method, other columns or another condition",
    AskForeignKey: "choose other columns, or give them one type first",
}
_ELSE = {
    False: "make it the column's server_default; fill= is for expressions that can be compared",
    True: "leave backward= out, and make it the column's default first",
}
_ROWS_OWN = "use an expression of the row's own columns"
_MANY = {
    "42803": "an aggregate can't give one row its value",
    "42P20": "a window function can't give one row its value",
}
_WRONG_TYPE, _NO_FUNCTION, _NO_PRIVILEGE, _NO_FEATURE = "42804", "42883", "42501", "0A000"


def objection(connection: Connection, step: AskExpression | AskForeignKey | AskIndex) -> Refused | None:
    """Why the server would not take what `step` asks for; None where it would."""
    if isinstance(step, AskExpression):
        return _of_value(connection, step)
    return _of_structure(connection, step, _OTHERS[type(step)])


def _of_structure(connection: Connection, step: AskForeignKey | AskIndex, remedy: str) -> Refused | None:
    for statement in render(step, Server((), 0)):
        try:
            connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})
        except DBAPIError as error:
            if _sqlstate(error) == _NO_PRIVILEGE:
                return None  # no temporary tables for this role: the step itself will tell
            if not _sqlstate(error).startswith(_OF_THE_EXPRESSION):
                raise
            if isinstance(step, AskForeignKey) and _sqlstate(error) == _WRONG_TYPE:
                return SchemaMismatch(_apart(step), remedy=remedy)
            diagnosis: Any = getattr(error.orig, "diag", None)
            detail = f": {diagnosis.message_detail}" if diagnosis.message_detail else ""
            return SchemaMismatch(f"{diagnosis.message_primary}{detail}", remedy=remedy)
    return None


def _apart(step: AskForeignKey) -> str:
    """Which types can't be compared: the server's own words differ from version to version."""
    pairs = ", ".join(
        f"{one.name} ({one.type}) and {other.name} ({other.type})"
        for one, other in zip(step.columns, step.target_columns, strict=True)
    )
    return f"{step.table} can't refer to {step.key.target} by types that can't be compared: {pairs}"


def _of_value(connection: Connection, step: AskExpression) -> Refused | None:
    for statement in render(step, Server((), 0)):
        try:
            result = connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})
        except DBAPIError as error:
            if not _sqlstate(error).startswith(_OF_THE_EXPRESSION):
                raise
            connection.rollback()
            return _told(connection, step, error, statement.sql)
        if statement.role is Role.SETTING or not result.returns_rows:
            continue
        if str(result.scalars().first()).startswith(_VOLATILE_PLAN) and not step.expression.volatile:
            return _volatile(connection, step)
    return None


def _told(connection: Connection, step: AskExpression, error: DBAPIError, sql: str) -> Refused:
    diagnosis: Any = getattr(error.orig, "diag", None)
    fact = str(diagnosis.message_primary)
    state = _sqlstate(error)
    shown = pointed(step.expression.text, _place(step, diagnosis.statement_position, sql))
    if state in _MANY or (state == _NO_FEATURE and "set-returning" in fact):
        fact = _MANY.get(state, "a set can't give one row its value")
        return SchemaMismatch(f"{fact}{shown}", remedy=_ROWS_OWN)
    if state == _WRONG_TYPE and "XMLTABLE" in sql:
        fact = f"it is of type {_type(connection, step)}, which can't be assigned to {step.type}"
        return SchemaMismatch(f"{fact}{shown}", remedy=f"say what is meant, as in CAST(… AS {step.type})")
    if state == _NO_FUNCTION:
        path = ", ".join(("pg_catalog", *step.search_path))
        remedy = f"mend the name, or cast what it is given; functions and operators are looked for in {path}"
        return SchemaMismatch(f"{fact}{shown}", remedy=remedy)
    if state == _NO_PRIVILEGE:
        return MissingPrivilege(f"{fact}{shown}", remedy="GRANT it, to the applications' roles as well")
    remedy = f"mend the expression, or give the column another type than {step.type}"
    return SchemaMismatch(f"{fact}{shown}", remedy=remedy)


def _volatile(connection: Connection, step: AskExpression) -> Refused:
    """The error for an expression that differs at each call, and the function in it that does."""
    names = called(step.expression.text, "postgresql")
    found = connection.execute(text(_VOLATILE), {"names": list(names)}).first()
    if found is None:  # an operator or a cast: which, the catalogue does not tell by the text
        return SchemaMismatch(
            f"it gives another value at each call{pointed(step.expression.text, None)}",
            remedy="use operators and casts whose functions are STABLE or IMMUTABLE",
        )
    return SchemaMismatch(
        f"{found.proname}() gives another value at each call: it is VOLATILE"
        f"{pointed(step.expression.text, names[found.proname.lower()])}",
        remedy=f"where that is not so, ALTER FUNCTION {found.signature} STABLE; "
        f"else {_ELSE[step.given == 'backward']}",
    )


def _type(connection: Connection, step: AskExpression) -> str:
    for statement in questions.settings(step):
        connection.exec_driver_sql(statement.sql)
    query = questions.type_of(step)
    return str(connection.exec_driver_sql(query, execution_options={"no_parameters": True}).scalar_one())


def _place(step: AskExpression, position: str | None, sql: str) -> int | None:
    """Where in the expression's text the server points to; None where it points elsewhere, or nowhere."""
    found = questions.written(step)
    at = int(position) - 1 - (sql.rfind(f"({found.sql})") + 1) if position else -1
    return found.source(at) if 0 <= at < len(found.sql) else None


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or ""
