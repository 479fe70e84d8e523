"""What the service does without being asked: it reconciles when it starts, and publishes what is due."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crossfade.casebook.benefit_drafts.faults import BenefitDraftsError
from crossfade.casebook.benefit_drafts.orchestrator.reconciliation import Reconciled, reconcile

if TYPE_CHECKING:
    from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct, Stores
    from crossfade.casebook.benefit_drafts.orchestrator.publication import Publication

__all__ = ["Errands"]

LOG = logging.getLogger(__name__)


@dataclass
class Errands:
    """Looks for plans to publish every `every` seconds, and at once when nudged; reconciles now and then."""

    stores: Stores
    conduct: Conduct
    publication: Publication
    every: float = 1.0
    reconcile_every: float = 60.0
    _nudged: asyncio.Event = field(default_factory=asyncio.Event)

    def nudge(self) -> None:
        """Something was approved."""
        self._nudged.set()

    async def run(self) -> None:
        """Go on until cancelled; a store that is away is no reason to end."""
        reconciled = -self.reconcile_every
        while True:
            self._nudged.clear()
            try:
                if time.monotonic() - reconciled >= self.reconcile_every:
                    await self.stores.engine.prepare()
                    await self.reconcile()
                    reconciled = time.monotonic()
                while await self.publication.publish_due():
                    pass
            except BenefitDraftsError as error:
                LOG.warning("%s", error)
            except Exception:
                LOG.exception("an errand failed; the next one goes on")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self.every)

    async def reconcile(self) -> Reconciled:
        """Compare drafts and processes now."""
        told = await reconcile(self.stores, self.conduct)
        LOG.info("reconciled: %s", told)
        self.nudge()
        return told
