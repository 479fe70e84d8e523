"""The billing team's application as it was: a job has one of three types, in an enum. SQLAlchemy 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Enum,
    FetchedValue,
    ForeignKey,
    Identity,
    String,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from crossfade.casebook.task_types.column_types import NOW, OBJECT, Moment

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

WORKFLOW_TYPES = ("eligibility", "claim_status", "prior_auth")
DONE = ("finished", "failed", "cancelled")
WORKFLOW_TYPE = Enum(*WORKFLOW_TYPES, name="workflow_type")


class Base(DeclarativeBase):
    """The tables of the billing team."""


class BatchJob(Base):
    """A batch of work that a worker claims and finishes."""

    __tablename__ = "batch_job"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    org_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
    workflow_type: Mapped[str] = mapped_column(WORKFLOW_TYPE, index=True)
    status: Mapped[str] = mapped_column(String(20), server_default="queued")
    priority: Mapped[int] = mapped_column(server_default="0")
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    payload: Mapped[dict[str, Any] | None] = mapped_column(OBJECT)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class RcmTrace(Base):
    """Something that happened to a job, and what the job was then."""

    __tablename__ = "rcm_trace"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_job_id: Mapped[UUID] = mapped_column(ForeignKey("batch_job.id", ondelete="CASCADE"), index=True)
    workflow_type: Mapped[str] = mapped_column(WORKFLOW_TYPE, index=True)
    event: Mapped[str] = mapped_column(String(100))
    detail: Mapped[dict[str, Any] | None] = mapped_column(OBJECT)
    occurred_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())


JOBS, TRACES = Base.metadata.tables["batch_job"], Base.metadata.tables["rcm_trace"]
SAVED = tuple(column.key for column in JOBS.c if column.key not in {"id", "updated_at"})
"""What the edit form writes back; its clock the database keeps."""
NEXT = 20  # waiting jobs that a worker tries to claim
OPTIONAL = {"priority": 0, "payload": None}
"""What a new job has where nothing else is said."""


class OldJobs:
    """Jobs and their traces. A method that names an id raises ``LookupError`` if it is not there."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine)

    def create(
        self,
        *,
        org_id: int,
        name: str,
        workflow_type: str,
        priority: int = 0,
        payload: dict[str, Any] | None = None,
    ) -> UUID:
        """Queue one job and return its id."""
        job = BatchJob(
            org_id=org_id, name=name, workflow_type=workflow_type, priority=priority, payload=payload
        )
        with self._sessions.begin() as session:
            session.add(job)
            session.flush()
            return job.id

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> list[UUID]:
        """Queue many jobs, each given as the arguments of ``create``, and return their ids in order."""
        if not rows:
            return []
        statement = insert(BatchJob).returning(BatchJob.id, sort_by_parameter_order=True)
        with self._sessions.begin() as session:
            return list(session.scalars(statement, [{**OPTIONAL, **row} for row in rows]))

    def get(self, id: UUID) -> dict[str, Any] | None:
        """Every column of the job and, as ``traces``, what happened to it, oldest first; or None."""
        traces = select(TRACES).where(TRACES.c.batch_job_id == id).order_by(TRACES.c.id)
        with self._sessions() as session:
            job = session.execute(select(JOBS).where(JOBS.c.id == id)).mappings().one_or_none()
            if job is None:
                return None
            return {**job, "traces": [dict(row) for row in session.execute(traces).mappings()]}

    def claim(self, org_id: int, workflow_type: str, worker: str) -> UUID | None:
        """Give the worker this organisation's next waiting job of this type; None where there is none."""
        waiting = (
            select(BatchJob.id)
            .where(
                BatchJob.org_id == org_id,
                BatchJob.status == "queued",
                BatchJob.workflow_type == workflow_type,
            )
            .order_by(BatchJob.priority.desc(), BatchJob.created_at)
            .limit(NEXT)
        )
        # Found first, then locked by key: MariaDB locks each row that a locking query reads on its way.
        with self._sessions() as session:
            jobs = session.scalars(waiting).all()
        # What nobody holds comes first; but who holds a job need not be another worker.
        for job, free in (*((job, True) for job in jobs), *((job, False) for job in jobs)):
            still = select(BatchJob.id).where(BatchJob.id == job, BatchJob.status == "queued")
            with self._sessions.begin() as session:
                if session.scalars(still.with_for_update(skip_locked=free)).one_or_none() is not None:
                    _update(session, job, {"status": "running", "claimed_by": worker})
                    return job
        return None

    def set_status(self, id: UUID, status: str, error: str | None = None) -> None:
        """Say how far the job is; "finished", "failed" and "cancelled" are its ends."""
        finished = NOW if status in DONE else None
        with self._sessions.begin() as session:
            _update(session, id, {"status": status, "error": error, "finished_at": finished})

    def set_type(self, id: UUID, workflow_type: str) -> None:
        """Put the job under another of the three types."""
        with self._sessions.begin() as session:
            _update(session, id, {"workflow_type": workflow_type})

    def save(self, id: UUID, **columns: Any) -> None:
        """Change the named columns and write the whole row back, as the edit form does.

        The row is locked before it is read: what others write in between is not undone.
        """
        if unknown := sorted(set(columns).difference(SAVED)):
            message = f"batch_job has no column {', '.join(unknown)}"
            raise TypeError(message)
        with self._sessions.begin() as session:
            row = select(JOBS).where(JOBS.c.id == id).with_for_update(key_share=True)
            found = session.execute(row).mappings().one_or_none()
            if found is None:
                raise _missing(id)
            _update(session, id, {**{name: found[name] for name in SAVED}, **columns})

    def add_trace(self, id: UUID, event: str, detail: dict[str, Any] | None = None) -> int:
        """Note that something happened to the job, and what it is now. Returns the trace's id."""
        with self._sessions.begin() as session:
            locked = select(BatchJob.workflow_type).where(BatchJob.id == id).with_for_update(read=True)
            kind = session.scalars(locked).one_or_none()
            if kind is None:
                raise _missing(id)
            trace = RcmTrace(batch_job_id=id, workflow_type=kind, event=event, detail=detail)
            session.add(trace)
            session.flush()
            return trace.id

    def list_by_type(self, org_id: int, workflow_type: str, limit: int = 20) -> list[dict[str, Any]]:
        """This organisation's newest jobs of this type, newest first, without their traces."""
        statement = select(JOBS).where(JOBS.c.org_id == org_id, JOBS.c.workflow_type == workflow_type)
        newest = statement.order_by(JOBS.c.created_at.desc(), JOBS.c.id).limit(limit)
        with self._sessions() as session:
            return [dict(row) for row in session.execute(newest).mappings()]

    def count_by_type(self, org_id: int) -> dict[str, int]:
        """How many jobs of each type this organisation has."""
        counts = select(BatchJob.workflow_type, func.count()).where(BatchJob.org_id == org_id)
        with self._sessions() as session:
            return dict(session.execute(counts.group_by(BatchJob.workflow_type)).all())

    def delete(self, id: UUID) -> None:
        """Delete the job and its traces."""
        with self._sessions.begin() as session:
            if session.connection().execute(delete(BatchJob).where(BatchJob.id == id)).rowcount != 1:
                raise _missing(id)


def _update(session: Session, id: UUID, values: Mapping[str, Any]) -> None:
    change = update(BatchJob).where(BatchJob.id == id).values(dict(values))
    if session.connection().execute(change).rowcount != 1:
        raise _missing(id)


def _missing(id: UUID) -> LookupError:
    return LookupError(f"no batch job has the id {id}")
