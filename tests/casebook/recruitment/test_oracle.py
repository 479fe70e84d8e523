"""The oracle of recruitment by itself: what a row must be after what was done to it and to its workflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossfade.casebook.recruitment.old_app import INTERVIEWS, PROCESSES, TODOS
from crossfade.casebook.recruitment.oracle import HIDDEN, Key, Ledger
from crossfade.casebook.words import Moment, Side

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
FIRST, SECOND, THIRD = (BEGIN + timedelta(hours=hours) for hours in (1, 2, 3))
WORKFLOW, INTERVIEW, TODO = Key(PROCESSES, 7), Key(INTERVIEWS, 1), Key(TODOS, 2)


def command(ledger: Ledger, name: str) -> None:
    for ended in (False, True):
        ledger.witness(Moment(name, ended))


@pytest.fixture
def ledger() -> Ledger:
    """A workflow with an interview and a todo, both versions live."""
    made = Ledger()
    for key in (WORKFLOW, INTERVIEW, TODO):
        made.born(key, {"title": "x"})
    command(made, "start")
    made.link(INTERVIEW, WORKFLOW.id)
    made.link(TODO, WORKFLOW.id)
    return made


def row(deleted_at: datetime | None, workflow: int | None = WORKFLOW.id, **more: Any) -> dict[str, Any]:
    given = {"title": "x", "is_deleted": deleted_at is not None, "deleted_at": deleted_at}
    return {**given, "workflow_id": workflow, **more}


def right(ledger: Ledger, key: Key, found: Any, side: Side = Side.NEW) -> bool:
    """Whether the row may be so; the oracle then takes it that it is."""
    return ledger.rows[key].wrong(found, side) is None


def test_a_workflow_takes_its_live_children(ledger: Ledger) -> None:
    ledger.soft_delete(TODO, FIRST)
    ledger.soft_delete(WORKFLOW, SECOND)
    assert right(ledger, INTERVIEW, row(SECOND))
    assert not right(ledger, INTERVIEW, row(None))
    assert not right(ledger, INTERVIEW, row(FIRST))
    assert not right(ledger, INTERVIEW, row(SECOND, None))
    assert right(ledger, INTERVIEW, HIDDEN)
    assert right(ledger, TODO, row(FIRST))
    assert not right(ledger, TODO, row(SECOND))
    assert right(ledger, INTERVIEW, row(SECOND, 99), Side.OLD), "the old side has no say in that"


def test_and_gives_back_just_these(ledger: Ledger) -> None:
    ledger.soft_delete(TODO, FIRST)
    ledger.soft_delete(WORKFLOW, SECOND)
    ledger.restore(WORKFLOW)
    assert right(ledger, INTERVIEW, row(None))
    assert not right(ledger, INTERVIEW, HIDDEN)
    assert right(ledger, TODO, row(FIRST))


def test_what_was_restored_and_deleted_by_itself_is_not_given_back(ledger: Ledger) -> None:
    ledger.soft_delete(WORKFLOW, FIRST)
    ledger.restore(INTERVIEW)
    assert right(ledger, INTERVIEW, row(None))
    ledger.soft_delete(INTERVIEW, SECOND)
    ledger.restore(WORKFLOW)
    assert right(ledger, INTERVIEW, row(SECOND))
    assert right(ledger, TODO, row(None))


def test_what_belongs_to_none_is_let_alone(ledger: Ledger) -> None:
    ledger.link(INTERVIEW, None)
    ledger.soft_delete(WORKFLOW, FIRST)
    assert right(ledger, INTERVIEW, row(None, None))


def test_children_of_a_removed_workflow_belong_to_none(ledger: Ledger) -> None:
    ledger.soft_delete(TODO, FIRST)
    ledger.delete(WORKFLOW)
    assert right(ledger, INTERVIEW, row(None, None))
    assert right(ledger, TODO, row(FIRST, None))
    assert ledger.children(WORKFLOW.id) == []


def test_alone_the_old_application_takes_nothing_and_at_the_next_start_all_belong_again(
    ledger: Ledger,
) -> None:
    command(ledger, "rollback")
    ledger.soft_delete(WORKFLOW, FIRST)
    assert right(ledger, INTERVIEW, row(None), Side.OLD)
    command(ledger, "start")
    assert right(ledger, INTERVIEW, row(None))
    ledger.restore(WORKFLOW)
    ledger.soft_delete(WORKFLOW, SECOND)
    assert right(ledger, INTERVIEW, row(SECOND))


def test_what_was_taken_before_a_rollback_is_given_back_after_the_next_start(ledger: Ledger) -> None:
    ledger.soft_delete(WORKFLOW, FIRST)
    command(ledger, "rollback")
    command(ledger, "start")
    ledger.restore(WORKFLOW)
    assert right(ledger, INTERVIEW, row(None))


def test_while_a_command_runs_it_may_be_either_until_it_is_seen(ledger: Ledger) -> None:
    ledger.witness(Moment("rollback", ended=False))
    ledger.soft_delete(WORKFLOW, FIRST)
    assert not ledger.rows[INTERVIEW].sure(deleted=True)
    assert not ledger.rows[INTERVIEW].sure(deleted=False)
    assert not right(ledger, INTERVIEW, row(SECOND), Side.OLD)
    assert right(ledger, INTERVIEW, row(FIRST), Side.OLD)
    assert ledger.rows[INTERVIEW].sure(deleted=True)
    assert not right(ledger, INTERVIEW, row(None), Side.OLD)


@pytest.mark.parametrize("name", ["complete", "revert", "purge"])
def test_other_commands_change_nothing(ledger: Ledger, name: str) -> None:
    ledger.witness(Moment(name, ended=False))
    ledger.soft_delete(WORKFLOW, FIRST)
    ledger.witness(Moment(name, ended=True))
    assert ledger.rows[INTERVIEW].sure(deleted=True)


def test_what_is_wrong_is_told_with_both_values(ledger: Ledger) -> None:
    entry = ledger.rows[INTERVIEW]
    assert entry.wrong(None, Side.OLD) == ({"row": "exists"}, {"row": "is gone"})
    assert entry.wrong(row(None, title="y"), Side.NEW) == ({"title": "x"}, {"title": "y"})
    ledger.soft_delete(WORKFLOW, FIRST)
    wrong = entry.wrong(row(None), Side.NEW)
    assert wrong is not None
    assert str(FIRST.year) in str(wrong[0])
    assert wrong[1] == {"row": {"is_deleted": False, "deleted_at": None, "workflow_id": WORKFLOW.id}}


def test_nodes_are_compared_where_they_are_shown(ledger: Ledger) -> None:
    entry = ledger.rows[WORKFLOW]
    entry.nodes[3] = "call"
    shown = {"title": "x", "is_deleted": False, "deleted_at": None}
    assert entry.wrong(shown, Side.OLD) is None
    assert entry.wrong({**shown, "nodes": [(3, "call")]}, Side.OLD) is None
    assert entry.wrong({**shown, "nodes": []}, Side.OLD) == ({"nodes": [(3, "call")]}, {"nodes": []})
