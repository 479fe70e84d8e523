"""What an evolution did, and what is left to do."""

from __future__ import annotations

from datetime import datetime

from crossfade.document.document import Document
from crossfade.reports import Report, TableMoved, Verification, Writes


class Moved(Report):
    """Rows that one batched step passed over, in seconds."""

    step: str
    rows: int
    seconds: float
    rows_per_second: float


class Waits(Report):
    """How often, and for how many seconds, work waited; `reason` is that of the longest wait."""

    times: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    reason: str = ""


class Walked(Report):
    """One command as it was walked, by `processes` of which all but the last were interrupted.

    `blocked` is how long, in seconds, the longest of its transactions that keep reads or writes waiting took,
    and `blocking` what that did. `ended` is the state that the command arrived at; None: it has not.
    `per_table` is what has become of each old table that was moved into another.
    """

    command: str
    run: int
    at: datetime
    seconds: float
    ended: str | None
    processes: int = 1
    failure: str | None = None
    moved: tuple[Moved, ...] = ()
    compared: Verification | None = None
    complement_rows: int = 0
    seeded: int = 0
    silent: float | None = None
    waits: Waits = Waits()
    blocked: float | None = None
    blocking: str = ""
    per_table: tuple[TableMoved, ...] = ()


class Query(Report):
    """A query for troubleshooting, which changes nothing, and when it has something to say."""

    title: str
    sql: str


class Tick(Report):
    """A line of the checklist: done where `measured` says so, and what was measured or is left to do."""

    text: str
    done: bool
    measured: str


class Guide(Document):
    """The same document after the fact: what was measured, what to ask when something is odd."""

    made_at: datetime
    walks: tuple[Walked, ...] = ()
    writes: tuple[Writes, ...] = ()
    queries: tuple[Query, ...] = ()
    checklist: tuple[Tick, ...] = ()
