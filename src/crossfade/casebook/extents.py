"""What the walk reads of a case's tables by itself: rows to dump, and rows that the evolution seeds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Extent", "Seeds"]


@dataclass(frozen=True)
class Extent:
    """What a dump reads of one table or view: every row's key, owner and digest.

    `owner` is an SQL expression: the text of the row's key under which workers say what they wrote. `clock`
    are the columns that a trigger of the application sets; they are left out where the role may not silence
    it. `shown` are the columns whose values a difference shows.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    owner: str
    clock: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seeds:
    """Rows that the evolution seeds, each of which must exist exactly once while the new side does.

    `values` are the keys of the rows: the text of each of the columns in `key`.
    """

    table: str
    key: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    owner: str
