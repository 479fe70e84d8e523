"""What hangs on the columns of a table and is in the way of moving one, or of giving one another name.

The server tracks none of it. The text of a view, as the server keeps it, names every table and column in full
and is parsed; of routines, triggers and events, whose texts are the users', the words are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlalchemy import Row
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from crossfade import names
from crossfade.dialects.mariadb import cascades
from crossfade.schema import WHOLE_TABLE, Column, Dependent, Index, TableName

_QUOTED = re.compile(r"`((?:[^`]|``)+)`|\"((?:[^\"]|\"\")+)\"")
_PLAIN = re.compile(r"[\w$]+")
_OWN_TRIGGERS = ("~crossfade_", names.RESERVED)
_UNREADABLE = "{} (this role can't read its text)"


@dataclass(frozen=True)
class View:
    """A view, and the columns that it reads, in lower case, each with its table; None where its text was not
    understood, so that its words must do. `words` is None where the text can't be read.
    """

    name: TableName
    reads: frozenset[tuple[TableName, str]] | None
    words: frozenset[str] | None

    @classmethod
    def of(cls, row: Row[Any]) -> View:
        """The view of a row of VIEWS."""
        name = TableName(row.place, row.name)
        text = row.definition
        return cls(name, _reads(text, row.place) if text else None, words_of(text) if text else None)


@dataclass(frozen=True)
class Code:
    """A routine, a trigger or an event: the words of its text, None where that can't be read, and the table
    that a trigger is on.
    """

    name: str
    schema: str
    words: frozenset[str] | None
    on: TableName | None = None


def routines(rows: Iterable[Row[Any]]) -> Iterator[Code]:
    """The users' functions and procedures."""
    for row in rows:
        words = None if row.body is None else words_of(row.body)
        yield Code(str(TableName(row.place, row.name)), row.place, words)


def triggers(rows: Iterable[Row[Any]]) -> Iterator[Code]:
    """The users' triggers, and those of soft deletes, which stay."""
    for row in rows:
        if row.name.startswith(cascades.TAKING) or not row.name.startswith(_OWN_TRIGGERS):
            name = f"trigger {TableName(row.place, row.name)}"
            yield Code(name, row.place, words_of(row.body or ""), TableName(row.place, row.table_name))


def events(rows: Iterable[Row[Any]]) -> Iterator[Code]:
    """The users' scheduled events."""
    for row in rows:
        yield Code(f"event {TableName(row.place, row.name)}", row.place, words_of(row.body or ""))


def dependents(
    of: TableName, columns: Sequence[Column], views: Iterable[View], code: Iterable[Code]
) -> Iterator[Dependent]:
    """All that depends on the table or one of its columns, each with either."""
    for view in views:
        for column in _shown(view, of, columns):
            told = str(view.name) if view.words is not None else _UNREADABLE.format(view.name)
            yield Dependent("view", told, column)
    for each in columns:
        for text, kind in ((each.generated, "generated column"), (each.default, "default of column")):
            for column in mentioned(text or "", columns):
                if column != each.name:
                    yield Dependent(kind, each.name, column)
    for piece in code:
        for column in _spoken(piece, of, columns):
            told = piece.name if piece.words is not None else _UNREADABLE.format(piece.name)
            yield Dependent("function", told, column)


def mentioned(text: str, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns that an expression, as the server keeps it, speaks of: there each stands in backquotes, and
    nothing but a sequence or a function is named with its database.
    """
    try:
        tokens = sqlglot.tokenize(text, read="mysql")
    except SqlglotError:
        return tuple(_among(columns, words_of(text)))
    said = set()
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        dotted = any(each is not None and each.token_type is TokenType.DOT for each in (before, after))
        if token.token_type is TokenType.IDENTIFIER and not dotted:
            said.add(token.text.casefold())
    return tuple(_among(columns, said))


def partition_key(
    rows: Iterable[Row[Any]], columns: Sequence[Column], indexes: Iterable[Index]
) -> tuple[str, ...]:
    """The columns that the partition of a row depends on."""
    found: set[str] = set()
    primary = {name for each in indexes if each.constraint == "primary key" for name in each.columns}
    for row in rows:
        for method, expression in ((row.method, row.expression), (row.submethod, row.subexpression)):
            if method is not None:  # KEY () is the primary key
                found.update(mentioned(expression, columns) if expression else primary)
    return tuple(each.name for each in columns if each.name in found)


def words_of(text: str) -> frozenset[str]:
    """Every word of the text, and whatever stands in quotes that an identifier may stand in."""
    quoted = (one.replace("``", "`") or other.replace('""', '"') for one, other in _QUOTED.findall(text))
    return frozenset(each.casefold() for each in (*quoted, *_PLAIN.findall(text)))


def _shown(view: View, of: TableName, columns: Sequence[Column]) -> Iterator[str]:
    """The columns of the table that the view reads, and WHOLE_TABLE where it reads the table at all."""
    if view.words is None:
        if view.name.schema == of.schema:
            yield from (WHOLE_TABLE, *(each.name for each in columns))
    elif view.reads is not None:
        read = {column for table, column in view.reads if table == of}
        yield from (WHOLE_TABLE,) if WHOLE_TABLE in read else ()
        yield from _among(columns, read)
    elif of.name.casefold() in view.words:
        yield from (WHOLE_TABLE, *_among(columns, view.words))


def _spoken(code: Code, of: TableName, columns: Sequence[Column]) -> Iterator[str]:
    if code.words is None:
        if code.schema == of.schema:
            yield from (WHOLE_TABLE, *(each.name for each in columns))
        return
    # Another database's table of that name is more likely meant, unless this database is named.
    here = code.schema == of.schema or of.schema.casefold() in code.words
    named = here and of.name.casefold() in code.words
    if named:
        yield WHOLE_TABLE
    if named or code.on == of:
        yield from _among(columns, code.words)


def _among(columns: Sequence[Column], words: Collection[str]) -> Iterator[str]:
    return (each.name for each in columns if each.name.casefold() in words)


def _reads(text: str, schema: str) -> frozenset[tuple[TableName, str]] | None:
    """The columns, in lower case, that a view reads, and WHOLE_TABLE of each of its tables."""
    try:
        tree = sqlglot.parse_one(text, read="mysql")
    except SqlglotError:
        return None
    if not isinstance(tree, exp.Query):
        return None
    defined = {each.alias for each in tree.find_all(exp.CTE)}
    called: dict[str, set[TableName]] = {}
    for each in tree.find_all(exp.Table):
        if each.db or each.name not in defined:
            called.setdefault(each.alias_or_name, set()).add(TableName(each.db or schema, each.name))
    found = {(table, WHOLE_TABLE) for tables in called.values() for table in tables}
    for column in tree.find_all(exp.Column):
        meant = {TableName(column.db, column.table)} if column.db else called.get(column.table, set())
        found |= {(table, column.name.casefold()) for table in meant}
    return frozenset(found)
