"""The process engine inside: SpiffWorkflow, with a database of its own (a SQLite file).

A business key has one process: the table holds that, whoever asks and however often.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

from crossfade.casebook.benefit_drafts.faults import LockLost, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.approval import PUBLISH, REVIEW, Approval
from crossfade.casebook.benefit_drafts.orchestrator.sqlite import SqliteFile
from crossfade.casebook.benefit_drafts.orchestrator.stores import (
    Decision,
    Process,
    PublishTask,
    Stage,
    agreed,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["SpiffEngine"]

TABLES = """
CREATE TABLE IF NOT EXISTS processes (
    id           TEXT PRIMARY KEY,
    business_key TEXT NOT NULL UNIQUE,
    stage        TEXT NOT NULL,
    workflow     TEXT NOT NULL,
    approved     INTEGER,
    reviewer     TEXT,
    reason       TEXT,
    worker       TEXT,
    locked_until REAL NOT NULL DEFAULT 0,
    error        TEXT
);
CREATE INDEX IF NOT EXISTS processes_to_publish ON processes (locked_until) WHERE stage = 'publishing';
"""
STAGES = {REVIEW: Stage.REVIEW, PUBLISH: Stage.PUBLISHING}


class SpiffEngine:
    """A ``ProcessEngine`` (stores.py)."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, TABLES)

    async def prepare(self) -> None:
        """The process is a file beside this one."""
        await self.ping()

    async def start(self, key: str, variables: Mapping[str, str]) -> Process:
        """The process of this key, begun if there is none."""

        def started(db: sqlite3.Connection) -> Process:
            found = _found(db, [key]).get(key)
            if found is not None:
                return found
            approval = Approval.begun(variables)
            db.execute(
                "INSERT INTO processes (id, business_key, stage, workflow) VALUES (?, ?, ?, ?)",
                (str(uuid4()), key, _stage(approval), approval.written()),
            )
            return _found(db, [key])[key]

        return await self._file.write(started)

    async def find(self, keys: Sequence[str]) -> Mapping[str, Process]:
        """The processes of these keys."""
        return await self._file.read(lambda db: _found(db, keys))

    async def decide(self, key: str, decision: Decision) -> Process:
        """Complete the review."""

        def decided(db: sqlite3.Connection) -> Process:
            process = _found(db, [key]).get(key)
            if process is None:
                raise WrongStatus(f"No process has the business key {key}", remedy="submit the draft first")
            if process.decision is not None:
                return agreed(process, decision)
            variables = {
                "approved": decision.approved,
                "reviewer": decision.reviewer,
                "reason": decision.reason,
            }
            approval = _read(db, process.id)
            approval.do(REVIEW, variables)
            db.execute(
                "UPDATE processes SET approved = ?, reviewer = ?, reason = ? WHERE id = ?",
                (decision.approved, decision.reviewer, decision.reason, process.id),
            )
            _write(db, process.id, approval)
            return _found(db, [key])[key]

        return await self._file.write(decided)

    async def fetch(self, worker: str, *, limit: int, seconds: float) -> Sequence[PublishTask]:
        """Plans to be published, locked for this worker."""

        def fetched(db: sqlite3.Connection) -> list[PublishTask]:
            now = time.time()
            free = db.execute(
                "SELECT id, business_key FROM processes WHERE stage = 'publishing' AND locked_until < ?"
                " ORDER BY locked_until LIMIT ?",
                (now, limit),
            ).fetchall()
            lock = "UPDATE processes SET worker = ?, locked_until = ? WHERE id = ?"
            db.executemany(lock, [(worker, now + seconds, row["id"]) for row in free])
            return [PublishTask(row["id"], row["id"], row["business_key"]) for row in free]

        return await self._file.write(fetched)

    async def finish(self, task: PublishTask, worker: str) -> None:
        """The plan is published."""

        def finished(db: sqlite3.Connection) -> None:
            if not _is_held(db, task, worker):
                raise LockLost(f"The publication of {task.key} is not this worker's any more")
            approval = _read(db, task.process_id)
            approval.do(PUBLISH, {})
            _write(db, task.process_id, approval)

        await self._file.write(finished)

    async def give_back(self, task: PublishTask, worker: str, error: str, *, seconds: float) -> None:
        """It could not be published."""

        def given_back(db: sqlite3.Connection) -> None:
            if _is_held(db, task, worker):
                later = "UPDATE processes SET worker = NULL, locked_until = ?, error = ? WHERE id = ?"
                db.execute(later, (time.time() + seconds, error, task.process_id))

        await self._file.write(given_back)

    async def ping(self) -> None:
        """Whether the file can be read."""
        await self._file.read(lambda db: db.execute("SELECT 1 FROM processes LIMIT 1").fetchone())

    async def close(self) -> None:
        """Let the file go."""
        await self._file.close()


def _found(db: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Process]:
    marks = ", ".join("?" * len(keys))
    rows = db.execute(f"SELECT * FROM processes WHERE business_key IN ({marks})", list(keys))
    return {row["business_key"]: _process(row) for row in rows}


def _process(row: sqlite3.Row) -> Process:
    made = (
        None if row["approved"] is None else Decision(bool(row["approved"]), row["reviewer"], row["reason"])
    )
    return Process(row["id"], row["business_key"], Stage(row["stage"]), made)


def _read(db: sqlite3.Connection, id: str) -> Approval:
    return Approval.read(db.execute("SELECT workflow FROM processes WHERE id = ?", (id,)).fetchone()[0])


def _write(db: sqlite3.Connection, id: str, approval: Approval) -> None:
    change = "UPDATE processes SET stage = ?, workflow = ?, worker = NULL, locked_until = 0 WHERE id = ?"
    db.execute(change, (_stage(approval), approval.written(), id))


def _stage(approval: Approval) -> Stage:
    """An end event is named as its stage is."""
    waits_for = approval.waits_for
    return Stage(approval.ended_at or "") if waits_for is None else STAGES[waits_for]


def _is_held(db: sqlite3.Connection, task: PublishTask, worker: str) -> bool:
    mine = "SELECT 1 FROM processes WHERE id = ? AND worker = ? AND stage = 'publishing'"
    return db.execute(mine, (task.process_id, worker)).fetchone() is not None
