"""The new application's tables: a job's type is a task type, with a domain and an action."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from crossfade.casebook.task_types.column_types import OBJECT, Moment


class Base(DeclarativeBase):
    """The tables of the billing team."""


class TaskType(Base):
    """A kind of work: what it is about (`domain`) and what is done (`action`)."""

    __tablename__ = "task_type"
    __table_args__ = (UniqueConstraint("domain", "action"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    domain: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(100))
    display_name: Mapped[str | None] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)

    @property
    def title(self) -> str:
        """The task type for people: its display name, or what it is called otherwise."""
        return self.display_name or f"{self.domain}: {self.action}".replace("_", " ")


class BatchJob(Base):
    """A batch of work that a worker claims and finishes."""

    __tablename__ = "batch_job"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    org_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), server_default="queued")
    priority: Mapped[int] = mapped_column(server_default="0")
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    payload: Mapped[dict[str, Any] | None] = mapped_column(OBJECT)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    task_type_id: Mapped[UUID] = mapped_column(ForeignKey("task_type.id"), index=True)

    task_type: Mapped[TaskType] = relationship()
    traces: Mapped[list[RcmTrace]] = relationship(
        back_populates="batch_job", order_by="RcmTrace.id", passive_deletes=True
    )


class RcmTrace(Base):
    """Something that happened to a job."""

    __tablename__ = "rcm_trace"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_job_id: Mapped[UUID] = mapped_column(ForeignKey("batch_job.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(100))
    detail: Mapped[dict[str, Any] | None] = mapped_column(OBJECT)
    occurred_at: Mapped[datetime] = mapped_column(Moment, server_default=FetchedValue())

    batch_job: Mapped[BatchJob] = relationship(back_populates="traces")
