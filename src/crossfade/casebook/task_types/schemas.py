"""What the new application accepts and answers over its API (pydantic)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Name = Field(min_length=1, max_length=200)


class TaskTypeBase(BaseModel):
    """What a kind of work is called."""

    model_config = ConfigDict(extra="forbid")

    domain: str = Field(min_length=1, max_length=50)
    action: str = Field(min_length=1, max_length=100)
    display_name: str | None = Field(default=None, max_length=200)
    description: str | None = None


class TaskType(TaskTypeBase):
    """The answer that shows a kind of work; made from a ``models.TaskType``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID


class RcmTrace(BaseModel):
    """The answer that shows something that happened to a job."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    event: str
    detail: dict[str, Any] | None
    occurred_at: datetime


class BatchJobBase(BaseModel):
    """What whoever queues a job says of it."""

    org_id: int
    name: str = Name
    task_type_id: UUID
    priority: int = 0
    payload: dict[str, Any] | None = None


class BatchJobCreate(BatchJobBase):
    """The body of a request that queues a job."""

    model_config = ConfigDict(extra="forbid")


class BatchJob(BatchJobBase):
    """The answer that shows a job; made from a ``models.BatchJob``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: str
    claimed_by: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    task_type: TaskType | None = None
    traces: list[RcmTrace] = []
