"""What people ask of the orchestrator: submit, approve, reject.

The order is what makes each of them safe to cut off. To submit: the draft says that it is submitted, then the
engine starts its process, then the draft says which. To decide: the engine completes the review, which it
does once; then the draft follows. What is left undone in between is done by the same call, or by
`reconciliation`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crossfade.casebook.benefit_drafts import plans
from crossfade.casebook.benefit_drafts.faults import DraftMissing, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.patience import Patience
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Stage

if TYPE_CHECKING:
    from uuid import UUID

    from crossfade.casebook.benefit_drafts.orchestrator.stores import Drafts, Plans, Process, ProcessEngine
    from crossfade.casebook.benefit_drafts.schemas import Draft

__all__ = ["Conduct", "Stores"]


@dataclass(frozen=True)
class Stores:
    """The three stores, and how patiently they are asked."""

    drafts: Drafts
    engine: ProcessEngine
    plans: Plans
    patience: Patience = field(default_factory=Patience)


class Conduct:
    """Takes drafts through their approval. It remembers nothing: any number of them may work at once."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def submit(self, draft_id: UUID, by: str) -> Draft:
        """Submit the draft, unless it is; it has one process then. Raises PlanInvalid where it is no plan."""
        return await self._stores.patience.persist(lambda: self._submitted(draft_id, by))

    async def decide(self, draft_id: UUID, decision: Decision) -> Draft:
        """Approve or reject a submitted draft. Raises DecisionTaken where the other decision stands."""
        return await self._stores.patience.persist(lambda: self._decided(draft_id, decision))

    async def track(self, draft: Draft) -> Process:
        """The submitted draft's process, begun if there is none; the draft knows it then."""
        drafts, engine = self._stores.drafts, self._stores.engine
        async with drafts.exclusively(draft.id):
            given = {"draft_id": str(draft.id), "submitted_by": draft.submitted_by or draft.created_by}
            process = await engine.start(str(draft.id), given)
        if draft.camunda_process_id != process.id:
            await drafts.update_camunda_process_info(draft.id, process.id, {"key": process.key})
        return process

    async def follow(self, draft: Draft, process: Process) -> None:
        """Let the draft say what was decided in the engine; it is published by whoever takes that task."""
        decision, drafts = process.decision, self._stores.drafts
        if decision is None:
            return
        if draft.status == "submitted":
            try:
                if decision.approved:
                    await drafts.approve_draft(draft.id, decision.reviewer)
                else:
                    await drafts.reject_draft(draft.id, decision.reviewer, decision.reason)
            except WrongStatus:
                draft = await self._there(draft.id)  # somebody else was first
        wanted = "approved" if decision.approved else "rejected"
        if draft.status not in {"submitted", wanted}:
            raise WrongStatus(
                f"Draft {draft.id} is {draft.status}, its process {process.id} was {wanted}",
                remedy="the drafting tool decided past the engine: a person has to say what holds",
            )
        if process.stage is Stage.REJECTED:
            await drafts.update_camunda_process_info(draft.id, process.id, {"settled": True})

    async def _submitted(self, draft_id: UUID, by: str) -> Draft:
        drafts = self._stores.drafts
        draft = await self._there(draft_id)
        if draft.status == "draft":
            plans.check(draft.plan_data)
            with suppress(WrongStatus):  # it was submitted twice at once: they go on together
                await drafts.mark_draft_as_submitted(draft_id, by)
            draft = await self._there(draft_id)
        if draft.status == "submitted" and draft.camunda_process_id is None:
            await self.track(draft)
            draft = await self._there(draft_id)
        return draft

    async def _decided(self, draft_id: UUID, decision: Decision) -> Draft:
        draft = await self._there(draft_id)
        wanted = "approved" if decision.approved else "rejected"
        if draft.status == "draft":
            raise WrongStatus(f"Draft {draft_id} is not submitted", remedy="submit it first")
        if draft.status not in {"submitted", wanted}:
            raise WrongStatus(f"Draft {draft_id} is {draft.status} already", remedy="make a new draft of it")
        if draft.camunda_process_id is None:
            if draft.status == wanted:
                return draft  # by the old application, without a process
            await self.track(draft)
        process = await self._stores.engine.decide(str(draft_id), decision)
        await self.follow(draft, process)
        return await self._there(draft_id)

    async def _there(self, draft_id: UUID) -> Draft:
        draft = await self._stores.drafts.get_draft(draft_id)
        if draft is None:
            raise DraftMissing(f"No draft has the id {draft_id}")
        return draft
