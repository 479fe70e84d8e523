"""Users of the service over HTTP: they ask again until they are answered, as a proxy or a person would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx

PATIENCE = 60.0  # seconds until somebody gives up


@dataclass
class Users:
    """`cut` counts requests that nobody answered though somebody may have begun with them."""

    client: httpx.AsyncClient
    cut: int = 0

    @classmethod
    @asynccontextmanager
    async def of(cls, socket: Path) -> AsyncIterator[Users]:
        transport = httpx.AsyncHTTPTransport(uds=str(socket))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://orchestrator", timeout=20
        ) as client:
            yield cls(client)

    async def ask(self, id: UUID, what: str, **more: Any) -> dict[str, Any]:
        """Post until it is answered: by 200, or else that is wrong."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    answer = await self.client.post(f"/drafts/{id}/{what}", json={"by": "ann", **more})
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)
                except httpx.TransportError:
                    self.cut += 1
                else:
                    if answer.status_code != 503:
                        assert answer.status_code == 200, (what, answer.status_code, answer.text)
                        draft: dict[str, Any] = answer.json()
                        return draft

    async def take_through(self, id: UUID, dice: Random, *, approved: bool) -> None:
        """Submit and decide, now and then twice at once."""
        twice = [self.ask(id, "submit") for _ in range(dice.choice((1, 1, 1, 2)))]
        submitted = await asyncio.gather(*twice)
        assert {each["status"] for each in submitted} <= {"submitted"}
        what = "approve" if approved else "reject"
        decided = await asyncio.gather(*(self.ask(id, what) for _ in range(dice.choice((1, 1, 1, 2)))))
        assert {each["status"] for each in decided} == {"approved" if approved else "rejected"}

    async def is_up(self) -> bool:
        """Whether the service and all its stores answer."""
        try:
            return (await self.client.get("/health")).status_code == 200
        except httpx.TransportError:
            return False
