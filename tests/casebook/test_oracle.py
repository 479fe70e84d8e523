"""The oracle of chat_templates against what CASES.md says, without a database."""

from typing import Any

import pytest

from crossfade.casebook.chat_templates.oracle import BORN, COMMON, LABELS, Ledger, label_of, type_of
from crossfade.casebook.words import Moment, Side

GIVEN = {"owner_id": 1, "name": "Lesson plan"}
BASE = {**BORN, **GIVEN}


def old(label: str) -> dict[str, Any]:
    return {**BASE, "workflow_type": label}


def new(workflow_type: str | None, pattern: str | None = "chat", *, dynamic: bool = False) -> dict[str, Any]:
    return {**BASE, "workflow_type": workflow_type, "execution_pattern": pattern, "is_dynamic": dynamic}


def right(ledger: Ledger, label: str, *types: dict[str, Any]) -> bool:
    """Whether row 1 may have this label, and on the new side each of these rows and nothing else."""
    template = ledger.rows[1]
    candidates: list[str | None] = [*(type_of(each) for each in LABELS), "medical_chat", None]
    allowed = template.type.values
    for each in types:
        template.type.values = allowed
        if template.wrong(each, Side.NEW):
            return False
    template.type.values = allowed
    wanted = {each["workflow_type"] for each in types}
    return template.wrong(old(label), Side.OLD) is None and allowed & set(candidates) == wanted


def begin(command: str) -> Moment:
    return Moment(command, ended=False)


def end(command: str) -> Moment:
    return Moment(command, ended=True)


def rolled_back(ledger: Ledger) -> None:
    ledger.witness(begin("rollback"))
    ledger.witness(end("rollback"))


def restarted(ledger: Ledger) -> None:
    ledger.witness(begin("start"))
    ledger.witness(end("start"))


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.born_old(1, "plain", **GIVEN)
    return ledger


@pytest.fixture
def medical(ledger: Ledger) -> Ledger:
    """Row 1 with the label plain and the type medical_chat."""
    ledger.retype(1, "medical_chat")
    return ledger


def test_types_are_those_of_the_case() -> None:
    assert {label: type_of(label) for label in LABELS} == {
        "plain": "simple_chat",
        "rag": "rag_chat",
        "tools": "function_chat",
        "full": "advanced_chat",
    }
    assert [label_of("rag_chat"), label_of("medical_chat"), label_of(None)] == ["rag", "plain", "plain"]
    assert "workflow_type" not in COMMON


def test_a_row_of_the_old_application(ledger: Ledger) -> None:
    assert right(ledger, "plain", new("simple_chat"))
    ledger.label(1, "full")
    assert right(ledger, "full", new("advanced_chat"))


def test_a_row_of_the_new_application_has_what_it_was_given() -> None:
    ledger = Ledger()
    ledger.born_new(1, None, None, **GIVEN)
    assert right(ledger, "plain", new(None, None, dynamic=True))


def test_saving_the_label_as_it_is_leaves_a_type_that_only_the_new_side_knows(medical: Ledger) -> None:
    medical.label(1, "plain")
    assert right(medical, "plain", new("medical_chat"))
    medical.label(1, "rag")
    assert right(medical, "rag", new("rag_chat"))


def test_a_known_type_moves_the_label(medical: Ledger) -> None:
    medical.retype(1, "function_chat")
    assert right(medical, "tools", new("function_chat"))


def test_what_only_the_new_side_knows_comes_back(medical: Ledger) -> None:
    medical.pattern(1, "batch")
    rolled_back(medical)
    medical.write(1, name="Lesson plan")
    restarted(medical)
    assert right(medical, "plain", new("medical_chat", "batch"))


def test_a_label_that_moved_while_rolled_back_takes_only_the_type(medical: Ledger) -> None:
    medical.pattern(1, None)
    rolled_back(medical)
    medical.label(1, "rag")
    restarted(medical)
    assert right(medical, "rag", new("rag_chat", None))


def test_a_label_that_is_again_what_it_was_brings_the_type_back(medical: Ledger) -> None:
    rolled_back(medical)
    medical.label(1, "rag")
    medical.label(1, "plain")
    restarted(medical)
    assert right(medical, "plain", new("medical_chat"))


def test_a_label_that_moves_during_a_rollback_may_be_kept_or_not(medical: Ledger) -> None:
    medical.witness(begin("rollback"))
    medical.label(1, "rag")
    medical.witness(end("rollback"))
    medical.label(1, "plain")
    restarted(medical)
    assert right(medical, "plain", new("medical_chat"), new("simple_chat"))


def test_a_label_that_moves_during_a_start_may_come_before_or_after_it(medical: Ledger) -> None:
    rolled_back(medical)
    medical.witness(begin("start"))
    medical.label(1, "rag")
    medical.label(1, "plain")
    medical.witness(end("start"))
    assert right(medical, "plain", new("medical_chat"), new("simple_chat"))
    assert medical.rows[1].wrong(new("medical_chat"), Side.NEW) is None
    assert medical.rows[1].wrong(new("simple_chat"), Side.NEW), "the first read has settled it"


def test_rows_born_while_rolled_back_are_rows_of_the_old_side(ledger: Ledger) -> None:
    rolled_back(ledger)
    ledger.born_old(1, "rag", **GIVEN)
    restarted(ledger)
    assert right(ledger, "rag", new("rag_chat"))


def test_a_second_rollback_keeps_what_is_so_then(medical: Ledger) -> None:
    rolled_back(medical)
    restarted(medical)
    medical.retype(1, "code_review_chat")
    rolled_back(medical)
    restarted(medical)
    assert medical.rows[1].type.values == {"code_review_chat"}


def test_deleted_rows_stay_deleted(ledger: Ledger) -> None:
    ledger.delete(1)
    rolled_back(ledger)
    restarted(ledger)
    assert ledger.deleted == {1}
    assert not ledger.rows


def test_what_is_wrong_is_told_with_both_values(ledger: Ledger) -> None:
    template = ledger.rows[1]
    assert template.wrong(None, Side.OLD) == ({"row": "exists"}, {"row": "is gone"})
    assert template.wrong(new("rag_chat", None), Side.NEW) == (
        {"workflow_type": "'simple_chat'", "execution_pattern": "chat"},
        {"workflow_type": "rag_chat", "execution_pattern": None},
    )
    assert template.wrong({**old("plain"), "usage_count": 3}, Side.OLD) == (
        {"usage_count": 0},
        {"usage_count": 3},
    )
