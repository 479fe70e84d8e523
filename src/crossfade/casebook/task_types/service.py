"""The billing team's application after the change: a job has a task type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload, sessionmaker

from crossfade.casebook.task_types import schemas
from crossfade.casebook.task_types.column_types import NOW
from crossfade.casebook.task_types.models import BatchJob, RcmTrace, TaskType
from crossfade.casebook.task_types.queries import (
    jobs_by_task,
    jobs_per_action,
    jobs_per_domain,
    next_jobs,
    still_waiting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

DONE = ("finished", "failed", "cancelled")


class BatchJobService:
    """Jobs and their traces. A method that names an id raises ``LookupError`` if it is not there."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine)

    def create(self, job: schemas.BatchJobCreate) -> UUID:
        """Queue one job and return its id."""
        made = BatchJob(**job.model_dump())
        with self._sessions.begin() as session:
            session.add(made)
            session.flush()
            return made.id

    def create_as(self, task_type: schemas.TaskTypeBase, **job: Any) -> tuple[UUID, UUID]:
        """Queue one job of a task type that need not be registered yet: it is, in the same transaction.

        `job` are the arguments of ``BatchJobCreate`` but the task type. Returns the ids of the task type and
        of the job.
        """
        with self._sessions() as session:
            known = _known(session, task_type)
        with self._sessions.begin() as session:
            registered = known or _registered(session, task_type)
            made = BatchJob(**schemas.BatchJobCreate(task_type_id=registered, **job).model_dump())
            session.add(made)
            session.flush()
            return registered, made.id

    def create_many(self, jobs: Sequence[schemas.BatchJobCreate]) -> list[UUID]:
        """Queue many jobs and return their ids in order."""
        if not jobs:
            return []
        statement = insert(BatchJob).returning(BatchJob.id, sort_by_parameter_order=True)
        with self._sessions.begin() as session:
            return list(session.scalars(statement, [job.model_dump() for job in jobs]))

    def get(self, id: UUID) -> schemas.BatchJob | None:
        """The job with its task type and its traces, oldest first; or None."""
        options = (joinedload(BatchJob.task_type), selectinload(BatchJob.traces))
        with self._sessions() as session:
            job = session.get(BatchJob, id, options=options)
            return None if job is None else schemas.BatchJob.model_validate(job)

    def claim(self, org_id: int, domain: str, worker: str) -> UUID | None:
        """Give the worker this organisation's next waiting job of this domain; None where there is none."""
        with self._sessions() as session:
            waiting = session.scalars(next_jobs(org_id, domain)).all()
        # What nobody holds comes first; but who holds a job need not be another worker.
        for job, patient in (*((job, False) for job in waiting), *((job, True) for job in waiting)):
            with self._sessions.begin() as session:
                if session.scalars(still_waiting(job, patient=patient)).one_or_none() is not None:
                    _update(session, job, {"status": "running", "claimed_by": worker})
                    return job
        return None

    def set_status(self, id: UUID, status: str, error: str | None = None) -> None:
        """Say how far the job is; "finished", "failed" and "cancelled" are its ends."""
        finished = NOW if status in DONE else None
        with self._sessions.begin() as session:
            _update(session, id, {"status": status, "error": error, "finished_at": finished})

    def reclassify(self, id: UUID, task_type_id: UUID) -> None:
        """Give the job another task type."""
        with self._sessions.begin() as session:
            _update(session, id, {"task_type_id": task_type_id})

    def add_trace(self, id: UUID, event: str, detail: dict[str, Any] | None = None) -> int:
        """Note that something happened to the job. Returns the trace's id."""
        with self._sessions.begin() as session:
            locked = select(BatchJob.id).where(BatchJob.id == id).with_for_update(read=True, key_share=True)
            if session.scalars(locked).one_or_none() is None:
                raise _missing(id)
            trace = RcmTrace(batch_job_id=id, event=event, detail=detail)
            session.add(trace)
            session.flush()
            return trace.id

    def list_by_task(
        self, org_id: int, domain: str, action: str | None = None, limit: int = 20
    ) -> list[schemas.BatchJob]:
        """This organisation's newest jobs of this domain (and action), newest first, without their traces."""
        statement = jobs_by_task(domain, action, org_id=org_id).limit(limit)
        with self._sessions() as session:
            found = session.scalars(statement.options(joinedload(BatchJob.task_type)))
            return [_without_traces(job) for job in found]

    def count_by_domain(self, org_id: int | None = None) -> dict[str, int]:
        """How many jobs of each domain there are, of this organisation or of all."""
        with self._sessions() as session:
            return dict(session.execute(jobs_per_domain(org_id=org_id)).all())

    def count_by_action(
        self, domain: str | None = None, org_id: int | None = None
    ) -> dict[tuple[str, str], int]:
        """How many jobs of each (domain, action) there are."""
        with self._sessions() as session:
            rows = session.execute(jobs_per_action(domain=domain, org_id=org_id))
            return {(row.domain, row.action): row.jobs for row in rows}

    def delete(self, id: UUID) -> None:
        """Delete the job and its traces."""
        with self._sessions.begin() as session:
            if session.connection().execute(delete(BatchJob).where(BatchJob.id == id)).rowcount != 1:
                raise _missing(id)


