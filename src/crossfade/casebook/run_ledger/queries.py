"""The new application's questions: a whole execution at once, and searches that GIN indexes answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Uuid, bindparam, column, func, select, text
from sqlalchemy.orm import joinedload

from crossfade import legacy_uuid
from crossfade.casebook.run_ledger.models import Run, RunStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

__all__ = [
    "recent_runs",
    "runs_calling",
    "runs_per_status",
    "runs_with_context",
    "runs_with_event",
    "whole_run",
    "whole_run_of_trace",
]

# Where the table has no such column (any more), the name is that of the outer one, which is NULL.
BY_LEGACY_ID = """
SELECT found.run_id FROM (SELECT NULL::bigint AS legacy_trace_id) AS absent
CROSS JOIN LATERAL (SELECT run_id FROM user_workflow_run WHERE legacy_trace_id = :trace_id) AS found
"""


def whole_run(run_id: UUID) -> Select[Run]:
    """The run of this id with its steps, in their order: one statement."""
    return _whole(Run.run_id == run_id)


def whole_run_of_trace(trace_id: int, schema: str) -> Select[Run]:
    """The run that was, or is on the old side, the trace of this id; with its steps, in one statement.

    While the table has a legacy column, that says which; the rows that were born on the old side are also
    found without it, because their keys follow from the old ones.
    """
    named = text(BY_LEGACY_ID).bindparams(bindparam("trace_id", trace_id, BigInteger))
    found = named.columns(column("run_id", Uuid)).subquery()
    named_so = select(found.c.run_id).scalar_subquery()
    return _whole(
        Run.run_id == func.coalesce(named_so, legacy_uuid("workflow_trace", trace_id, schema=schema))
    )


def recent_runs(org_id: UUID) -> Select[Run]:
    """This organisation's runs, newest first."""
    return select(Run).where(Run.org_id == org_id).order_by(Run.created_at.desc(), Run.run_id)


def runs_per_status(org_id: UUID) -> Select[str, int]:
    """(status, runs) of each status that this organisation has."""
    return select(Run.status, func.count()).where(Run.org_id == org_id).group_by(Run.status)


def runs_with_context(key: str, known: Mapping[str, Any] | None = None) -> Select[Run]:
    """The runs of which something is known under this key, or what `known` has there; newest first."""
    wanted = Run.context.contains({key: known[key]}) if known else Run.context.has_key(key)
    return _newest(wanted)


def runs_with_event(kind: str) -> Select[Run]:
    """The runs with a step in which an event of this kind happened, newest first."""
    steps = select(RunStep.run_id).where(RunStep.events.contains([{"kind": kind}]))
    return _newest(Run.run_id.in_(steps))


def runs_calling(url: str) -> Select[Run]:
    """The runs that called this endpoint, newest first."""
    return _newest(Run.endpoints_used.contains([{"url": url}]))


def _newest(wanted: ColumnElement[bool]) -> Select[Run]:
    return select(Run).where(wanted).order_by(Run.created_at.desc(), Run.run_id)


def _whole(wanted: ColumnElement[bool]) -> Select[Run]:
    return select(Run).options(joinedload(Run.steps)).where(wanted)
