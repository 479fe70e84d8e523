"""Stores that stop at their n-th write, just before or just after it took effect: a crash at each place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

from crossfade.casebook.benefit_drafts.orchestrator.conduct import Stores

WRITES = {
    "mark_draft_as_submitted", "approve_draft", "reject_draft", "update_camunda_process_info",
    "start", "decide", "fetch", "finish", "give_back", "publish",
}  # fmt: skip


class Cut(BaseException):
    """The orchestrator is no more: nothing of it handles this."""


@dataclass
class Knife:
    """Cuts at the `at`-th write (from 0), before it or after it took effect; `writes` counts them."""

    at: int = -1
    after: bool = False
    writes: int = 0

    def over(self, stores: Stores) -> Stores:
        drafts, engine, plans = (
            cast("Any", _Cuttable(store, self)) for store in (stores.drafts, stores.engine, stores.plans)
        )
        return Stores(drafts, engine, plans, stores.patience)


class _Cuttable:
    def __init__(self, store: Any, knife: Knife) -> None:
        self._store, self._knife = store, knife

    def exclusively(self, id: Any) -> AbstractAsyncContextManager[None]:
        entered: AbstractAsyncContextManager[None] = self._store.exclusively(id)
        return entered

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, name)
        if name not in WRITES:
            return call  # type: ignore[no-any-return]

        async def cut(*given: Any, **more: Any) -> Any:
            number, self._knife.writes = self._knife.writes, self._knife.writes + 1
            if number == self._knife.at and not self._knife.after:
                raise Cut(name)
            done = await call(*given, **more)
            if number == self._knife.at:
                raise Cut(name)
            return done

        return cut
