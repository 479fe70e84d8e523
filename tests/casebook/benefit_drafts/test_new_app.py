"""The new application on the evolved schema, in every state in which its side is there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, inspect

from crossfade.casebook.benefit_drafts.models import BenefitPlanDraft, SummaryRow
from crossfade.casebook.benefit_drafts.new_app import Declined, NewDrafts
from crossfade.casebook.benefit_drafts.old_app import OldDrafts
from crossfade.casebook.words import Side
from tests.casebook.benefit_drafts.states import NEW, Place

pytestmark = pytest.mark.parametrize("place", NEW, indirect=True)

PLAN = {"name": "Gold 👓", "meta": {"versionId": "1"}}
numbers = count(1)


@pytest.fixture
def new(place: Place) -> NewDrafts:
    return NewDrafts(place.engines.asynchronous(Side.NEW), place.engines.run)


@pytest.fixture
def author() -> str:
    return f"new author {next(numbers)}"


def test_a_draft_from_first_to_last(new: NewDrafts, author: str) -> None:
    made = new.create(PLAN, author)
    new.edit(made, {**PLAN, "name": "Gold"}, author)
    process = f"process {made}"
    submission = new.submit(made, author, process, {"channel": "web", "who": author})
    draft = new.get_by_process(process)
    assert draft is not None
    assert draft == new.get(made) == new.get_by_submission(submission)
    assert (draft["status"], draft["camunda_process_id"]) == ("submitted", process)
    assert new.count(author) == {"in_review": 1}
    new.track(made, f"{process} again", {"channel": "電話", "round": 2})
    assert new.get_by_process(process) is None
    assert new.search({"who": author, "round": 2}) == {made}
    assert new.search({"who": author, "channel": "web"}) == set()
    new.approve(made, "eve")
    assert new.count(author) == {"publishing": 1}
    new.track(made, process, {"published": True})
    [line] = new.listed(author)
    assert (line["plan_name"], line["workflow_status"], line["reviewed_by"]) == ("Gold", "published", "eve")


def test_calls_of_the_old_signature_are_the_new_functions_own(new: NewDrafts, author: str) -> None:
    submits: tuple[Callable[[UUID], str], ...] = (
        lambda made: new.submit_plainly(made, author, named=False),
        lambda made: new.submit_plainly(made, author, named=True),
        lambda made: new.submit(made, author),
    )
    for submit in submits:
        made = new.create(PLAN, author)
        draft = new.get_by_submission(submit(made))
        assert draft is not None
        assert (draft["id"], draft["camunda_process_id"], draft["submission_metadata"]) == (made, None, None)
    assert new.count(author) == {"awaiting_process": 3}
    told = new.create(PLAN, author)
    new.submit_told(told, author, '{"who": "x"}')
    draft = new.get(told)
    assert draft is not None
    assert (draft["camunda_process_id"], draft["submission_metadata"]) == (None, {"who": "x"})


def test_what_does_not_fit_the_status_is_refused(new: NewDrafts, author: str) -> None:
    made = new.create(PLAN, author)
    for refused in (
        lambda: new.track(made, "process"),
        lambda: new.approve(made, author),
        lambda: new.submit(uuid4(), author),
        lambda: new.submit_plainly(uuid4(), author, named=True),
    ):
        with pytest.raises(Declined):
            refused()
    new.submit(made, author)
    with pytest.raises(Declined, match="it is submitted"):
        new.submit(made, author, "process")


def test_a_search_may_go_by_the_index(place: Place) -> None:
    with place.engines[Side.NEW].connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        lines = connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM benefit_plan_drafts WHERE submission_metadata @> '{\"a\": 1}'"
        ).scalars()
        assert "ix_benefit_plan_drafts_submission_metadata" in "\n".join(map(str, lines))


def test_each_application_sees_what_the_other_wrote(
    new: NewDrafts, place: Place, author: str, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["place"] in {"completed", "purged"}:
        pytest.skip("the old side is not there")
    old = OldDrafts(place.engines[Side.OLD])
    one, other = old.create(PLAN, author), new.create(PLAN, author)
    submission = old.submit(other, author)
    assert new.count(author) == {"not_started": 1, "awaiting_process": 1}
    new.track(other, str(other), {"who": author})
    new.submit(one, author, str(one))
    old.reject(one, "eve", "no")
    old.approve(other, "eve")
    found: dict[Any, Any] = {line["id"]: line["workflow_status"] for line in new.listed(author)}
    assert found == {one: "rejected", other: "publishing"}
    assert old.count(author) == {"rejected": 1, "approved": 1}
    draft = old.get_by_submission(submission)
    assert draft is not None
    assert draft["id"] == other
    old.discard(other)
    assert new.get_by_process(str(other)) is None


def test_its_models_are_those_of_the_schema(place: Place) -> None:
    """As the new application connects: columns, types and nullability; the indexes are the table's own."""
    table = BenefitPlanDraft.__table__
    with place.engines[Side.NEW].connect() as connection:
        found = {
            row[0]: row[1]
            for row in connection.exec_driver_sql(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                "WHERE attrelid = 'benefit_plan_drafts'::regclass AND attnum > 0 AND NOT attisdropped"
            )
        }
        view = {
            column["name"] for column in inspect(connection).get_columns("draft_summary", _of(connection))
        }
        indexes = {each["name"] for each in inspect(connection).get_indexes("benefit_plan_drafts", "public")}
    assert set(found) == set(table.columns.keys())
    for column in table.columns:
        said = str(column.type.compile(connection.dialect)).lower().replace("varchar", "character varying")
        assert found[column.key] == said
    assert view == set(SummaryRow.__table__.columns.keys())
    assert indexes >= {str(index.name) for index in table.indexes}  # type: ignore[attr-defined]  # it is a Table


def _of(connection: Connection) -> str:
    """The schema of the view that the application reads."""
    query = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'draft_summary'::regclass"
    return str(connection.exec_driver_sql(query).scalar_one())
