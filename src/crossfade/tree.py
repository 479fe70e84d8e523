"""The lens across tables: how rows of a source table, with their children, and rows of a target determine
each other.

A row of the source and the rows of other tables that refer to it (its children) are one row of the target:
columns by expression, children embedded as JSON or counted. The target's `legacy` column ties both: it holds
the source's key. Children are rows to the old side and elements of an array, or entries of an object, to the
new one; the order of an array is the new side's own, once that has chosen one.

The laws are those of `crossfade.lens`: what has a way back must agree in every row; what has none (`derived`
columns, the target's own) is the complement, and is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crossfade.lens import Assignment
from crossfade.schema import Column, TableName


class Shape(StrEnum):
    """What the children of a row are in the target."""

    ARRAY = "array"  # an array of objects
    OBJECT = "object"  # an object: a key and a value for each child
    SINGLE = "single"  # the one child, an object; null where there is none
    VALUE = "value"  # an aggregate: nothing is written back


@dataclass(frozen=True)
class Embed:
    """The rows of `table` that refer by `parent` to the source's key, in a column of the target, or in the
    `field` of the JSON object that it holds.

    `columns` are what an element shows, the child's key among them; `order` are those that an array is sorted
    by, before the key. `entry` are the key and the value of an OBJECT, `aggregate` is the SQL of a VALUE.
    `settled` says that the table's own triggers or generated columns may change what is written.
    """

    shape: Shape
    table: TableName
    parent: str
    key: Column
    column: str
    field: str | None
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()
    entry: tuple[str, str] = ("", "")
    aggregate: str = ""
    settled: bool = False

    @property
    def slot(self) -> str:
        """Where it is in the target, for people."""
        return self.column if self.field is None else f"{self.column}.{self.field}"

    @property
    def written(self) -> bool:
        """Whether the new side can write it."""
        return self.shape is not Shape.VALUE


@dataclass(frozen=True)
class Reference:
    """A column of the target that refers to another tree's target, as `source` does to that one's source."""

    column: str
    source: str
    table: TableName
    key: str
    legacy: str


@dataclass(frozen=True)
class TreeLens:
    """Rows of `source` with their children, and rows of `target`.

    `forward` gives target columns from the source's row, `backward` source columns from the target's row;
    `derived` are those of `forward` without a way back. `columns` are all of the source, `target_columns` all
    of the target but `legacy`. `settled` as of an `Embed`.
    """

    change: str
    source: TableName
    key: Column
    columns: tuple[Column, ...]
    target: TableName
    target_key: Column
    target_columns: tuple[Column, ...]
    legacy: str
    forward: tuple[Assignment, ...]
    backward: tuple[Assignment, ...]
    derived: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    embeds: tuple[Embed, ...] = ()
    settled: bool = False
    rows: int = 0  # the planner's estimate, of the source
    stirred: tuple[TableName, ...] = ()  # those of the old tables that have triggers of the users'
    search_path: tuple[str, ...] = ()  # under which these are executed, whoever writes

    @property
    def tables(self) -> tuple[TableName, ...]:
        """The old side's tables, the source first, each once."""
        return tuple(dict.fromkeys((self.source, *(each.table for each in self.embeds))))

    @property
    def both_ways(self) -> tuple[str, ...]:
        """Target columns that the source's row alone determines, and that determine it."""
        own = (each.column for each in self.forward if each.column not in self.derived)
        return (*own, *(each.column for each in self.references))

    @property
    def landed(self) -> tuple[Column, ...]:
        """The source's columns that the new side knows of, the key first."""
        read = {name for each in self.forward for name in each.value.reads}
        read |= {each.source for each in self.references}
        return (self.key, *(each for each in self.columns if each.name in read - {self.key.name}))

    @property
    def alone(self) -> tuple[str, ...]:
        """Target columns of which the old side knows nothing."""
        known = {
            self.target_key.name,
            *(each.column for each in self.forward),
            *(each.column for each in self.references),
            *(each.column for each in self.embeds),
        }
        return tuple(each.name for each in self.target_columns if each.name not in known)

    def embedded(self, table: TableName) -> tuple[Embed, ...]:
        """The embeds of one of the child tables."""
        return tuple(each for each in self.embeds if each.table == table)


def sources(trees: Iterable[TreeLens]) -> tuple[TableName, ...]:
    """The old side's tables of all trees, each once, in one order for everybody."""
    return tuple(dict.fromkeys(table for tree in trees for table in tree.tables))
