"""A table, with all that a plan may need to know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crossfade import names
from crossfade.errors import SchemaMismatch
from crossfade.schema.belongings import Check, Dependent, ForeignKey, Grant, Index, Trigger
from crossfade.schema.columns import Column, TableName


@dataclass(frozen=True)
class Origin:
    """Where the rows of a table that an evolution makes come from: `legacy` holds the key of `table`, and
    `key` is made of that.
    """

    table: TableName
    legacy: str
    key: str


@dataclass(frozen=True)
class Table:
    """A table, with all that a plan may need to know of it."""

    name: TableName
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    referenced_by: tuple[ForeignKey, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    local: tuple[Dependent, ...] = ()  # indexes and constraints that a partition has and the table has not
    kind: str = "table"  # "table", "partitioned table", or what else it is
    partition_key: tuple[str, ...] = ()
    partitions: tuple[TableName, ...] = ()
    inherits: bool = False
    row_security: bool = False
    hides_rows: bool = False  # whether row-level security applies to the connected role itself
    owner: str = ""
    owned: bool = True  # whether the connected role may act as the owner
    grants: tuple[Grant, ...] = ()
    schema_owner: str = ""
    schema_readers: tuple[str, ...] = ()
    comment: str | None = None
    rows: int = 0  # the planner's estimate
    row_bytes: int = 0  # of an average row, without what is stored apart from it
    evolved: tuple[tuple[str, Column | None], ...] = ()  # what changes before make of columns: see `newest`
    fills: tuple[
        tuple[str, str], ...
    ] = ()  # of a column that one adds: the SQL of what rows of the old side get
    claimed: tuple[tuple[str, str], ...] = ()  # columns that they claim, each with the change
    origin: Origin | None = None

    def find(self, column: str) -> Column | None:
        """The column of that name, or None."""
        return next((found for found in self.columns if found.name == column), None)

    def column(self, column: str, place: str = "") -> Column:
        """The column of that name. Raises SchemaMismatch with the nearest name."""
        found = self.find(column)
        if found is None:
            raise SchemaMismatch(
                f"table {self.name} has no column {column!r}{self._because(column)}",
                place=place or f"table {self.name}",
                remedy=names.nearest(column, (every.name for every in self.columns)),
            )
        return found

    def newest(self, column: str, place: str = "") -> Column:
        """The column that the new version calls `column`, by the name that it has while both are live.

        A column that was renamed answers to its old name too, unless another one has it now. Raises
        SchemaMismatch with the nearest name.
        """
        found = self.in_new_version()
        if column not in found:
            raise SchemaMismatch(
                f"the new version of {self.name} has no column {column!r}{self._because(column)}",
                place=place or f"table {self.name}",
                remedy=names.nearest(column, found),
            )
        return found[column]

    def in_new_version(self) -> dict[str, Column]:
        """Every column by the names that `newest` knows it by."""
        found: dict[str, Column] = {each.name: each for each in self.columns}
        for name, each in self.evolved:
            if each is None:
                found.pop(name, None)
            else:
                found[name] = each
        return found

    def made(self, column: str) -> tuple[str, str]:
        """Of a column that a change before makes: what the new version calls it, and that change."""
        shown = next(name for name, each in self.in_new_version().items() if each.name == column)
        return shown, dict(self.claimed)[shown]

    def key_columns(self) -> tuple[Column, ...]:
        """The key's columns, in the key's order."""
        return tuple(self.column(name) for name in self.key)

    def without_retired(self) -> Table:
        """The table without what an earlier evolution retired: nobody's to show, and its purge's to drop."""
        gone = {each.name for each in self.columns if names.is_retired(each.name)}
        return replace(
            self,
            columns=tuple(each for each in self.columns if each.name not in gone),
            indexes=tuple(each for each in self.indexes if gone.isdisjoint(each.mentions)),
            checks=tuple(each for each in self.checks if gone.isdisjoint(each.columns)),
        )

    def _because(self, column: str) -> str:
        change = dict(self.claimed).get(column)
        return f", because of {change}" if change else ""
