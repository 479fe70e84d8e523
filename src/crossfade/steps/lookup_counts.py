"""Checks about lookup tables that change nothing: does each value have its row, and each row a value?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.errors import SchemaMismatch
from crossfade.expressions import Held, LookupValue
from crossfade.phases import Phase
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class CountLookups(Step):
    """A check that changes nothing: for which values are there several rows of the lookup, or none, where
    one can't be made because `missing` columns must be given?
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    rows: tuple[tuple[str, Held], ...]
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} for each value"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: values, and how many rows stand for each."""
        several = [f"{value!r} ({rows} rows)" for value, rows in found if rows]
        if several:
            return SchemaMismatch(
                f"several rows of {self.table} would stand for one value: {', '.join(several)}",
                place=self.change,
                remedy="name in match= the columns that tell them apart, and give them in rows=",
            )
        values = ", ".join(repr(value) for value, _ in found)
        return SchemaMismatch(
            f"{self.table} has no row for {values}, and one can't be made without {', '.join(self.missing)}",
            place=self.change,
            remedy="give these columns in rows=, or make the rows first",
        )


@dataclass(frozen=True)
class CountOthers(Step):
    """A check that changes nothing: which values does a column hold besides those that are `known`?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    known: tuple[str, ...]
    lacks: str = "a row"
    remedy: str = "add them to rows=, or say with other= which row stands for the rest"

    @property
    def title(self) -> str:
        return f"count other values of {self.table}.{self.column}"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: values, and how many rows hold each."""
        listed = ", ".join(f"{value!r} ({rows} rows)" for value, rows in found)
        return SchemaMismatch(
            f"values of {self.table}.{self.column} without {self.lacks}: {listed}",
            place=self.change,
            remedy=self.remedy,
        )


@dataclass(frozen=True)
class CountUnanswered(Step):
    """A check that changes nothing: how many rows refer to a row of a lookup that stands for no old value?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    shown: str
    value: LookupValue

    @property
    def title(self) -> str:
        return f"count values of {self.table}.{self.shown} that the old version can't say"
