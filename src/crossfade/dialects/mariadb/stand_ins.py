"""Defaults that stand in while both versions are live.

A row of the new version gives no value for a column that only the old one knows; the trigger does. But before
it is called, `INSERT … SELECT` refuses, in a strict session, to leave out a NOT NULL column without a default
(error 1364; of a view, 1423), and takes the first label of an enum without a word. So such a column has a
default meanwhile, which counts as no value given: what sessions that are not strict always put in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.dialects.mariadb.rendering import alter, has_column, nothing
from crossfade.dialects.mariadb.texts import Kind
from crossfade.schema import Column, TableName
from crossfade.steps import Statement

_VALUES = {
    "json": "'null'",
    "date": "'1970-01-01'",  # a default of zeros would keep others from altering the table
    "datetime": "'1970-01-02 00:00:00'",
    "timestamp": "'1970-01-02 00:00:00'",  # whose first day begins earlier in some time zones
    "time": "'00:00:00'",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
    "inet4": "'0.0.0.0'",
    "inet6": "'::'",
}
_NUMBERS = frozenset({Kind.NUMBER, Kind.BITS, Kind.FLOAT})


def stand_in(column: Column) -> str | None:
    """The default of a column that must have a value and has no default; None for any other."""
    if column.nullable or column.default is not None or column.generated is not None or column.identity:
        return None
    of, word = texts.kind(column.type), texts.first_word(column.type)
    if word in _VALUES:
        return _VALUES[word]
    if of is Kind.ENUM:
        return literal(texts.labels(column.type)[0])
    if of in _NUMBERS:
        return "0"
    shape = of is Kind.BYTES and not word.endswith(("binary", "blob"))
    return None if shape or of is Kind.OTHER else "''"


def give(of: TableName, columns: Iterable[Column]) -> Iterator[Statement]:
    """What gives each column its stand-in: a change of the table's definition alone."""
    for column, default in _with(columns):
        name = column.name
        yield alter(
            of,
            f"ALTER COLUMN {ident(name)} SET DEFAULT {default}",
            has_column(of, name, "COLUMN_DEFAULT IS NOT NULL"),
        )


def take(of: TableName, columns: Iterable[Column]) -> Iterator[Statement]:
    """What takes them away again."""
    for column, _ in _with(columns):
        name = column.name
        yield alter(
            of,
            f"ALTER COLUMN {ident(name)} DROP DEFAULT",
            nothing(has_column(of, name, "COLUMN_DEFAULT IS NOT NULL")),
        )


def _with(columns: Iterable[Column]) -> Iterator[tuple[Column, str]]:
    for column in columns:
        if (default := stand_in(column)) is not None:
            yield column, default
