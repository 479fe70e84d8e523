"""Expressions and lenses as SQL over one row: a table's alias, NEW or OLD.

A better match in a schema of the search path would be taken before PostgreSQL's own operator
(CVE-2018-1058). So either a statement is executed under `SAFE_PATH`, and reads as a person would write it, or
operators over built-in types are named with their schema; what takes its operator by the path alone (`IN`,
`IS DISTINCT FROM`) then stands only where a type's equality is not pg_catalog's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossfade import expressions
from crossfade.dialects.postgresql import lookup_values
from crossfade.dialects.postgresql.quoting import equals, ident, typed
from crossfade.expressions import (
    Expression,
    LookupKey,
    LookupValue,
    Sql,
    ValueMap,
    default_of,
    literal_of,
)
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column

SAFE_PATH = "pg_catalog, pg_temp"

# Types without an equality operator: compared as text.
_UNCOMPARABLE = ("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle")

# Types whose equality is pg_catalog's own, whatever extensions and schemas there are.
_BUILT_IN = re.compile(
    r"(character varying|varchar|text|character|char|smallint|integer|bigint|numeric|boolean|uuid|date"
    r"|timestamp (with|without) time zone)(\(\d+(,\d+)?\))?"
)

# A column or a literal: what needs no parentheses beside an operator.
_SIMPLE = re.compile(r"""[\w.]+|'\w*'(::[\w.]+)?""")


@dataclass(frozen=True)
class Row:
    """A row that SQL speaks of; `safe` where the statement is executed under `SAFE_PATH`.

    `asks` where a routine tells what a lookup's row stands for: it sees the row as it is now and keeps it so,
    whatever the statement's own snapshot says.
    """

    alias: str
    safe: bool = False
    asks: bool = False

    def __getitem__(self, column: Column | str) -> str:
        return f"{self.alias}.{ident(column if isinstance(column, str) else column.name)}"

    @property
    def in_trigger(self) -> bool:
        """Whether it is the row that a trigger is called for."""
        return self.alias in {"NEW", "OLD"}


NEW, OLD = Row("NEW", asks=True), Row("OLD", asks=True)
WRITTEN = Row("t")  # by a statement that fires whatever the user has on the table, under the role's own path
GIVEN = Row("t", asks=True)  # the same, where a value is written that others may be changing
READ = Row("t", safe=True)


def qualifies(lens: RowLens) -> bool:
    """Whether the lens means the same under any search path: a user's own SQL may not, and what compares
    types from elsewhere can't be told.
    """
    values = (*lens.forward, *lens.backward)
    return all(_steady(each.value) for each in values) and all(map(_plain, (*lens.old, *lens.new)))


def built_in(column: Column) -> bool:
    """Whether the equality of the column's type is pg_catalog's own."""
    of_enum = column.enum is not None and not column.wraps
    return of_enum or _BUILT_IN.fullmatch(column.type.lower()) is not None


def value(expression: Expression, row: Row, columns: Iterable[str], *, qualified: bool = False) -> str:
    """The SQL of `expression` over `row`, whose columns are `columns`."""
    match expression:
        case Sql():
            return expressions.for_row(expression, row.alias, columns)
        case LookupKey() | LookupValue():
            return _looked_up(expression, row, qualified=qualified)
        case ValueMap():
            return _mapped(expression, row, qualified=qualified)


def _mapped(expression: ValueMap, row: Row, *, qualified: bool) -> str:
    if not expression.pairs:
        return typed(expression.otherwise, expression.target)
    source = row[expression.column]
    cases = []
    for given, becomes in expression.pairs:
        test = (
            f"{source} IS NULL"
            if given is None
            else equals(source, typed(given, expression.source), qualified=qualified)
        )
        cases.append(f"WHEN {test} THEN {typed(becomes, expression.target)}")
    otherwise = (
        f" ELSE {typed(expression.otherwise, expression.target)}" if expression.otherwise is not None else ""
    )
    return f"CASE {' '.join(cases)}{otherwise} END"


def _looked_up(expression: LookupKey | LookupValue, row: Row, *, qualified: bool) -> str:
    source = row[expression.column]
    if row.in_trigger:
        return lookup_values.called(expression, source)
    known = not row.safe and all(map(built_in, expression.columns))
    if isinstance(expression, LookupKey):
        return lookup_values.key(expression, source, qualified=qualified, lookup_qualified=known)
    if row.asks or (expression.sql is not None and not row.safe):
        return lookup_values.called(expression, source)  # the routine executes a user's SQL under a safe path
    return lookup_values.value(expression, source, qualified=known)


def forward(lens: RowLens, row: Row, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each new column and the SQL of what `forward` gives it."""
    return _assigned(lens.new, lens.forward, row, columns, qualified=_qualified(lens, row))


