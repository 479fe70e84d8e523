"""The new application's tables: an execution is a run and its steps, with all that belongs to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "DURATION",
    "Base",
    "Organization",
    "Run",
    "RunStep",
    "UserWorkflow",
    "UserWorkflowNode",
    "duration",
]

LONGEST = timedelta(days=24)
"""What took longer has no duration: an INTEGER holds a little less than 25 days of milliseconds."""
DURATION = """CASE WHEN ended_at - started_at BETWEEN interval '0' AND interval '24 days'
    THEN floor(extract(epoch FROM ended_at - started_at) * 1000)::integer END"""
"""`duration` in SQL, for rows that the old application writes."""
Object: TypeAlias = dict[str, Any]
Array: TypeAlias = list[dict[str, Any]]


def duration(started_at: datetime | None, ended_at: datetime | None) -> int | None:
    """The whole milliseconds from the one to the other; None where one is not known, or out of order."""
    if started_at is None or ended_at is None or not timedelta() <= ended_at - started_at <= LONGEST:
        return None
    return (ended_at - started_at) // timedelta(milliseconds=1)


class Base(DeclarativeBase):
    """The tables of the workflow product."""

    type_annotation_map = {  # noqa: RUF012 - read once, when the classes are made
        datetime: DateTime(timezone=True),
        str: Text(),
        Object: JSONB(none_as_null=True),
        Array: JSONB(none_as_null=True),
    }


class Organization(Base):
    """A customer."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str] = mapped_column(String(200))


class UserWorkflow(Base):
    """What a customer has done again and again."""

    __tablename__ = "user_workflow"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UserWorkflowNode(Base):
    """A step of a workflow; `settings` (the column metadata) hold `agent_type` and `agent_config`."""

    __tablename__ = "user_workflow_node"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("user_workflow.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    settings: Mapped[Object] = mapped_column("metadata", server_default=text("'{}'"))


class Run(Base):
    """One execution of a workflow."""

    __tablename__ = "user_workflow_run"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'failed', 'cancelled', 'timeout')",
            name="ck_user_workflow_run_status",
        ),
        CheckConstraint("channel IN ('web', 'voice', 'efax')", name="ck_user_workflow_run_channel"),
        Index("ix_user_workflow_run_org_id", "org_id", "created_at"),
        # The default operators: those of a key alone (?), and of a key and its value (@>).
        Index("ix_user_workflow_run_context", "context", postgresql_using="gin"),
        Index(
            "ix_user_workflow_run_endpoints_used",
            "endpoints_used",
            postgresql_using="gin",
            postgresql_ops={"endpoints_used": "jsonb_path_ops"},
        ),
    )

    run_id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, server_default=func.gen_random_uuid()
    )
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("user_workflow.id"), index=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    status: Mapped[str] = mapped_column(server_default="pending")
    channel: Mapped[str]
    external_id: Mapped[str | None] = mapped_column(String(255), index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    context: Mapped[Object] = mapped_column(server_default=text("'{}'"))
    config_snapshot: Mapped[Object | None]
    endpoints_used: Mapped[Array] = mapped_column(server_default=text("'[]'"))
    error_message: Mapped[str | None]
    error_details: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    steps: Mapped[list[RunStep]] = relationship(
        back_populates="run", order_by="(RunStep.step_number, RunStep.step_id)", passive_deletes=True
    )


class RunStep(Base):
    """A step of a run; `details` (the column metadata) hold its `bindings`, its `retries`, and notes."""

    __tablename__ = "user_workflow_run_step"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'failed', 'skipped')",
            name="ck_user_workflow_run_step_status",
        ),
        Index("ix_user_workflow_run_step_run_id", "run_id", "step_number"),
        Index(
            "ix_user_workflow_run_step_events",
            "events",
            postgresql_using="gin",
            postgresql_ops={"events": "jsonb_path_ops"},
        ),
    )

    step_id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, server_default=func.gen_random_uuid()
    )
    run_id: Mapped[UUID] = mapped_column(ForeignKey("user_workflow_run.run_id", ondelete="CASCADE"))
    node_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_workflow_node.id"), index=True)
    step_number: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="pending")
    retry_count: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    input_data: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    output_data: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    screenshots: Mapped[Array] = mapped_column(server_default=text("'[]'"))
    events: Mapped[Array] = mapped_column(server_default=text("'[]'"))
    error_message: Mapped[str | None]
    error_details: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    details: Mapped[Object] = mapped_column("metadata", server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    run: Mapped[Run] = relationship(back_populates="steps")
