"""One user of both applications: chooses what to do, does it, and has it read on the other side at once.

A case's worker is a `User` whose operations are methods: ``_create(side)`` does what its mixes call "create".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from crossfade.casebook.books import Books
from crossfade.casebook.desk import CHECK, Failure
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Moment, Tally

__all__ = ["User"]

FEW = 20  # own rows below which a worker makes new ones rather than write or delete

K = TypeVar("K")
B = TypeVar("B", bound=Books[Any, Any])


class User(ABC, Generic[K, B]):
    """See `crossfade.casebook.case.Worker`. `mixes` are each side's operations and how often each is done."""

    mixes: ClassVar[Mapping[Side, Mapping[str, int]]]

    def __init__(self, desk: Desk, books: B, dice: random.Random) -> None:
        self.desk = desk
        self.books = books
        self.chance = dice
        self.live: frozenset[Side] = frozenset()

    @abstractmethod
    def learn(self) -> None:
        """Choose rows."""

    @abstractmethod
    def read(self, side: Side, key: K) -> Mapping[str, Any] | None:
        """The row as that side's application shows it."""

    @abstractmethod
    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own rows."""

    def act(self, side: Side, live: frozenset[Side]) -> None:
        """One operation of that side's application."""
        self.live = live
        mix = self.mixes[side]
        operation = self.chance.choices(list(mix), list(mix.values()))[0]
        if len(self.books.ledger.rows) < FEW:
            operation = "create"
        getattr(self, f"_{operation}")(side)

    def witness(self, moment: Moment) -> None:
        """Tell the oracle."""
        self.books.ledger.witness(moment)

    def tallies(self) -> Mapping[str, Tally]:
        """The increments of shared counters."""
        return self.books.tallies

    def write(self, side: Side, operation: str, key: K, action: Callable[[], object]) -> bool:
        """Perform a write of an own row; after a failure nobody knows what the row must be."""
        failed = isinstance(self.desk.perform(side, operation, action, writes=(str(key),)), Failure)
        if failed:
            self.books.ledger.forget(key)
        return not failed

    def check(self, written: Side, key: K) -> None:
        """Read on the other side, if its application runs, what one side has just committed."""
        side = written.other
        if side in self.live:
            found = self.desk.perform(side, CHECK, lambda: self.read(side, key))
            if not isinstance(found, Failure):
                self.books.compare(Fault.STALE, side, CHECK, key, found)

    def own(self) -> K:
        """One of the worker's own rows."""
        return self.chance.choice(list(self.books.ledger.rows))  # type: ignore[no-any-return]  # rows are by K
