"""The old application in every state in which its side is there; it never hears of the new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from crossfade.casebook.engines import Engines
from crossfade.casebook.recruitment.old_app import INTERVIEWS, NODES, PROCESSES, TODOS, OldRecruiting
from crossfade.casebook.words import Side
from tests.casebook.recruitment.states import Place, in_states

pytestmark = pytest.mark.parametrize(
    "place", in_states("legacy", "live", "rolled-back", "live-again", "reverted"), indirect=True
)

NAME = "O'Neill's \"quick\" \\ ملخص 🩺 100 % :sure %(x)s"
WHEN = datetime(2025, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
newcomers = count(1)


@pytest.fixture
def app(engines: Engines) -> OldRecruiting:
    return OldRecruiting(engines[Side.OLD])


@pytest.fixture
def user() -> int:
    return next(newcomers) % 40 + 1


def process(user: int, **more: Any) -> dict[str, Any]:
    return {"user_id": user, "company": "x", "job_title": "y", **more}


def interview(user: int, **more: Any) -> dict[str, Any]:
    return {"user_id": user, "title": "x", "mode": "video", **more}


def test_a_row_is_stored_as_given(app: OldRecruiting, user: int, place: Place) -> None:
    feedback = {"a": [1, None, NAME], "b": {}}
    given = interview(user, title=NAME, scheduled_at=WHEN, feedback=feedback, score=7)
    made = app.create(INTERVIEWS, **given)
    assert app.get(INTERVIEWS, made) == {**given, "id": made, "is_deleted": False, "deleted_at": None}
    todo = app.create(TODOS, user_id=user, title=NAME, is_done=True)
    found = app.get(TODOS, todo)
    assert found is not None
    assert (found["is_done"], found["priority"], found["due_at"]) == (True, 0, None)
    assert app.get(TODOS, 10**9) is None


def test_rows_are_inserted_together_in_order(app: OldRecruiting, user: int, place: Place) -> None:
    made = app.create_many(INTERVIEWS, [interview(user, title=f"{n}") for n in range(4)])
    assert made == sorted(made)
    titles = [(app.get(INTERVIEWS, each) or {})["title"] for each in made]
    assert titles == ["0", "1", "2", "3"]


def test_a_workflow_has_its_nodes(app: OldRecruiting, user: int, place: Place) -> None:
    made = app.create(PROCESSES, **process(user))
    late, early = (app.create(NODES, process_id=made, name=NAME, node_type="call", place=n) for n in (2, 1))
    gone = app.create(NODES, process_id=made, name="gone", node_type="call", place=3)
    app.soft_delete(NODES, gone)
    found = app.get(PROCESSES, made)
    assert found is not None
    assert [node["id"] for node in found["nodes"]] == [early, late]
    app.remove(PROCESSES, made)
    assert app.get(NODES, early) is None


def test_what_is_deleted_says_since_when_and_is_left_out_of_lists(
    app: OldRecruiting, user: int, place: Place
) -> None:
    made = app.create_many(TODOS, [{"user_id": user, "title": f"{n}"} for n in range(4)])
    at = app.soft_delete(TODOS, *made[:2])
    assert datetime.now(UTC) - at < timedelta(minutes=1)
    for each in made[:2]:
        found = app.get(TODOS, each)
        assert found is not None
        assert (found["is_deleted"], found["deleted_at"]) == (True, at)
    assert [row["id"] for row in app.listed(TODOS, user, 2)] == [made[3], made[2]]
    app.restore(TODOS, made[0])
    restored = app.get(TODOS, made[0])
    assert restored is not None
    assert (restored["is_deleted"], restored["deleted_at"]) == (False, None)


def test_a_row_is_edited(app: OldRecruiting, user: int, place: Place) -> None:
    made = app.create(PROCESSES, **process(user))
    app.edit(PROCESSES, made, company=NAME, notes=None, status="hired")
    found = app.get(PROCESSES, made)
    assert found is not None
    assert (found["company"], found["notes"], found["status"]) == (NAME, None, "hired")
    app.edit(PROCESSES, made, status="hired")  # nothing changes, and it is there


def test_what_is_not_there_can_not_be_written(app: OldRecruiting, user: int, place: Place) -> None:
    made = app.create(PROCESSES, **process(user))
    with pytest.raises(LookupError, match="0 of 1 rows"):
        app.restore(PROCESSES, made)
    app.soft_delete(PROCESSES, made)
    other = app.create(PROCESSES, **process(user))
    with pytest.raises(LookupError, match="1 of 2 rows"):
        app.soft_delete(PROCESSES, made, other)
    assert (app.get(PROCESSES, other) or {})["is_deleted"] is False, "it was all or nothing"
    with pytest.raises(LookupError):
        app.edit(PROCESSES, made, status="closed")
    app.remove(PROCESSES, made)
    with pytest.raises(LookupError):
        app.remove(PROCESSES, made)
    with pytest.raises(TypeError, match="interviews has no column workflow_id"):
        app.create(INTERVIEWS, **interview(user, workflow_id=1))
