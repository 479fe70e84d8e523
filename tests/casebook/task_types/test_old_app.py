"""The old application, unchanged, in every state in which its side is there."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from crossfade.casebook.task_types.old_app import JOBS, TRACES, OldJobs
from tests.casebook.task_types.states import OLD, Place, in_states

pytestmark = pytest.mark.parametrize("place", in_states(*OLD), indirect=True)

NAMES = ["simple", "O'Neill's \"quick\" \\ reply", "ملخص 🩺 100 % :sure %(x)s"]
organisations = count(5_000_000)


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    engine = place.engine()
    yield engine
    engine.dispose()


@pytest.fixture
def old(engine: Engine) -> OldJobs:
    return OldJobs(engine)


@pytest.fixture
def org() -> int:
    return next(organisations)


def read(old: OldJobs, job: UUID) -> dict[str, Any]:
    found = old.get(job)
    assert found is not None
    return found


def make(old: OldJobs, org: int, workflow_type: str = "claim_status", **given: Any) -> UUID:
    return old.create(**{"org_id": org, "name": "x", "workflow_type": workflow_type, **given})


def test_its_tables_are_those_of_the_schema(engine: Engine, place: Place) -> None:
    inspector = inspect(engine)
    for table in (JOBS, TRACES):
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert columns.keys() >= set(table.columns.keys())
        for column in table.columns:
            found = columns[column.name]
            assert place.is_of(column, found["type"], engine.dialect)
            assert (column.name, column.nullable) == (column.name, found["nullable"])
    for table_name in ("batch_job", "rcm_trace"):
        indexes = {index["name"]: index["column_names"] for index in inspector.get_indexes(table_name)}
        assert indexes[f"ix_{table_name}_workflow_type"] == ["workflow_type"]


@pytest.mark.parametrize("workflow_type", ["eligibility", "claim_status", "prior_auth"])
@pytest.mark.parametrize("name", NAMES)
def test_a_job_is_stored_as_given(
    old: OldJobs, org: int, place: Place, name: str, workflow_type: str
) -> None:
    made = make(old, org, workflow_type, name=name, priority=3, payload={"a": [1, 0.25, None, name]})

    job = read(old, made)
    assert list(job) == [*JOBS.columns.keys(), "traces"]
    assert job.pop("created_at") == job.pop("updated_at")
    assert job == {
        "id": made,
        "org_id": org,
        "name": name,
        "workflow_type": workflow_type,
        "status": "queued",
        "priority": 3,
        "claimed_by": None,
        "payload": {"a": [1, 0.25, None, name]},
        "error": None,
        "finished_at": None,
        "traces": [],
    }


def test_a_fourth_type_is_refused(old: OldJobs, org: int, place: Place) -> None:
    with pytest.raises((DBAPIError, LookupError), match=r"pharmacy"):
        make(old, org, "pharmacy")


def test_many_are_stored_at_once_and_their_ids_come_in_order(old: OldJobs, org: int, place: Place) -> None:
    kinds = ["eligibility", "claim_status", "prior_auth"] * 10
    rows = [{"org_id": org, "name": f"n{n}", "workflow_type": kind} for n, kind in enumerate(kinds)]

    made = old.create_many(rows)

    found = [read(old, job) for job in made]
    assert [job["name"] for job in found] == [f"n{n}" for n in range(30)]
    assert [job["workflow_type"] for job in found] == kinds
    assert old.create_many([]) == []
    assert old.count_by_type(org) == {"eligibility": 10, "claim_status": 10, "prior_auth": 10}


def test_the_next_job_is_claimed_once(old: OldJobs, org: int, place: Place) -> None:
    first = make(old, org)
    urgent = make(old, org, priority=9)
    make(old, org, "prior_auth", priority=99)
    old.set_status(make(old, org, priority=99), "finished")

    claimed = [old.claim(org, "claim_status", "w1") for _ in range(3)]

    assert claimed == [urgent, first, None]
    assert (read(old, first)["status"], read(old, first)["claimed_by"]) == ("running", "w1")


def test_two_workers_never_claim_the_same_job(old: OldJobs, org: int, place: Place) -> None:
    old.create_many([{"org_id": org, "name": "x", "workflow_type": "prior_auth"}] * 20)
    claimed: list[UUID | None] = []

    def work() -> None:
        while (job := old.claim(org, "prior_auth", "w")) is not None:
            claimed.append(job)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20


def test_how_far_a_job_is_is_said(old: OldJobs, org: int, place: Place) -> None:
    job = make(old, org)
    old.set_status(job, "failed", "timeout")
    assert (read(old, job)["status"], read(old, job)["error"]) == ("failed", "timeout")
    assert read(old, job)["finished_at"] is not None
    old.set_status(job, "queued")
    assert (read(old, job)["error"], read(old, job)["finished_at"]) == (None, None)


def test_a_job_changes_its_type_and_its_traces_say_what_it_was(old: OldJobs, org: int, place: Place) -> None:
    job = make(old, org, "eligibility")
    before = read(old, job)
    first = old.add_trace(job, "sent", {"k": [1, None]})
    old.set_type(job, "prior_auth")
    second = old.add_trace(job, "answered")

    after = read(old, job)

    assert after["workflow_type"] == "prior_auth"
    assert after["updated_at"] > before["updated_at"]
    assert [
        (each["id"], each["workflow_type"], each["event"], each["detail"]) for each in after["traces"]
    ] == [
        (first, "eligibility", "sent", {"k": [1, None]}),
        (second, "prior_auth", "answered", None),
    ]
    assert [each["id"] for each in old.list_by_type(org, "prior_auth")] == [job]
    assert old.list_by_type(org, "eligibility") == []


def test_saving_writes_every_column_and_changes_what_is_named(old: OldJobs, org: int, place: Place) -> None:
    job = make(old, org, "prior_auth", payload={"k": 1.5})
    before = read(old, job)
    old.save(job, name="y", priority=4)
    after = read(old, job)
    assert {column for column in after if after[column] != before[column]} == {
        "name",
        "priority",
        "updated_at",
    }
    with pytest.raises(TypeError, match="has no column colour, size"):
        old.save(job, size=1, colour=2, name="y")


def test_the_newest_of_a_type_come_first(old: OldJobs, org: int, place: Place) -> None:
    made = [make(old, org, ("claim_status", "prior_auth")[number % 2]) for number in range(6)]
    assert [job["id"] for job in old.list_by_type(org, "prior_auth", limit=2)] == [made[5], made[3]]


def test_deleting_a_job_takes_its_traces_and_no_others(old: OldJobs, org: int, place: Place) -> None:
    first, second = make(old, org), make(old, org)
    for job in (first, second):
        old.add_trace(job, "sent")
    old.delete(first)
    assert old.get(first) is None
    assert len(read(old, second)["traces"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda old, job: old.set_type(job, "prior_auth"),
        lambda old, job: old.set_status(job, "running"),
        lambda old, job: old.save(job, name="x"),
        lambda old, job: old.add_trace(job, "sent"),
        lambda old, job: old.delete(job),
    ],
    ids=["set_type", "set_status", "save", "add_trace", "delete"],
)
def test_changing_one_that_is_not_there_is_an_error(
    old: OldJobs, place: Place, change: Callable[[OldJobs, UUID], None]
) -> None:
    nobody = uuid4()
    with pytest.raises(LookupError, match=f"no batch job has the id {nobody}"):
        change(old, nobody)
    assert old.get(nobody) is None


def test_the_jobs_that_were_there_are_still_there(old: OldJobs, place: Place, engine: Engine) -> None:
    kinds: dict[str, int] = {}
    for org in range(1, 4):
        for kind, jobs in old.count_by_type(org).items():
            kinds[kind] = kinds.get(kind, 0) + jobs
    assert sum(kinds.values()) == 60
    assert kinds.keys() == {"eligibility", "claim_status", "prior_auth"}
