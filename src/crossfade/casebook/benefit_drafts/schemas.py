"""The shapes in which drafts are given to whoever asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

__all__ = ["Draft", "DraftSummary", "Status", "WorkflowStatus"]

Status = Literal["draft", "submitted", "approved", "rejected"]
WorkflowStatus = Literal[
    "not_started", "awaiting_process", "untracked", "in_review", "publishing", "published", "rejected"
]


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class DraftSummary(_Read):
    """A draft as lists show it."""

    id: UUID
    plan_name: str | None
    status: Status
    submission_id: str | None
    created_by: str
    reviewed_by: str | None
    updated_at: datetime
    camunda_process_id: str | None
    workflow_status: WorkflowStatus


class Draft(_Read):
    """A draft, whole."""

    id: UUID
    plan_data: dict[str, Any]
    status: Status
    submission_id: str | None
    submitted_by: str | None
    submitted_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    rejection_reason: str | None
    created_by: str
    updated_by: str | None
    created_at: datetime
    updated_at: datetime
    camunda_process_id: str | None
    submission_metadata: dict[str, Any] | None

    @property
    def is_settled(self) -> bool:
        """Whether the process has ended and the draft says what came of it."""
        return bool((self.submission_metadata or {}).get("settled"))
