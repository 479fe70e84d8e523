"""What rows must be, in plain Python, from a case's promises and not from the engine.

A value that both sides hold, each in its own words, is `Twofold`. Its rules, one by one:

- a label written by the old application moves the new side's value only if it is another label than before:
  saving a row with the label that it has does not take away what only the new application knows;
- a value written by the new application moves the label to the one that stands for it;
- a rollback keeps what the old shape cannot hold. At the next start it comes back where the row has the label
  that it had at the rollback.

A label that moves while `rollback` or `start` itself is under way may count as moved before or after it; then
more than one value is right, until a read shows which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crossfade.casebook.words import Moment, Side

__all__ = ["Ledger", "Twofold", "Wrong", "difference"]

K = TypeVar("K")
V = TypeVar("V")

Wrong = tuple[dict[str, Any], dict[str, Any]]  # (expected, found) of the columns that are not as they must be


@dataclass
class Twofold(Generic[V]):
    """A value in both sides' words: the old one's `label`, and the new one's `values` that are right.

    `standard` is what the label alone becomes, and `kept` what a rollback may have kept: a label and a value.
    """

    label: str
    standard: V
    values: frozenset[V]
    kept: list[tuple[str, V]] = field(default_factory=list)
    moved_in_start: bool = False

    def settles(self, found: V) -> bool:
        """Whether `found` is right; it is then the only value that is."""
        if found not in self.values:
            return False
        self.values = frozenset({found})
        return True

    def label_written(self, label: str, standard: V, moment: Moment | None) -> None:
        """The old application wrote this label, which by itself becomes `standard`."""
        if label == self.label:
            return
        self.label, self.standard = label, standard
        self.values = frozenset({standard})
        command = moment.command if moment and not moment.ended else ""
        if command == "rollback":  # it may have been kept as it was before, or as it is now
            self.kept.append((label, standard))
        self.moved_in_start |= command == "start"

    def value_written(self, value: V, label: str, standard: V) -> None:
        """The new application wrote this value; `label` stands for it, and by itself becomes `standard`."""
        self.label, self.standard, self.values = label, standard, frozenset({value})

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        if moment.command == "rollback" and not moment.ended:
            self.kept = [(self.label, known) for known in self.values]
        if moment.command == "start":
            if moment.ended:
                self.values = self._returned()
                self.kept = []
            self.moved_in_start = False

    def _returned(self) -> frozenset[V]:
        """The values that are right after a start: what was kept, where the label is what it was."""
        back = frozenset(known for label, known in self.kept if label == self.label)
        if back and not self.moved_in_start and all(label == self.label for label, _ in self.kept):
            return back
        return back | {self.standard}


class _Row(Protocol):
    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """What is not as it must be on that side; None where all is."""

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""


R = TypeVar("R", bound=_Row)


class Ledger(Generic[K, R]):
    """All rows that one worker answers for, by key, and the keys of those that it deleted."""

    def __init__(self) -> None:
        self.rows: dict[K, R] = {}
        self.deleted: set[K] = set()
        self.moment: Moment | None = None

    def delete(self, key: K) -> None:
        """Either application deleted the row: it must be gone for good."""
        del self.rows[key]
        self.deleted.add(key)

    def forget(self, key: K) -> None:
        """What the row must be is not known any more, or was found wrong and reported."""
        self.rows.pop(key, None)
        self.deleted.discard(key)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        self.moment = moment
        for row in self.rows.values():
            row.witness(moment)


def difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Wrong | None:
    """The columns of `expected` that `found` has otherwise; None where there are none."""
    differ = [name for name, value in expected.items() if found[name] != value]
    if not differ:
        return None
    return {name: expected[name] for name in differ}, {name: found[name] for name in differ}
