"""Checks of the data that change nothing: the one query of each finds what must not be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.errors import MissingPrivilege, SchemaMismatch
from crossfade.lens import Assignment
from crossfade.phases import Phase
from crossfade.schema import Check, ForeignKey, TableName
from crossfade.steps.step import Mode, Step

SHOWN = 10  # so many of what was found are told


@dataclass(frozen=True)
class CountDuplicates(Step):
    """Which values of `columns` do several rows hold, of those that meet `predicate`?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    index: str
    columns: tuple[str, ...]
    shown: tuple[str, ...]  # as the user wrote them
    predicate: str | None = None

    @property
    def title(self) -> str:
        return f"count duplicates for {self.index} of {self.table}"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: values, rows that hold them, how many such values there are."""
        listed = "; ".join(f"({values}) in {rows} rows" for values, rows, _ in found)
        return SchemaMismatch(
            f"rows of {self.table} have the same ({', '.join(self.shown)}): {listed}"
            f"{_more(found[0][2], found, '; ')}",
            place=self.change,
            remedy="give these rows values of their own first, or leave unique=True out",
        )


@dataclass(frozen=True)
class CountOrphans(Step):
    """Which rows refer, by `key`, to a row that isn't there?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    key: ForeignKey
    shown: tuple[str, ...]  # as the user wrote the key's columns
    row_key: tuple[str, ...]
    fills: tuple[
        tuple[str, str], ...
    ] = ()  # columns that are not there yet, and the SQL of what they will hold
    row: str = ""  # what that SQL calls the row, where it calls it anything
    remedy: str = "give these rows a value that is there, or NULL, or delete them"

    @property
    def title(self) -> str:
        return f"count orphans for {self.key.name} of {self.table}"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: rows' keys, what they refer to, how many rows there are."""
        many = found[0][2]
        rows = "1 row refers" if many == 1 else f"{many} rows refer"
        listed = "; ".join(
            f"({', '.join(self.row_key)}) = ({row}), ({', '.join(self.shown)}) = ({values})"
            for row, values, _ in found
        )
        return SchemaMismatch(
            f"{rows} to nothing in {self.key.target}: {listed}{_more(many, found, '; ')}",
            place=self.change,
            remedy=self.remedy,
        )


@dataclass(frozen=True)
class Made:
    """A table, read as it will be: what some of its columns will hold, over its row `t`."""

    table: TableName
    columns: tuple[str, ...]
    values: tuple[Assignment, ...]


@dataclass(frozen=True)
class CountNulls(Step):
    """Which rows have no value for `value`, an SQL expression over the row `t`? It reads other tables as they
    are `made`.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    shown: str
    value: str
    row_key: tuple[str, ...]
    remedy: str
    made: tuple[Made, ...] = ()

    @property
    def title(self) -> str:
        return f"count the NULLs of {self.table}.{self.shown}"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: rows' keys, how many rows there are."""
        many = found[0][1]
        rows = "1 row" if many == 1 else f"{many} rows"
        listed = ", ".join(f"({row})" for row, _ in found)
        return SchemaMismatch(
            f"{self.table}.{self.shown} is NULL in {rows}, where ({', '.join(self.row_key)}) is {listed}"
            f"{_more(many, found, ', ')}",
            place=self.change,
            remedy=self.remedy,
        )


@dataclass(frozen=True)
class CountBlind(Step):
    """Who may insert rows into the table, and not read `columns` of `read`, which each such row takes?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    read: TableName
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"count who may write {self.table} and not read {self.read}"

    def told(self, found: Sequence[Sequence[Any]]) -> MissingPrivilege:
        """The error for what was found: roles, how many there are."""
        many = found[0][1]
        roles = ", ".join(repr(role) for role, _ in found)
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        who = f"{'role' if many == 1 else 'roles'} {roles}{_more(many, found, ', ')}"
        return MissingPrivilege(
            f"{who} may insert into {self.table}, and not read {self.read}{columns}, out of which backward= "
            "gives each row its value",
            place=self.change,
            remedy=f"GRANT SELECT{columns} ON {self.read} to each, and USAGE on its schema",
        )


@dataclass(frozen=True)
class CountBarred(Step):
    """Does a check bar the rows that would have `fill` where `column` is NULL? `filled` is what it says of
    them; `alone`, of that column alone, so that it is the same for every row.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    fill: str
    check: Check
    filled: str
    alone: bool

    @property
    def title(self) -> str:
        return f"ask whether check {self.check.name} of {self.table} bars {self.fill}"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: the number of rows; of none, where any would be barred."""
        rows = found[0][0]
        which = "" if self.alone else f" in {rows} row{'s' if rows > 1 else ''}"
        return SchemaMismatch(
            f"fill={self.fill} would not pass check {self.check.name} of {self.table}{which}: "
            f"CHECK ({self.check.expression})",
            place=self.change,
            remedy="give another fill, or drop that check first",
        )


Counted = CountBarred | CountBlind | CountDuplicates | CountNulls | CountOrphans


def _more(many: int, found: Sequence[Sequence[Any]], separator: str) -> str:
    return f"{separator}and {many - len(found)} more" if many > len(found) else ""
