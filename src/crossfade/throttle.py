"""The throttle: between batches, asks whether the database is well, and waits while it is not.

Each signal has a name; the one that slows the work down is in `crossfade status`. A person's word
comes first: `crossfade pause` stops between two batches, `crossfade throttle` moves the target.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from crossfade.dialects import Load
from crossfade.journal import Control
from crossfade.pace import Pace
from crossfade.session import Session


@dataclass(frozen=True)
class Limits:
    """Where each signal begins to slow the work: seconds of replica lag, sessions that wait for a lock,
    bytes of write-ahead log a second, seconds that one batch took.
    """

    replica_lag: float = 5.0
    blocked_sessions: int = 10
    log_rate: float = 200e6
    batch_latency: float = 2.0


def reasons(limits: Limits, load: Load, log_rate: float, batch_seconds: float) -> tuple[str, ...]:
    """The signals over their limits, each with its figure."""
    found = (
        (load.replica_lag > limits.replica_lag, f"replica lag: {load.replica_lag:.1f} s"),
        (
            load.blocked_sessions > limits.blocked_sessions,
            f"blocked sessions: {load.blocked_sessions} wait for a lock",
        ),
        (log_rate > limits.log_rate, f"write-ahead log: {log_rate / 1e6:.0f} MB/s"),
        (batch_seconds > limits.batch_latency, f"batch latency: {batch_seconds:.1f} s"),
    )
    return tuple(text for over, text in found if over)


@dataclass
class Throttle:
    """Watches one walk. `every` is how often it looks, in seconds; a wait doubles up to `longest`."""

    session: Session
    pace: Pace
    limits: Limits = field(default_factory=Limits)
    every: float = 1.0
    first: float = 0.5
    longest: float = 5.0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._default = self.pace.target
        self.hands: int | None = None  # how many a person has asked for
        self._looked = self.clock() - self.every  # the first batch is watched already
        self._log = 0
        self._logged = 0.0

    def breathe(self, batch_seconds: float) -> None:
        """Return when the next batch may begin; `batch_seconds` is what the last one took."""
        if self.clock() - self._looked < self.every:
            return
        attempt = 0
        while True:
            control, load = self._look()
            self.pace.target, self.hands = control.target or self._default, control.hands
            found = ("paused by command",) if control.paused else self._found(load, batch_seconds)
            if not found:
                break
            batch_seconds = 0.0  # a batch that was slow asks for one pause, not for all of them
            pause = min(self.longest, self.first * 2 ** min(attempt, 16))
            attempt += 1
            if attempt == 1:
                self._tell(found[0])
            self.session.wait(found[0], pause, attempt)
        if attempt:
            self._tell(None)

    def _found(self, load: Load, batch_seconds: float) -> tuple[str, ...]:
        rate = 0.0
        now = self.clock()
        if self._logged and now > self._logged:
            rate = (load.log_position - self._log) / (now - self._logged)
        self._log, self._logged = load.log_position, now
        return reasons(self.limits, load, rate, batch_seconds)

    def _look(self) -> tuple[Control, Load]:
        self._looked = self.clock()
        with self.session.dialect.engine.connect() as connection:
            control = self.session.journal.control(connection, self.session.record.name)
            return control, self.session.dialect.load(connection)

    def _tell(self, reason: str | None) -> None:
        self.session.attempt(
            "throttle",
            lambda connection: self.session.journal.slow(connection, self.session.record.name, reason),
        )
