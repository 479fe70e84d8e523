"""Counts of rows that must not be there, as PostgreSQL's queries."""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import expressions
from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.steps import (
    SHOWN,
    CountBarred,
    CountBlind,
    CountDuplicates,
    CountNulls,
    CountOrphans,
    Statement,
)


@render.register
def _(step: CountDuplicates, server: Server) -> tuple[Statement, ...]:
    columns = _of_row(step.columns)
    where = _given(columns)  # rows with a NULL are never the same
    if step.predicate is not None:
        where += f" AND ({step.predicate})"
    return (
        _query(
            f"SELECT {_listed(columns)} AS values, count(*) AS rows, count(*) OVER () AS many "
            f"FROM {table(step.table)} AS t WHERE {where} GROUP BY {', '.join(columns)} "
            "HAVING count(*) > 1 ORDER BY 2 DESC, 1"
        ),
    )


@render.register
def _(step: CountOrphans, server: Server) -> tuple[Statement, ...]:
    columns, key = _of_row(step.key.columns), _of_row(step.row_key)
    pairs = zip(step.key.target_columns, columns, strict=True)
    matched = " AND ".join(f"r.{ident(target)} = {column}" for target, column in pairs)
    return (
        _query(
            f"SELECT {_listed(key)} AS key, {_listed(columns)} AS values, count(*) OVER () AS many "
            f"FROM {_filled(step)} AS t WHERE {_given(columns)} AND NOT EXISTS "
            f"(SELECT FROM {table(step.key.target)} AS r WHERE {matched}) ORDER BY {', '.join(key)}"
        ),
    )


@render.register
def _(step: CountNulls, server: Server) -> tuple[Statement, ...]:
    key = _of_row(step.row_key)
    return (
        _query(
            f"SELECT {_listed(key)} AS key, count(*) OVER () AS many FROM {table(step.table)} AS t "
            f"WHERE ({_value(step)}) IS NULL ORDER BY {', '.join(key)}"
        ),
    )


@render.register
def _(step: CountBlind, server: Server) -> tuple[Statement, ...]:
    written, read = literal(table(step.table)), literal(table(step.read))
    may = [
        f"has_schema_privilege(r.oid, {literal(step.read.schema)}, 'USAGE')",
        *(f"has_column_privilege(r.oid, {read}, {literal(each)}, 'SELECT')" for each in step.columns),
        *(() if step.columns else (f"has_any_column_privilege(r.oid, {read}, 'SELECT')",)),
    ]
    return (
        Statement(
            "SELECT r.rolname AS role, count(*) OVER () AS many FROM pg_catalog.pg_roles AS r WHERE "
            f"r.rolcanlogin AND has_schema_privilege(r.oid, {literal(step.table.schema)}, 'USAGE') AND "
            f"has_any_column_privilege(r.oid, {written}, 'INSERT') AND NOT ({' AND '.join(may)}) "
            f"ORDER BY r.rolname LIMIT {SHOWN}"
        ),
    )


@render.register
def _(step: CountBarred, server: Server) -> tuple[Statement, ...]:
    if step.alone:
        return (Statement(f"SELECT 0 AS rows WHERE ({step.filled}) IS FALSE"),)
    rows = f"FROM {table(step.table)} WHERE {ident(step.column)} IS NULL AND ({step.filled}) IS FALSE"
    return (Statement(f"SELECT count(*) AS rows {rows} HAVING count(*) > 0", lock="ACCESS SHARE"),)


def _value(step: CountNulls) -> str:
    """The expression, which reads tables as they will be."""
    row = values.Row("t", safe=True)  # read only, and by nobody but who may do all that the evolution does
    sources = {}
    for made in step.made:
        given = (
            f"{values.value(each.value, row, made.columns)} AS {ident(each.column)}" for each in made.values
        )
        sources[made.table] = f"(SELECT *, {', '.join(given)} FROM {table(made.table)} AS t)"
    return expressions.with_sources(step.value, sources, "postgresql") if sources else step.value


def _filled(step: CountOrphans) -> str:
    if not step.fills:
        return table(step.table)
    made = ", ".join(f"{fill} AS {ident(column)}" for column, fill in step.fills)
    named = f" AS {step.row}" if step.row else ""
    return f"(SELECT *, {made} FROM {table(step.table)}{named})"


def _query(sql: str) -> Statement:
    return Statement(f"{sql} LIMIT {SHOWN}", lock="ACCESS SHARE")


def _of_row(columns: Iterable[str]) -> list[str]:
    return [f"t.{ident(each)}" for each in columns]


def _given(columns: Iterable[str]) -> str:
    return " AND ".join(f"{each} IS NOT NULL" for each in columns)


def _listed(columns: Iterable[str]) -> str:
    return " || ', ' || ".join(f"{each}::text" for each in columns)
