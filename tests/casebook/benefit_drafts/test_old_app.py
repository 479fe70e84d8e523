"""The old application, unchanged, in every state in which its side is there."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from crossfade.casebook.benefit_drafts.data import BIG_AT
from crossfade.casebook.benefit_drafts.old_app import COLUMNS, SUMMARY, NotInStatus, OldDrafts
from crossfade.casebook.words import Side
from tests.casebook.benefit_drafts.states import OLD, Place

pytestmark = pytest.mark.parametrize("place", OLD, indirect=True)

NAMES = ["Gold", "O'Neill's \"quick\" \\ plan", "خطة 🩺 100 % :sure %(x)s\n"]
authors = count(1)


@pytest.fixture
def old(place: Place) -> OldDrafts:
    return OldDrafts(place.engines[Side.OLD])


@pytest.fixture
def author() -> str:
    return f"author {next(authors)}"


def plan(name: str = "Gold") -> dict[str, Any]:
    return {"name": name, "meta": {"versionId": "1"}, "limits": [0.25, None, {"名": True}]}


def read(old: OldDrafts, made: UUID) -> dict[str, Any]:
    found = old.get(made)
    assert found is not None
    assert tuple(found) == COLUMNS
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_from_first_to_last(old: OldDrafts, author: str, name: str) -> None:
    made = old.create(plan(), author)
    assert read(old, made)["status"] == "draft"
    old.edit(made, plan(name), "editor")
    draft = read(old, made)
    assert (draft["plan_data"], draft["created_by"], draft["updated_by"]) == (plan(name), author, "editor")
    submission = old.submit(made, name)
    assert submission.startswith("SUB-")
    draft = old.get_by_submission(submission) or {}
    assert (draft["id"], draft["status"], draft["submitted_by"]) == (made, "submitted", name)
    assert draft["submitted_at"] == draft["updated_at"] > draft["created_at"]
    old.approve(made, "eve")
    draft = read(old, made)
    assert (draft["status"], draft["reviewed_by"], draft["updated_by"]) == ("approved", "eve", "eve")
    old.revise(made)
    assert read(old, made)["plan_data"]["meta"] == {"versionId": "2"}
    old.discard(made)
    assert old.get(made) is None


@pytest.mark.parametrize("reason", [None, "too dear"])
def test_a_rejection_has_a_reason_or_none(old: OldDrafts, author: str, reason: str | None) -> None:
    made = old.create(plan(), author)
    old.submit(made, author)
    old.reject(made, "eve", reason)
    draft = read(old, made)
    assert (draft["status"], draft["rejection_reason"]) == ("rejected", reason)


def test_the_view_shows_its_old_columns_and_no_others(old: OldDrafts, author: str) -> None:
    ids = [old.create(plan(name), author) for name in NAMES]
    old.submit(ids[0], author)
    rows = old.listed(author)
    assert [tuple(row) for row in rows] == [SUMMARY] * 3
    assert [(row["id"], row["plan_name"]) for row in rows] == [
        (ids[0], NAMES[0]), (ids[2], NAMES[2]), (ids[1], NAMES[1])
    ]  # fmt: skip
    assert [row["id"] for row in old.listed(author, "submitted")] == [ids[0]]
    assert len(old.listed(author, limit=2)) == 2
    assert old.count(author) == {"draft": 2, "submitted": 1}


def test_a_batch_is_submitted_by_the_arguments_names_whole_or_not_at_all(old: OldDrafts, author: str) -> None:
    ids = [old.create(plan(), author) for _ in range(3)]
    done = old.submit_many(ids[:2], author)
    assert done.keys() == set(ids[:2])
    assert [read(old, made)["submission_id"] for made in ids[:2]] == [done[made] for made in ids[:2]]
    with pytest.raises(NotInStatus, match="not there to be submitted"):
        old.submit_many(ids, author)
    assert read(old, ids[2])["status"] == "draft"


def test_what_does_not_fit_the_status_is_refused(old: OldDrafts, author: str) -> None:
    made, nobody = old.create(plan(), author), uuid4()
    for refused in (
        lambda: old.approve(made, "eve"),
        lambda: old.reject(made, "eve"),
        lambda: old.submit(nobody, "eve"),
        lambda: old.edit(nobody, plan(), "eve"),
        lambda: old.discard(nobody),
    ):
        with pytest.raises(NotInStatus):
            refused()
    old.submit(made, author)
    for refused in (lambda: old.submit(made, "eve"), lambda: old.edit(made, plan(), "eve")):
        with pytest.raises(NotInStatus):
            refused()
    assert read(old, made)["submitted_by"] == author


def test_the_rows_are_those_that_were_there(old: OldDrafts, place: Place) -> None:
    with place.engines[Side.OLD].connect() as connection:
        big = connection.exec_driver_sql(
            "SELECT id FROM benefit_plan_drafts ORDER BY length(plan_data::text) DESC LIMIT 1"
        ).scalar_one()
    assert BIG_AT < 60
    assert len(read(old, big)["plan_data"]["coverage"][0]["benefit"]) >= 100
