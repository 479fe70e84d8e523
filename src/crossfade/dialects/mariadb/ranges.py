"""Ranges of a table's key: their ends, their rows, the key as text.

Keys travel as text, and become values of the key's types before they are compared, so that the primary key's
index serves. A row constructor, `(a, b) >= (x, y)`, would not be looked up in it: its meaning is written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.quoting import bound, ident, literal, parameter, table
from crossfade.dialects.mariadb.texts import Kind
from crossfade.schema import Column, TableName
from crossfade.steps import Role, Statement

ROW = "t"  # the table's row
QUIETLY = Statement("SET @crossfade_sync = 'off'", Role.SETTING)


def between(key: Sequence[Column]) -> str:
    """The condition that a row is in the range from `lo` to `hi`, both included."""
    return f"{_side(key, 'lo', '>')} AND {_side(key, 'hi', '<')}"


def order(key: Sequence[Column], direction: str = "") -> str:
    """The key's order."""
    return ", ".join(f"{ROW}.{ident(each.name)}{direction}" for each in key)


def shown(key: Sequence[Column]) -> str:
    """The key as texts."""
    return ", ".join(texts.key_shown(each, f"{ROW}.{ident(each.name)}") for each in key)


def ends(of: TableName, key: Sequence[Column]) -> tuple[Statement, ...]:
    """What finds the first key and the last."""
    source = f"SELECT {shown(key)} FROM {table(of)} AS {ROW}"
    return (
        Statement(f"{source} ORDER BY {order(key)} LIMIT 1", Role.FIRST),
        Statement(f"{source} ORDER BY {order(key, ' DESC')} LIMIT 1", Role.LAST),
    )


def following(of: TableName, key: Sequence[Column]) -> Statement:
    """What finds where a batch ends and the next begins."""
    return reading(
        f"SELECT {shown(key)} FROM {table(of)} AS {ROW} WHERE {between(key)} ORDER BY {order(key)} "
        f"LIMIT 2 OFFSET {parameter('skip')}",
        Role.NEXT,
    )


def count(of: TableName, key: Sequence[Column]) -> Statement:
    """What counts the rows of a range."""
    return reading(f"SELECT COUNT(*) FROM {table(of)} AS {ROW} WHERE {between(key)}", Role.COUNT)


def reading(sql: str, role: Role = Role.WORK) -> Statement:
    """A statement with parameters that locks nothing."""
    return Statement(bound(sql), role, bound=True)


def changing(sql: str, role: Role = Role.WORK) -> Statement:
    """A statement with parameters that writes rows of the user's."""
    return Statement(bound(sql), role, "row locks", "writes to the rows of the batch", bound=True)


def stays(columns: Iterable[str]) -> list[str]:
    """The assignments by which columns stay as they are."""
    return [f"{ROW}.{ident(each)} = {ROW}.{ident(each)}" for each in columns]


def _side(key: Sequence[Column], prefix: str, beyond: str, number: int = 0) -> str:
    column, mark = key[number], parameter(f"{prefix}_{number}")
    own = f"{ROW}.{ident(column.name)}"
    if texts.kind(column.type) is Kind.ENUM:
        past, there = _past(own, column, mark, beyond), f"{own} = {mark}"
    else:
        limit = texts.keyed(column, mark)
        past, there = f"{own} {beyond} {limit}", f"{own} = {limit}"
        if number + 1 == len(key):
            return f"{own} {beyond}= {limit}"
    if number + 1 < len(key):
        there += f" AND {_side(key, prefix, beyond, number + 1)}"
    return f"({past} OR {there})"


def _past(own: str, column: Column, mark: str, beyond: str) -> str:
    """The condition that an enum comes after (or before) another in its order, which is that of its labels:
    one by one, because an index serves where labels are compared, and not where ordinals are.
    """
    ordinal, known = texts.keyed(column, mark), texts.labels(column.type)
    opposite = "<" if beyond == ">" else ">"
    cases = [
        f"IF({ordinal} {opposite} {number}, {literal(each)}, NULL)" for number, each in enumerate(known, 1)
    ]
    if beyond == "<" and "" not in known:
        cases.append(f"IF({ordinal} > 0, '', NULL)")  # what sessions that are not strict wrote instead of one
    return f"{own} IN ({', '.join(cases)})"
