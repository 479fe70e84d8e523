"""What both applications read all day, and what a worker of the case ``task_types`` knows of its jobs.

A worker writes jobs of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection.
"""

from __future__ import annotations

from abc import ABC
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crossfade.casebook.desk import Failure
from crossfade.casebook.task_types.bookkeeper import Bookkeeper
from crossfade.casebook.task_types.dice import Dice
from crossfade.casebook.task_types.old_app import OldJobs
from crossfade.casebook.task_types.service import BatchJobService, TaskTypeService
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.task_types import schemas
    from crossfade.casebook.words import Assignment

__all__ = ["JobReads"]


class JobReads(User[UUID, Bookkeeper], ABC):
    """One user of both applications, at the reading."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        self._dice = Dice(f"{assignment.seed} {assignment.number} traffic")
        super().__init__(desk, Bookkeeper(desk, engines, assignment), self._dice)
        self._assignment = assignment
        self._old = OldJobs(engines[Side.OLD])
        self._new = BatchJobService(engines[Side.NEW])
        self._tasks = TaskTypeService(engines[Side.NEW])

    def learn(self) -> None:
        """Choose rows."""
        self.books.learn(self._assignment)

    def read(self, side: Side, key: UUID) -> dict[str, Any] | None:
        """The job as that side's application shows it."""
        if side is Side.OLD:
            found = self._old.get(key)
            return None if found is None else {**found, "traces": [_trace(each) for each in found["traces"]]}
        job = self._new.get(key)
        return None if job is None else _shown(job) | {"traces": [_trace(t.model_dump()) for t in job.traces]}

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own jobs."""
        self.books.reconcile(sides)

    def _get(self, side: Side) -> None:
        key = self.own()
        found = self.desk.perform(side, "get", lambda: self.read(side, key))
        if not isinstance(found, Failure):
            self.books.compare(Fault.LOST, side, "get", key, found)

    def _list_by_type(self, side: Side) -> None:
        """One's own organisation's jobs mostly; else those of any, as far as they are one's own."""
        strangers = self.books.strangers
        org_id = self.books.org_id
        if strangers and self._dice.random() < 0.3:
            org_id = self._dice.choice(strangers)[1]
        wanted = self._dice.type(side)

        def listed() -> list[dict[str, Any]]:
            if side is Side.OLD:
                return self._old.list_by_type(org_id, str(wanted))
            return [_shown(job) for job in self._new.list_by_task(org_id, *wanted)]

        rows = self.desk.perform(side, "list_by_type", listed)
        if isinstance(rows, Failure):
            return
        for row in rows:
            found = row["workflow_type" if side is Side.OLD else "task"]
            if found != wanted:
                self.desk.report(Fault.LOST, side, "list_by_type", str(row["id"]), repr(wanted), repr(found))
            else:
                self.books.compare(Fault.LOST, side, "list_by_type", row["id"], row)

    def _count(self, side: Side) -> None:
        """The analytics of one's own organisation, which must add up."""
        org_id, by_action = self.books.org_id, self._dice.random() < 0.5

        def counted() -> Mapping[Any, int]:
            if side is Side.OLD:
                return self._old.count_by_type(org_id)
            return (
                self._new.count_by_action(org_id=org_id) if by_action else self._new.count_by_domain(org_id)
            )

        found = self.desk.perform(side, "count", counted)
        jobs = self.books.own_jobs().values()
        sure = not self.books.unsure and all(len(job.type.values) == 1 for job in jobs)
        if isinstance(found, Failure) or not sure:
            return
        tasks = [next(iter(job.type.values)) for job in jobs]
        kinds = [job.type.label for job in jobs] if side is Side.OLD else tasks
        expected = Counter[Any](kinds if side is Side.OLD or by_action else [domain for domain, _ in tasks])
        self.desk.checked()
        if expected != found:
            self.desk.report(Fault.LOST, side, "count", f"organisation {org_id}", dict(expected), found)

    def _created(self, side: Side, key: UUID, kind: Any, job: Mapping[str, Any]) -> None:
        self.desk.wrote(str(key))
        self.books.born(side, key, kind, job)

    def _written(self, side: Side, operation: str, key: UUID, action: Any) -> bool:
        done = self.write(side, operation, key, action)
        self.books.unsure |= not done
        return done

    def _forget(self, key: UUID) -> None:
        self.books.unsure = True
        self.books.ledger.forget(key)


def _shown(job: schemas.BatchJob) -> dict[str, Any]:
    task = (job.task_type.domain, job.task_type.action) if job.task_type else None
    return {**job.model_dump(exclude={"task_type", "traces"}), "task": task}


def _trace(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "event", "detail", "workflow_type") if name in row}
