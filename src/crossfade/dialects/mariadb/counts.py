"""Counts of rows that must not be there, as MariaDB's queries."""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import expressions
from crossfade.dialects.mariadb import values
from crossfade.dialects.mariadb.quoting import ident, table
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.steps import (
    SHOWN,
    CountBarred,
    CountBlind,
    CountDuplicates,
    CountNulls,
    CountOrphans,
    Statement,
)

_ROWS = ident("rows")  # a word of the server's own, as is VALUES
_MANY = "COUNT(*) OVER () AS many"


@render.register
def _(step: CountDuplicates, server: Server) -> tuple[Statement, ...]:
    columns = _of_row(step.columns)
    where = _given(columns)  # rows with a NULL are never the same
    if step.predicate is not None:
        where += f" AND ({step.predicate})"
    return (
        _query(
            f"SELECT {_listed(columns)} AS {ident('values')}, COUNT(*) AS {_ROWS}, {_MANY} "
            f"FROM {table(step.table)} AS t WHERE {where} GROUP BY {', '.join(columns)} "
            "HAVING COUNT(*) > 1 ORDER BY 2 DESC, 1"
        ),
    )


@render.register
def _(step: CountOrphans, server: Server) -> tuple[Statement, ...]:
    columns, key = _of_row(step.key.columns), _of_row(step.row_key)
    pairs = zip(step.key.target_columns, columns, strict=True)
    matched = " AND ".join(f"r.{ident(target)} = {column}" for target, column in pairs)
    return (
        _query(
            f"SELECT {_listed(key)} AS {ident('key')}, {_listed(columns)} AS {ident('values')}, {_MANY} "
            f"FROM {_filled(step)} AS t WHERE {_given(columns)} AND NOT EXISTS "
            f"(SELECT 1 FROM {table(step.key.target)} AS r WHERE {matched}) ORDER BY {', '.join(key)}"
        ),
    )


@render.register
def _(step: CountNulls, server: Server) -> tuple[Statement, ...]:
    key = _of_row(step.row_key)
    return (
        _query(
            f"SELECT {_listed(key)} AS {ident('key')}, {_MANY} FROM {table(step.table)} AS t "
            f"WHERE ({_value(step, server)}) IS NULL ORDER BY {', '.join(key)}"
        ),
    )


@render.register
def _(step: CountBlind, server: Server) -> tuple[Statement, ...]:
    # Nobody: a trigger reads with the rights of whoever made it.
    return (Statement("SELECT '' AS role, 0 AS many FROM DUAL WHERE FALSE"),)


@render.register
def _(step: CountBarred, server: Server) -> tuple[Statement, ...]:
    if step.alone:
        return (Statement(f"SELECT 0 AS {_ROWS} FROM DUAL WHERE ({step.filled}) IS FALSE"),)
    barred = f"FROM {table(step.table)} WHERE {ident(step.column)} IS NULL AND ({step.filled}) IS FALSE"
    return (Statement(f"SELECT COUNT(*) AS {_ROWS} {barred} HAVING COUNT(*) > 0"),)


def _value(step: CountNulls, server: Server) -> str:
    """The expression, which reads tables as they will be."""
    row, sources = values.Row("t"), {}
    for made in step.made:
        given = (
            f"{values.value(each.value, row, made.columns)} AS {ident(each.column)}" for each in made.values
        )
        sources[made.table] = f"(SELECT *, {', '.join(given)} FROM {table(made.table)} AS t)"
    database = "mysql" if server.mysql else "mariadb"
    return expressions.with_sources(step.value, sources, database) if sources else step.value


def _filled(step: CountOrphans) -> str:
    if not step.fills:
        return table(step.table)
    made = ", ".join(f"{fill} AS {ident(column)}" for column, fill in step.fills)
    named = f" AS {step.row}" if step.row else ""
    return f"(SELECT *, {made} FROM {table(step.table)}{named})"


def _query(sql: str) -> Statement:
    return Statement(f"{sql} LIMIT {SHOWN}")


def _of_row(columns: Iterable[str]) -> list[str]:
    return [f"t.{ident(each)}" for each in columns]


def _given(columns: Iterable[str]) -> str:
    return " AND ".join(f"{each} IS NOT NULL" for each in columns)


def _listed(columns: Iterable[str]) -> str:
    told = [f"CAST({each} AS CHAR CHARACTER SET utf8mb4)" for each in columns]
    return told[0] if len(told) == 1 else f"CONCAT_WS(', ', {', '.join(told)})"
