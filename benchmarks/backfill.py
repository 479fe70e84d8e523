"""How fast `start` fills the new column, against the one UPDATE that a person would write by hand.

Both sides find the very same database, a copy of one on which `start` has been stopped just before its
backfill: the columns are there, the triggers, the statistics, the same indexes.
"""

from __future__ import annotations

import time
from statistics import median

from benchmarks.comparison import Comparison, Figures
from benchmarks.stage import BACKFILL, TABLE, Stage, connect, rounds
from crossfade import commands, names
from crossfade.casebook.chat_templates.case import CASE
from crossfade.progress import Silent

COLUMN = names.successor("workflow_type", CASE.evolution.name)
BY_HAND = f"""
UPDATE {TABLE} SET {COLUMN} = CASE workflow_type
    WHEN 'plain' THEN 'simple_chat'
    WHEN 'rag' THEN 'rag_chat'
    WHEN 'tools' THEN 'function_chat'
    WHEN 'full' THEN 'advanced_chat'
END
"""


class BackfillFigures(Figures):
    """Rows per second: `baseline` is the UPDATE with its commit, `measured` the whole step.

    `reported` is what the outcome of `start` says of its backfill, `verified` of the comparison of all
    rows that follows, on a table that no vacuum has visited since; medians.
    """

    rows: int
    rows_per_second: Comparison
    reported: float
    verified: float


class Stopwatch(Silent):
    """Notes how long the backfill took, from its beginning to its end."""

    seconds: float | None = None

    def ended(self, title: str, seconds: float) -> None:
        """Note the seconds where it is the backfill that has ended."""
        if title.startswith(BACKFILL):
            self.seconds = seconds


def measure(stage: Stage, rows: int) -> BackfillFigures:
    """Fill the new column of `rows` rows by hand and by `start`, in alternation."""
    halted = stage.halted(rows)
    by_hand: list[float] = []
    by_step: list[float] = []
    reported: list[float] = []
    verified: list[float] = []
    for number in range(1, rounds(rows) + 1):
        stage.say(f"backfill of {rows:,} rows, round {number} of {rounds(rows)}")
        with stage.copy(halted) as url:
            by_hand.append(rows / _by_hand(url, rows))
        with stage.copy(halted) as url:
            stopwatch = Stopwatch()
            outcome = commands.start(CASE.evolution, url, observer=stopwatch)
        assert stopwatch.seconds is not None
        assert outcome.backfill is not None
        assert outcome.backfill.rows == rows
        assert outcome.verification is not None
        by_step.append(rows / stopwatch.seconds)
        reported.append(outcome.backfill.rows_per_second)
        verified.append(outcome.verification.rows_per_second)
    return BackfillFigures(
        rows=rows,
        rows_per_second=Comparison.of(by_hand, by_step),
        reported=median(reported),
        verified=median(verified),
    )


def _by_hand(url: str, rows: int) -> float:
    """Seconds of the UPDATE and its commit; as in the backfill, no trigger does anything."""
    with connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET crossfade.sync = 'off'")
        began = time.perf_counter()
        changed = connection.execute(BY_HAND).rowcount
        seconds = time.perf_counter() - began
    assert changed == rows
    return seconds
