"""How a call is made again: after growing pauses, chosen at random so that many don't come back together."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from crossfade.casebook.benefit_drafts.faults import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Patience"]

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """At most `tries` calls; the n-th pause is of up to `first` * 2**n seconds, and never over `longest`."""

    tries: int = 6
    first: float = 0.05
    longest: float = 2.0
    dice: random.Random = field(default_factory=random.SystemRandom, compare=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, compare=False)

    async def persist(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives; the last Unavailable where it never gives anything."""
        for number in range(self.tries - 1):
            try:
                return await call()
            except Unavailable:
                await self.sleep(self.pause(number))
        return await call()

    def pause(self, number: int) -> float:
        """Seconds before the call after the `number`-th failure (from 0)."""
        return self.dice.uniform(0.5, 1.0) * min(self.longest, self.first * 2.0**number)
