"""The new application's table and view: a draft knows its process, and the summary how far that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, MetaData, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
STATUSES = ("draft", "submitted", "approved", "rejected")


class Base(DeclarativeBase):
    """The tables of the drafting tool."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
    }


class BenefitPlanDraft(Base):
    """An insurance plan that is being drafted, reviewed or published."""

    __tablename__ = "benefit_plan_drafts"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="benefit_plan_drafts_status"),
        Index("ix_benefit_plan_drafts_created_by", "created_by", "updated_at"),
        Index("ix_benefit_plan_drafts_submission_metadata", "submission_metadata", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    plan_data: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(20), server_default="draft", index=True)
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    submitted_by: Mapped[str | None] = mapped_column(String(100))
    submitted_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(100))
    reviewed_at: Mapped[datetime | None]
    rejection_reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(100))
    updated_by: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    camunda_process_id: Mapped[str | None] = mapped_column(String(255), index=True)
    submission_metadata: Mapped[dict[str, Any] | None]


class Views(DeclarativeBase):
    """What is read only."""

    type_annotation_map = Base.type_annotation_map


class SummaryRow(Views):
    """A line of ``draft_summary``."""

    __tablename__ = "draft_summary"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_name: Mapped[str | None]
    status: Mapped[str]
    submission_id: Mapped[str | None]
    created_by: Mapped[str]
    reviewed_by: Mapped[str | None]
    updated_at: Mapped[datetime]
    camunda_process_id: Mapped[str | None]
    workflow_status: Mapped[str]
