"""What the tests of the orchestrator share: opened stores, drafts, and what must be so in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from crossfade.casebook.benefit_drafts.orchestrator.conduct import Stores
from crossfade.casebook.benefit_drafts.orchestrator.patience import Patience
from crossfade.casebook.benefit_drafts.orchestrator.samples import plan
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from crossfade.casebook.benefit_drafts.schemas import Draft

QUICK = Patience(tries=3, first=0.01, longest=0.02)


@asynccontextmanager
async def opened(places: Places) -> AsyncIterator[Stores]:
    stores = places.opened()
    try:
        yield Stores(stores.drafts, stores.engine, stores.plans, QUICK)
    finally:
        for store in (stores.engine, stores.plans, stores.drafts):
            await store.close()


async def drafted(stores: Stores, number: int = 1) -> list[UUID]:
    drafts: Any = stores.drafts  # drafts are made by the drafting tool, not by the orchestrator
    return [await drafts.create_draft(plan(f"Plan {each}"), "low-code") for each in range(number)]


async def read(stores: Stores, id: UUID) -> Draft:
    draft = await stores.drafts.get_draft(id)
    assert draft is not None
    return draft


async def until(true: Callable[[], Any], *, within: float = 30.0) -> Any:
    """What it gives as soon as that is true."""
    async with asyncio.timeout(within):
        while not (found := await true()):  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.02)
        return found
