"""What both applications do all day: the traffic of the case ``task_types``.

A worker writes jobs of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crossfade.casebook.desk import Failure
from crossfade.casebook.task_types import schemas
from crossfade.casebook.task_types.bookkeeper import Bookkeeper
from crossfade.casebook.task_types.dice import APPEAL, Dice
from crossfade.casebook.task_types.old_app import OldJobs
from crossfade.casebook.task_types.oracle import Task, label_of
from crossfade.casebook.task_types.service import BatchJobService, TaskTypeService
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["MIXES", "JobWorker"]

BATCH = 6  # jobs in a bulk create, at the most
REGISTERED = 3  # task types of its own that a worker registers, at the most
MOVED = 200  # jobs of a task type that is moved to another domain, at the most

# A little under half are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 25, "list_by_type": 14, "count": 3, "create": 6, "create_many": 2, "claim": 8}
MIX |= {"set_status": 9, "set_type": 10, "add_trace": 10, "add_hot_trace": 4, "delete": 3}
MIXES = {Side.OLD: MIX | {"save": 6}, Side.NEW: MIX | {"create_as": 6, "rename": 3, "move": 3}}


class JobWorker(User[UUID, Bookkeeper]):
    """One user of both applications."""

    mixes = MIXES

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        self._dice = Dice(f"{assignment.seed} {assignment.number} traffic")
        super().__init__(desk, Bookkeeper(desk, engines, assignment), self._dice)
        self._assignment = assignment
        self._old = OldJobs(engines[Side.OLD])
        self._new = BatchJobService(engines[Side.NEW])
        self._tasks = TaskTypeService(engines[Side.NEW])
        self._registered = 0

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

    def _create_as(self, side: Side) -> None:
        """A job of a task type that may not be there yet: everybody's appeal, or one of one's own."""
        own = self._registered < REGISTERED and self._dice.random() < 0.5
        task = APPEAL
        if own:
            self._registered += 1
            task = (self._dice.domain(), f"task {self._assignment.number}.{self._registered}")
        name = self._dice.name() if own else "Appeal"
        wanted = schemas.TaskTypeBase(domain=task[0], action=task[1], display_name=name)
        job = self._dice.job(self.books.org_id)
        made = self.desk.perform(side, "create_as", lambda: self._new.create_as(wanted, **job))
        if isinstance(made, Failure):
            self.books.unsure = True
        else:
            task_id, key = made
            self.desk.wrote(str(task_id))
            if own:
                self.books.tasks[task_id], self.books.names[task_id] = task, name
            self._created(side, key, task, job)
            self.check(side, key)

    def _rename(self, side: Side) -> None:
        """Another display name for a task type of one's own, which changes nothing for the old side."""
        if not self.books.tasks:
            return
        task_id, name = self._dice.choice(list(self.books.tasks)), self._dice.name()
        done = self.desk.perform(
            side, "rename", lambda: self._tasks.rename(task_id, name), writes=(str(task_id),)
        )
        if isinstance(done, Failure):
            del self.books.tasks[task_id]
        else:
            self.books.names[task_id] = name

    def _move(self, side: Side) -> None:
        """Another domain for a task type of one's own, which changes the old side of all its jobs."""
        if not self.books.tasks:
            return
        task_id, domain = self._dice.choice(list(self.books.tasks)), self._dice.domain()
        task = self.books.tasks[task_id]
        rows = self.books.ledger.rows
        jobs = [key for key, job in rows.items() if task in job.type.values]
        sure = all(rows[key].type.values == {task} for key in jobs)
        if len(jobs) > MOVED or not sure:
            return
        moved = lambda: self._tasks.move(task_id, domain)  # noqa: E731
        done = self.desk.perform(side, "move", moved, writes=(str(task_id), *map(str, jobs)))
        if isinstance(done, Failure):
            del self.books.tasks[task_id]
            for key in jobs:
                self._forget(key)
            return
        self.books.tasks[task_id] = (domain, task[1])
        moved_jobs = self.books.ledger.moved(task, (domain, task[1]))
        if moved_jobs:
            self.check(side, self._dice.choice(moved_jobs))

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
