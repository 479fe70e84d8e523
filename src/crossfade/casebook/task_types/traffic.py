"""What both applications do all day: the traffic of the case ``task_types``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossfade.casebook.desk import Failure
from crossfade.casebook.task_types import schemas
from crossfade.casebook.task_types.catalogue_traffic import CatalogueTraffic
from crossfade.casebook.task_types.oracle import Task, label_of
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

__all__ = ["MIXES", "JobWorker"]

BATCH = 6  # jobs in a bulk create, at the most

# A little under half are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 25, "list_by_type": 14, "count": 3, "create": 6, "create_many": 2, "claim": 8}
MIX |= {"set_status": 9, "set_type": 10, "add_trace": 10, "add_hot_trace": 4, "delete": 3}
MIXES = {Side.OLD: MIX | {"save": 6}, Side.NEW: MIX | {"create_as": 6, "rename": 3, "move": 3}}


class JobWorker(CatalogueTraffic):
    """One user of both applications."""

    mixes = MIXES

    def _create(self, side: Side) -> None:
        job, kind = self._dice.job(self.books.org_id), self._dice.type(side)

        def create() -> UUID:
            if side is Side.OLD:
                return self._old.create(**job, workflow_type=str(kind))
            return self._new.create(self._request(job, kind))

        key = self.desk.perform(side, "create", create)
        if isinstance(key, Failure):
            self.books.unsure = True
        else:
            self._created(side, key, kind, job)
            self.check(side, key)

    def _create_many(self, side: Side) -> None:
        jobs = [self._dice.job(self.books.org_id) for _ in range(self._dice.randint(2, BATCH))]
        kinds = [self._dice.type(side) for _ in jobs]

        def create_many() -> list[UUID]:
            if side is Side.OLD:
                given = zip(jobs, kinds, strict=True)
                return self._old.create_many([{**job, "workflow_type": kind} for job, kind in given])
            return self._new.create_many(list(map(self._request, jobs, kinds)))

        keys = self.desk.perform(side, "create_many", create_many)
        if isinstance(keys, Failure):
            self.books.unsure = True
        else:
            for key, kind, job in zip(keys, kinds, jobs, strict=True):
                self._created(side, key, kind, job)
            self.check(side, self._dice.choice(keys))

    def _claim(self, side: Side) -> None:
        """The next job of one's own organisation."""
        org_id, worker = self.books.org_id, f"worker {self._assignment.number}"
        label, domain = self._dice.label(), self._dice.domain()
        if side is Side.NEW:
            label = label_of((domain, ""))
        waiting = {
            own
            for own, job in self.books.own_jobs().items()
            if job.common["status"] == "queued" and job.type.label == label
        }
        claim = (
            (lambda: self._old.claim(org_id, label, worker))
            if side is Side.OLD
            else (lambda: self._new.claim(org_id, domain, worker))
        )
        key = self.desk.perform(side, "claim", claim)
        if isinstance(key, Failure):
            for each in waiting:
                self._forget(each)
        elif key is not None and key in waiting:
            self.desk.wrote(str(key))
            self.books.ledger.write(key, status="running", claimed_by=worker)
            self.check(side, key)
        elif not self.books.unsure and (waiting or key is not None):
            expected = f"one of {len(waiting)} queued jobs of type {label}" if waiting else "none"
            self.desk.report(Fault.LOST, side, "claim", str(key), expected, key)

    def _set_status(self, side: Side) -> None:
        key, (status, error) = self.own(), self._dice.status()
        app = self._old if side is Side.OLD else self._new
        if self._written(side, "set_status", key, lambda: app.set_status(key, status, error)):
            self.books.ledger.write(key, status=status, error=error)
            self.check(side, key)

    def _set_type(self, side: Side) -> None:
        key, kind = self.own(), self._dice.type(side)
        if side is Side.OLD:
            if self._written(side, "set_type", key, lambda: self._old.set_type(key, str(kind))):
                self.books.ledger.label(key, str(kind))
                self.check(side, key)
            return
        task_id, task = self._task(kind)

        def reclassify() -> None:
            self._new.reclassify(key, task_id or self._id(task))

        if self._written(side, "set_type", key, reclassify):
            self.books.ledger.reclassify(key, task)
            self.check(side, key)

    def _save(self, side: Side) -> None:
        """The whole row, with its label as it is more often than not."""
        key, name = self.own(), self._dice.name()
        label = self._dice.label() if self._dice.random() < 0.3 else self.books.ledger.rows[key].type.label
        if self._written(side, "save", key, lambda: self._old.save(key, name=name, workflow_type=label)):
            self.books.ledger.write(key, name=name)
            self.books.ledger.label(key, label)
            self.check(side, key)

    def _add_trace(self, side: Side) -> None:
        key, event, detail = self.own(), self._dice.event(), self._dice.detail()
        app = self._old if side is Side.OLD else self._new
        number = self.desk.perform(
            side, "add_trace", lambda: app.add_trace(key, event, detail), writes=(str(key),)
        )
        if isinstance(number, Failure):
            self._forget(key)
        else:
            self.books.ledger.traced(side, key, number, event, detail)
            self.check(side, key)

    def _add_hot_trace(self, side: Side) -> None:
        if not self.books.hot:
            return
        key, event = self._dice.choice(self.books.hot), self._dice.event()
        app = self._old if side is Side.OLD else self._new
        done = self.desk.perform(side, "add_hot_trace", lambda: app.add_trace(key, event), writes=(str(key),))
        self.books.counted(str(key), failed=isinstance(done, Failure))

    def _delete(self, side: Side) -> None:
        key = self.own()
        app = self._old if side is Side.OLD else self._new
        if self._written(side, "delete", key, lambda: app.delete(key)):
            self.books.ledger.delete(key)
            self.check(side, key)

    def _task(self, kind: Any) -> tuple[UUID | None, Task]:
        """A task type of one's own, and its id; or one that everybody knows."""
        if self.books.tasks and self._dice.random() < 0.3:
            task_id = self._dice.choice(list(self.books.tasks))
            return task_id, self.books.tasks[task_id]
        return None, kind

    def _id(self, task: Task) -> UUID:
        """The id of a task type that is in the catalogue."""
        found = self._tasks.find(*task)
        if found is None:
            message = f"the catalogue has no task type {task}"
            raise LookupError(message)
        return found.id

    def _request(self, job: Mapping[str, Any], kind: Any) -> schemas.BatchJobCreate:
        return schemas.BatchJobCreate(**job, task_type_id=self._id(kind))
