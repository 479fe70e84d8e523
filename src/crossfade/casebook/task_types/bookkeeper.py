"""What one worker knows of its jobs, and how it compares that with the database.

A worker owns some of the jobs that were there, and all that it made; these belong to an organisation of its
own. Others are hot: all workers write traces of them. Task types are everybody's, but for those that a worker
registered under a name of its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select

from crossfade.casebook.books import HOT, OWN, Books, pages
from crossfade.casebook.task_types import models, old_app
from crossfade.casebook.task_types.oracle import COMMON, Ledger, Task, Trace
from crossfade.casebook.words import Fault, Finding, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["Bookkeeper", "audit"]

OWN_ORG = 1_000_000_000  # the organisations of the workers, out of the generated ones' way
JOBS, TRACES = old_app.JOBS, old_app.TRACES
SHAPES = {
    Side.OLD: (JOBS, TRACES),
    Side.NEW: (models.Base.metadata.tables["batch_job"], models.Base.metadata.tables["rcm_trace"]),
}


class Bookkeeper(Books[UUID, Ledger]):
    """The books of one worker. `names` are the display names of the task types that it registered, by id."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        super().__init__(desk, engines, Ledger())
        self.org_id = OWN_ORG + assignment.number
        self.strangers: list[tuple[UUID, int]] = []  # some jobs that were there, and whose they are
        self.tasks: dict[UUID, Task] = {}
        self.names: dict[UUID, str | None] = {}
        self.unsure = False  # whether a row of the own organisation was forgotten

    def learn(self, assignment: Assignment) -> None:
        """Take the hot jobs, and `OWN` jobs whose ids begin with this worker's number as the remainder."""
        key = JOBS.c.id
        digits = func.substr(func.concat(key, ""), 1, 2)  # of its first byte
        remainder = [f"{byte:02x}" for byte in range(assignment.number, 256, assignment.workers)]
        with self.engines[Side.OLD].connect() as connection:
            ends = [
                connection.scalars(select(key).order_by(end).limit(HOT)).all() for end in (key, key.desc())
            ]
            self.hot = sorted({hot for end in ends for hot in end})
            own = (
                select(JOBS)
                .where(digits.in_(remainder), key.not_in(self.hot))
                .order_by(func.md5(func.concat(key, assignment.seed)))
                .limit(OWN)
            )
            for row in connection.execute(own).mappings().all():
                given = {name: row[name] for name in COMMON}
                self.ledger.born_old(row["id"], row["workflow_type"], **given)
            self.strangers = [(own_id, job.common["org_id"]) for own_id, job in self.ledger.rows.items()]
            for job_id, traces in _traces(connection, Side.OLD, list(self.ledger.rows)).items():
                self.ledger.rows[job_id].traces = {
                    each["id"]: Trace(each["event"], each["detail"], frozenset({each["workflow_type"]}))
                    for each in traces
                }
            counts = select(TRACES.c.batch_job_id, func.count()).where(TRACES.c.batch_job_id.in_(self.hot))
            known = {
                str(job_id): n for job_id, n in connection.execute(counts.group_by(TRACES.c.batch_job_id))
            }
            self.tallies = {str(hot): Tally(known.get(str(hot), 0)) for hot in self.hot}

    def born(self, side: Side, id: UUID, kind: Any, given: Mapping[str, Any]) -> None:
        """That side's application made this job, of this label or task type."""
        if side is Side.OLD:
            self.ledger.born_old(id, kind, **given)
        else:
            self.ledger.born_new(id, kind, **given)

    def own_jobs(self) -> dict[UUID, Any]:
        """The jobs of the worker's own organisation."""
        return {key: job for key, job in self.ledger.rows.items() if job.common["org_id"] == self.org_id}

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own jobs and their traces on each of these sides, and on the new one the task types."""
        for side in sorted(sides):
            with self.engines[side].connect() as connection:
                for page in pages(sorted(self.ledger.rows.keys() | self.ledger.deleted)):
                    rows = _jobs(connection, side, page)
                    for key in page:
                        self.compare(Fault.LOST, side, "reconcile", key, rows.get(key))
                if side is Side.NEW:
                    self._reconcile_tasks(connection)

    def wrong(
        self, fault: Fault, side: Side, operation: str, key: UUID, pair: tuple[object, object] | None
    ) -> None:
        """Report the pair, and do not count on the organisation's sums any more."""
        self.unsure |= pair is not None and fault is Fault.LOST
        super().wrong(fault, side, operation, key, pair)

    def _reconcile_tasks(self, connection: Connection) -> None:
        kinds = models.TaskType
        query = select(kinds.id, kinds.domain, kinds.action, kinds.display_name).where(
            kinds.id.in_(self.tasks)
        )
        found = {row.id: ((row.domain, row.action), row.display_name) for row in connection.execute(query)}
        for task_id, task in list(self.tasks.items()):
            expected = (task, self.names[task_id])
            self.desk.checked()
            if found.get(task_id) != expected:
                place = ("reconcile", f"task type {task_id}")
                self.desk.report(Fault.LOST, Side.NEW, *place, expected, found.get(task_id))
                del self.tasks[task_id]


def audit(engines: Mapping[Side, Engine], tallies: Mapping[str, Tally], stage: str) -> list[Finding]:
    """What is wrong with the jobs that all workers share: traces that do not add up."""
    findings = []
    hot = [UUID(name) for name in tallies]
    for side, engine in engines.items():
        traces = SHAPES[side][1]
        counts = select(traces.c.batch_job_id, func.count()).where(traces.c.batch_job_id.in_(hot))
        with engine.connect() as connection:
            found = {
                str(job_id): n
                for job_id, n in connection.execute(counts.group_by(traces.c.batch_job_id)).all()
            }
        for name, tally in tallies.items():
            if not tally.admits(found.get(name, 0)):
                expected = f"{tally.baseline + tally.committed} traces (uncertain: {tally.uncertain})"
                place = (stage, side, "audit", name, expected, f"{found.get(name, 0)} traces")
                findings.append(Finding(Fault.LOST, *place))
    return findings


def _jobs(connection: Connection, side: Side, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    jobs = SHAPES[side][0]
    query = select(jobs).where(jobs.c.id.in_(ids))
    if side is Side.NEW:
        kinds = models.Base.metadata.tables["task_type"]
        query = query.add_columns(kinds.c.domain, kinds.c.action).join(
            kinds, kinds.c.id == jobs.c.task_type_id
        )
    rows = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    traces = _traces(connection, side, ids)
    for key, row in rows.items():
        row["traces"] = traces[key]
        if side is Side.NEW:
            row["task"] = (row.pop("domain"), row.pop("action"))
    return rows


def _traces(connection: Connection, side: Side, ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The traces of these jobs, oldest first, as far as the oracle knows them."""
    traces = SHAPES[side][1]
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    query = select(traces).where(traces.c.batch_job_id.in_(ids)).order_by(traces.c.id)
    for row in connection.execute(query).mappings():
        found[row["batch_job_id"]].append(
            {name: row[name] for name in row if name not in {"batch_job_id", "occurred_at"}}
        )
    return found
