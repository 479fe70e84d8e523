"""The old application on the schema for which it was written."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.run_ledger.old_app import OldRuns
from crossfade.casebook.run_ledger.old_tables import OF_STEP, TABLES
from tests.casebook.run_ledger.places import ROWS, legacy, workflow

pytestmark = pytest.mark.one_server

Place = tuple[UUID, UUID]


@pytest.fixture
def old(place: Engine) -> OldRuns:
    return OldRuns(place)


@pytest.fixture
def flow(place: Engine) -> Place:
    return workflow(place)


def read(old: OldRuns, trace: int) -> dict[str, Any]:
    found = old.get(trace)
    assert found is not None
    return found


def make(old: OldRuns, flow: Place, *steps: dict[str, Any], **given: Any) -> tuple[int, list[int]]:
    workflow_id, org_id = flow
    return old.create(workflow_id=workflow_id, org_id=org_id, channel="web", steps=steps, **given)


def test_its_tables_are_those_of_the_schema(place: Engine) -> None:
    inspector = inspect(place)
    for table in TABLES:
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert list(columns) == list(table.columns.keys())
        for column in table.columns:
            found = columns[column.name]
            assert column.type.compile(place.dialect) == found["type"].compile(place.dialect)
            assert (column.name, column.nullable) == (column.name, found["nullable"])
        keys = {key["constrained_columns"][0] for key in inspector.get_foreign_keys(table.name)}
        indexed = {index["column_names"][0] for index in inspector.get_indexes(table.name)}
        assert keys == {column.name for column in table.columns if column.foreign_keys}
        assert keys <= indexed | {"trace_id"}, table.name


def test_an_execution_is_stored_as_given(old: OldRuns, flow: Place) -> None:
    step = {"step_number": 1, "status": "done", "input_data": {"a": [1, None]}}
    step |= {
        "events": [{"kind": "asked", "payload": None}, {"kind": "heard 🩺", "message": "O'Neill \\ %(x)s"}],
        "screenshots": [{"url": "u", "thumbnail": b"\x0a\xff", "width": 3}],
        "bindings": [{"name": "n", "source": "s", "value": [1.5]}],
        "retries": [{"attempt": 1}],
    }
    trace, (first, second) = make(
        old,
        flow,
        step,
        {"step_number": 2},
        context={"patient": None, "ключ": {"a": 1}},
        endpoints=[{"method": "GET", "url": "u", "latency_ms": 1.5}],
    )

    found = read(old, trace)

    assert (found["status"], found["channel"], found["started_at"]) == ("queued", "web", None)
    assert found["context"] == {"patient": None, "ключ": {"a": 1}}
    assert [(call["url"], str(call["latency_ms"])) for call in found["endpoints"]] == [("u", "1.500")]
    assert [each["id"] for each in found["steps"]] == [first, second]
    shown = found["steps"][0]
    assert (shown["status"], shown["input_data"]) == ("done", {"a": [1, None]})
    assert [(event["kind"], event["message"]) for event in shown["events"]] == [
        ("asked", None),
        ("heard 🩺", "O'Neill \\ %(x)s"),
    ]
    assert shown["screenshots"][0]["thumbnail"] == b"\x0a\xff"
    assert shown["bindings"][0]["value"] == [1.5]
    assert all(found["steps"][1][name] == [] for name in OF_STEP)
    assert old.get(10**9) is None


def test_nothing_said_is_not_the_null_of_json(place: Engine, old: OldRuns, flow: Place) -> None:
    events = [{"kind": "a", "payload": None}, {"kind": "b"}]
    _, (step,) = make(old, flow, {"step_number": 1, "events": events})
    query = text("SELECT payload IS NULL FROM workflow_events WHERE step_id = :step ORDER BY id")
    with place.connect() as connection:
        assert connection.scalars(query, {"step": step}).all() == [False, True]


def test_all_or_nothing_is_made(old: OldRuns, flow: Place) -> None:
    before = old.count_by_status(flow[1])
    with pytest.raises(IntegrityError):
        make(old, flow, {"step_number": 1, "events": [{"kind": None}]})
    assert old.count_by_status(flow[1]) == before


def test_a_trace_goes_its_way(old: OldRuns, flow: Place) -> None:
    trace, _ = make(old, flow)
    began = old.set_status(trace, "running")
    old.set_status(trace, "running")
    ended = old.finish(trace, "failed", "timeout", {"code": 7})

    found = read(old, trace)

    assert (found["status"], found["started_at"], found["ended_at"]) == ("failed", began, ended)
    assert (found["error_message"], found["error_details"]) == ("timeout", {"code": 7})
    assert found["updated_at"] > found["created_at"]
    assert old.count_by_status(flow[1]) == {"failed": 1}
    assert [each["id"] for each in old.recent(flow[1])] == [trace]


def test_what_belongs_to_it_is_added_and_taken_away(old: OldRuns, flow: Place) -> None:
    trace, _ = make(old, flow)
    step = old.add_step(trace, {"step_number": 1, "bindings": [{"name": "n", "source": "s"}]})
    first = old.add_event(step, kind="asked")
    early = old.add_event(step, kind="began", occurred_at="2020-01-01T00:00:00.5+00:00")
    old.add_screenshot(step, url="u")
    old.bind(step, name="m", source="s", value=None)
    tries = [old.add_retry(step, "again")["attempt"], old.add_retry(step)["attempt"]]
    old.call_endpoint(trace, method="GET", url="u")
    for value in (1, {"x": None}):
        old.set_context(trace, "queue", value)

    found = read(old, trace)

    (shown,) = found["steps"]
    assert [event["id"] for event in shown["events"]] == [early["id"], first["id"]]
    assert ([each["attempt"] for each in shown["retries"]], tries) == ([1, 2], [1, 2])
    assert [each["name"] for each in shown["bindings"]] == ["n", "m"]
    assert (found["context"], len(found["endpoints"])) == ({"queue": {"x": None}}, 1)
    old.delete_event(first["id"])
    assert [event["id"] for event in read(old, trace)["steps"][0]["events"]] == [early["id"]]


def test_a_step_moves_with_all_that_belongs_to_it(old: OldRuns, flow: Place) -> None:
    trace, (step,) = make(old, flow, {"step_number": 1, "events": [{"kind": "asked"}]})
    other, _ = make(old, flow)
    old.move_step(step, other, 7)
    assert read(old, trace)["steps"] == []
    (moved,) = read(old, other)["steps"]
    assert (moved["id"], moved["step_number"], len(moved["events"])) == (step, 7, 1)


def test_saving_writes_every_column_and_changes_what_is_named(old: OldRuns, flow: Place) -> None:
    trace, (step,) = make(old, flow, {"step_number": 1, "input_data": {"a": 1}})
    old.save(trace, channel="voice", created_by=uuid4())
    old.save_step(step, output_data={"b": None})
    found = read(old, trace)
    assert (found["channel"], found["created_by"] is None) == ("voice", False)
    assert (found["steps"][0]["input_data"], found["steps"][0]["output_data"]) == ({"a": 1}, {"b": None})
    with pytest.raises(TypeError, match="has no column colour, size"):
        old.save(trace, size=1, colour=2, channel="web")


def test_deleting_a_trace_takes_all_that_belongs_to_it(place: Engine, old: OldRuns, flow: Place) -> None:
    trace, (step,) = make(old, flow, {"step_number": 1, "events": [{"kind": "x"}]}, context={"a": 1})
    kept, _ = make(old, flow, {"step_number": 1, "events": [{"kind": "x"}]})
    old.delete(trace)
    assert old.get(trace) is None
    assert len(read(old, kept)["steps"][0]["events"]) == 1
    with place.connect() as connection:
        left = text("SELECT count(*) FROM workflow_events WHERE step_id = :step")
        assert connection.scalar(left, {"step": step}) == 0


@pytest.mark.parametrize(
    ("change", "given"),
    [
        ("set_status", ("running",)),
        ("finish", ("failed",)),
        ("save", ()),
        ("save_step", ()),
        ("move_step", (1, 1)),
        ("add_retry", ()),
        ("delete", ()),
        ("delete_event", ()),
    ],
)
def test_changing_what_is_not_there_is_an_error(old: OldRuns, change: str, given: tuple[Any, ...]) -> None:
    with pytest.raises(LookupError, match="has no row 1000000000"):
        getattr(old, change)(10**9, *given)


def test_what_was_there_is_read_whole(old: OldRuns) -> None:
    traces = [read(old, number) for number in range(1, ROWS + 1)]
    assert any(event["message"] for trace in traces for step in trace["steps"] for event in step["events"])
    for trace in traces:
        assert [step["step_number"] for step in trace["steps"]] == list(range(1, len(trace["steps"]) + 1))


def test_an_installation_without_endpoints_works(database: str) -> None:
    legacy(database, 5, endpoints=False)
    engine = create_engine(database)
    assert read(OldRuns(engine, endpoints=False), 1)["endpoints"] == []
    engine.dispose()
