"""Steps about a table as a whole, and steps said of a table that has another name by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from crossfade.expressions import Sql, of_tables
from crossfade.phases import Phase
from crossfade.schema import ForeignKey, TableName
from crossfade.steps.step import Step

_Of = TypeVar("_Of", bound=Step)


@dataclass(frozen=True)
class RenameTable(Step):
    """Give a table another name, in the schema that it is in."""

    phase = Phase.CONTRACT
    table: TableName
    to: TableName

    @property
    def title(self) -> str:
        return f"rename table {self.table} to {self.to.name}"

    @property
    def moves(self) -> tuple[TableName, TableName]:
        return (self.table, self.to)

    def undo(self) -> Step:
        return RenameTable(self.to, self.table)


@dataclass(frozen=True)
class ShelveTables(Step):
    """Empty retired tables, and keep their shells in the journal's schema: all that `revert` needs to make
    them again. `keys` are their foreign keys to tables that stay, which are taken off.
    """

    phase = Phase.CONTRACT
    evolution: str
    tables: tuple[TableName, ...]
    keys: tuple[ForeignKey, ...] = ()

    @property
    def title(self) -> str:
        return f"drop the rows of {_listed(self.tables)}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return self.tables

    def undo(self) -> Step:
        return UnshelveTables(self.evolution, self.tables, self.keys)


@dataclass(frozen=True)
class UnshelveTables(Step):
    """Bring emptied tables back from the journal's schema, with their foreign keys."""

    phase = Phase.EXPAND
    evolution: str
    tables: tuple[TableName, ...]
    keys: tuple[ForeignKey, ...] = ()

    @property
    def title(self) -> str:
        return f"bring {_listed(self.tables)} back, empty"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return ()  # nobody knows them yet

    def undo(self) -> Step:
        return ShelveTables(self.evolution, self.tables, self.keys)


def _listed(tables: tuple[TableName, ...]) -> str:
    """The first of the tables, and how many more there are: a title is a line."""
    more = len(tables) - 1
    return f"{tables[0]}" + (f" and {more} more table{'s' if more > 1 else ''}" if more else "")


def under(step: _Of, tables: Mapping[TableName, TableName]) -> _Of:
    """The same step where tables have other names: `tables` maps those that have."""
    named: _Of = _under(step, tables)
    return named


def _under(value: Any, tables: Mapping[TableName, TableName]) -> Any:
    if isinstance(value, TableName):
        return tables.get(value, value)
    if isinstance(value, Sql):
        return of_tables(value, tables)
    if isinstance(value, tuple):
        return tuple(_under(each, tables) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        before = {each.name: getattr(value, each.name) for each in fields(value)}
        now = {name: _under(each, tables) for name, each in before.items()}
        return replace(value, **now) if now != before else value
    return value
