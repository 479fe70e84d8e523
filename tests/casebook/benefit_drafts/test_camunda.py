"""Against the real Camunda 7 and a real FHIR server (HAPI's), which `make test-camunda` builds and starts.

Without them these are skipped: they need Java, Maven and minutes.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from crossfade.casebook.benefit_drafts.faults import PlanRefused
from crossfade.casebook.benefit_drafts.orchestrator.camunda import CamundaEngine
from crossfade.casebook.benefit_drafts.orchestrator.conduct import Conduct
from crossfade.casebook.benefit_drafts.orchestrator.fhir import FhirPlans
from crossfade.casebook.benefit_drafts.orchestrator.publication import Publication
from crossfade.casebook.benefit_drafts.orchestrator.reconciliation import reconcile
from crossfade.casebook.benefit_drafts.orchestrator.serving import Places
from crossfade.casebook.benefit_drafts.orchestrator.stores import Decision, Stage
from tests.casebook.benefit_drafts.engine_contract import BEGINNING, CONTRACT, YES
from tests.casebook.benefit_drafts.nursery import Nursery
from tests.casebook.benefit_drafts.stage import drafted, opened, read, until
from tests.casebook.benefit_drafts.test_plans import publishes_once
from tests.casebook.benefit_drafts.users import Users

CAMUNDA, FHIR = os.environ.get("CROSSFADE_CAMUNDA", ""), os.environ.get("CROSSFADE_FHIR", "")
needs_camunda = pytest.mark.skipif(not CAMUNDA, reason="needs Camunda 7: make test-camunda")
needs_fhir = pytest.mark.skipif(not FHIR, reason="needs a FHIR server: make test-camunda")
pytestmark = pytest.mark.one_server


@pytest.fixture(autouse=True)
def idle() -> None:
    """The engine is everybody's: nothing of the last test waits there."""
    if CAMUNDA:
        with httpx.Client(base_url=CAMUNDA) as client:
            for each in client.get("/process-instance").raise_for_status().json():
                client.delete(f"/process-instance/{each['id']}").raise_for_status()


async def processes_of(key: str) -> list[dict[str, Any]]:
    """Every process that Camunda ever began for this key, those that were taken away included."""
    async with httpx.AsyncClient() as client:
        asked = {"processInstanceBusinessKey": key}
        answer = await client.get(f"{CAMUNDA}/history/process-instance", params=asked)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found


@needs_camunda
@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
def test_contract(clause: Any) -> None:
    async def work() -> None:
        engine = CamundaEngine(CAMUNDA)
        try:
            await clause(engine)
        finally:
            await engine.close()

    asyncio.run(work())


@needs_camunda
def test_the_same_file_is_deployed_once() -> None:
    async def work() -> None:
        for _ in range(3):
            engine = CamundaEngine(CAMUNDA)
            await engine.prepare()
            await engine.ping()
            await engine.close()
        async with httpx.AsyncClient() as client:
            known = await client.get(f"{CAMUNDA}/process-definition", params={"key": "benefit_plan_approval"})
            assert [each["version"] for each in known.json()] == [1]

    asyncio.run(work())


@needs_camunda
def test_a_late_start_of_a_killed_orchestrator_is_taken_away() -> None:
    async def work() -> None:
        engine = CamundaEngine(CAMUNDA)
        process = await engine.start(str(uuid4()), BEGINNING)
        await engine.decide(process.key, YES)
        async with httpx.AsyncClient() as client:
            late = await client.post(
                f"{CAMUNDA}/process-definition/key/benefit_plan_approval/start",
                json={"businessKey": process.key},
            )
            assert late.status_code == 200
        found = await asyncio.gather(*(engine.find([process.key]) for _ in range(4)))
        assert {each[process.key].id for each in found} == {process.id}
        states = {each["id"]: each["state"] for each in await processes_of(process.key)}
        assert states == {process.id: "ACTIVE", late.json()["id"]: "EXTERNALLY_TERMINATED"}
        await engine.close()

    asyncio.run(work())


@needs_fhir
def test_on_hapi(tmp_path: Path) -> None:
    draft_id = asyncio.run(publishes_once(FhirPlans(FHIR)))
    assert asyncio.run(_versions(draft_id)) == 1


@needs_fhir
def test_hapi_refuses_what_is_no_plan() -> None:
    async def work() -> None:
        with pytest.raises(PlanRefused, match="does not take it"):
            await FhirPlans(FHIR)._asked("put", f"InsurancePlan/{uuid4()}", {"resourceType": "Patient"})

    asyncio.run(work())


