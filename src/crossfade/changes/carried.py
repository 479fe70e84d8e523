"""The indexes and checks of a column, carried over to its successor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.errors import Unsupported
from crossfade.schema import Check, Column, Index, Table
from crossfade.steps import (
    AddCheck,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    RenameCheck,
    RenameIndex,
    Step,
    ValidateCheck,
)

_METHODS = ("btree", "hash")


@dataclass(frozen=True)
class Carried:
    """Steps that build the successors, at `complete` retire the old ones and promote the new, and after
    a purge build the retired ones again.
    """

    start: tuple[Step, ...] = ()
    retire: tuple[Step, ...] = ()
    promote: tuple[Step, ...] = ()
    recreate: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


Values = Mapping[str | None, str | None]


def carried_indexes(
    table: Table, old: Column, new: Column, values: Values, evolution: str, place: str, *, merges: bool
) -> Carried:
    """The indexes of `table` that mention `old`, said of `new`. `merges`: two values of one
    side may be one value of the other, so that a unique index would refuse rows that differ.

    Raises Unsupported, which names the index, for one that can't be said of a string column.
    """
    start: list[Step] = []
    retire: list[Step] = []
    promote: list[Step] = []
    recreate: list[Step] = []
    notes: list[str] = []
    retired = names.retired(old.name, evolution)
    for index in table.indexes:
        if old.name not in index.mentions:
            continue
        if not index.valid:
            notes.append(f"index {index.name} is invalid (a build that failed?) and is not carried over")
            continue
        built = _said_of(
            index, old, new, values, names.successor(index.name, evolution), place, merges=merges
        )
        start.append(CreateIndex(table.name, built, table.partitions))
        if index.constraint and not table.partitions:
            start.append(AdoptIndex(table.name, built.name))
        put_away = names.retired(index.name, evolution)
        retire.append(RenameIndex(table.name, index.name, put_away, table.partitions))
        again = _moved(index, put_away, old.name, retired)
        if again.predicate is not None:
            again = replace(
                again, predicate=expressions.renamed(again.predicate, old.name, retired, "postgres")
            )
        recreate.append(CreateIndex(table.name, again, table.partitions))
        if index.constraint and not table.partitions:
            recreate.append(AdoptIndex(table.name, put_away))
        promote.append(RenameIndex(table.name, built.name, index.name, table.partitions))
    return Carried(tuple(start), tuple(retire), tuple(promote), tuple(recreate), tuple(notes))


def carried_checks(
    table: Table, old: Column, new: Column, values: Values, evolution: str, place: str
) -> Carried:
    """The check constraints of `table` that mention `old`, said of `new`.

    At `complete` the old ones are taken off: a row of the new application alone has no old value
    that could satisfy them. Raises Unsupported, which names the check, for one that can't be said.
    """
    start: list[Step] = []
    retire: list[Step] = []
    promote: list[Step] = []
    for check in table.checks:
        if old.name not in check.columns:
            continue
        said = _translated(check.expression, old, new, values)
        if said is None:
            raise Unsupported(
                f"check {check.name} can't be said of a string column: CHECK ({check.expression})",
                place=place,
                remedy="rewrite it with =, <>, IN or IS NULL, or drop it first",
            )
        name = names.successor(check.name, evolution)
        start.append(AddCheck(table.name, Check(name, said, (*check.columns, new.name))))
        if check.valid:
            start.append(ValidateCheck(table.name, name))
        retire.append(DropCheck(table.name, check))
        promote.append(RenameCheck(table.name, name, check.name))
    return Carried(tuple(start), tuple(retire), tuple(promote))


def _said_of(
    index: Index, old: Column, new: Column, values: Values, name: str, place: str, *, merges: bool
) -> Index:
    why = ""
    predicate = index.predicate
    if index.expressions:
        why = "it is on an expression"
    elif index.method not in _METHODS:
        why = f"its method is {index.method}"
    elif index.constraint == "exclusion":
        why = "it serves an exclusion constraint"
    elif index.unique and merges:
        why = f"it is unique, and two values of one version of {old.name} may be one value of the other"
    elif predicate is not None and old.name in index.predicate_columns:
        predicate = _translated(predicate, old, new, values)
        if predicate is None:
            why = f"its condition can't be said of a string column: {index.predicate}"
    if why:
        raise Unsupported(
            f"index {index.name} can't be carried over: {why}",
            place=place,
            remedy="drop it first, and build what is wanted after the evolution",
        )
    return replace(_moved(index, name, old.name, new.name), predicate=predicate)


def _moved(index: Index, name: str, column: str, to: str) -> Index:
    """The index under another name, on `to` where it was on `column`; its condition is as it was."""
    moved = {column: to}
    return replace(
        index,
        name=name,
        columns=tuple(moved.get(each, each) for each in index.columns),
        include=tuple(moved.get(each, each) for each in index.include),
        predicate_columns=tuple(moved.get(each, each) for each in index.predicate_columns),
    )


def _translated(text: str, old: Column, new: Column, values: Values) -> str | None:
    if len(set(values.values())) < len(values):
        return None  # two labels became one value: a condition on either says more than it did
    return expressions.translate(text, old.name, new.name, values, "postgres")
