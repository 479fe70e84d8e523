"""Where a worker writes down what it did: times, failures, findings, and the rows it may have written.

A desk belongs to one worker's thread. What it holds is handed over by `hand_over`, and marks answer the
question "which rows may have been written since then?", by which dumps leave out the rows that the oracle
checks.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from crossfade.casebook.latency import Sample
from crossfade.casebook.words import Fault, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from crossfade.casebook.words import Side

__all__ = ["CHECK", "EXAMPLES", "Desk", "Failure", "Notes"]

EXAMPLES = 20  # findings of one kind that are kept in full; all are counted
CHECK = "check"  # the operation of a read that only the oracle makes; no application does it

T = TypeVar("T")

# What an application may raise over a statement: SQLAlchemy's errors, which a driver's become, and its own
# about a row (not found, not valid). Anything else is a bug in the harness and ends the run.
APPLICATION_ERRORS = (SQLAlchemyError, LookupError, ValueError)


@dataclass(frozen=True)
class Failure:
    """The operation raised; whether it was committed is not known."""

    reason: str


@dataclass
class Notes:
    """What one or more workers wrote down since the last time."""

    samples: list[Sample] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[Fault] = field(default_factory=Counter)
    statements: int = 0
    checks: int = 0
    crossed: int = 0  # reads on one side of what the other has just written

    def add(self, other: Notes) -> None:
        """Take the other's notes in, keeping at most `EXAMPLES` findings of a kind."""
        self.samples += other.samples
        self.statements += other.statements
        self.checks += other.checks
        self.crossed += other.crossed
        self.counts.update(other.counts)
        for finding in other.findings:
            self.exemplify(finding)

    def exemplify(self, finding: Finding) -> None:
        """Keep the finding as an example, if there are not enough of its kind."""
        if sum(kept.fault is finding.fault for kept in self.findings) < EXAMPLES:
            self.findings.append(finding)


class Desk:
    """The notes of one worker. `stage` names the stage that the walk is in."""

    def __init__(self) -> None:
        self.stage = ""
        self._notes = Notes()
        self._marks: dict[str, set[str]] = {}

    def watch(self, engine: Engine) -> None:
        """Count every statement that goes through this engine."""

        @event.listens_for(engine, "before_cursor_execute")
        def count(*_: object) -> None:
            self._notes.statements += 1

    def perform(
        self, side: Side, operation: str, action: Callable[[], T], *, writes: tuple[str, ...] = ()
    ) -> T | Failure:
        """Do one operation of an application and time it; it may have written the rows in `writes`."""
        self.wrote(*writes)
        self._notes.crossed += operation == CHECK
        began = time.perf_counter()
        try:
            return action()
        except APPLICATION_ERRORS as error:
            reason = f"{type(error).__name__}: {error}"
            self.report(Fault.FAILED, side, operation, ", ".join(writes) or "-", "no error", reason)
            return Failure(reason)
        finally:
            elapsed = (time.perf_counter() - began) * 1000
            self._notes.samples.append(Sample(self.stage, side, operation, elapsed))

    def wrote(self, *keys: str) -> None:
        """Note rows that were, or may have been, written."""
        for mark in self._marks.values():
            mark.update(keys)

    def checked(self, rows: int = 1) -> None:
        """Count rows that were compared with the oracle."""
        self._notes.checks += rows

    def report(
        self, fault: Fault, side: Side, operation: str, key: str, expected: object, found: object
    ) -> None:
        """Note that something is wrong, by key and with both values."""
        self._notes.counts[fault] += 1
        self._notes.exemplify(
            Finding(fault, self.stage, side, operation, key, str(expected)[:500], str(found)[:500])
        )

    def mark(self, name: str) -> None:
        """From now on, remember under this name which rows are written."""
        self._marks[name] = set()

    def collect(self, name: str) -> frozenset[str]:
        """The rows that may have been written since `mark`, which is forgotten."""
        return frozenset(self._marks.pop(name))

    def hand_over(self) -> Notes:
        """What was written down since the last call."""
        notes, self._notes = self._notes, Notes()
        return notes
