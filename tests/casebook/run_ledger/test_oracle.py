"""The oracle of run_ledger against what CASES.md says, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from crossfade.casebook.run_ledger import views
from crossfade.casebook.run_ledger.elements import Elements
from crossfade.casebook.run_ledger.oracle import Ledger
from crossfade.casebook.words import Moment, Side

RUN, OTHER, STEP = UUID(int=1), UUID(int=2), UUID(int=9)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
GIVEN = {"workflow_id": UUID(int=3), "org_id": UUID(int=4), "channel": "web", "created_at": NOON}
TRACE = {**dict.fromkeys(views.RUN), **GIVEN, "id": 1, "status": "queued"}
BARE = {**dict.fromkeys(views.STEP), "id": 7, "status": "done", "step_number": 1, "created_at": NOON}
EMPTY: dict[str, Any] = {part: [] for part in views.OF_STEP}


def event(id: int, minutes: int = 0, **fields: Any) -> dict[str, Any]:
    at = views.element("events", {"occurred_at": NOON + timedelta(minutes=minutes)})
    return {"id": id, "kind": "x", "message": None, **at, **fields}


def old(**step: Any) -> dict[str, Any]:
    shown = {**BARE, **EMPTY, **step}
    return views.of_old({**TRACE, "context": {}, "endpoints": [], "steps": [shown]})


def new(**step: Any) -> dict[str, Any]:
    plain = {**dict.fromkeys(views.STEP), "step_number": 1, "status": "completed", "created_at": NOON}
    plain |= {"step_id": STEP, "duration_ms": None, "retry_count": 0, "events": [], "screenshots": []}
    plain |= {"metadata": {"bindings": [], "retries": []}}
    run = {**dict.fromkeys(views.RUN), **GIVEN, "status": "pending", "context": {}, "endpoints_used": []}
    run |= {"duration_ms": None, "external_id": None, "config_snapshot": None}
    return views.of_new(run, [plain | step])


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    view = old()
    ledger.born(Side.OLD, RUN, 1, view)
    ledger.step_born(Side.OLD, RUN, STEP, 7, view["steps"][7])
    return ledger


def right(ledger: Ledger, **views: dict[str, Any]) -> bool:
    return all(ledger.rows[RUN].wrong(view, Side(side)) is None for side, view in views.items())


def events(ledger: Ledger) -> Elements:
    return ledger.rows[RUN].steps[STEP].parts["events"]


def test_statuses_are_those_of_the_case() -> None:
    assert set(views.STATUSES.values()) == {
        "pending", "running", "completed", "failed", "cancelled", "timeout",
    }  # fmt: skip
    assert set(views.STEP_STATUSES.values()) == {"pending", "running", "completed", "failed", "skipped"}


def test_a_trace_and_its_run_are_the_same(ledger: Ledger) -> None:
    assert right(ledger, old=old(), new=new())
    ledger.rows[RUN].common["status"] = "timeout"
    assert not right(ledger, old=old())
    assert not right(ledger, new=new())


def test_the_old_words_are_told_in_the_new_ones() -> None:
    shot = {
        "id": 1,
        "step_id": 7,
        "url": "u",
        "width": None,
        "height": 2,
        "thumbnail": b"\x0a",
        "taken_at": NOON,
    }
    assert views.element("screenshots", shot) == {
        "id": 1,
        "url": "u",
        "width": None,
        "height": 2,
        "thumbnail": "\\x0a",
        "taken_at": "2024-05-01T12:00:00+00:00",
    }
    assert views.element("endpoints", {"latency_ms": Decimal("12.500")}) == {"latency_ms": 12.5}


def test_a_run_that_is_gone_or_has_other_steps_is_wrong(ledger: Ledger) -> None:
    run = ledger.rows[RUN]
    assert run.wrong(None, Side.NEW) == ({"run": "exists"}, {"run": "is gone"})
    del run.steps[STEP]
    wrong = run.wrong(old(), Side.OLD)
    assert wrong == ({"steps": []}, {"steps": ["7"]})


def test_a_duration_and_a_count_follow_from_the_rest(ledger: Ledger) -> None:
    step = ledger.rows[RUN].steps[STEP]
    step.common |= {"started_at": NOON, "ended_at": NOON + timedelta(microseconds=1999)}
    step.parts["retries"].added(
        Side.NEW, {"attempt": 1, "reason": None, "retried_at": "2024-05-01T12:00:00+00:00"}
    )
    retries = [{"id": 5, "attempt": 1, "reason": None, "retried_at": "2024-05-01T12:00:00+00:00"}]
    shown = {"started_at": NOON, "ended_at": NOON + timedelta(microseconds=1999), "duration_ms": 1}
    shown |= {"retry_count": 1, "metadata": {"bindings": [], "retries": retries}}
    assert right(ledger, new=new(**shown))
    assert not right(ledger, new=new(**shown | {"duration_ms": 2}))
    assert not right(ledger, new=new(**shown | {"retry_count": 0}))


def test_what_the_old_application_adds_comes_into_its_place(ledger: Ledger) -> None:
    for number, minutes in ((1, 5), (2, 1), (3, 5)):
        events(ledger).added(Side.OLD, event(number, minutes))
    assert [each["id"] for each in events(ledger).items] == [2, 1, 3]
    assert not events(ledger).arranged


def test_but_at_the_end_where_the_new_one_has_another_order(ledger: Ledger) -> None:
    for number in (1, 2):
        events(ledger).added(Side.OLD, event(number, number))
    events(ledger).arrange([1, 0])
    events(ledger).added(Side.OLD, event(3, 0))
    events(ledger).added(Side.NEW, event(4, -9))
    assert [each["id"] for each in events(ledger).items] == [2, 1, 3, 4]
    assert [each["id"] for each in events(ledger).rows()] == [4, 3, 1, 2]
    assert events(ledger).arranged


def test_an_id_is_that_of_the_first_read(ledger: Ledger) -> None:
    unnumbered = {name: value for name, value in event(0).items() if name != "id"}
    events(ledger).added(Side.NEW, dict(unnumbered))
    assert right(ledger, new=new(events=[unnumbered])), "there may be no old side"
    row = event(8, step_id=7, payload=None, occurred_at=NOON)
    assert right(ledger, old=old(events=[row]))
    assert right(ledger, new=new(events=[event(8)]))
    assert not right(ledger, new=new(events=[event(9)]))
    assert not right(ledger, new=new(events=[]))
    assert not right(ledger, new=new(events=[event(8), event(8)]))


def test_nothing_said_is_not_the_null_of_json(ledger: Ledger) -> None:
    events(ledger).added(Side.OLD, event(1))
    events(ledger).added(Side.OLD, event(2, payload=None))
    assert right(ledger, new=new(events=[event(1), event(2, payload=None)]))
    assert not right(ledger, new=new(events=[event(1, payload=None), event(2, payload=None)]))
    assert not right(ledger, new=new(events=[event(1), event(2)]))


def test_what_only_the_new_side_knows_survives_a_rollback(ledger: Ledger) -> None:
    ledger.rows[RUN].only_new = {"external_id": "x", "config_snapshot": {"a": 1}}
    ledger.rows[RUN].steps[STEP].notes["seen"] = True
    for command in ("rollback", "start"):
        ledger.witness(Moment(command, ended=True))
    assert right(ledger, old=old())
    assert not right(ledger, new=new())


def test_a_step_moves_and_what_is_deleted_stays_so(ledger: Ledger) -> None:
    ledger.born(Side.OLD, OTHER, 2, GIVEN)
    ledger.moved(STEP, RUN, OTHER, 4)
    assert (list(ledger.rows[RUN].steps), ledger.rows[OTHER].steps[STEP].common["step_number"]) == ([], 4)
    ledger.delete(RUN)
    assert (ledger.deleted, list(ledger.rows)) == ({RUN}, [OTHER])
