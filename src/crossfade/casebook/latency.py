"""Latencies of every operation, kept as they are and asked by stage, side and operation.

A run has some ten thousand operations, so plain arrays of doubles are small and the quantiles are exact:
nearest rank (the smallest value that at least that share of the values does not exceed).
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from crossfade.casebook.words import Side

__all__ = ["Figures", "Latencies", "Sample", "quantile"]


class Sample(NamedTuple):
    """One operation: where it ran and how long it took, in milliseconds."""

    stage: str
    side: Side
    operation: str
    milliseconds: float


@dataclass(frozen=True)
class Figures:
    """The figures of a set of latencies, in milliseconds; all 0 where there is none."""

    count: int = 0
    p50: float = 0.0
    p99: float = 0.0
    longest: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Figures:
        """Count, median, 99th percentile and maximum of `values`."""
        ranked = sorted(values)
        if not ranked:
            return cls()
        return cls(len(ranked), quantile(ranked, 0.5), quantile(ranked, 0.99), ranked[-1])


def quantile(ranked: Sequence[float], share: float) -> float:
    """The nearest-rank quantile of values that are sorted already; raises IndexError where there is none."""
    return ranked[max(math.ceil(share * len(ranked)), 1) - 1]


class Latencies:
    """All samples of a run. Not for several threads at once."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, Side, str], array[float]] = {}
        self.counts: Counter[Side] = Counter()  # operations of each side, in all stages

    def extend(self, samples: Iterable[Sample]) -> None:
        """Keep these samples too."""
        for stage, side, operation, milliseconds in samples:
            self.counts[side] += 1
            self._values.setdefault((stage, side, operation), array("d")).append(milliseconds)

    def operations(self, stages: Collection[str], side: Side) -> frozenset[str]:
        """The operations that ran on that side in those stages."""
        return frozenset(key[2] for key in self._values if key[0] in stages and key[1] == side)

    def select(
        self, stages: Collection[str], side: Side | None = None, operations: Collection[str] | None = None
    ) -> array[float]:
        """The latencies in those stages, of one side (or both) and of those operations (or all)."""
        chosen = array("d")
        for (stage, on, operation), values in self._values.items():
            if stage in stages and side in (None, on) and (operations is None or operation in operations):
                chosen.extend(values)
        return chosen

    def figures(
        self, stages: Collection[str], side: Side | None = None, operations: Collection[str] | None = None
    ) -> Figures:
        """`Figures` of what `select` returns."""
        return Figures.of(self.select(stages, side, operations))

    def compared(
        self, before: Collection[str], during: Collection[str], side: Side
    ) -> tuple[Figures, Figures]:
        """The figures of one application before and during, of the operations that it did in both."""
        first, second = self.operations(before, side), self.operations(during, side)
        same = first & second if first and second else None
        return self.figures(before, side, same), self.figures(during, side, same)
