"""What approved drafts wait for: their plans are put into the plan store, once.

The engine locks a task for one worker at a time, and gives it to another where the first does not come back.
So everything here may be done twice: the plan is found in its place, the draft says the same again.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING
from uuid import UUID

from crossfade.casebook.benefit_drafts.faults import (
    BenefitDraftsError,
    DraftMissing,
    LockLost,
    Unavailable,
    WrongStatus,
)

if TYPE_CHECKING:
    from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
    from crossfade.casebook.benefit_drafts.orchestrator.stores import PublishTask

__all__ = ["Publication"]

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publication:
    """One worker: it holds a task for `lock` seconds, and does `together` at a time.

    A plan store that is away is asked again after `soon` seconds, one that says no after `later`.
    """

    stores: Stores
    conduct: Conduct
    lock: float = 30.0
    together: int = 8
    soon: float = 2.0
    later: float = 60.0
    worker: str = field(default_factory=lambda: f"orchestrator-{token_hex(6)}")

    async def publish_due(self) -> int:
        """Publish what is due now, as far as one fetch goes. Returns how many there were."""
        engine = self.stores.engine
        due = await engine.fetch(self.worker, limit=self.together, seconds=self.lock)
        await asyncio.gather(*(self._handle(task) for task in due))
        return len(due)

    async def _handle(self, task: PublishTask) -> None:
        try:
            await self.stores.patience.persist(lambda: self._publish(task))
        except LockLost as error:
            LOG.info("%s", error)
        except BenefitDraftsError as error:
            LOG.warning("draft %s is not published: %s", task.key, error)
            pause = self.soon if isinstance(error, Unavailable) else self.later
            try:
                await self._note(task, error)
                await self.stores.engine.give_back(task, self.worker, str(error), seconds=pause)
            except Unavailable:
                return  # the lock ends by itself

    async def _note(self, task: PublishTask, error: BenefitDraftsError) -> None:
        """Let the draft say why it is not published yet."""
        told = {"trouble": str(error)}
        with suppress(DraftMissing, WrongStatus):
            await self.stores.drafts.update_camunda_process_info(_draft_of(task), task.process_id, told)

    async def _publish(self, task: PublishTask) -> None:
        drafts = self.stores.drafts
        draft = await drafts.get_draft(_draft_of(task))
        if draft is None:
            raise DraftMissing(f"No draft has the id {task.key}", remedy="cancel the process in the engine")
        if draft.status != "approved":
            process = (await self.stores.engine.find([task.key])).get(task.key)
            if process is None or process.id != task.process_id:
                raise WrongStatus(f"Process {task.process_id} is not the one of draft {task.key}")
            await self.conduct.follow(draft, process)
        published = await self.stores.plans.publish(draft.id, draft.plan_data)
        told = {
            "published": True,
            "settled": True,
            "plan": published.reference,
            "plan_version": published.version,
            "trouble": None,
        }
        await drafts.update_camunda_process_info(draft.id, task.process_id, told)
        await self.stores.engine.finish(task, self.worker)


def _draft_of(task: PublishTask) -> UUID:
    try:
        return UUID(task.key)
    except ValueError:
        raise DraftMissing(
            f"Process {task.process_id} has the business key {task.key!r}, which is no draft's id",
            remedy="cancel it in the engine: somebody has started it by hand",
        ) from None
