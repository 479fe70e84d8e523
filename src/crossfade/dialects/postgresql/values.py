"""Expressions and lenses as SQL over one row: a table's alias, NEW or OLD."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossfade import expressions
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.expressions import Expression, Sql, ValueMap
from crossfade.lens import Law, RowLens
from crossfade.schema import Column

# Types without an equality operator: compared as text.
_UNCOMPARABLE = ("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle")


def value(expression: Expression, row: str, columns: Iterable[str]) -> str:
    """The SQL of `expression` over `row`, whose columns are `columns`."""
    if not isinstance(expression, ValueMap):
        return expressions.for_row(expression, row, columns, "postgresql")
    if not expression.pairs:
        return _typed(expression.otherwise, expression.target)
    source = f"{row}.{ident(expression.column)}"
    cases = []
    for given, becomes in expression.pairs:
        test = f"{source} IS NULL" if given is None else f"{source} = {_typed(given, expression.source)}"
        cases.append(f"WHEN {test} THEN {_typed(becomes, expression.target)}")
    otherwise = (
        f" ELSE {_typed(expression.otherwise, expression.target)}" if expression.otherwise is not None else ""
    )
    return f"CASE {' '.join(cases)}{otherwise} END"


def forward(lens: RowLens, row: str, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each new column and the SQL of what `forward` gives it."""
    return _assigned(lens.new, lens, row, columns, backward=False)


def backward(lens: RowLens, row: str, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each old column and the SQL of what `backward` gives it."""
    return _assigned(lens.old, lens, row, columns, backward=True)


def agree(lens: RowLens, row: str, columns: Sequence[str]) -> str:
    """The condition under which the two sides of a row agree."""
    backwards = _same(backward(lens, row, columns), row)
    forwards = _same(forward(lens, row, columns), row)
    return {
        Law.BACKWARD: backwards,
        Law.FORWARD: forwards,
        Law.EITHER: f"({backwards} OR {forwards})",
        Law.FREE: "true",
    }[lens.law]


def kept(lens: RowLens, row: str, columns: Sequence[str]) -> str:
    """The condition under which the new side holds what `forward` would not give back."""
    return " OR ".join(
        differs(column, f"{row}.{ident(column.name)}", _stored(column, each.value, sql))
        for each, (column, sql) in zip(lens.forward, forward(lens, row, columns), strict=True)
    )


def unfilled(lens: RowLens, row: str, columns: Sequence[str]) -> str:
    """The condition under which a row of the old side has no new side yet."""
    missing = " AND ".join(f"{row}.{ident(column.name)} IS NULL" for column in lens.new)
    if lens.volatile:
        return missing
    gives = " OR ".join(f"{sql} IS NOT NULL" for _, sql in forward(lens, row, columns))
    return f"{missing} AND ({gives})"


def changed(columns: Iterable[Column]) -> str:
    """The condition, in a trigger, that an update changed one of `columns`."""
    return " OR ".join(
        differs(each, f"NEW.{ident(each.name)}", f"OLD.{ident(each.name)}") for each in columns
    )


def differs(column: Column, one: str, other: str) -> str:
    """The condition that two values of the column's type are not the same."""
    return f"{_as_comparable(column, one)} IS DISTINCT FROM {_as_comparable(column, other)}"


def _stored(column: Column, expression: Expression, sql: str) -> str:
    """What the column makes of a value: it may round what a user's expression gives."""
    return f"CAST({sql} AS {column.type})" if isinstance(expression, Sql) else sql


def _assigned(
    targets: Sequence[Column], lens: RowLens, row: str, columns: Iterable[str], *, backward: bool
) -> list[tuple[Column, str]]:
    by_name = {column.name: column for column in targets}
    known = tuple(columns)
    return [
        (by_name[each.column], value(each.value, row, known))
        for each in (lens.backward if backward else lens.forward)
    ]


def _same(assigned: Iterable[tuple[Column, str]], row: str) -> str:
    return " AND ".join(
        f"{_comparable(column, row)} IS NOT DISTINCT FROM {_as_comparable(column, sql)}"
        for column, sql in assigned
    )


def _comparable(column: Column, row: str) -> str:
    return _as_comparable(column, f"{row}.{ident(column.name)}")


def _as_comparable(column: Column, sql: str) -> str:
    if column.type.lower() not in _UNCOMPARABLE:
        return sql
    return f"CAST(CAST({sql} AS {column.type}) AS text)"


def _typed(text: str | None, type_: str) -> str:
    """A literal of a type; a string's needs no cast, and reads better without."""
    if text is None or type_.lower().startswith(("varchar", "character varying", "text")):
        return literal(text)
    return f"{literal(text)}::{type_}"
