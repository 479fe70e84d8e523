"""What the new application accepts and answers over its API, and what its arrays hold (pydantic)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

RunStatus = Literal["pending", "running", "completed", "failed", "cancelled", "timeout"]
StepStatus = Literal["pending", "running", "completed", "failed", "skipped"]
Channel = Literal["web", "voice", "efax"]


def stamp(moment: datetime) -> str:
    """The moment as PostgreSQL writes it into JSON, in UTC: no fraction of a second ends with a zero."""
    text = moment.astimezone(UTC).isoformat()
    date, _, zone = text.rpartition("+")
    return f"{date.rstrip('0') if '.' in date else date}+{zone}"


def _bytes(value: object) -> object:
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("\\x") else value


def _now() -> datetime:
    return datetime.now(UTC)


Moment = Annotated[AwareDatetime, PlainSerializer(stamp)]
Hex = Annotated[bytes, BeforeValidator(_bytes), PlainSerializer(lambda value: "\\x" + value.hex())]
"""Bytes, which JSON holds as PostgreSQL writes a bytea."""


class Element(BaseModel):
    """An element of an array; it gets its `id` when it is stored, as long as anything counts them."""

    model_config = ConfigDict(extra="forbid")
    may_lack: ClassVar[frozenset[str]] = frozenset()

    id: int | None = None

    def stored(self) -> dict[str, Any]:
        """The element as it is stored: every field, but no id where it has none, nor what was not said."""
        absent = {name for name in self.may_lack if name not in self.model_fields_set}
        return self.model_dump(exclude=absent | ({"id"} if self.id is None else set()))


class Event(Element):
    """Something that happened in a step."""

    may_lack = frozenset({"payload"})

    kind: str
    message: str | None = None
    payload: Any = None
    occurred_at: Moment = Field(default_factory=_now)


class Screenshot(Element):
    """A picture that was taken in a step."""

    url: str
    width: int | None = None
    height: int | None = None
    thumbnail: Hex | None = None
    taken_at: Moment = Field(default_factory=_now)


class Endpoint(Element):
    """A call that a run made."""

    method: str
    url: str
    status_code: int | None = None
    latency_ms: float | None = None
    called_at: Moment = Field(default_factory=_now)


class Binding(Element):
    """What a step was given, and where from."""

    may_lack = frozenset({"value"})

    name: str
    source: str
    value: Any = None


class Retry(Element):
    """A step was tried once more."""

    attempt: int
    reason: str | None = None
    retried_at: Moment = Field(default_factory=_now)


class StepDetails(BaseModel):
    """A step's metadata: its bindings, its retries, and whatever else is noted there."""

    model_config = ConfigDict(extra="allow")

    bindings: list[Binding] = []
    retries: list[Retry] = []


class StepCreate(BaseModel):
    """What whoever makes a step says of it."""

    model_config = ConfigDict(extra="forbid")

    step_number: int
    node_id: UUID | None = None
    status: StepStatus = "pending"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    input_data: Any = None
    output_data: Any = None
    error_message: str | None = None
    error_details: Any = None
    events: list[Event] = []
    screenshots: list[Screenshot] = []
    bindings: list[Binding] = []
    retries: list[Retry] = []


class RunCreate(BaseModel):
    """What whoever makes a run says of it."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: UUID
    org_id: UUID
    channel: Channel
    status: RunStatus = "pending"
    external_id: str | None = Field(default=None, max_length=255)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    context: dict[str, Any] = {}
    config_snapshot: dict[str, Any] | None = None
    endpoints_used: list[Endpoint] = []
    error_message: str | None = None
    error_details: Any = None
    created_by: UUID | None = None
    steps: list[StepCreate] = []


class RunStep(BaseModel):
    """The answer that shows a step; made from a ``models.RunStep``."""

    model_config = ConfigDict(from_attributes=True)

    step_id: UUID
    run_id: UUID
    node_id: UUID | None
    step_number: int
    status: StepStatus
    retry_count: int
    started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    input_data: Any
    output_data: Any
    screenshots: list[Screenshot]
    events: list[Event]
    error_message: str | None
    error_details: Any
    metadata: StepDetails = Field(validation_alias=AliasChoices("details", "metadata"))
    created_at: datetime
    updated_at: datetime


class RunHead(BaseModel):
    """The answer that lists a run, without its steps; made from a ``models.Run``."""

    model_config = ConfigDict(from_attributes=True)

    run_id: UUID
    workflow_id: UUID
    org_id: UUID
    status: RunStatus
    channel: Channel
    external_id: str | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    context: dict[str, Any]
    config_snapshot: dict[str, Any] | None
    endpoints_used: list[Endpoint]
    error_message: str | None
    error_details: Any
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime


class Run(RunHead):
    """The answer that shows a whole execution; made from a ``models.Run``."""

    steps: list[RunStep]
