"""How often, and after which pauses, a store that is away is asked again."""

from __future__ import annotations

import asyncio

import pytest

from crossfade.casebook.benefit_drafts.faults import Unavailable, WrongStatus
from crossfade.casebook.benefit_drafts.orchestrator.patience import Patience


@pytest.mark.parametrize(("fails", "calls"), [(0, 1), (2, 3), (9, 4)])
def test_patience_grows_and_ends(fails: int, calls: int) -> None:
    pauses: list[float] = []
    made = 0

    async def call() -> str:
        nonlocal made
        made += 1
        if made <= fails:
            raise Unavailable("away")
        return "done"

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    patience = Patience(tries=4, first=1.0, longest=3.0, sleep=sleep)
    if fails < 4:
        assert asyncio.run(patience.persist(call)) == "done"
    else:
        with pytest.raises(Unavailable):
            asyncio.run(patience.persist(call))
    assert made == calls
    for number, pause in enumerate(pauses):
        limit = min(3.0, 2.0**number)
        assert limit / 2 <= pause <= limit


def test_only_what_may_pass_is_asked_again() -> None:
    made = 0

    async def call() -> None:
        nonlocal made
        made += 1
        raise WrongStatus("no")

    with pytest.raises(WrongStatus):
        asyncio.run(Patience().persist(call))
    assert made == 1
