"""The new application's questions: jobs by domain and action, and how many there are of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import func, select

from crossfade.casebook.task_types.models import BatchJob, TaskType

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select

Columns = TypeVarTuple("Columns")

__all__ = ["jobs_by_task", "jobs_per_action", "jobs_per_domain", "next_job"]


def jobs_by_task(domain: str, action: str | None = None, *, org_id: int | None = None) -> Select[BatchJob]:
    """The jobs of this domain, and of this action if one is given, newest first."""
    statement = select(BatchJob).join(BatchJob.task_type).where(TaskType.domain == domain)
    if action is not None:
        statement = statement.where(TaskType.action == action)
    if org_id is not None:
        statement = statement.where(BatchJob.org_id == org_id)
    return statement.order_by(BatchJob.created_at.desc(), BatchJob.id)


def next_job(org_id: int, domain: str) -> Select[UUID]:
    """The id of this organisation's next waiting job of this domain, which is then locked."""
    statement = select(BatchJob.id).join(BatchJob.task_type)
    waiting = statement.where(
        BatchJob.org_id == org_id, BatchJob.status == "queued", TaskType.domain == domain
    )
    first = waiting.order_by(BatchJob.priority.desc(), BatchJob.created_at).limit(1)
    return first.with_for_update(skip_locked=True, of=BatchJob)


def jobs_per_domain(*, org_id: int | None = None) -> Select[str, int]:
    """(domain, jobs) of each domain that has any, the commonest first."""
    jobs = func.count().label("jobs")
    statement = select(TaskType.domain, jobs).join(BatchJob.task_type).group_by(TaskType.domain)
    return _of(statement, org_id).order_by(jobs.desc(), TaskType.domain)


def jobs_per_action(*, domain: str | None = None, org_id: int | None = None) -> Select[str, str, int, int]:
    """(domain, action, jobs, failed ones) of each action that has any, the commonest first."""
    jobs, failed = func.count().label("jobs"), func.count().filter(BatchJob.status == "failed")
    statement = select(TaskType.domain, TaskType.action, jobs, failed.label("failed")).join(
        BatchJob.task_type
    )
    if domain is not None:
        statement = statement.where(TaskType.domain == domain)
    grouped = _of(statement, org_id).group_by(TaskType.domain, TaskType.action)
    return grouped.order_by(jobs.desc(), TaskType.domain, TaskType.action)


def _of(statement: Select[*Columns], org_id: int | None) -> Select[*Columns]:
    return statement if org_id is None else statement.where(BatchJob.org_id == org_id)
