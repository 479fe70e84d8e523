"""The service as it is served: its answers, its page's parts, its events, and a start without its stores."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from crossfade.errors import UsageError
from tests.casebook.benefit_drafts.nursery import Nursery
from tests.casebook.benefit_drafts.stage import drafted, opened, read, until
from tests.casebook.benefit_drafts.users import Users

pytestmark = pytest.mark.one_server


@asynccontextmanager
async def served(nursery: Nursery, places: Places, folder: Path) -> AsyncIterator[Users]:
    process = nursery.begin(places, folder / "socket", folder / "log", every=0.05)
    try:
        async with Users.of(folder / "socket") as users:
            yield users
    finally:
        os.kill(process, signal.SIGTERM)


def test_a_draft_from_submit_to_published(nursery: Nursery, places: Places, tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(places) as stores, served(nursery, places, tmp_path) as users:
            await until(users.is_up)
            gold, silver = await drafted(stores, 2)
            submitted = await users.ask(gold, "submit")
            assert submitted["status"] == "submitted"
            assert await users.ask(gold, "submit") == submitted
            told = (await users.client.get(f"/drafts/{gold}")).json()
            assert (told["stage"], told["draft"]) == ("review", submitted)
            await users.ask(gold, "approve")
            await until(lambda: _stage_is(users, gold, "published"))
            assert (await read(stores, gold)).submission_metadata == {
                "key": str(gold), "published": True, "settled": True,
                "plan": f"InsurancePlan/{gold}", "plan_version": "1", "trouble": None,
            }  # fmt: skip
            await users.ask(silver, "submit")
            rejected = await users.ask(silver, "reject", reason="too dear")
            assert (rejected["status"], rejected["rejection_reason"]) == ("rejected", "too dear")
            assert (await users.client.post("/reconcile")).json()["examined"] == 0

    asyncio.run(work())


async def _stage_is(users: Users, id: object, stage: str) -> bool:
    return bool((await users.client.get(f"/drafts/{id}")).json()["stage"] == stage)


def test_refusals_say_the_fact_and_the_remedy(nursery: Nursery, places: Places, tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(places) as stores, served(nursery, places, tmp_path) as users:
            await until(users.is_up)
            client: Any = users.client
            (good,) = await drafted(stores)
            bad = await stores.drafts.create_draft({"resourceType": "Patient"}, "ann")  # type: ignore[attr-defined]
            by = {"by": "ann"}
            answers = {
                404: await client.post(f"/drafts/{uuid4()}/submit", json=by),
                409: await client.post(f"/drafts/{good}/approve", json=by),
                422: await client.post(f"/drafts/{bad}/submit", json=by),
            }
            for status, answer in answers.items():
                assert answer.status_code == status
                assert answer.json()["fact"]
            assert answers[409].json()["remedy"] == "submit it first"
            assert answers[422].json()["faults"] == ["resourceType: is 'Patient'"]
            for body in ({}, {"by": "  "}, {"by": "x" * 101}):
                assert (await client.post(f"/drafts/{good}/submit", json=body)).status_code == 422
            assert (await client.get("/drafts/nonsense")).status_code == 422
            assert (await client.get(f"/drafts/{uuid4()}")).status_code == 404
            assert (await client.get("/page/page.html")).status_code == 404
            assert (await client.get("/page/..%2fweb.py")).status_code == 404

    asyncio.run(work())


def test_events_tell_what_changed(nursery: Nursery, places: Places, tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(places) as stores, served(nursery, places, tmp_path) as users:
            await until(users.is_up)
            (gold,) = await drafted(stores)
            async with users.client.stream("GET", "/events") as answer, asyncio.timeout(20):
                assert answer.headers["content-type"].startswith("text/event-stream")
                seen: list[str] = []
                async for line in answer.aiter_lines():
                    if not line.startswith("data: "):
                        continue
                    (shown,) = json.loads(line.removeprefix("data: "))
                    if shown["workflow_status"] in seen[-1:]:
                        continue
                    seen.append(shown["workflow_status"])
                    if seen == ["not_started"]:
                        await users.ask(gold, "submit")
                    elif seen[-1] == "in_review":
                        await users.ask(gold, "approve")
                    elif seen[-1] == "published":
                        break
            assert seen[:1] == ["not_started"]
            assert seen[-1] == "published"

    asyncio.run(work())


def test_without_its_stores_it_is_up_and_says_which_is_away(
    nursery: Nursery, places: Places, tmp_path: Path
) -> None:
    async def work() -> None:
        nowhere = replace(
            places, engine="http://127.0.0.1:1/engine-rest", drafts="postgresql://nobody@127.0.0.1:1/none"
        )
        async with served(nursery, nowhere, tmp_path) as users:
            answer = await until(lambda: _health(users))
            assert answer.status_code == 503
            told = answer.json()
            assert told["plans"] == "ok"
            assert "does not answer" in told["drafts"]
            assert "does not answer" in told["engine"]

    asyncio.run(work())


async def _health(users: Users) -> Any:
    import httpx  # noqa: PLC0415 - its fault is all that is wanted of it

    try:
        return await users.client.get("/health")
    except httpx.TransportError:
        return None


def test_drafts_are_in_postgresql() -> None:
    with pytest.raises(UsageError, match="no PostgreSQL"):
        Places("mariadb://x/y", "a", "b").opened()
