"""Lookups as SQL: the key of the row that stands for a value, the value that a row stands for.

In statements over many rows they are subqueries of the lookup table. A trigger calls routines instead:
whoever writes a row need not be allowed to read the lookup table.
"""

from __future__ import annotations

from crossfade import expressions
from crossfade.dialects.postgresql.quoting import equals, ident, literal, table, typed
from crossfade.expressions import Held, LookupKey, LookupValue
from crossfade.names import JOURNAL

ROW = "l"  # the lookup table's row, in subqueries


def routine(expression: LookupKey | LookupValue) -> str:
    """The qualified name of the routine that writers are told by."""
    return f"{JOURNAL}.{ident(expression.function)}"


def called(expression: LookupKey | LookupValue, source: str) -> str:
    """What the routine says for `source`."""
    return f"{routine(expression)}({source}{'::text' if isinstance(expression, LookupKey) else ''})"


def key(expression: LookupKey, source: str, *, qualified: bool, lookup_qualified: bool) -> str:
    """The key for `source`, by subqueries that are executed once a statement."""
    cases = [
        f"WHEN {equals(source, typed(value, expression.source), qualified=qualified)} "
        f"THEN {_key_of(expression, held, qualified=lookup_qualified)}"
        for value, held in expression.rows
    ]
    if expression.otherwise:
        rest = _key_of(expression, expression.otherwise, qualified=lookup_qualified)
        cases.append(f"WHEN {source} IS NOT NULL THEN {rest}")
    return f"CASE {' '.join(cases)} END"


def value(expression: LookupValue, source: str, *, qualified: bool) -> str:
    """What the row with the key `source` stands for, by a subquery."""
    found = (
        f"(SELECT {told(expression, ROW, qualified=qualified)} FROM {table(expression.lookup)} AS {ROW} "
        f"WHERE {equals(f'{ROW}.{ident(expression.key)}', source, qualified=qualified)})"
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
    return f"coalesce({found}, {typed(expression.otherwise, expression.target)})"


def told(expression: LookupValue, row: str, *, qualified: bool) -> str:
    """What the lookup row of the alias `row` stands for; NULL where nothing is said of it."""
    if expression.sql is not None:
        names = [each.name for each in expression.columns]
        return f"CAST({expressions.for_row(expression.sql, row, names)} AS {expression.target})"
    cases = " ".join(
        f"WHEN {holds(held, row, qualified=qualified)} THEN {typed(becomes, expression.target)}"
        for held, becomes in expression.pairs
    )
    return f"CASE {cases} END"


def holds(held: Held, row: str, *, qualified: bool) -> str:
    """The condition that the lookup row of the alias `row` holds this."""
    return " AND ".join(
        f"{row}.{ident(column)} IS NULL"
        if given is None
        else equals(f"{row}.{ident(column)}", literal(given), qualified=qualified)
        for column, given in held
    )


def _key_of(expression: LookupKey, held: Held, *, qualified: bool) -> str:
    return (
        f"(SELECT {ROW}.{ident(expression.key)} FROM {table(expression.lookup)} AS {ROW} "
        f"WHERE {holds(held, ROW, qualified=qualified)})"
    )
