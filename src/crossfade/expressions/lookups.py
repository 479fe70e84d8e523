"""The two ways between a value and the row of a lookup table that stands for it."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.expressions.values import Sql
from crossfade.schema import Column, TableName

Held = tuple[tuple[str, str | None], ...]
"""What a row of a lookup table holds: columns and their values as text, None for NULL."""


@dataclass(frozen=True)
class LookupKey:
    """The key of the row of `lookup` that stands for the value of `column`.

    `rows` says what that row holds, for each value; a value that is not there has the key of the row that
    holds `otherwise`, or none (NULL), as NULL has. `source` and `target` are the types' SQL, `columns` the
    lookup's columns that tell rows apart; `function` is the routine by which writers are told.
    """

    column: str
    lookup: TableName
    key: str
    rows: tuple[tuple[str, Held], ...]
    columns: tuple[Column, ...]
    source: str
    target: str
    function: str
    otherwise: Held = ()

    @property
    def reads(self) -> frozenset[str]:
        """The columns that the value depends on."""
        return frozenset({self.column})


@dataclass(frozen=True)
class LookupValue:
    """The value that the row of `lookup` with the key in `column` stands for.

    `pairs` says what rows that hold something stand for, the first that fits; or `sql` does, over the
    lookup's own columns. Any other row stands for `otherwise`, or for nothing (NULL). NULL stands for
    NULL where `null`, else it is as any other row. `columns` are the lookup's columns that tell; `function`
    is the routine by which writers are told.
    """

    column: str
    lookup: TableName
    key: str
    pairs: tuple[tuple[Held, str], ...]
    columns: tuple[Column, ...]
    source: str
    target: str
    function: str
    sql: Sql | None = None
    otherwise: str | None = None
    null: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The columns that the value depends on."""
        return frozenset({self.column})
