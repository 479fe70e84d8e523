"""The longest that an application waits for a small statement while `start` or `complete` runs.

The application reads and writes one row at a time, without a pause, on a connection of its own; the
command runs in another process. What it is compared with is the same application alone.
"""

from __future__ import annotations

import subprocess
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.comparison import Figures
from benchmarks.runner import FILE, NAME, crossfade
from benchmarks.stage import TABLE, Stage, connect
from crossfade import commands

ROUNDS = 3
QUIET_SECONDS = 3.0
READ = f"SELECT owner_id, name, usage_count FROM {TABLE} WHERE id = %s"
WRITE = f"UPDATE {TABLE} SET usage_count = usage_count + 1 WHERE id = %s"
STRIDE = 7_919  # a prime: the rows follow each other in no order that the backfill knows


class StallFigures(Figures):
    """Milliseconds of the longest read and the longest write during a command, over all rounds.

    `typical` is the median of the rounds' longest statements, `usual` the median of all statements;
    `step` is the step of Crossfade's that the longest of all fell into.
    """

    command: str
    rows: int
    rounds: int
    statements: int
    usual: float
    typical: float
    longest_read: float
    longest_write: float
    step: str


@dataclass(frozen=True)
class Watch:
    """What the application saw in one period: milliseconds of each statement; when the longest began."""

    reads: array[float]
    writes: array[float]
    longest_at: datetime
    step: str = ""

    @property
    def every(self) -> array[float]:
        """Reads and writes."""
        return self.reads + self.writes

    @property
    def longest(self) -> float:
        """The longest of all."""
        return max(self.every)


def measure(stage: Stage, rows: int) -> tuple[StallFigures, ...]:
    """A quiet period, `start` and `complete` on copies of the legacy database of `rows` rows."""
    watches: dict[str, list[Watch]] = {"none": [], "start": [], "complete": []}
    for number in range(1, ROUNDS + 1):
        stage.say(f"stalls at start and complete on {rows:,} rows, round {number} of {ROUNDS}")
        with stage.copy(stage.legacy(rows)) as url:
            watches["none"].append(_quiet(url, rows))
            watches["start"].append(_during("start", FILE, url, rows))
            watches["complete"].append(_during("complete", NAME, url, rows))
    return tuple(_figures(command, rows, each) for command, each in watches.items())


def _quiet(url: str, rows: int) -> Watch:
    until = time.monotonic() + QUIET_SECONDS
    return _watched(url, rows, lambda: time.monotonic() > until)


def _during(command: str, target: str, url: str, rows: int) -> Watch:
    with subprocess.Popen(crossfade(command, target, database=url), stdout=subprocess.DEVNULL) as process:
        watch = _watched(url, rows, lambda: process.poll() is not None)
    assert process.returncode == 0
    return replace(watch, step=_step(command, url, watch.longest_at))


def _step(command: str, url: str, at: datetime) -> str:
    """What the command was doing then. A step is in the history once it has ended."""
    events = [event for event in commands.history(url, NAME) if event.command == command]
    event = next((event for event in events if event.at >= at), None)
    if event is None:
        return "after its last step"
    return "before its first step" if event.kind == "called" else event.step


def _watched(url: str, rows: int, ended: Callable[[], bool]) -> Watch:
    """Read and write one row after another until `ended`."""
    reads, writes = array("d"), array("d")
    longest, longest_at = 0.0, datetime.now(UTC)
    with connect(url) as connection:
        # Planned and prepared before the clock runs: it is the waits that are looked for.
        for statement in (READ, WRITE):
            for _ in range(10):
                connection.execute(statement, (1,))
        key = 0
        while not ended():
            key = (key + STRIDE) % rows
            for statement, kept in ((READ, reads), (WRITE, writes)):
                began = time.perf_counter()
                connection.execute(statement, (key + 1,))
                took = (time.perf_counter() - began) * 1_000
                kept.append(took)
                if took > longest:
                    longest, longest_at = took, datetime.now(UTC) - timedelta(milliseconds=took)
    return Watch(reads, writes, longest_at)


def _figures(command: str, rows: int, watches: list[Watch]) -> StallFigures:
    worst = max(watches, key=lambda each: each.longest)
    return StallFigures(
        command=command,
        rows=rows,
        rounds=len(watches),
        statements=sum(len(each.every) for each in watches),
        usual=median(took for each in watches for took in each.every),
        typical=median(each.longest for each in watches),
        longest_read=max(max(each.reads) for each in watches),
        longest_write=max(max(each.writes) for each in watches),
        step=worst.step,
    )
