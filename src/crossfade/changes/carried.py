"""The indexes and checks of a column, carried over to its successor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.changes import borne_checks
from crossfade.changes.index_kinds import uncut
from crossfade.changes.remade_indexes import moved
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, Index, Schema, Table
from crossfade.steps import AdoptIndex, CreateIndex, RenameIndex, Step

_METHODS = ("btree", "hash")


@dataclass(frozen=True)
class Carried:
    """Steps that build the successors, and at `complete` give them the names of the old ones, which have been
    put away by then.
    """

    start: tuple[Step, ...] = ()
    promote: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


Values = Mapping[str | None, str | None] | None
"""What each value becomes; None: the successor is of the same type, and values stay what they are."""


def carried_indexes(
    table: Table,
    old: Column,
    new: Column,
    values: Values,
    schema: Schema,
    evolution: str,
    place: str,
    *,
    merges: bool,
) -> Carried:
    """The indexes of `table` that mention `old`, said of `new`. `merges`: two values of one
    side may be one value of the other, so that a unique index would refuse rows that differ.

    Raises Unsupported, which names the index, for one that can't be said of a string column.
    """
    start: list[Step] = []
    promote: list[Step] = []
    notes: list[str] = []
    for index in table.indexes:
        if old.name not in index.mentions:
            continue
        if not index.valid:
            notes.append(f"index {index.name} is invalid (a build that failed?) and is not carried over")
            continue
        built = _said_of(
            index, old, new, values, names.successor(index.name, evolution), schema, place, merges=merges
        )
        start.append(CreateIndex(table.name, built, table.partitions))
        if index.constraint and not table.partitions:
            start.append(AdoptIndex(table.name, built.name, index.deferral))
        promote.append(RenameIndex(table.name, built.name, index.name, table.partitions))
    return Carried(tuple(start), tuple(promote), tuple(notes))


def carried_checks(
    table: Table, old: Column, new: Column, values: Values, schema: Schema, evolution: str, place: str
) -> Carried:
    """The check constraints of `table` that mention `old`, said of `new`, which is as it stands by then.

    Raises Unsupported, which names the check, for one that can't be said.
    """
    start: list[Step] = []
    promote: list[Step] = []
    borne: list[Check] = []
    for check in table.checks:
        if old.name not in check.columns:
            continue
        said = _translated(check.expression, old, new, values, schema)
        if said is None:
            raise Unsupported(
                f"check {check.name} can't be said of a string column: CHECK ({check.expression})",
                place=place,
                remedy="rewrite it with =, <>, IN or IS NULL, or drop it first",
            )
        name = names.successor(check.name, evolution)
        made = Check(name, said, (*check.columns, new.name))
        start += borne_checks.added(table, made, new, tuple(borne), schema, validated=check.valid)
        promote.append(borne_checks.renamed(table, name, check.name, schema))
        borne.append(made)
    return Carried(tuple(start), tuple(promote), borne_checks.nameless(table, old, schema))


def _said_of(
    index: Index,
    old: Column,
    new: Column,
    values: Values,
    name: str,
    schema: Schema,
    place: str,
    *,
    merges: bool,
) -> Index:
    why = ""
    successor = moved(index, name, old.name, new.name, schema.database, place)
    predicate = successor.predicate
    if values is not None and index.expressions:
        why = "it is on an expression"
    elif values is not None and index.method not in _METHODS:
        why = f"its method is {index.method}"
    elif index.constraint == "exclusion":
        why = "it serves an exclusion constraint"
    elif values is not None and (cut := uncut(index, new, schema)):
        why = cut
    elif index.unique and merges:
        why = f"it is unique, and two values of one version of {old.name} may be one value of the other"
    elif values is not None and index.predicate is not None and old.name in index.predicate_columns:
        predicate = _translated(index.predicate, old, new, values, schema)
        if predicate is None:
            why = f"its condition can't be said of a string column: {index.predicate}"
    if why:
        raise Unsupported(
            f"index {index.name} can't be carried over: {why}",
            place=place,
            remedy="drop it first, and build what is wanted after the evolution",
        )
    return replace(successor, predicate=predicate)


def _translated(text: str, old: Column, new: Column, values: Values, schema: Schema) -> str | None:
    if values is None:
        return expressions.renamed(text, old.name, new.name, schema.database)
    if len(set(values.values())) < len(values):
        return None  # two labels became one value: a condition on either says more than it did
    return expressions.translate(text, old.name, new.name, values, schema.database)
