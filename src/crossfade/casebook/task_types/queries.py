"""The new application's questions: jobs by domain and action, and how many there are of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import case, func, select

from crossfade.casebook.task_types.models import BatchJob, TaskType

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

Columns = TypeVarTuple("Columns")

__all__ = ["jobs_by_task", "jobs_per_action", "jobs_per_domain", "next_jobs", "still_waiting"]

NEXT = 20  # waiting jobs that a worker tries to claim


def jobs_by_task(domain: str, action: str | None = None, *, org_id: int | None = None) -> Select[BatchJob]:
    """The jobs of this domain, and of this action if one is given, newest first."""
    statement = select(BatchJob).join(BatchJob.task_type).where(TaskType.domain == domain)
    if action is not None:
        statement = statement.where(TaskType.action == action)
    if org_id is not None:
        statement = statement.where(BatchJob.org_id == org_id)
    return statement.order_by(BatchJob.created_at.desc(), BatchJob.id)


def next_jobs(org_id: int, domain: str) -> Select[UUID]:
    """The ids of this organisation's next waiting jobs of this domain. They are not locked by this: MariaDB
    would lock each row that it reads on its way, and the task types, and others would skip them all.
    """
    statement = select(BatchJob.id).join(BatchJob.task_type)
    waiting = statement.where(
        BatchJob.org_id == org_id, BatchJob.status == "queued", TaskType.domain == domain
    )
    return waiting.order_by(BatchJob.priority.desc(), BatchJob.created_at).limit(NEXT)


def still_waiting(id: UUID, *, patient: bool) -> Select[UUID]:
    """The id again, and the job locked, if it still waits and nobody holds it, or even so if `patient`."""
    waiting = select(BatchJob.id).where(BatchJob.id == id, BatchJob.status == "queued")
    return waiting.with_for_update(skip_locked=not patient)


def jobs_per_domain(*, org_id: int | None = None) -> Select[str, int]:
    """(domain, jobs) of each domain that has any, the commonest first."""
    jobs = func.count().label("jobs")
    statement = select(TaskType.domain, jobs).join(BatchJob.task_type).group_by(TaskType.domain)
    return _of(statement, org_id).order_by(jobs.desc(), TaskType.domain)


def jobs_per_action(*, domain: str | None = None, org_id: int | None = None) -> Select[str, str, int, int]:
    """(domain, action, jobs, failed ones) of each action that has any, the commonest first."""
    jobs, failed = func.count().label("jobs"), func.count(case((BatchJob.status == "failed", 1)))
    statement = select(TaskType.domain, TaskType.action, jobs, failed.label("failed")).join(
        BatchJob.task_type
    )
    if domain is not None:
        statement = statement.where(TaskType.domain == domain)
    grouped = _of(statement, org_id).group_by(TaskType.domain, TaskType.action)
    return grouped.order_by(jobs.desc(), TaskType.domain, TaskType.action)


def _of(statement: Select[*Columns], org_id: int | None) -> Select[*Columns]:
    return statement if org_id is None else statement.where(BatchJob.org_id == org_id)
