"""What the orchestrator needs of its stores: three protocols, and what is passed between them.

Every call may be made again after it was cut off, or answered too late: it does what is left to do. A store
that does not answer raises Unavailable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from crossfade.casebook.benefit_drafts.faults import DecisionTaken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID

    from crossfade.casebook.benefit_drafts.schemas import Draft, DraftSummary

__all__ = [
    "Decision",
    "Drafts",
    "Plans",
    "Process",
    "ProcessEngine",
    "PublishTask",
    "Published",
    "Stage",
    "agreed",
]


class Stage(StrEnum):
    """How far a process is."""

    REVIEW = "review"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # somebody took it out of the engine


@dataclass(frozen=True)
class Decision:
    """What a reviewer made of a draft."""

    approved: bool
    reviewer: str
    reason: str | None = None


@dataclass(frozen=True)
class Process:
    """A process as its engine has it; `key` is its business key, the draft's id."""

    id: str
    key: str
    stage: Stage
    decision: Decision | None = None


@dataclass(frozen=True)
class PublishTask:
    """A plan to be published, locked for one worker."""

    id: str
    process_id: str
    key: str


@dataclass(frozen=True)
class Published:
    """A plan in the plan store; `anew` where this call put it there."""

    reference: str
    version: str
    anew: bool


def agreed(process: Process, decision: Decision) -> Process:
    """The process, whose decision is this one. Raises DecisionTaken where it is the other."""
    taken = process.decision
    if taken is None or taken.approved != decision.approved:
        how = "undecided" if taken is None else "approved" if taken.approved else "rejected"
        who = "" if taken is None else f" by {taken.reviewer}"
        raise DecisionTaken(f"Draft {process.key} is {how}{who}", remedy="make a new draft of the plan")
    return process


class Drafts(Protocol):
    """Drafts, in the drafting tool's own database. A draft that is not there raises DraftMissing."""

    async def get_draft(self, id: UUID) -> Draft | None:
        """The draft, or None."""

    async def list_drafts(self, *, status: str | None = None, limit: int = 100) -> list[DraftSummary]:
        """Drafts, those that were written last first."""

    async def mark_draft_as_submitted(
        self,
        id: UUID,
        submitted_by: str,
        camunda_process_id: str | None = None,
        submission_metadata: Mapping[str, Any] | None = None,
    ) -> str:
        """Submit a draft; WrongStatus unless it is one."""

    async def approve_draft(self, id: UUID, approved_by: str) -> None:
        """Approve a draft; WrongStatus unless it is submitted."""

    async def reject_draft(self, id: UUID, rejected_by: str, reason: str | None = None) -> None:
        """Reject a draft; WrongStatus unless it is submitted."""

    async def update_camunda_process_info(
        self, id: UUID, camunda_process_id: str, submission_metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Note the draft's process, and more about it."""

    async def unsettled(self, *, after: UUID | None = None, limit: int = 200) -> list[Draft]:
        """Submitted drafts whose process has not ended as far as they know, by id."""

    def exclusively(self, id: UUID) -> AbstractAsyncContextManager[None]:
        """Let nobody else into the same block for the same draft."""

    async def ping(self) -> None:
        """Whether it answers."""

    async def close(self) -> None:
        """Let it go."""


class ProcessEngine(Protocol):
    """Processes, in the engine's own database."""

    async def prepare(self) -> None:
        """See to it that the engine knows the process."""

    async def start(self, key: str, variables: Mapping[str, str]) -> Process:
        """The process of this business key, begun if there is none."""

    async def find(self, keys: Sequence[str]) -> Mapping[str, Process]:
        """The processes of these keys, running and ended ones, by key."""

    async def decide(self, key: str, decision: Decision) -> Process:
        """Complete the review. Raises DecisionTaken where it was completed with the other decision."""

    async def fetch(self, worker: str, *, limit: int, seconds: float) -> Sequence[PublishTask]:
        """Plans to be published, locked for this worker for so long."""

    async def finish(self, task: PublishTask, worker: str) -> None:
        """The plan is published. Raises LockLost where the task is not this worker's."""

    async def give_back(self, task: PublishTask, worker: str, error: str, *, seconds: float) -> None:
        """It could not be published; nobody is to try for so long. Nothing where the lock is lost."""

    async def ping(self) -> None:
        """Whether it answers."""

    async def close(self) -> None:
        """Let it go."""


class Plans(Protocol):
    """Approved plans."""

    async def publish(self, draft_id: UUID, plan: Mapping[str, Any]) -> Published:
        """Put the draft's plan there, unless it is. Raises PlanRefused where the store does not take it."""

    async def get(self, draft_id: UUID) -> Mapping[str, Any] | None:
        """The plan that was made of a draft, or None."""

    async def ping(self) -> None:
        """Whether it answers."""

    async def close(self) -> None:
        """Let it go."""
