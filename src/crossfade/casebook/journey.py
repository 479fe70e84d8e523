"""What happened on a walk: the record from which the summary and the screen are made."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crossfade.casebook.desk import Notes
from crossfade.casebook.latency import Figures, Latencies
from crossfade.casebook.stages import WALK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crossfade.casebook.dump import Comparison
    from crossfade.casebook.foretold import Foretold
    from crossfade.casebook.stages import Stage
    from crossfade.casebook.words import Finding, Side
    from crossfade.reports import Outcome, Verification

__all__ = ["Journey", "Passed"]


@dataclass(frozen=True)
class Passed:
    """A stage that is over: how long all of it took, and how long its command took (0 without one)."""

    name: str
    title: str
    seconds: float
    command_seconds: float


@dataclass
class Journey:
    """The record of one walk; written by the walk and its pulse, from two threads.

    `stages` are those that it is to go through; `failure` says why the walk ended early, and is empty where
    it did not.
    """

    case: str
    database: str
    rows: Mapping[str, int]
    stages: Sequence[Stage] = WALK
    passed: list[Passed] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    verifications: dict[str, Verification] = field(default_factory=dict)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    foretold: tuple[Foretold, ...] | None = None  # until the walk asks
    remarks: list[str] = field(default_factory=list)
    failure: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._latencies = Latencies()
        self.notes = Notes()

    def take(self, notes: Notes) -> None:
        """Add what the workers wrote down."""
        with self._lock:
            self._latencies.extend(notes.samples)
            notes.samples = []
            self.notes.add(notes)

    def count(self, side: Side) -> int:
        """The operations of that side until now."""
        with self._lock:
            return self._latencies.counts[side]

    def find(self, findings: Iterable[Finding]) -> None:
        """Add what the walk itself found wrong."""
        with self._lock:
            for finding in findings:
                self.notes.counts[finding.fault] += 1
                self.notes.exemplify(finding)

    def remark(self, text: str) -> None:
        """Note something that a reader of the figures should know; once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def figures(self, stages: frozenset[str], side: Side | None = None) -> Figures:
        """The latencies in those stages, of one side or of both."""
        with self._lock:
            return self._latencies.figures(stages, side)

    def compared(self, before: frozenset[str], during: frozenset[str], side: Side) -> tuple[Figures, Figures]:
        """The latencies of one application before and during, of the operations that it did in both."""
        with self._lock:
            return self._latencies.compared(before, during, side)
