"""What the new application accepts and answers over its API (pydantic)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crossfade.casebook.chat_templates.models import type_name


def _accepted_type(value: object) -> str | None:
    return type_name(value, stacklevel=3)  # whoever makes the schema, past this and pydantic's __init__


TypeText = Annotated[str, BeforeValidator(_accepted_type)]
"""A workflow type: any string that is not blank, of up to 50 characters; the deprecated enum too."""
Pattern = Literal["chat", "batch", "streaming"]


class WorkflowTemplateCreate(BaseModel):
    """The body of a request that makes a template: the arguments of ``create_workflow_template``."""

    model_config = ConfigDict(extra="forbid")

    owner_id: int
    name: str = Field(min_length=1, max_length=200)
    description: str | None = None
    workflow_type: TypeText
    category: str | None = Field(default=None, max_length=100)
    default_params: dict[str, Any] | None = None
    execution_pattern: Pattern | None = None
    required_tools: list[str] | None = None
    is_public: bool = False


class WorkflowTemplateRead(BaseModel):
    """The answer that shows a template; made from a ``WorkflowTemplate``."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    owner_id: int
    name: str
    description: str | None
    workflow_type: str | None
    category: str | None
    default_params: dict[str, Any] | None
    required_tools: list[str] | None
    is_builtin: bool
    is_public: bool
    version: int
    usage_count: int
    is_dynamic: bool
    execution_pattern: str | None
    created_at: datetime
    updated_at: datetime
