"""The case ``run_ledger`` as the harness takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from crossfade.casebook.case import Case, Extent
from crossfade.casebook.run_ledger import data
from crossfade.casebook.run_ledger.bookkeeper import RUN_STEPS, RUNS
from crossfade.casebook.run_ledger.evolution import evolution
from crossfade.casebook.run_ledger.hot import audit
from crossfade.casebook.run_ledger.old_tables import TABLES
from crossfade.casebook.run_ledger.traffic import RunWorker
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

__all__ = ["CASE", "build"]


def build(engine: Engine, rows: int, seed: int, *, endpoints: bool = True) -> dict[str, int]:
    """Make the legacy tables, fill them, and return the rows of each.

    Without `endpoints` it is an installation that never had ``workflow_trace_endpoint``.
    """
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the case speaks psycopg's own protocol
        return data.build(driver, rows, seed, endpoints=endpoints)


def extent(table: Table, owner: str, *shown: str) -> Extent:
    """A table, with the run to which each of its rows belongs."""
    (key,) = table.primary_key.columns.keys()
    clock = ("updated_at",) if "updated_at" in table.c else ()
    return Extent(table.name, (key,), tuple(table.c.keys()), owner=owner, clock=clock, shown=shown)


def old_extent(table: Table) -> Extent:
    """One of the eight tables."""
    if table.name == "workflow_trace":
        return extent(table, "id", "status", "updated_at")
    if "trace_id" in table.c:
        return extent(table, "trace_id", "id")
    trace = "(SELECT workflow_steps.trace_id FROM workflow_steps WHERE workflow_steps.id = step_id)"
    return extent(table, trace, "step_id")


CASE = Case(
    name="run_ledger",
    title="Eight tables become two",
    story="A workflow product has {rows} executions, each spread over eight tables with numbers for keys. "
    "The next version of the application reads a whole execution at once: a run and its steps, and the rest "
    "of it in objects and arrays that it can search.",
    evolution=evolution,
    build=build,
    tables=(
        RUN_STEPS.name,
        RUNS.name,
        *(table.name for table in reversed(TABLES)),
        "user_workflow_node",
        "user_workflow",
        "organization",
    ),
    functions=("workflow_touch()",),
    worker=RunWorker,
    audit=audit,
    beyond={
        f"user_workflow_run.{column}": f"SELECT count(*) FROM user_workflow_run WHERE {column} IS NOT NULL"
        for column in ("external_id", "config_snapshot")
    },
    rows=20_000,
    extents={
        Side.OLD: tuple(map(old_extent, TABLES)),
        Side.NEW: (
            extent(RUNS, "run_id", "status", "duration_ms", "updated_at"),
            extent(RUN_STEPS, "run_id", "step_number", "status", "retry_count", "updated_at"),
        ),
    },
)
