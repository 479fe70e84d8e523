"""The case ``task_types`` as the harness takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossfade.casebook.case import Case, Extent, Seeds
from crossfade.casebook.task_types import data
from crossfade.casebook.task_types.bookkeeper import SHAPES, audit
from crossfade.casebook.task_types.evolution import evolution
from crossfade.casebook.task_types.models import TaskType
from crossfade.casebook.task_types.oracle import TASKS
from crossfade.casebook.task_types.traffic import JobWorker
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["CASE"]


def build(engine: Engine, rows: int, seed: int) -> dict[str, int]:
    """Make the legacy tables, fill them, and return the rows of each."""
    with engine.begin() as connection:
        return data.build(connection, rows, seed)


def extents(side: Side, *shown: str) -> tuple[Extent, ...]:
    """The tables as one side shows them."""
    jobs, traces = SHAPES[side]
    tasks = tuple(TaskType.__table__.columns.keys())
    return (
        Extent(jobs.name, ("id",), tuple(jobs.c.keys()), owner="id", clock=("updated_at",), shown=shown),
        Extent(traces.name, ("id",), tuple(traces.c.keys()), owner="batch_job_id", shown=("event",)),
        Extent("task_type", ("id",), tasks, owner="id", shown=("domain", "action", "display_name")),
    )


CASE = Case(
    name="task_types",
    title="An enum becomes a foreign key",
    story="A medical billing team has {rows} batch jobs. Their type is an enum with three values, "
    "and the next version of the application wants a domain and an action, such as to appeal a claim.",
    evolution=evolution,
    build=build,
    tables=("rcm_trace", "batch_job", "task_type"),
    functions=("batch_job_touch()",),
    types=("workflow_type",),
    worker=JobWorker,
    audit=audit,
    extents={
        Side.OLD: extents(Side.OLD, "workflow_type", "status", "updated_at"),
        Side.NEW: extents(Side.NEW, "task_type_id", "status", "updated_at"),
    },
    beyond={
        "batch_job.task_type_id": "SELECT count(*) FROM batch_job "
        "JOIN task_type ON task_type.id = task_type_id "
        f"WHERE (domain, action) NOT IN ({', '.join(map(repr, TASKS.values()))})"
    },
    databases=("postgresql", "mariadb"),
    seeds=(Seeds("task_type", ("domain", "action"), tuple(TASKS.values()), owner="id"),),
)
