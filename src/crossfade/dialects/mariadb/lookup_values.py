"""Lookups as SQL: the key of the row that stands for a value, the value that a row stands for.

In statements over many rows they are subqueries of the lookup table. A trigger calls routines instead, which
lock the lookup's row as it is now.
"""

from __future__ import annotations

from crossfade import expressions
from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.quoting import ident, table
from crossfade.expressions import Held, LookupKey, LookupValue
from crossfade.schema import Column

ROW = "l"  # the lookup table's row, in subqueries

Lookup = LookupKey | LookupValue


def routine(expression: Lookup, journal: str) -> str:
    """The qualified name of the routine that writers are told by."""
    return f"{ident(journal)}.{ident(expression.function)}"


def called(expression: Lookup, journal: str, source: str) -> str:
    """What the routine says for `source`."""
    return f"{routine(expression, journal)}({source})"


def holding(expression: LookupValue, journal: str, which: str) -> str:
    """The query that holds the rows of the lookup for which the condition `which` is true.

    A batch asks it before it holds rows of the table, as the lookup's guard has both in this order: who edits
    one waits, where he would meet the batch in a deadlock otherwise, and be the smaller one of the two.
    """
    told = called(expression, journal, f"{ROW}.{ident(expression.key)}")
    return f"SELECT COUNT({told}) FROM {table(expression.lookup)} AS {ROW} WHERE {which}"


def read(expression: Lookup, source: str) -> str:
    """The same, by subqueries."""
    if isinstance(expression, LookupKey):
        return _key(expression, source)
    found = (
        f"(SELECT {told(expression, ROW)} FROM {table(expression.lookup)} AS {ROW} "
        f"WHERE {ROW}.{ident(expression.key)} = {source})"
    )
    return of_key(expression, source, found)


def of_key(expression: LookupValue, source: str, found: str) -> str:
    """What the key `source` stands for, where `found` is what its row says."""
    said = of_row(expression, found)
    return f"CASE WHEN {source} IS NOT NULL THEN {said} END" if expression.null and said != found else said


def of_row(expression: LookupValue, found: str) -> str:
    """`found`, or what a row stands for that nothing is said of."""
    if expression.otherwise is None:
        return found
    return f"COALESCE({found}, {texts.typed(expression.otherwise, expression.target)})"


def told(expression: LookupValue, row: str) -> str:
    """What the lookup row of the alias `row` stands for; NULL where nothing is said of it."""
    if expression.sql is not None:
        names = [each.name for each in expression.columns]
        return texts.cast(expression.target, expressions.for_row(expression.sql, row, names))
    cases = " ".join(
        f"WHEN {holds(held, row, expression.columns)} THEN {texts.typed(becomes, expression.target)}"
        for held, becomes in expression.pairs
    )
    return f"CASE {cases} END"


def holds(held: Held, row: str, columns: tuple[Column, ...] = ()) -> str:
    """The condition that the lookup row of the alias `row` holds this."""
    types = {each.name: each.type for each in columns}
    return " AND ".join(
        f"{row}.{ident(name)} IS NULL"
        if given is None
        else texts.is_text(types.get(name, "text"), f"{row}.{ident(name)}", given)
        for name, given in held
    )


def _key(expression: LookupKey, source: str) -> str:
    cases = [
        f"WHEN {texts.is_text(expression.source, source, value)} THEN {_key_of(expression, held)}"
        for value, held in expression.rows
    ]
    if expression.otherwise:
        cases.append(f"WHEN {source} IS NOT NULL THEN {_key_of(expression, expression.otherwise)}")
    return f"CASE {' '.join(cases)} END"


def _key_of(expression: LookupKey, held: Held) -> str:
    return (
        f"(SELECT {ROW}.{ident(expression.key)} FROM {table(expression.lookup)} AS {ROW} "
        f"WHERE {holds(held, ROW, expression.columns)})"
    )
