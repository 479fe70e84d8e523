"""After a crash, or any time: drafts are compared with the engine's processes, and what is missing is done.

The engine's word holds for what was decided; a decision that only the draft has (the old application makes it
there) is carried to the engine. Where the two contradict each other nothing is written: it is told.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import BaseModel

from crossfade.casebook.benefit_drafts.faults import BenefitDraftsError, Unavailable, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
    from crossfade.casebook.benefit_drafts.orchestrator.stores import Process
    from crossfade.casebook.benefit_drafts.schemas import Draft

__all__ = ["Reconciled", "reconcile"]

LOG = logging.getLogger(__name__)
PAGE = 200


class Reconciled(BaseModel):
    """What was found, and what was done about it; `conflicts` are lines for a person."""

    examined: int = 0
    started: int = 0
    linked: int = 0
    followed: int = 0
    carried: int = 0
    settled: int = 0
    conflicts: list[str] = []


async def reconcile(stores: Stores, conduct: Conduct) -> Reconciled:
    """Go through every draft that is not settled. Raises Unavailable where a store stays away."""
    told = Reconciled()
    async for page in _pages(stores):
        keys = [str(draft.id) for draft in page]
        processes = await stores.patience.persist(lambda keys=keys: stores.engine.find(keys))  # type: ignore[misc]
        for draft in page:
            told.examined += 1
            try:
                await _mend(stores, conduct, draft, processes.get(str(draft.id)), told)
            except Unavailable:
                raise
            except BenefitDraftsError as error:
                LOG.warning("draft %s: %s", draft.id, error)
                told.conflicts.append(str(error))
    return told


async def _pages(stores: Stores) -> AsyncIterator[Sequence[Draft]]:
    after: UUID | None = None
    while True:
        behind = after
        page = await stores.patience.persist(
            lambda behind=behind: stores.drafts.unsettled(after=behind, limit=PAGE)  # type: ignore[misc]
        )
        if not page:
            return
        after = page[-1].id
        yield page


async def _mend(
    stores: Stores, conduct: Conduct, draft: Draft, process: Process | None, told: Reconciled
) -> None:
    drafts, engine = stores.drafts, stores.engine
    if process is None:
        if draft.status != "submitted":
            raise WrongStatus(
                f"Draft {draft.id} is {draft.status}, and the engine has no process of it",
                remedy="look whether the engine has lost its database",
            )
        await conduct.track(draft)
        told.started += 1
        return
    if draft.camunda_process_id != process.id:
        await drafts.update_camunda_process_info(draft.id, process.id, {"key": process.key})
        told.linked += 1
    if process.stage is Stage.CANCELLED:
        raise WrongStatus(
            f"Draft {draft.id} is {draft.status}, its process {process.id} was cancelled",
            remedy="approve_draft or reject_draft it by hand",
        )
    if process.stage is Stage.REVIEW:
        if draft.status in {"approved", "rejected"}:
            there = draft.status == "approved", draft.reviewed_by or draft.created_by, draft.rejection_reason
            process = await engine.decide(str(draft.id), Decision(*there))
            told.carried += 1
        else:
            return
    await conduct.follow(draft, process)
    told.followed += draft.status == "submitted"
    if process.stage is Stage.PUBLISHED:  # by another worker than ours, who did not tell the draft
        await drafts.update_camunda_process_info(draft.id, process.id, {"published": True, "settled": True})
        told.settled += 1
