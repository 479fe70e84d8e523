"""The words of a case: its sides, what the traffic may find, who the workers are, what they count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Assignment", "Fault", "Finding", "Moment", "Side", "Tally"]


class Side(StrEnum):
    """The two applications, and the shape of the schema that each of them speaks."""

    OLD = "old"
    NEW = "new"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.NEW if self is Side.OLD else Side.OLD


class Fault(StrEnum):
    """What the traffic may find wrong."""

    FAILED = "failed"  # a statement raised
    LOST = "lost"  # a committed write cannot be read back
    STALE = "stale"  # a read on one side misses a committed write of the other


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which stage, on which side, for which row, and both values."""

    fault: Fault
    stage: str
    side: Side
    operation: str
    key: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.fault} in {self.stage!r}, {self.side} side, {self.operation}, row {self.key}: "
            f"expected {self.expected}, found {self.found}"
        )


class Moment(NamedTuple):
    """A command that begins (`ended` false) or has ended: what a row must be may depend on it."""

    command: str
    ended: bool


class Assignment(NamedTuple):
    """Which worker this is, of how many, and the seed of its dice."""

    number: int
    workers: int
    seed: int


@dataclass(frozen=True)
class Tally:
    """Increments of a counter that all workers share: where it stood, how many are, or may be, committed."""

    baseline: int
    committed: int = 0
    uncertain: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.baseline, self.committed + other.committed, self.uncertain + other.uncertain)

    def admits(self, value: int) -> bool:
        """Whether `value` can be what the counter holds now."""
        lowest = self.baseline + self.committed
        return lowest <= value <= lowest + self.uncertain
