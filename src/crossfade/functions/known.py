"""What is known of a database's own functions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Functions:
    """Functions by their names, in lower case: `volatile` ones differ at each call, or do something, as do
    all that begin with a word of `system` but the `steady` ones; `moments` differ from statement to
    statement, those of `unless_given` only where they are given nothing; `bare` ones are called without
    parentheses as well. `searches` are for an index, not for a row.
    """

    aggregates: frozenset[str]
    sets: frozenset[str]
    volatile: frozenset[str]
    moments: frozenset[str] = frozenset()
    unless_given: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    searches: frozenset[str] = frozenset()
    system: tuple[str, ...] = ()
    steady: frozenset[str] = frozenset()
