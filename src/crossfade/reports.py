"""What commands give back: frozen values that print as JSON (`.model_dump_json()`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Report(BaseModel):
    """The root of all reports."""

    model_config = ConfigDict(frozen=True)


class Backfill(Report):
    """Rows passed over (by key range), in seconds."""

    rows: int = 0
    seconds: float = 0.0
    rows_per_second: float = 0.0


class Mismatch(Report):
    """A row whose sides disagree: its key, and both sides' values as text."""

    table: str
    key: dict[str, str | None]
    old: dict[str, str | None]
    new: dict[str, str | None]


class Lacking(Report):
    """Something that a change needs and that does not stand, or is not used; `remedy` is what to run."""

    change: str
    table: str
    fact: str
    remedy: str


class Verification(Report):
    """Rows compared, in seconds; `mismatches` counts them all, `examples` holds the first ones. `standing` is
    how many relations were asked for, `lacking` what they have not.
    """

    rows: int = 0
    seconds: float = 0.0
    rows_per_second: float = 0.0
    mismatches: int = 0
    examples: tuple[Mismatch, ...] = ()
    standing: int = 0
    lacking: tuple[Lacking, ...] = ()


class TableMoved(Report):
    """What has become of an old table's rows: so many are `into` a table, or a column of it.

    `how` is "moved" (a row each), "embedded", "counted" (their number, no more), or "absent": there is no
    such table in this database.
    """

    table: str
    into: str
    how: str
    rows: int


class Outcome(Report):
    """What a command did.

    `complement_rows` are rows kept (rollback) or brought back (start). `seeded` are rows inserted;
    `seeds_kept` those that a rollback left, because the application changed or uses them;
    `removed_seeds` the keys of those that it took away. `per_table` says what has become of each old table
    whose rows were moved into another one.
    """

    evolution: str
    command: str
    state: str
    seconds: float
    backfill: Backfill | None = None
    verification: Verification | None = None
    complement_rows: int = 0
    seeded: int = 0
    seeds_kept: int = 0
    removed_seeds: tuple[dict[str, str | None], ...] = ()
    per_table: tuple[TableMoved, ...] = ()
    notes: tuple[str, ...] = ()


class Progress(Report):
    """How far a batched step is; `total` is the planner's estimate, 0 where it has none."""

    step: str
    rows: int
    total: int
    rows_per_second: float
    eta_seconds: float | None


class Writes(Report):
    """How often each side's writes to a table were carried over to the other since both are live."""

    table: str
    old: int
    new: int


class Status(Report):
    """Where one evolution stands. `step` is the step that is running, or ran last; `slowed` is the
    signal that makes the runner wait, `target_seconds` what a batch is to take, where that was said.
    """

    evolution: str
    summary: str
    state: str
    fingerprint: str
    tables: tuple[str, ...]
    started_at: datetime
    changed_at: datetime
    step: str | None = None
    progress: Progress | None = None
    runner: str | None = None
    complement_rows: int = 0
    writes: tuple[Writes, ...] = ()
    paused: bool = False
    target_seconds: float | None = None
    slowed: str | None = None


class Kept(Report):
    """Values that only the new side held when an evolution was rolled back, of one row and one change: in the
    order of the change's columns, or by column where the row is of a table of its own. They are text, as the
    database writes it.

    `state` is "kept", "restored" (a start brought them back) or "superseded" (the old side had moved on).
    """

    evolution: str
    table: str
    change: str
    key: tuple[str | None, ...]
    old: tuple[str | None, ...] | dict[str, str | None]
    new: tuple[str | None, ...] | dict[str, str | None]
    state: str
    kept_at: datetime


class Event(Report):
    """One line of the history."""

    id: int
    at: datetime
    evolution: str
    run: int
    command: str
    kind: str
    step: str
    detail: dict[str, Any] = Field(default_factory=dict)


class PlannedStatement(Report):
    """One statement, as it will be executed; `%(name)s` stands for a value found on the way."""

    sql: str
    lock: str
    blocks: str
    repeated: bool


class PlannedStep(Report):
    """One step, its statements, and how it is run; `seconds` are estimated by a measured rate, if any."""

    phase: str
    title: str
    mode: str
    statements: tuple[PlannedStatement, ...]
    rows: int | None = None
    seconds: float | None = None


class Preview(Report):
    """The plan, for people and scripts. Nothing was changed to make it."""

    evolution: str
    summary: str
    fingerprint: str
    database: str
    state: str
    tables: dict[str, int]
    checks: tuple[PlannedStep, ...]
    start: tuple[PlannedStep, ...]
    complete: tuple[PlannedStep, ...]
    rollback: tuple[PlannedStep, ...]
    revert: tuple[PlannedStep, ...]
    purge: tuple[PlannedStep, ...]
    notes: tuple[str, ...]
    kept_rows: int = 0