def backward(lens: RowLens, row: Row, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each old column and the SQL of what `backward` gives it."""
    return _assigned(lens.old, lens.backward, row, columns, qualified=_qualified(lens, row))


def agree(lens: RowLens, row: Row, columns: Sequence[str]) -> str:
    """The condition under which the two sides of a row agree."""
    backwards = _same(backward(lens, row, columns), row)
    forwards = _same(forward(lens, row, columns), row)
    return {
        Law.BACKWARD: backwards,
        Law.FORWARD: forwards,
        Law.EITHER: f"({backwards} OR {forwards})",
        Law.FREE: "true",
    }[lens.law]


def kept(lens: RowLens, row: Row, columns: Sequence[str]) -> str:
    """The condition under which the new side holds what `forward` would not give back."""
    return " OR ".join(
        differs(row, column, _stored(column, each.value, sql))
        for each, (column, sql) in zip(lens.forward, forward(lens, row, columns), strict=True)
    )


def unfilled(lens: RowLens, row: Row, columns: Sequence[str]) -> str:
    """The condition under which a row of the old side has no new side yet."""
    missing = " AND ".join(f"{row[column]} IS NULL" for column in lens.new)
    if lens.volatile:
        return missing
    gives = " OR ".join(f"{sql} IS NOT NULL" for _, sql in forward(lens, row, columns))
    return f"{missing} AND ({gives})"


def changed(columns: Iterable[Column]) -> str:
    """The condition, in a trigger, that an update changed one of `columns`."""
    return " OR ".join(differs(NEW, each, OLD[each]) for each in columns)


def given(columns: Iterable[Column]) -> list[str]:
    """For each of `columns`, the condition, in a trigger, that an INSERT gave it something else than its
    default.
    """
    found = []
    for column in columns:
        if column.default is None:
            found.append(f"{NEW[column]} IS NOT NULL")
        elif not default_of(column, "postgresql").volatile:
            found.append(differs(NEW, column, column.default))
    return found


def is_one_of(column: Column, allowed: Sequence[str]) -> str:
    """The condition, in a trigger, that the new value of `column` is one of these."""
    literals = [typed(each, column.type) for each in allowed]
    if not literals:
        return "false"
    if built_in(column):
        return " OR ".join(equals(NEW[column], each, qualified=True) for each in literals)
    return f"{NEW[column]} IN ({', '.join(literals)})"


def differs(row: Row, column: Column, other: str) -> str:
    """The condition that the row's value of `column` is not `other`, NULL being a value like others."""
    if built_in(column) and not row.safe:
        return f"NOT {_is_same(row[column], other)}"
    return f"{_as_comparable(column, row[column])} IS DISTINCT FROM {_as_comparable(column, other)}"


def _qualified(lens: RowLens, row: Row) -> bool:
    return not row.safe and all(map(built_in, (*lens.old, *lens.new)))


def _steady(expression: Expression) -> bool:
    if isinstance(expression, LookupKey | LookupValue):
        return all(map(built_in, expression.columns))
    return isinstance(expression, ValueMap)


def _plain(column: Column) -> bool:
    return built_in(column) and (
        column.default is None or literal_of(column.default, "postgresql") is not None
    )


def _stored(column: Column, expression: Expression, sql: str) -> str:
    """What the column makes of a value: it may round what a user's expression gives."""
    return f"CAST({sql} AS {column.type})" if isinstance(expression, Sql) else sql


def _assigned(
    targets: Sequence[Column],
    assignments: Sequence[Assignment],
    row: Row,
    columns: Iterable[str],
    *,
    qualified: bool,
) -> list[tuple[Column, str]]:
    by_name = {column.name: column for column in targets}
    known = tuple(columns)
    return [
        (by_name[each.column], value(each.value, row, known, qualified=qualified)) for each in assignments
    ]


def _same(assigned: Iterable[tuple[Column, str]], row: Row) -> str:
    return " AND ".join(
        _is_same(row[column], sql)
        if built_in(column) and not row.safe
        else f"{_as_comparable(column, row[column])} IS NOT DISTINCT FROM {_as_comparable(column, sql)}"
        for column, sql in assigned
    )


def _is_same(one: str, other: str) -> str:
    other = other if _SIMPLE.fullmatch(other) else f"({other})"
    return f"coalesce({equals(one, other, qualified=True)}, {one} IS NULL AND {other} IS NULL)"


def _as_comparable(column: Column, sql: str) -> str:
    if column.type.lower() not in _UNCOMPARABLE:
        return sql
    return f"CAST(CAST({sql} AS {column.type}) AS text)"
