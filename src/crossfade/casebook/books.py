"""What one worker knows of its rows, and how it compares that with what an application shows.

The ledger says what a row must be; the desk gets what is wrong. Beside its own rows there are some that all
workers write: those increments are tallied, and must add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crossfade.casebook.ledger import Ledger
from crossfade.casebook.words import Fault, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Side

__all__ = ["HOT", "OWN", "Books", "pages"]

OWN = 300  # rows that a worker takes as its own: few enough that most are written several times
HOT = 3  # shared rows at either end of the table: the first and the last that a backfill comes to
PAGE = 2_000  # rows read by one statement when everything is compared

K = TypeVar("K")
L = TypeVar("L", bound=Ledger[Any, Any])


class Books(Generic[K, L]):
    """The books of one worker: `ledger` for its own rows, `tallies` for shared ones, `hot` their keys."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], ledger: L) -> None:
        self.ledger = ledger
        self.tallies: dict[str, Tally] = {}
        self.hot: list[K] = []
        self.desk = desk
        self.engines = engines

    def counted(self, name: str, *, failed: bool) -> None:
        """A shared counter was incremented; if that failed, nobody knows whether."""
        tally = self.tallies.get(name, Tally(0))
        self.tallies[name] = tally + Tally(0, committed=not failed, uncertain=failed)

    def compare(
        self, fault: Fault, side: Side, operation: str, key: K, found: Mapping[str, Any] | None
    ) -> None:
        """Compare a row as that side shows it with what it must be, and report what is not as it must be."""
        row = self.ledger.rows.get(key)
        if row is not None:
            self.desk.checked()
            self.wrong(fault, side, operation, key, row.wrong(found, side))
        elif key in self.ledger.deleted:
            self.desk.checked()
            self.wrong(fault, side, operation, key, ("a deleted row", "a row") if found else None)

    def wrong(
        self, fault: Fault, side: Side, operation: str, key: K, pair: tuple[object, object] | None
    ) -> None:
        """Report the pair (expected, found), if there is one."""
        if pair is not None:
            self.desk.report(fault, side, operation, str(key), *pair)
            if fault is Fault.LOST:
                self.ledger.forget(key)  # a row is lost once


def pages(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    """The keys, as many at a time as one statement reads."""
    return (keys[start : start + PAGE] for start in range(0, len(keys), PAGE))
