"""The oracle of benefit_drafts against what CASES.md says, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from crossfade.casebook.benefit_drafts.oracle import SHAPES, Ledger
from crossfade.casebook.words import Moment, Side

ID = UUID(int=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.born(ID, {"name": "Gold"}, "ann")
    return ledger


def line(side: Side, *, view: bool = False, **given: Any) -> dict[str, Any]:
    """A row of the table or a line of the view, as a submitted draft has it if nothing else is said."""
    said = {
        "id": ID, "plan_data": {"name": "Gold"}, "plan_name": "Gold", "status": "submitted",
        "submission_id": "S", "submitted_by": "bob", "submitted_at": NOW, "created_by": "ann",
        "updated_by": "bob", "workflow_status": "awaiting_process",
    } | given  # fmt: skip
    return {name: said.get(name) for name in SHAPES[side][view]}


def test_a_submission_of_the_old_application(ledger: Ledger) -> None:
    ledger.submitted(ID, "S", "bob")
    draft = ledger.rows[ID]
    for side in Side:
        for view in (False, True):
            assert draft.wrong(line(side, view=view), side) is None
            assert draft.wrong(line(side, view=view, status="draft"), side)
    assert draft.wrong(line(Side.NEW, camunda_process_id="p"), Side.NEW)
    assert draft.wrong(line(Side.NEW, submission_metadata={}), Side.NEW)
    assert draft.wrong(line(Side.OLD, submitted_at=None), Side.OLD)
    assert draft.wrong(line(Side.OLD, reviewed_at=NOW), Side.OLD)
    assert draft.wrong(None, Side.OLD)


def test_a_view_with_other_columns_is_wrong(ledger: Ledger) -> None:
    ledger.submitted(ID, "S", "bob")
    more = line(Side.NEW, view=True)
    assert ledger.rows[ID].wrong(more, Side.OLD)
    del more["workflow_status"]
    assert ledger.rows[ID].wrong(more, Side.NEW)


def test_metadata_goes_over_what_is_there_and_outlives_a_rollback(ledger: Ledger) -> None:
    ledger.submitted(ID, "S", "bob", "p", {"a": 1, "b": 1})
    ledger.tracked(ID, "q", {"b": 2})
    ledger.tracked(ID, "q", None)
    for command in ("rollback", "start"):
        for ended in (False, True):
            ledger.witness(Moment(command, ended))
    found = line(Side.NEW, camunda_process_id="q", submission_metadata={"a": 1, "b": 2})
    assert ledger.rows[ID].wrong(found, Side.NEW) is None


@pytest.mark.parametrize(
    ("status", "process", "metadata", "shown"),
    [
        ("draft", None, None, "not_started"),
        ("submitted", None, {"published": True}, "awaiting_process"),
        ("submitted", "p", None, "in_review"),
        ("approved", None, {"published": True}, "untracked"),
        ("rejected", None, None, "untracked"),
        ("rejected", "p", {"published": True}, "rejected"),
        ("approved", "p", None, "publishing"),
        ("approved", "p", {"published": "true"}, "publishing"),
        ("approved", "p", {"published": True}, "published"),
    ],
)
def test_how_far_the_process_is(
    ledger: Ledger, status: str, process: str | None, metadata: dict[str, Any] | None, shown: str
) -> None:
    draft = ledger.rows[ID]
    draft.common["status"] = status
    draft.process, draft.metadata = process, metadata
    assert draft.workflow_status == shown
