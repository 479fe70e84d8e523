"""The new application in every state in which its side is there."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crossfade.casebook.task_types.models import Base, BatchJob, TaskType
from crossfade.casebook.task_types.queries import jobs_by_task, jobs_per_action, jobs_per_domain
from crossfade.casebook.task_types.schemas import BatchJobCreate, TaskTypeBase
from crossfade.casebook.task_types.service import BatchJobService, TaskTypeService
from tests.casebook.task_types.states import NEW, ROWS, Place, in_states

pytestmark = pytest.mark.parametrize("place", in_states(*NEW), indirect=True)

LEGACY = {("eligibility", "check_legacy"), ("claim", "status_check_legacy"), ("prior_auth", "check_legacy")}
numbers = count(5_000_000)


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    engine = place.engine(new=True)
    yield engine
    engine.dispose()


@pytest.fixture
def service(engine: Engine) -> BatchJobService:
    return BatchJobService(engine)


@pytest.fixture
def tasks(engine: Engine) -> TaskTypeService:
    return TaskTypeService(engine)


@pytest.fixture
def org() -> int:
    return next(numbers)


def named(tasks: TaskTypeService, domain: str, action: str) -> UUID:
    found = tasks.find(domain, action)
    assert found is not None
    return found.id


def job(org: int, task_type: UUID, **given: Any) -> BatchJobCreate:
    return BatchJobCreate(**{"org_id": org, "name": "x", "task_type_id": task_type, **given})


def test_its_models_are_those_of_the_schema(engine: Engine, place: Place) -> None:
    shown = engine if place.kind == "postgresql" else place.engine()  # a view there has texts for JSON
    with shown.connect() as connection:
        inspector = inspect(connection)
        for table in Base.metadata.tables.values():
            columns = {column["name"]: column for column in inspector.get_columns(table.name)}
            for column in table.columns:
                found = columns[column.name]
                assert place.is_of(column, found["type"], engine.dialect)


def test_the_reference_is_a_foreign_key_with_an_index(place: Place) -> None:
    engine = place.engine()
    inspector = inspect(engine)
    (key,) = inspector.get_foreign_keys("batch_job")
    assert (key["constrained_columns"], key["referred_table"]) == (["task_type_id"], "task_type")
    assert ["task_type_id"] in [index["column_names"] for index in inspector.get_indexes("batch_job")]
    columns = {column["name"]: column for column in inspector.get_columns("batch_job")}
    assert columns["task_type_id"]["nullable"] is False
    engine.dispose()


def test_the_legacy_task_types_are_there_once_beside_those_that_were(
    tasks: TaskTypeService, place: Place
) -> None:
    every = tasks.all()
    names = [(each.domain, each.action) for each in every]
    assert len(names) == len(set(names))
    assert set(names) >= LEGACY | {("claim", "submit"), ("pharmacy", "refill")}
    already = tasks.find("claim", "status_check_legacy")
    assert already is not None
    assert already.display_name == "Claim status check", "the row that was there is the one that is used"


def test_every_job_that_was_there_has_its_task_type(service: BatchJobService, place: Place) -> None:
    found: dict[tuple[str, str], int] = {}
    for org in range(1, 4):
        for task, jobs in service.count_by_action(org_id=org).items():
            found[task] = found.get(task, 0) + jobs
    assert found.keys() == LEGACY
    assert sum(found.values()) == ROWS


@pytest.mark.parametrize("name", ["simple", "O'Neill's \"quick\" \\ ملخص 🩺 100 % :sure %(x)s"])
def test_a_job_is_stored_as_given_and_shown_with_its_task_type(
    service: BatchJobService, tasks: TaskTypeService, org: int, name: str, place: Place
) -> None:
    submit = named(tasks, "claim", "submit")
    made = service.create(job(org, submit, name=name, priority=3, payload={"a": [1, None, name]}))

    found = service.get(made)

    assert found is not None
    assert found.task_type == tasks.find("claim", "submit")
    assert (found.org_id, found.name, found.status, found.priority) == (org, name, "queued", 3)
    assert (found.payload, found.error, found.claimed_by) == ({"a": [1, None, name]}, None, None)
    assert found.created_at == found.updated_at
    assert found.traces == []
    assert service.get(uuid4()) is None


def test_a_job_of_no_task_type_is_refused(service: BatchJobService, org: int, place: Place) -> None:
    with pytest.raises(IntegrityError):
        service.create(job(org, uuid4()))


def test_an_appeal_is_registered_with_its_first_use(
    service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    action = f"appeal {org}"
    appeal = TaskTypeBase(domain="claim", action=action, display_name="Appeal")
    assert tasks.find("claim", action) is None

    task_type, first = service.create_as(appeal, org_id=org, name="denied in May")
    again, second = service.create_as(appeal, org_id=org, name="denied in June")

    assert again == task_type == named(tasks, "claim", action) == tasks.register(appeal)
    assert [each.id for each in service.list_by_task(org, "claim", action)] == [second, first]
    assert [each.id for each in service.list_by_task(org, "claim")] == [second, first]
    assert service.list_by_task(org, "prior_auth") == []


def test_what_fails_registers_nothing(
    service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    task_type = TaskTypeBase(domain="claim", action=f"appeal {org}")
    with pytest.raises(ValueError, match="validation error"):
        service.create_as(task_type, org_id=org, name="")
    assert tasks.find("claim", f"appeal {org}") is None


def test_jobs_are_found_and_counted_by_domain_and_by_action(
    engine: Engine, service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    submit, check = named(tasks, "claim", "submit"), named(tasks, "claim", "status_check_legacy")
    ask = named(tasks, "prior_auth", "submit")
    made = service.create_many([job(org, task, name=str(task)) for task in (submit, submit, check, ask)])
    service.set_status(made[0], "failed", "timeout")

    assert service.count_by_domain(org) == {"claim": 3, "prior_auth": 1}
    assert service.count_by_action(org_id=org) == {
        ("claim", "submit"): 2,
        ("claim", "status_check_legacy"): 1,
        ("prior_auth", "submit"): 1,
    }
    assert service.count_by_action("prior_auth", org) == {("prior_auth", "submit"): 1}
    with Session(engine) as session:
        # As a reader of the new application writes it by hand.
        appeals = session.query(BatchJob).join(BatchJob.task_type)
        wanted = appeals.filter(
            TaskType.domain == "claim", TaskType.action == "submit", BatchJob.org_id == org
        )
        assert {each.id for each in wanted} == set(made[:2])
        assert {each.id for each in session.scalars(jobs_by_task("claim", "submit", org_id=org))} == {
            *made[:2]
        }
        assert session.execute(jobs_per_domain(org_id=org)).first() == ("claim", 3)
        assert session.execute(jobs_per_action(org_id=org)).first() == ("claim", "submit", 2, 1)
    assert service.create_many([]) == []


def test_the_next_job_of_a_domain_is_claimed_once(
    service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    submit, check = named(tasks, "claim", "submit"), named(tasks, "claim", "status_check_legacy")
    first = service.create(job(org, check))
    urgent = service.create(job(org, submit, priority=9))
    service.create(job(org, named(tasks, "prior_auth", "submit"), priority=99))

    assert [service.claim(org, "claim", "w1") for _ in range(3)] == [urgent, first, None]
    found = service.get(first)
    assert found is not None
    assert (found.status, found.claimed_by) == ("running", "w1")


def test_a_job_is_reclassified_and_traced(
    service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    made = service.create(job(org, named(tasks, "claim", "submit")))
    trace = service.add_trace(made, "sent", {"k": [1, None]})
    service.reclassify(made, named(tasks, "prior_auth", "submit"))
    service.set_status(made, "finished")

    found = service.get(made)

    assert found is not None
    assert found.task_type is not None
    assert (found.task_type.domain, found.task_type.action) == ("prior_auth", "submit")
    assert [(each.id, each.event, each.detail) for each in found.traces] == [
        (trace, "sent", {"k": [1, None]})
    ]
    assert found.finished_at is not None
    service.delete(made)
    assert service.get(made) is None


def test_a_task_type_is_renamed_moved_and_when_nobody_has_it_removed(
    service: BatchJobService, tasks: TaskTypeService, org: int, place: Place
) -> None:
    task = TaskTypeBase(domain="claim", action=f"appeal {org}")
    task_id, made = service.create_as(task, org_id=org, name="x")
    tasks.rename(task_id, "Appeal 🩺")
    tasks.move(task_id, "prior_auth")

    found = service.get(made)

    assert found is not None
    assert found.task_type is not None
    assert (found.task_type.domain, found.task_type.display_name) == ("prior_auth", "Appeal 🩺")
    with pytest.raises(IntegrityError):
        tasks.remove(task_id)
    service.delete(made)
    tasks.remove(task_id)
    assert tasks.find("prior_auth", task.action) is None


@pytest.mark.parametrize("change", ["reclassify", "set_status", "add_trace", "delete"])
def test_changing_a_job_that_is_not_there_is_an_error(
    service: BatchJobService, tasks: TaskTypeService, place: Place, change: str
) -> None:
    given = {"reclassify": (named(tasks, "claim", "submit"),), "set_status": ("x",), "add_trace": ("x",)}
    with pytest.raises(LookupError, match="no batch job has the id"):
        getattr(service, change)(uuid4(), *given.get(change, ()))


@pytest.mark.parametrize("change", ["rename", "move", "remove"])
def test_changing_a_task_type_that_is_not_there_is_an_error(
    tasks: TaskTypeService, place: Place, change: str
) -> None:
    with pytest.raises(LookupError, match="no task type has the id"):
        getattr(tasks, change)(uuid4(), *(() if change == "remove" else ("x",)))
