"""What the new application does with the catalogue of task types: registers, renames and moves them."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING

from crossfade.casebook.desk import Failure
from crossfade.casebook.task_types import schemas
from crossfade.casebook.task_types.dice import APPEAL
from crossfade.casebook.task_types.reads import JobReads

if TYPE_CHECKING:
    from crossfade.casebook.words import Side

__all__ = ["CatalogueTraffic"]

REGISTERED = 3  # task types of its own that a worker registers, at the most
MOVED = 200  # jobs of a task type that is moved to another domain, at the most


class CatalogueTraffic(JobReads, ABC):
    """One user of both applications, at work on the catalogue."""

    _registered = 0

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
