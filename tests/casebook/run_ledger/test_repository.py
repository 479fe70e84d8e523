"""The new application on its own tables, and beside those of the old one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from crossfade import legacy_uuid
from crossfade.casebook.run_ledger.models import DURATION, Base, duration
from crossfade.casebook.run_ledger.repository import RunRepository
from crossfade.casebook.run_ledger.schemas import (
    Binding,
    Endpoint,
    Event,
    Retry,
    Run,
    RunCreate,
    RunStep,
    Screenshot,
    StepCreate,
)
from tests.casebook.run_ledger.places import LEGACY_KEYS, workflow

pytestmark = pytest.mark.one_server

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
Place = tuple[UUID, UUID]


@pytest.fixture
def runs(place: Engine) -> RunRepository:
    return RunRepository(place)


@pytest.fixture
def flow(place: Engine) -> Place:
    return workflow(place)


@pytest.fixture
def statements(place: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def saw(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(place, "before_cursor_execute", saw)
    yield seen
    event.remove(place, "before_cursor_execute", saw)


def make(runs: RunRepository, flow: Place, *steps: StepCreate, **given: Any) -> UUID:
    wanted = {"workflow_id": flow[0], "org_id": flow[1], "channel": "web", "steps": list(steps), **given}
    return runs.create(RunCreate(**wanted))


def read(runs: RunRepository, run: UUID) -> Run:
    found = runs.get(run)
    assert found is not None
    return found


def step_of(runs: RunRepository, run: UUID) -> RunStep:
    (step,) = read(runs, run).steps
    return step


def test_its_models_are_those_of_the_schema(place: Engine) -> None:
    inspector = inspect(place)
    for table in Base.metadata.tables.values():
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in table.columns:
            found = columns[column.name]
            assert column.type.compile(place.dialect) == found["type"].compile(place.dialect)
            assert column.nullable == found["nullable"], (table.name, column.name)


def test_a_whole_execution_is_read_in_one_query(
    runs: RunRepository, flow: Place, statements: list[str]
) -> None:
    steps = [StepCreate(step_number=n, events=[Event(kind=f"k{n}")]) for n in (3, 1, 2)]
    run = make(runs, flow, *steps, context={"a": None}, endpoints_used=[Endpoint(method="GET", url="u")])
    statements.clear()

    found = read(runs, run)

    assert len(statements) == 1
    assert [step.step_number for step in found.steps] == [1, 2, 3]
    assert [each.kind for step in found.steps for each in step.events] == ["k1", "k2", "k3"]
    assert (found.context, found.endpoints_used[0].url) == ({"a": None}, "u")
    assert Run.model_validate_json(found.model_dump_json()) == found
    statements.clear()
    assert runs.get(uuid4()) is None
    assert len(statements) == 1


def test_a_run_is_stored_as_given_and_elements_as_postgresql_would_write_them(
    place: Engine, runs: RunRepository, flow: Place
) -> None:
    step = StepCreate(
        step_number=1,
        events=[Event(kind="a", payload=None, occurred_at=NOON), Event(kind="b", occurred_at=NOON)],
        screenshots=[Screenshot(url="u", thumbnail=b"\x0a\xff", taken_at=NOON.replace(microsecond=500_000))],
        bindings=[Binding(name="n", source="s", value=[1])],
        retries=[Retry(attempt=1, retried_at=NOON)],
    )
    call = Endpoint(method="GET", url="u", latency_ms=1.5, called_at=NOON)
    run = make(runs, flow, step, endpoints_used=[call])
    query = (
        "SELECT s.*, r.endpoints_used FROM user_workflow_run_step s JOIN user_workflow_run r USING (run_id)"
    )
    with place.connect() as connection:
        row = connection.execute(text(f"{query} WHERE run_id = :run"), {"run": run}).mappings().one()
    noon = "2024-05-01T12:00:00+00:00"
    assert row["events"] == [
        {"kind": "a", "message": None, "payload": None, "occurred_at": noon},
        {"kind": "b", "message": None, "occurred_at": noon},
    ]
    shot = {"url": "u", "width": None, "height": None, "thumbnail": "\\x0aff"}
    assert row["screenshots"] == [shot | {"taken_at": "2024-05-01T12:00:00.5+00:00"}]
    assert row["metadata"] == {
        "bindings": [{"name": "n", "source": "s", "value": [1]}],
        "retries": [{"attempt": 1, "reason": None, "retried_at": noon}],
    }
    stored = {"method": "GET", "url": "u", "status_code": None, "latency_ms": 1.5, "called_at": noon}
    assert (row["endpoints_used"], row["retry_count"]) == ([stored], 1)


@pytest.mark.parametrize(
    ("took", "expected"),
    [
        (timedelta(), 0),
        (timedelta(microseconds=1999), 1),
        (timedelta(hours=3, microseconds=999), 10_800_000),
        (timedelta(days=40), None),
        (timedelta(seconds=-1), None),
        (None, None),
    ],
)
def test_a_duration_is_in_whole_milliseconds_as_the_evolution_counts_it(
    place: Engine, took: timedelta | None, expected: int | None
) -> None:
    moments = "CAST(:began AS timestamptz) AS started_at, CAST(:ended AS timestamptz) AS ended_at"
    formula = f"SELECT {DURATION} FROM (SELECT {moments}) AS given"
    ended = None if took is None else NOON + took
    assert duration(NOON, ended) == expected
    with place.connect() as connection:
        assert connection.scalar(text(formula), {"began": NOON, "ended": ended}) == expected


def test_a_run_goes_its_way(runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow)
    began = runs.set_status(run, "running")
    runs.set_status(run, "running")
    ended = runs.finish(run, "failed", "timeout", {"code": 7})
    runs.annotate(run, "ext-7", {"model": "x"})

    found = read(runs, run)

    assert (found.status, found.started_at, found.ended_at) == ("failed", began, ended)
    assert found.duration_ms == (ended - began) // timedelta(milliseconds=1)
    assert (found.error_message, found.error_details) == ("timeout", {"code": 7})
    assert (found.external_id, found.config_snapshot) == ("ext-7", {"model": "x"})
    assert found.updated_at > found.created_at
    assert runs.count_by_status(flow[1]) == {"failed": 1}
    assert [each.run_id for each in runs.recent(flow[1])] == [run]


def test_context_is_set_key_by_key(runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow, context={"a": 1, "b": [None]})
    runs.set_context(run, {"a": {"x": None}, "ключ": None})
    runs.drop_context(run, "b")
    assert read(runs, run).context == {"a": {"x": None}, "ключ": None}


def test_what_belongs_to_a_step_is_appended(runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow)
    step = runs.add_step(run, StepCreate(step_number=1))
    sent = Event(kind="heard", payload=None)
    assert runs.append_event(step, sent) == sent
    assert runs.add_screenshot(step, Screenshot(url="u", thumbnail=b"")).thumbnail == b""
    assert runs.bind(step, Binding(name="n", source="s")).stored() == {"name": "n", "source": "s"}
    assert [runs.retry(step, "again").attempt, runs.retry(step).attempt] == [1, 2]
    assert runs.call_endpoint(run, Endpoint(method="GET", url="u")).url == "u"
    runs.note(step, "seen by", ["Ünal"])
    runs.save_step(step, status="completed", started_at=NOON, ended_at=NOON + timedelta(seconds=2))

    shown = step_of(runs, run)

    assert [each.stored() for each in shown.events] == [sent.stored()]
    assert [each.reason for each in shown.metadata.retries] == ["again", None]
    assert (shown.retry_count, shown.duration_ms, shown.status) == (2, 2000, "completed")
    assert shown.metadata.model_extra == {"seen by": ["Ünal"]}
    assert len(read(runs, run).endpoints_used) == 1


def test_events_are_edited_removed_and_reordered(runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow, StepCreate(step_number=1, events=[Event(kind=kind) for kind in "abcd"]))
    step = step_of(runs, run).step_id
    runs.edit_event(step, 1, kind="B", payload={"x": None})
    runs.remove_event(step, 0)
    runs.reorder_events(step, [2, 0, 1])
    assert [each.kind for each in step_of(runs, run).events] == ["d", "B", "c"]
    assert step_of(runs, run).events[1].payload == {"x": None}
    with pytest.raises(ValueError, match="has 3 events; their order was to be"):
        runs.reorder_events(step, [0, 0, 1])
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        runs.edit_event(step, 0, colour="red")


def test_concurrent_appends_and_edits_lose_nothing(runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow, StepCreate(step_number=1, events=[Event(kind="first")]))
    step = step_of(runs, run).step_id

    def work(worker: int) -> None:
        for number in range(5):
            runs.append_event(step, Event(kind=f"{worker}.{number}"))
            runs.edit_event(step, 0, message=f"{worker}")

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = [each.kind for each in step_of(runs, run).events]
    assert kinds[0] == "first"
    assert sorted(kinds[1:]) == sorted(f"{worker}.{number}" for worker in range(4) for number in range(5))


def test_a_run_is_deleted_with_its_steps(place: Engine, runs: RunRepository, flow: Place) -> None:
    run = make(runs, flow, StepCreate(step_number=1))
    step = step_of(runs, run).step_id
    runs.delete(run)
    assert runs.get(run) is None
    with place.connect() as connection:
        left = text("SELECT count(*) FROM user_workflow_run_step WHERE step_id = :step")
        assert connection.scalar(left, {"step": step}) == 0


def test_the_old_id_finds_its_run(
    place: Engine, runs: RunRepository, flow: Place, statements: list[str]
) -> None:
    own, born_old = make(runs, flow, StepCreate(step_number=1)), legacy_uuid("workflow_trace", 42)
    other = make(runs, flow)
    name = text("UPDATE user_workflow_run SET run_id = :key, legacy_trace_id = 42 WHERE run_id = :run")
    number = text("UPDATE user_workflow_run SET legacy_trace_id = 4711 WHERE run_id = :run")
    with place.begin() as connection:
        connection.execute(name, {"key": born_old, "run": other})
        connection.execute(number, {"run": own})
    found: dict[bool, list[UUID | None]] = {}
    for kept in (True, False):
        statements.clear()
        shown = [runs.by_legacy_id(trace_id) for trace_id in (42, 4711, 4712)]
        assert len(statements) == 3
        found[kept] = [each.run_id if each else None for each in shown]
        with place.begin() as connection:
            drop = "ALTER TABLE user_workflow_run DROP legacy_trace_id"
            connection.execute(text(drop if kept else LEGACY_KEYS[0]))
    assert found == {True: [born_old, own, None], False: [born_old, None, None]}


def test_the_column_may_go_while_a_connection_has_prepared_its_question(place: Engine) -> None:
    engine = create_engine(place.url, pool_size=1)
    runs = RunRepository(engine)
    for _ in range(8):  # psycopg prepares what is asked for the sixth time
        assert runs.by_legacy_id(99) is None
    for statement in ("ALTER TABLE user_workflow_run DROP legacy_trace_id", LEGACY_KEYS[0]):
        with place.begin() as connection:
            connection.execute(text(statement))
        assert runs.by_legacy_id(99) is None
    engine.dispose()


@pytest.mark.parametrize("channel", ["fax", "", None])
def test_a_channel_that_there_is_not_is_refused(runs: RunRepository, flow: Place, channel: str) -> None:
    with pytest.raises(ValueError, match="channel"):
        make(runs, flow, channel=channel)


def test_a_run_of_no_workflow_is_refused(runs: RunRepository, flow: Place) -> None:
    with pytest.raises(IntegrityError):
        make(runs, (uuid4(), flow[1]))


@pytest.mark.parametrize(
    ("change", "given"),
    [
        ("set_status", ("running",)),
        ("finish", ("failed",)),
        ("annotate", ("x",)),
        ("set_context", ({"a": 1},)),
        ("call_endpoint", (Endpoint(method="GET", url="u"),)),
        ("add_step", (StepCreate(step_number=1),)),
        ("delete", ()),
        ("append_event", (Event(kind="x"),)),
        ("bind", (Binding(name="n", source="s"),)),
        ("retry", ()),
        ("save_step", ()),
        ("remove_event", (0,)),
        ("note", ("a", 1)),
    ],
)
def test_changing_what_is_not_there_is_an_error(
    runs: RunRepository, change: str, given: tuple[Any, ...]
) -> None:
    with pytest.raises(LookupError, match=r"no (run|step) has the id"):
        getattr(runs, change)(uuid4(), *given)
