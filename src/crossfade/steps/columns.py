"""Steps about columns and their types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crossfade.phases import Phase
from crossfade.schema import Check, Column, EnumType, Grant, TableName
from crossfade.steps.step import Step


@dataclass(frozen=True)
class AddColumn(Step):
    """Add a column; its default here is what the old application's inserts get."""

    phase = Phase.EXPAND
    table: TableName
    column: Column
    grants: tuple[Grant, ...] = ()
    later_default: str | None = None  # a default for new rows only, set once the column exists

    @property
    def title(self) -> str:
        return f"add column {self.column.name} to {self.table}"

    def undo(self) -> Step:
        return DropColumn(self.table, self.column.name)


@dataclass(frozen=True)
class DropColumn(Step):
    """Drop a column that the evolution had added."""

    phase = Phase.CONTRACT
    table: TableName
    column: str

    @property
    def title(self) -> str:
        return f"drop column {self.column} of {self.table}"


@dataclass(frozen=True)
class RenameColumn(Step):
    """Give a column another name."""

    phase = Phase.CONTRACT
    table: TableName
    column: str
    to: str

    @property
    def title(self) -> str:
        return f"rename {self.table}.{self.column} to {self.to}"

    def undo(self) -> Step:
        return RenameColumn(self.table, self.to, self.column)


@dataclass(frozen=True)
class Relax(Step):
    """Take NOT NULL and the default off a retired column, so that new rows need not give it."""

    phase = Phase.CONTRACT
    table: TableName
    column: Column

    @property
    def title(self) -> str:
        return f"relax {self.table}.{self.column.name}"


@dataclass(frozen=True)
class SetDefault(Step):
    """Set a column's default, or take it off."""

    phase = Phase.CONTRACT
    table: TableName
    column: str
    default: str | None
    previous: str | None = None

    @property
    def title(self) -> str:
        return f"set the default of {self.table}.{self.column}"

    def undo(self) -> Step | None:
        return SetDefault(self.table, self.column, self.previous, self.default)


@dataclass(frozen=True)
class GiveDefault(SetDefault):
    """Give a column that the evolution adds the default of the new version, once the rows of the old side are
    filled and the sync tells whose a row is: where a view's column can't have one of its own.
    """

    phase = Phase.INDEX

    def undo(self) -> Step | None:
        return None  # it goes with the column


@dataclass(frozen=True)
class SetNotNull(Step):
    """Make a column NOT NULL; `proof` is a validated check which spares the server the scan, and empty where
    the server can't have one. `standing`: the column is not one that the evolution adds, and stays when this
    is taken back.

    `definition` is the whole of the column as it is then, and `checks` are part of it: for a server that must
    be told all to change one thing, and takes no proof.
    """

    phase = Phase.INDEX
    table: TableName
    column: str
    proof: str
    standing: bool = False
    definition: Column | None = None
    checks: tuple[Check, ...] = ()

    @property
    def title(self) -> str:
        return f"make {self.table}.{self.column} not null"

    def undo(self) -> Step | None:
        if not self.standing:
            return None
        before = None if self.definition is None else replace(self.definition, nullable=True)
        return DropNotNull(self.table, self.column, before, self.checks)


@dataclass(frozen=True)
class DropNotNull(Step):
    """Let a column be NULL again; `definition` and `checks` as `SetNotNull` has them."""

    phase = Phase.CONTRACT
    table: TableName
    column: str
    definition: Column | None = None
    checks: tuple[Check, ...] = ()

    @property
    def title(self) -> str:
        return f"let {self.table}.{self.column} be null again"


@dataclass(frozen=True)
class CreateEnum(Step):
    """Make an enum type again, its labels in their order."""

    phase = Phase.EXPAND
    type: EnumType
    owner: str | None = None

    @property
    def title(self) -> str:
        return f"create type {self.type.schema}.{self.type.name}"


@dataclass(frozen=True)
class DropEnum(Step):
    """Drop an enum type; it stays where something else is of it."""

    phase = Phase.CONTRACT
    type: EnumType

    @property
    def title(self) -> str:
        return f"drop type {self.type.schema}.{self.type.name} unless something else is of it"
