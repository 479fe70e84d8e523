"""Expressions and lenses as SQL over one row: a table's alias, NEW or OLD.

Text is compared byte by byte, whatever its collation says, and an enum as its label (`texts.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossfade import expressions
from crossfade.dialects.mariadb import lookup_values, texts
from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.dialects.mariadb.stand_ins import stand_in
from crossfade.expressions import Expression, LookupKey, LookupValue, Sql, ValueMap, default_of
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column


@dataclass(frozen=True)
class Row:
    """A row that SQL speaks of. `journal` is the database of the routines that tell about lookups; the row
    `asks` them where they see a lookup's row as it is now, and keep it so, whatever the statement's own
    snapshot says. Else lookups are read by subqueries.
    """

    alias: str
    journal: str = ""
    asks: bool = False

    def __getitem__(self, column: Column | str) -> str:
        return f"{self.alias}.{ident(column if isinstance(column, str) else column.name)}"


NEW, OLD = Row("NEW"), Row("OLD")


def in_trigger(alias: str, journal: str) -> Row:
    """The row that a trigger is called for."""
    return Row(alias, journal, asks=True)


def value(expression: Expression, row: Row, columns: Iterable[str]) -> str:
    """The SQL of `expression` over `row`, whose columns are `columns`."""
    match expression:
        case Sql():
            return expressions.for_row(expression, row.alias, columns)
        case LookupKey() | LookupValue():
            source = row[expression.column]
            if row.asks:
                return lookup_values.called(expression, row.journal, source)
            return lookup_values.read(expression, source)
        case ValueMap():
            return _mapped(expression, row)


def _mapped(expression: ValueMap, row: Row) -> str:
    otherwise = texts.typed(expression.otherwise, expression.target)
    if not expression.pairs:
        return otherwise
    source = row[expression.column]
    cases = []
    for given, becomes in expression.pairs:
        test = f"{source} IS NULL" if given is None else texts.is_text(expression.source, source, given)
        cases.append(f"WHEN {test} THEN {texts.typed(becomes, expression.target)}")
    rest = f" ELSE {otherwise}" if expression.otherwise is not None else ""
    return f"CASE {' '.join(cases)}{rest} END"


def forward(lens: RowLens, row: Row, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each new column and the SQL of what `forward` gives it."""
    return _assigned(lens.new, lens.forward, row, columns)


def backward(lens: RowLens, row: Row, columns: Iterable[str]) -> list[tuple[Column, str]]:
    """Each old column and the SQL of what `backward` gives it."""
    return _assigned(lens.old, lens.backward, row, columns)


def agree(lens: RowLens, row: Row, columns: Sequence[str]) -> str:
    """The condition under which the two sides of a row agree."""
    backwards = _same(lens.backward, backward(lens, row, columns), row)
    forwards = _same(lens.forward, forward(lens, row, columns), row)
    return {
        Law.BACKWARD: backwards,
        Law.FORWARD: forwards,
        Law.EITHER: f"({backwards} OR {forwards})",
        Law.FREE: "TRUE",
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
    gives = " OR ".join(f"({sql}) IS NOT NULL" for _, sql in forward(lens, row, columns))
    return f"{missing} AND ({gives})"


def changed(columns: Iterable[Column]) -> str:
    """The condition, in a trigger, that an update changed one of `columns`."""
    return " OR ".join(differs(NEW, each, OLD[each]) for each in columns)


def given(columns: Iterable[Column], database: str) -> list[str]:
    """For each of `columns`, the condition, in a trigger, that an INSERT gave it something else than its
    default, or than what stands in for one; none where the default differs at each call.
    """
    found = []
    for column in columns:
        default = column.default if column.default is not None else stand_in(column)
        if default is None:
            found.append(f"{NEW[column]} IS NOT NULL")
        elif column.default is None:
            found.append(f"NOT ({absent(column, database)})")
        elif not default_of(column, database).volatile:
            found.append(differs(NEW, column, default))
    return found


def absent(column: Column, database: str) -> str:
    """The condition, in a trigger, that an INSERT may have given the column nothing: it holds NULL, its
    default, or what stands in for one.
    """
    default = column.default if column.default is not None else stand_in(column)
    missing = f"{NEW[column]} IS NULL"
    if default is None:
        return missing
    if column.default is not None and default_of(column, database).volatile:
        return "TRUE"
    return f"{missing} OR {texts.same(column, NEW[column], default)}"


def is_one_of(column: Column, allowed: Sequence[str]) -> str:
    """The condition, in a trigger, that the new value of `column` is one of these."""
    return " OR ".join(texts.is_text(column, NEW[column], each) for each in allowed) or "FALSE"


def quoted(column: str) -> str:
    """A column's new value, in a trigger, as people are told it."""
    return f"COALESCE(QUOTE({NEW[column]}), 'NULL')"


def differs(row: Row, column: Column, other: str) -> str:
    """The condition that the row's value of `column` is not `other`, NULL being a value like others."""
    return f"NOT ({texts.same(column, row[column], other)})"


def speaks_new(evolution: str) -> str:
    """The condition, in a trigger, that the session is the new version's."""
    return f"COALESCE(FIND_IN_SET({literal(evolution)}, @crossfade_version), 0) > 0"


def _stored(column: Column, expression: Expression, sql: str) -> str:
    """What the column makes of a value: it may round what a user's expression gives."""
    return texts.cast(column.type, sql) if isinstance(expression, Sql) else sql


def _assigned(
    targets: Sequence[Column], assignments: Sequence[Assignment], row: Row, columns: Iterable[str]
) -> list[tuple[Column, str]]:
    by_name = {column.name: column for column in targets}
    known = tuple(columns)
    return [(by_name[each.column], value(each.value, row, known)) for each in assignments]


def _same(assignments: Iterable[Assignment], assigned: Iterable[tuple[Column, str]], row: Row) -> str:
    return " AND ".join(
        texts.same(column, row[column], _stored(column, each.value, sql))
        for each, (column, sql) in zip(assignments, assigned, strict=True)
    )
