"""How the server is asked what an expression is, without executing it. docs/decisions/0009 says why so."""

from __future__ import annotations

from collections.abc import Iterable

from crossfade.dialects.postgresql.constraints import index_sql
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.expressions import Written, is_constant
from crossfade.schema import Column
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, Role, Statement


@render.register
def _(step: AskExpression, server: Server) -> tuple[Statement, ...]:
    sql = written(step).sql
    statements = (*settings(step), *(Statement(question, lock=_lock(step)) for question in _questions(step)))
    if not is_constant(step.expression):
        return statements
    # Given as the column's default: what may be evaluated only when it is used is evaluated here.
    body = f"DECLARE value {step.type}; BEGIN value := {sql}; END"
    return (*statements, Statement(f"DO {dollar_quoted(body)}"))


@render.register
def _(step: AskIndex, server: Server) -> tuple[Statement, ...]:
    # On an empty table of its own, in a transaction that is rolled back: what an operator class or the
    # condition of an index must be, the server alone knows.
    return (
        Statement(f"SET LOCAL search_path = {idents(step.search_path)}", Role.SETTING),
        Statement(f"CREATE TEMPORARY TABLE _crossfade_asked ({_declared(step.columns)})"),
        Statement(index_sql(step.index, step.index.name, "pg_temp._crossfade_asked")),
    )


@render.register
def _(step: AskForeignKey, server: Server) -> tuple[Statement, ...]:
    targets = idents(each.name for each in step.target_columns)
    return (
        Statement(f"SET LOCAL search_path = {idents(step.search_path)}", Role.SETTING),
        Statement(
            f"CREATE TEMPORARY TABLE _crossfade_target ({_declared(step.target_columns)}, UNIQUE ({targets}))"
        ),
        Statement(
            f"CREATE TEMPORARY TABLE _crossfade_asked ({_declared(step.columns)}, "
            f"FOREIGN KEY ({idents(step.key.columns)}) REFERENCES pg_temp._crossfade_target ({targets}))"
        ),
    )


def _declared(columns: Iterable[Column]) -> str:
    return ", ".join(
        f"{ident(each.name)} {each.type}{f' COLLATE {each.collation}' if each.collation else ''}"
        for each in columns
    )


def written(step: AskExpression) -> Written:
    """The expression over the rows that it is asked for; a constant's text as it is."""
    if not step.expression.reads:
        return Written(step.expression.text)
    return Written.over(step.expression, "t", step.columns)


def settings(step: AskExpression) -> tuple[Statement, ...]:
    """What makes sure that nothing is changed, and that names mean what they mean to the sync."""
    path = idents(("pg_catalog", *step.search_path, "pg_temp"))
    return (
        Statement("SET TRANSACTION READ ONLY", Role.SETTING),
        Statement(f"SET LOCAL search_path = {path}", Role.SETTING),
    )


def type_of(step: AskExpression) -> str:
    """The query for the type of the expression: the outer join's missing row has one, and no value."""
    return (
        "SELECT pg_typeof(asked.value)::text FROM (SELECT) AS one "
        f"LEFT JOIN (SELECT {written(step).sql} AS value{_source(step)} WHERE false) AS asked ON true"
    )


def _questions(step: AskExpression) -> tuple[str, ...]:
    """Is it one value of one row, the same whenever it is computed? And can it be assigned to the column?

    WHERE takes no aggregate, window or set, and a query in WITH is folded into the one that reads it
    unless it is volatile (manual §7.8.3). The default of XMLTABLE's column is assigned to the column's
    type as an UPDATE assigns, and no table need have the column yet.
    """
    sql = written(step).sql
    steady = f"WITH asked AS (SELECT{_source(step)} WHERE ({sql}) IS NULL) SELECT FROM asked"
    rows = f"{_rows(step)}, " if step.expression.reads else ""
    columns = f"value {step.type} PATH '.' DEFAULT ({sql})"
    assigned = f"SELECT FROM {rows}XMLTABLE('.' PASSING NULL COLUMNS {columns}) AS asked"
    return tuple(f"EXPLAIN (COSTS OFF) {query}" for query in (steady, assigned))


def _source(step: AskExpression) -> str:
    # A default sees no row: a column in it must be as unknown as it will be then.
    return f" FROM {_rows(step)}" if step.expression.reads else ""


def _rows(step: AskExpression) -> str:
    made = [f"CAST(NULL AS {each.type}) AS {ident(each.name)}" for each in step.made]
    rows = f"(SELECT {', '.join(('*', *made))} FROM {table(step.table)})" if made else table(step.table)
    return f"{rows} AS t"


def _lock(step: AskExpression) -> str:
    return "ACCESS SHARE" if step.expression.reads else ""
