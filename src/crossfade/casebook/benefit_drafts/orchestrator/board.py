"""What the reviewers' page shows, sent to it whenever it has changed (server-sent events).

One look at the drafts serves every page that is open; nobody looks while none is.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from crossfade.casebook.benefit_drafts.faults import BenefitDraftsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crossfade.casebook.benefit_drafts.orchestrator.stores import Drafts

__all__ = ["Board"]

SHOWN = 100
SILENCE = 15.0  # seconds after which a comment shows proxies that the line is in use


class Board:
    """The newest drafts, looked at every `every` seconds."""

    def __init__(self, drafts: Drafts, every: float = 0.5) -> None:
        self._drafts = drafts
        self._every = every
        self._watchers: set[asyncio.Queue[str]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._shown = ""

    async def events(self) -> AsyncIterator[str]:
        """The board, at once and after each change, until the reader leaves."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=2)
        self._watchers.add(queue)
        try:
            yield _event("drafts", await self._look())
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._watch())
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), SILENCE)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._watchers.discard(queue)

    async def close(self) -> None:
        """Stop looking, at once."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _look(self) -> str:
        drafts = await self._drafts.list_drafts(limit=SHOWN)
        return json.dumps([each.model_dump(mode="json") for each in drafts], ensure_ascii=False)

    async def _watch(self) -> None:
        self._shown = ""
        while self._watchers:  # it ends by itself: a query that is broken off costs a connection
            try:
                now = await self._look()
            except BenefitDraftsError as error:
                now, event = "", _event("trouble", json.dumps(error.fact))
            else:
                event = _event("drafts", now)
            if now != self._shown or not now:
                self._shown = now
                for queue in self._watchers:
                    if queue.full():  # a slow reader misses what was in between, not what is
                        queue.get_nowait()
                    queue.put_nowait(event)
            await asyncio.sleep(self._every)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
