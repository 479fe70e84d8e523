"""The oracle of task_types against what CASES.md says, without a database."""

from typing import Any
from uuid import UUID

import pytest

from crossfade.casebook.task_types.oracle import BORN, COMMON, LABELS, Ledger, Task, label_of, task_of
from crossfade.casebook.words import Moment, Side

GIVEN = {"org_id": 1, "name": "Nightly"}
BASE = {**BORN, **GIVEN}
JOB = UUID(int=1)
APPEAL = ("claim", "appeal")


def old(label: str, *traces: str) -> dict[str, Any]:
    return {**BASE, "workflow_type": label, "traces": [trace(n, label) for n, label in enumerate(traces)]}


def new(task: Task, traces: int = 0) -> dict[str, Any]:
    return {**BASE, "task": task, "traces": [trace(number) for number in range(traces)]}


def trace(number: int, label: str | None = None) -> dict[str, Any]:
    row = {"id": number, "event": "sent", "detail": None}
    return row | ({"workflow_type": label} if label else {})


def right(ledger: Ledger, label: str, *tasks: Task) -> bool:
    """Whether the job has this label, and may have each of these task types and no other."""
    job = ledger.rows[JOB]
    return job.wrong({**BASE, "workflow_type": label}, Side.OLD) is None and job.type.values == set(tasks)


def pass_by(ledger: Ledger, *commands: str) -> None:
    for command in commands:
        ledger.witness(Moment(command, ended=False))
        ledger.witness(Moment(command, ended=True))


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.born_old(JOB, "claim_status", **GIVEN)
    return ledger


@pytest.fixture
def appeal(ledger: Ledger) -> Ledger:
    ledger.reclassify(JOB, APPEAL)
    return ledger


def test_types_are_those_of_the_case() -> None:
    assert {label: task_of(label) for label in LABELS} == {
        "eligibility": ("eligibility", "check_legacy"),
        "claim_status": ("claim", "status_check_legacy"),
        "prior_auth": ("prior_auth", "check_legacy"),
    }
    assert [label_of(APPEAL), label_of(("prior_auth", "x"))] == ["claim_status", "prior_auth"]
    assert "workflow_type" not in COMMON


def test_a_job_of_either_application(ledger: Ledger) -> None:
    assert right(ledger, "claim_status", ("claim", "status_check_legacy"))
    ledger.label(JOB, "prior_auth")
    assert right(ledger, "prior_auth", ("prior_auth", "check_legacy"))
    ledger.born_new(JOB, APPEAL, **GIVEN)
    assert right(ledger, "claim_status", APPEAL)


def test_writing_the_label_as_it_is_leaves_the_action(appeal: Ledger) -> None:
    appeal.label(JOB, "claim_status")
    assert right(appeal, "claim_status", APPEAL)
    appeal.label(JOB, "prior_auth")
    appeal.label(JOB, "claim_status")
    assert right(appeal, "claim_status", ("claim", "status_check_legacy"))


def test_the_action_survives_rollback_and_restart_unless_the_label_moved(appeal: Ledger) -> None:
    pass_by(appeal, "rollback")
    pass_by(appeal, "start")
    assert right(appeal, "claim_status", APPEAL)
    pass_by(appeal, "rollback")
    appeal.label(JOB, "eligibility")
    pass_by(appeal, "start")
    assert right(appeal, "eligibility", ("eligibility", "check_legacy"))


def test_a_label_that_moves_during_a_start_may_come_before_or_after_it(appeal: Ledger) -> None:
    pass_by(appeal, "rollback")
    appeal.witness(Moment("start", ended=False))
    appeal.label(JOB, "prior_auth")
    appeal.label(JOB, "claim_status")
    appeal.witness(Moment("start", ended=True))
    assert right(appeal, "claim_status", APPEAL, ("claim", "status_check_legacy"))
    assert appeal.rows[JOB].wrong(new(APPEAL), Side.NEW) is None
    assert appeal.rows[JOB].wrong(new(task_of("claim_status")), Side.NEW), "the first read has settled it"


def test_a_task_type_that_moves_takes_its_jobs_with_it(appeal: Ledger) -> None:
    other = UUID(int=2)
    appeal.born_old(other, "claim_status", **GIVEN)
    assert appeal.moved(APPEAL, ("prior_auth", "appeal")) == [JOB]
    assert right(appeal, "prior_auth", ("prior_auth", "appeal"))
    assert appeal.rows[other].type.label == "claim_status"


def test_a_trace_says_what_its_job_was_when_it_was_made(ledger: Ledger) -> None:
    ledger.traced(Side.OLD, JOB, 0, "sent", None)
    ledger.reclassify(JOB, ("prior_auth", "submit"))
    ledger.traced(Side.NEW, JOB, 1, "sent", None)
    ledger.label(JOB, "eligibility")
    pass_by(ledger, "complete", "revert")
    job = ledger.rows[JOB]
    assert job.wrong(old("eligibility", "claim_status", "prior_auth"), Side.OLD) is None
    assert job.wrong(new(task_of("eligibility"), traces=2), Side.NEW) is None
    assert job.wrong(old("eligibility", "claim_status", "eligibility"), Side.OLD)
    assert job.wrong(new(task_of("eligibility"), traces=1), Side.NEW), "a trace is lost"


def test_a_trace_made_while_there_is_no_old_side_gets_a_label_that_its_job_had(ledger: Ledger) -> None:
    pass_by(ledger, "complete")
    ledger.traced(Side.NEW, JOB, 0, "sent", None)
    ledger.reclassify(JOB, ("prior_auth", "submit"))
    pass_by(ledger, "revert")
    job = ledger.rows[JOB]
    assert job.wrong(old("prior_auth", "eligibility"), Side.OLD)
    assert job.wrong(old("prior_auth", "claim_status"), Side.OLD) is None
    assert job.wrong(old("prior_auth", "prior_auth"), Side.OLD), "the first read has settled it"


def test_deleted_jobs_stay_deleted(ledger: Ledger) -> None:
    ledger.delete(JOB)
    pass_by(ledger, "rollback", "start")
    assert (ledger.deleted, ledger.rows) == ({JOB}, {})