async def _versions(draft_id: UUID) -> int:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{FHIR}/InsurancePlan/{draft_id}/_history")
        return len(answer.raise_for_status().json().get("entry", ())) if answer.status_code != 404 else 0


@needs_camunda
@needs_fhir
def test_the_whole_path_over_http_and_killed_at_random(
    nursery: Nursery, places: Places, tmp_path: Path
) -> None:
    """30 drafts, killed in the midst of every six; a process too many would be in Camunda's history."""
    outside = replace(places, engine=CAMUNDA, plans=FHIR)

    def begin() -> int:
        return nursery.begin(outside, tmp_path / "socket", tmp_path / "log", lock=2.0, every=0.1)

    async def work() -> None:
        async with opened(outside) as stores, Users.of(tmp_path / "socket") as users:
            ids = await drafted(stores, 30)
            approved = {draft_id for draft_id in ids if draft_id.int % 3}
            begun = begin()
            for start in range(0, 30, 6):
                await until(users.is_up)
                async with asyncio.TaskGroup() as group:
                    for draft_id in ids[start : start + 6]:
                        group.create_task(
                            users.take_through(draft_id, Random(draft_id.int), approved=draft_id in approved)
                        )
                    await asyncio.sleep(0.05 * (1 + start / 6))
                    os.kill(begun, signal.SIGKILL)
                    begun = begin()
            await until(lambda: _is_settled(stores), within=60)
            await until(_is_idle)
            os.kill(begun, signal.SIGKILL)
            assert users.cut
            processes = await stores.engine.find([str(draft_id) for draft_id in ids])
            for draft_id in ids:
                (process,) = await processes_of(str(draft_id))
                assert (process["id"], process["state"]) == (processes[str(draft_id)].id, "COMPLETED")
                assert (await read(stores, draft_id)).camunda_process_id == process["id"]
                stage = Stage.PUBLISHED if draft_id in approved else Stage.REJECTED
                assert processes[str(draft_id)].stage is stage
                assert await _versions(draft_id) == (1 if draft_id in approved else 0)

    asyncio.run(work())


async def _is_settled(stores: Any) -> bool:
    return not await stores.drafts.unsettled(limit=1)


async def _is_idle() -> bool:
    async with httpx.AsyncClient(base_url=CAMUNDA) as client:
        return bool((await client.get("/process-instance/count")).json() == {"count": 0})


@needs_camunda
def test_what_a_reviewer_does_in_camunda_itself_is_followed(places: Places) -> None:
    async def work() -> None:
        async with opened(replace(places, engine=CAMUNDA)) as stores:
            approved, rejected, gone = await drafted(stores, 3)
            conduct = Conduct(stores)
            for draft_id in (approved, rejected, gone):
                await conduct.submit(draft_id, "ann")
            async with httpx.AsyncClient(base_url=CAMUNDA) as client:
                for draft_id, value in ((approved, True), (rejected, False)):
                    asked = {"processInstanceBusinessKey": str(draft_id)}
                    (task,) = (await client.get("/task", params=asked)).json()
                    given = {"approved": {"value": value}, "reviewer": {"value": "demo"}}
                    done = await client.post(f"/task/{task['id']}/complete", json={"variables": given})
                    assert done.is_success
                process = (await read(stores, gone)).camunda_process_id
                assert (await client.delete(f"/process-instance/{process}")).is_success
            told = await reconcile(stores, conduct)
            assert told.followed == 2
            (conflict,) = told.conflicts
            assert "was cancelled" in conflict
            await Publication(stores, conduct).publish_due()
            seen = {
                each.id: (each.workflow_status, each.reviewed_by)
                for each in await stores.drafts.list_drafts()
            }
            assert seen == {
                approved: ("published", "demo"), rejected: ("rejected", "demo"), gone: ("in_review", None),
            }  # fmt: skip

    asyncio.run(work())


@needs_camunda
def test_a_decision_of_the_old_application_reaches_camunda(places: Places) -> None:
    async def work() -> None:
        async with opened(replace(places, engine=CAMUNDA)) as stores:
            (draft_id,) = await drafted(stores)
            conduct = Conduct(stores)
            await conduct.submit(draft_id, "ann")
            await stores.drafts.reject_draft(draft_id, "old", "dear")
            assert (await reconcile(stores, conduct)).carried == 1
            process = (await stores.engine.find([str(draft_id)]))[str(draft_id)]
            assert (process.stage, process.decision) == (Stage.REJECTED, Decision(False, "old", "dear"))

    asyncio.run(work())
