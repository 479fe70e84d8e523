"""Steps that ask the data something, and change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.expressions import Sql
from crossfade.phases import Phase
from crossfade.schema import Column, ForeignKey, Index, TableName
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class AskExpression(Step):
    """A check that changes nothing: can `expression` give the column its value, as the server sees it?

    `given` says where the user gave it, `columns` are the table's, `type` is the column's. `made` are columns
    that are not there yet.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    type: str
    given: str
    expression: Sql
    columns: tuple[str, ...]
    search_path: tuple[str, ...]
    made: tuple[Column, ...] = ()

    @property
    def title(self) -> str:
        return f"ask for {self.given} of {self.table}.{self.column}"


@dataclass(frozen=True)
class AskIndex(Step):
    """A check that leaves nothing behind: would the server build `index`, on a table of such `columns`?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    index: Index
    columns: tuple[Column, ...]
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"ask for index {self.index.name} of {self.table}"


@dataclass(frozen=True)
class AskForeignKey(Step):
    """A check that leaves nothing behind: can `columns` refer to `target_columns`, by their types?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    key: ForeignKey
    columns: tuple[Column, ...]
    target_columns: tuple[Column, ...]
    search_path: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"ask for foreign key {self.key.name} of {self.table}"


@dataclass(frozen=True)
class CountUnmapped(Step):
    """A check that changes nothing: how many rows hold each of `labels`, which have no mapping, or none?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    labels: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"count unmapped values of {self.table}.{self.column}"


@dataclass(frozen=True)
class CountUnsaid(Step):
    """A check that changes nothing: how many rows hold a value for which the old side has none?

    `known` are the values that it can say, `null` whether NULL is one.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    shown: str
    known: tuple[str, ...]
    null: bool

    @property
    def title(self) -> str:
        return f"count values of {self.table}.{self.shown} that the old version can't say"


@dataclass(frozen=True)
class CountWrites(Step):
    """A question that changes nothing: how often has each side written what the other must see?"""

    phase = Phase.VERIFY
    mode = Mode.ALONE
    evolution: str
    table: TableName

    @property
    def title(self) -> str:
        return f"count the writes of {self.table} by side"
