from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from crossfade.casebook.task_types import models
from crossfade.casebook.task_types.schemas import (
    BatchJob,
    BatchJobBase,
    BatchJobCreate,
    TaskType,
    TaskTypeBase,
)

NOW = datetime(2025, 9, 1, tzinfo=UTC)


def request(**given: Any) -> dict[str, Any]:
    return {"org_id": 7, "name": "Nightly", "task_type_id": str(uuid4()), **given}


def test_a_job_is_of_a_task_type() -> None:
    assert BatchJobBase.model_fields["task_type_id"].annotation is UUID
    assert BatchJob.model_fields["task_type"].annotation == (TaskType | None)
    job = BatchJobCreate.model_validate(request())
    assert isinstance(job.task_type_id, UUID)
    assert (job.priority, job.payload) == (0, None)


@pytest.mark.parametrize(
    "given",
    [
        {"task_type_id": None},
        {"task_type_id": "claim"},
        {"name": ""},
        {"name": "x" * 201},
        {"workflow_type": "claim_status"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_is_no_job_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BatchJobCreate.model_validate(request(**given))


@pytest.mark.parametrize("given", [{"domain": ""}, {"action": "x" * 101}, {"display_name": "x" * 201}])
def test_what_is_no_task_type_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TaskTypeBase.model_validate({"domain": "claim", "action": "appeal", **given})


def test_a_job_is_shown_with_its_task_type_and_its_traces() -> None:
    appeal = models.TaskType(id=uuid4(), domain="claim", action="appeal", display_name=None, description="x")
    job = models.BatchJob(
        id=uuid4(),
        org_id=7,
        name="Müller 🩺",
        task_type_id=appeal.id,
        task_type=appeal,
        status="queued",
        priority=0,
        payload={"a": [1, None]},
        created_at=NOW,
        updated_at=NOW,
        traces=[models.RcmTrace(id=3, event="sent", detail={"k": 1}, occurred_at=NOW)],
    )

    shown = BatchJob.model_validate(job)

    assert shown.task_type is not None
    assert (shown.task_type.id, shown.task_type.domain, shown.task_type.action) == (
        appeal.id,
        "claim",
        "appeal",
    )
    assert [(trace.id, trace.event, trace.detail) for trace in shown.traces] == [(3, "sent", {"k": 1})]
    assert BatchJob.model_validate_json(shown.model_dump_json()) == shown


def test_a_task_type_has_a_title_for_people() -> None:
    named = models.TaskType(domain="claim", action="appeal", display_name="Appeal a denial")
    assert named.title == "Appeal a denial"
    assert models.TaskType(domain="prior_auth", action="check_legacy").title == "prior auth: check legacy"