class TaskTypeService:
    """The catalogue of task types."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine)

    def find(self, domain: str, action: str) -> schemas.TaskType | None:
        """The task type of this domain and action, or None."""
        wanted = select(TaskType).where(TaskType.domain == domain, TaskType.action == action)
        with self._sessions() as session:
            found = session.scalars(wanted).one_or_none()
            return None if found is None else schemas.TaskType.model_validate(found)

    def all(self) -> list[schemas.TaskType]:
        """Every task type, by domain and action."""
        ordered = select(TaskType).order_by(TaskType.domain, TaskType.action)
        with self._sessions() as session:
            return [schemas.TaskType.model_validate(each) for each in session.scalars(ordered)]

    def register(self, task_type: schemas.TaskTypeBase) -> UUID:
        """The id of this task type, which is made if there is none of its domain and action."""
        with self._sessions() as session:
            known = _known(session, task_type)
        if known is not None:
            return known
        with self._sessions.begin() as session:
            return _registered(session, task_type)

    def rename(self, id: UUID, display_name: str | None) -> None:
        """Give the task type another name for people."""
        self._update(id, display_name=display_name)

    def move(self, id: UUID, domain: str) -> None:
        """Put the task type, and with it all its jobs, into another domain."""
        self._update(id, domain=domain)

    def remove(self, id: UUID) -> None:
        """Take a task type that no job has out of the catalogue."""
        with self._sessions.begin() as session:
            if session.connection().execute(delete(TaskType).where(TaskType.id == id)).rowcount != 1:
                raise _unknown(id)

    def _update(self, id: UUID, **values: Any) -> None:
        change = update(TaskType).where(TaskType.id == id).values(values)
        with self._sessions.begin() as session:
            if session.connection().execute(change).rowcount != 1:
                raise _unknown(id)


def _known(session: Session, task_type: schemas.TaskTypeBase) -> UUID | None:
    named = (TaskType.domain == task_type.domain, TaskType.action == task_type.action)
    return session.scalars(select(TaskType.id).where(*named)).one_or_none()


def _registered(session: Session, task_type: schemas.TaskTypeBase) -> UUID:
    """The id of a new task type; or of that which somebody else has registered at the same time."""
    try:
        with session.begin_nested():
            made = insert(TaskType).values(task_type.model_dump())
            return session.scalars(made.returning(TaskType.id)).one()
    except IntegrityError:
        known = _known(session, task_type)
        if known is None:
            raise
        return known


def _without_traces(job: BatchJob) -> schemas.BatchJob:
    columns = {name: getattr(job, name) for name in schemas.BatchJob.model_fields if name != "traces"}
    return schemas.BatchJob.model_validate(columns)


def _update(session: Session, id: UUID, values: Mapping[str, Any]) -> None:
    change = update(BatchJob).where(BatchJob.id == id).values(dict(values))
    if session.connection().execute(change).rowcount != 1:
        raise _missing(id)


def _missing(id: UUID) -> LookupError:
    return LookupError(f"no batch job has the id {id}")


def _unknown(id: UUID) -> LookupError:
    return LookupError(f"no task type has the id {id}")
