"""Plans are checked, and published once: on the shelf and on a FHIR server, whatever mood that is in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from crossfade.casebook.benefit_drafts import plans
from crossfade.casebook.benefit_drafts.faults import PlanInvalid, PlanRefused, Unavailable
from crossfade.casebook.benefit_drafts.orchestrator.fhir import FhirPlans
from crossfade.casebook.benefit_drafts.orchestrator.samples import PLANS, plan
from crossfade.casebook.benefit_drafts.orchestrator.shelf import Shelf
from crossfade.casebook.benefit_drafts.orchestrator.stores import Plans
from tests.casebook.benefit_drafts.fhir_server import FhirServer


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with FhirServer.opened() as found:
        yield found


async def publishes_once(store: Plans) -> UUID:
    """What every plan store has to do."""
    draft_id = uuid4()
    assert await store.get(draft_id) is None
    await store.ping()
    first = await store.publish(draft_id, plan("Gold"))
    assert (first.reference, first.version, first.anew) == (f"InsurancePlan/{draft_id}", "1", True)
    again = await store.publish(draft_id, plan("Gold"))
    assert (again.reference, again.version, again.anew) == (first.reference, first.version, False)
    there = await store.get(draft_id)
    assert there is not None
    assert (there["name"], there["status"], plans.is_of(draft_id, there)) == ("Gold", "active", True)
    with pytest.raises(PlanInvalid):
        await store.publish(uuid4(), {"resourceType": "Patient"})
    await store.close()
    return draft_id


def test_on_the_shelf(tmp_path: Path) -> None:
    asyncio.run(publishes_once(Shelf(tmp_path / "plans.db")))


def test_on_a_fhir_server(server: FhirServer) -> None:
    draft_id = asyncio.run(publishes_once(FhirPlans(server.url)))
    assert {key: len(versions) for key, versions in server.versions.items()} == {str(draft_id): 1}


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        ((503, "<html>try later</html>"), Unavailable),
        ((500, "exception"), Unavailable),
        ((409, "lock-error"), Unavailable),
        ((422, "invariant"), PlanRefused),
        ((401, "login"), PlanRefused),
    ],
)
def test_moods_of_a_fhir_server(server: FhirServer, mood: tuple[int, str], fault: type[Exception]) -> None:
    store, draft_id = FhirPlans(server.url), uuid4()
    server.mood.append(mood)
    with pytest.raises(fault):
        asyncio.run(store.publish(draft_id, plan("Gold")))
    assert server.versions == {}
    assert asyncio.run(store.publish(draft_id, plan("Gold"))).anew


def test_a_plan_of_somebody_else_is_left_alone(server: FhirServer) -> None:
    draft_id = uuid4()
    other = {**plan("Theirs"), "id": str(draft_id)}
    server.versions[str(draft_id)] = [other]
    with pytest.raises(PlanRefused, match="has another InsurancePlan"):
        asyncio.run(FhirPlans(server.url).publish(draft_id, plan("Gold")))
    assert server.versions[str(draft_id)] == [other]


def test_a_fhir_server_that_is_away_or_none(server: FhirServer) -> None:
    for url in ("http://127.0.0.1:1/fhir", server.url + "/elsewhere"):
        with pytest.raises(Unavailable):
            asyncio.run(FhirPlans(url, seconds=2).ping())
    with pytest.raises(PlanRefused, match="no place"):
        asyncio.run(FhirPlans(server.url + "/elsewhere").publish(uuid4(), plan("Gold")))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"resourceType": "Patient"}, "resourceType: is 'Patient'"),
        ({"status": 7}, "status"),
        ({"coverage": [{"benefit": []}]}, "coverage"),
        ({"unknown": 1}, "unknown"),
        ({"name": None}, "ipn-1"),
    ],
)
def test_what_is_no_plan_is_told_with_its_place(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(PlanInvalid, match=fault) as told:
        plans.check({**plan("Gold"), **change})
    assert any(fault in each for each in told.value.faults)


def test_the_samples_are_plans_and_keep_their_own_identifiers() -> None:
    for each in PLANS:
        plans.check(each)
    draft_id, own = uuid4(), {"system": "urn:hios", "value": "12345"}
    form = plans.published_form(draft_id, {**plan("Gold"), "identifier": [own]})
    assert form["identifier"] == [own, {"system": plans.DRAFTS, "value": str(draft_id)}]
    assert plans.published_form(draft_id, form) == form
