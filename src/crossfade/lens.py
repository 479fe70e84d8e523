"""The lens: how the old and the new columns of a table determine each other.

A lens is symmetric: `inverse()` swaps its sides, and twice is the identity. From a lens alone the
plan derives what to sync in both directions, what to copy, what to compare, and the complement:
what the new side holds that `forward` would not give back.

After Hofmann, Pierce and Wagner, "Symmetric Lenses" (POPL 2011).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from crossfade.expressions import Expression, LookupKey, LookupValue, Sql, ValueMap, renamed_sql
from crossfade.schema import Column, TableName

_NO_OTHERS: Mapping[TableName, Mapping[str, str]] = {}


class Law(StrEnum):
    """When the two sides of a row agree."""

    BACKWARD = "backward(new) = old"  # forward loses nothing of the old side
    FORWARD = "forward(old) = new"  # forward loses, backward does not
    EITHER = "backward(new) = old or forward(old) = new"  # both lose
    FREE = "always"  # the new side alone holds it

    def swapped(self) -> Law:
        """The law as seen from the other side."""
        return {Law.BACKWARD: Law.FORWARD, Law.FORWARD: Law.BACKWARD}.get(self, self)


@dataclass(frozen=True)
class Assignment:
    """A column and the expression that gives its value."""

    column: str
    value: Expression


@dataclass(frozen=True)
class RowLens:
    """Old and new columns of one table, by the names that they have in the table while live.

    `change` names the change for people, `shown` the columns as the new application knows them.
    `by_default` says that the new columns' defaults give `forward` to every row that the old
    application inserts, so that nothing need be synced; and the old columns' defaults `backward`, where
    there are no new ones; `at_once`, that the rows that stand have it as soon as there are new columns.
    `mark` is a column that tells, once the evolution is completed, the rows that have an old side of their
    own (true) from those that were born since.
    """

    change: str
    table: TableName
    old: tuple[Column, ...]
    new: tuple[Column, ...]
    shown: tuple[str, ...]
    forward: tuple[Assignment, ...]
    backward: tuple[Assignment, ...]
    law: Law
    by_default: bool = False
    mark: str = ""
    at_once: bool = False

    def inverse(self) -> RowLens:
        """The same lens, seen from the other side."""
        return replace(
            self,
            old=self.new,
            new=self.old,
            forward=self.backward,
            backward=self.forward,
            law=self.law.swapped(),
        )

    def retired(self, names: Mapping[TableName, Mapping[str, str]]) -> RowLens:
        """The same lens once the evolution is completed: by table, `names` maps the columns' names.

        A row that has no mark has no old side: NULL may be one.
        """
        lens = self.renamed(names.get(self.table, {}), names)
        if not self.mark:
            return lens
        mark = Column(self.mark, "boolean", nullable=False)
        said = next((each.value.dialect for each in self.backward if isinstance(each.value, Sql)), "")
        marked = Assignment(self.mark, Sql("true", "boolean", dialect=said))
        return replace(lens, old=(*lens.old, mark), backward=(*lens.backward, marked))

    def renamed(
        self, names: Mapping[str, str], others: Mapping[TableName, Mapping[str, str]] = _NO_OTHERS
    ) -> RowLens:
        """The same lens where columns have other names: `names` maps those that have, `others` those of other
        tables.
        """

        def column(each: Column) -> Column:
            return replace(each, name=names.get(each.name, each.name))

        def assignment(each: Assignment) -> Assignment:
            value = each.value
            if isinstance(value, ValueMap | LookupKey | LookupValue):
                value = replace(value, column=names.get(value.column, value.column))
            else:
                value = renamed_sql(value, names, others)
            return Assignment(names.get(each.column, each.column), value)

        return replace(
            self,
            old=tuple(map(column, self.old)),
            new=tuple(map(column, self.new)),
            forward=tuple(map(assignment, self.forward)),
            backward=tuple(map(assignment, self.backward)),
        )

    @property
    def reads(self) -> frozenset[str]:
        """The columns that `forward` depends on."""
        return frozenset().union(*(each.value.reads for each in self.forward))

    @property
    def fed_by(self) -> frozenset[tuple[TableName, str]]:
        """The columns, of this and of other tables, that `backward` depends on."""
        values = [each.value for each in self.backward]
        elsewhere = [each for value in values if isinstance(value, Sql) for each in value.elsewhere]
        own = ((self.table, name) for value in values for name in value.reads)
        return frozenset(own).union(elsewhere)

    @property
    def closed_to(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """(column, values, whether NULL is one) that the new side must keep to while both are live.

        A value map backward without an answer for the rest is what closes a column.
        """
        return tuple(
            (each.value.column, each.value.known, any(value is None for value, _ in each.value.pairs))
            for each in self.backward
            if isinstance(each.value, ValueMap) and each.value.otherwise is None
        )

    @property
    def copied(self) -> bool:
        """Whether the rows that stand must be filled: a constant default is theirs at once."""
        return bool(self.new) and not self.at_once and (not self.by_default or self.volatile)

    @property
    def volatile(self) -> bool:
        """Whether `forward` gives another value at each call."""
        return any(isinstance(each.value, Sql) and each.value.volatile for each in self.forward)


def law_of(forward: ValueMap, backward: ValueMap) -> Law:
    """The law that a pair of value maps obeys, over every value that the old side can hold."""
    there = dict(forward.pairs)
    back = dict(backward.pairs)
    if all(back.get(there[value], backward.otherwise) == value for value in there):
        return Law.BACKWARD
    if (
        all(there.get(back[value], forward.otherwise) == value for value in back)
        and backward.otherwise is None
    ):
        return Law.FORWARD
    return Law.EITHER


def in_turn(lenses: Iterable[RowLens]) -> tuple[tuple[RowLens, ...], ...]:
    """The lenses in layers: what `backward` of one reads, an earlier layer has given its value.

    Those that feed each other are one layer, the last.
    """
    waiting, layers = list(lenses), []
    while waiting:
        unmade = {(lens.table, column.name): lens for lens in waiting for column in lens.old}
        free = [lens for lens in waiting if all(unmade.get(each, lens) is lens for each in lens.fed_by)]
        layers.append(tuple(free or waiting))
        waiting = [lens for lens in waiting if lens not in layers[-1]]
    return tuple(layers)


def lookup_law(forward: LookupKey, backward: LookupValue) -> Law:
    """The law that a lookup obeys: backward only where what tells the rows apart tells each value's way back
    too. What else a row holds may have been there before, and say something else.
    """
    told = {column for held, _ in backward.pairs for column, _ in held}
    for value, held in forward.rows:
        known = dict(held)
        back = next((said for row, said in backward.pairs if set(row) <= set(held)), None)
        if backward.sql is not None or forward.otherwise or not told <= known.keys() or back != value:
            return Law.EITHER
    return Law.BACKWARD
