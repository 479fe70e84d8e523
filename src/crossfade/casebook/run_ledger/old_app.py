"""The workflow product's application as it was: an execution is spread over eight tables. SQLAlchemy Core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql

from crossfade.casebook.run_ledger.old_tables import (
    BINDINGS,
    CONTEXT,
    ENDPOINTS,
    EVENTS,
    OF_STEP,
    ORDERS,
    RETRIES,
    SCREENSHOTS,
    STEPS,
    TRACES,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["ENDED", "SAVED", "SAVED_OF_STEP", "OldRuns", "whole"]

ENDED = ("succeeded", "failed", "cancelled", "timed_out")
_FIXED = {"id", "trace_id", "created_at", "updated_at"}
SAVED = tuple(column.name for column in TRACES.c if column.name not in _FIXED)
SAVED_OF_STEP = tuple(column.name for column in STEPS.c if column.name not in _FIXED)
"""What the edit forms write back."""


class OldRuns:
    """Traces and what belongs to them.

    A method that changes or deletes raises ``LookupError`` where there is no row of that id; one that adds to
    such a row raises ``IntegrityError``. Columns that are not given have their default. ``payload=None`` and
    ``value=None`` are JSON's null. Installations without `endpoints` never had their table.
    """

    def __init__(self, engine: Engine, *, endpoints: bool = True) -> None:
        self._engine = engine
        self._endpoints = endpoints

    def create(
        self,
        *,
        context: Mapping[str, Any] | None = None,
        endpoints: Sequence[Mapping[str, Any]] = (),
        steps: Sequence[Mapping[str, Any]] = (),
        **columns: Any,
    ) -> tuple[int, list[int]]:
        """Make a trace with all that belongs to it, in one transaction; returns its id and its steps'.

        A step is given by its columns and, by the names of `OF_STEP`, the rows that belong to it.
        """
        with self._engine.begin() as connection:
            trace_id = _added(connection, TRACES, columns)["id"]
            for key, value in (context or {}).items():
                _added(connection, CONTEXT, {"trace_id": trace_id, "key": key, "value": value})
            for endpoint in endpoints:
                _added(connection, ENDPOINTS, {"trace_id": trace_id, **endpoint})
            return trace_id, [_add_step(connection, trace_id, step) for step in steps]

    def get(self, id: int) -> dict[str, Any] | None:
        """Every column of the trace, its context, its endpoints and its steps with all of theirs; or None."""
        with self._engine.connect() as connection:
            return whole(connection, [id], endpoints=self._endpoints).get(id)

    def recent(self, org_id: UUID, limit: int = 20) -> list[dict[str, Any]]:
        """This organisation's newest traces, newest first, without what belongs to them."""
        newest = select(TRACES).where(TRACES.c.org_id == org_id).order_by(TRACES.c.created_at.desc())
        with self._engine.connect() as connection:
            found = connection.execute(newest.order_by(TRACES.c.id.desc()).limit(limit))
            return [dict(row) for row in found.mappings()]

    def count_by_status(self, org_id: UUID) -> dict[str, int]:
        """How many traces of each status this organisation has."""
        counts = select(TRACES.c.status, func.count()).where(TRACES.c.org_id == org_id)
        with self._engine.connect() as connection:
            found = connection.execute(counts.group_by(TRACES.c.status))
            return {str(status): int(traces) for status, traces in found}

    def set_status(self, id: int, status: str) -> datetime:
        """Say how far the trace is: it begins with "running", if it has not; returns when that was said."""
        at = datetime.now(UTC)
        begun = func.coalesce(TRACES.c.started_at, at) if status == "running" else TRACES.c.started_at
        self._update(TRACES, id, {"status": status, "started_at": begun})
        return at

    def finish(
        self, id: int, status: str, error_message: str | None = None, error_details: Any = None
    ) -> datetime:
        """Bring the trace to one of its ends, and return when that was."""
        at = datetime.now(UTC)
        error = {"error_message": error_message, "error_details": error_details}
        self._update(TRACES, id, {"status": status, "ended_at": at, **error})
        return at

    def save(self, id: int, **columns: Any) -> None:
        """Change the named columns of the trace and write the whole row back, as the edit form does."""
        self._save(TRACES, SAVED, id, columns)

    def save_step(self, id: int, **columns: Any) -> None:
        """Change the named columns of the step and write the whole row back, as the edit form does."""
        self._save(STEPS, SAVED_OF_STEP, id, columns)

    def delete(self, id: int) -> None:
        """Delete the trace and, by their foreign keys, all that belongs to it."""
        self._delete(TRACES, id)

    def set_context(self, id: int, key: str, value: Any) -> None:
        """Say what is known under this key, whether something was or not."""
        said = postgresql.insert(CONTEXT).values(trace_id=id, key=key, value=value)
        upsert = said.on_conflict_do_update(
            index_elements=["trace_id", "key"], set_={"value": said.excluded.value}
        )
        with self._engine.begin() as connection:
            connection.execute(upsert)

    def call_endpoint(self, id: int, **columns: Any) -> dict[str, Any]:
        """Note that the trace called an endpoint, and return the row."""
        return self._add(ENDPOINTS, {"trace_id": id, **columns})

    def add_step(self, id: int, step: Mapping[str, Any]) -> int:
        """Add a step to the trace, with what belongs to it as in `create`, and return its id."""
        with self._engine.begin() as connection:
            return _add_step(connection, id, step)

    def move_step(self, id: int, trace_id: int, step_number: int) -> None:
        """Put the step, with all that belongs to it, under another trace."""
        self._update(STEPS, id, {"trace_id": trace_id, "step_number": step_number})

    def add_event(self, id: int, **columns: Any) -> dict[str, Any]:
        """Note that something happened in the step, and return the row."""
        return self._add(EVENTS, {"step_id": id, **columns})

    def delete_event(self, id: int) -> None:
        """Delete the event."""
        self._delete(EVENTS, id)

    def add_screenshot(self, id: int, **columns: Any) -> dict[str, Any]:
        """Note that a screenshot was taken in the step, and return the row."""
        return self._add(SCREENSHOTS, {"step_id": id, **columns})

    def bind(self, id: int, **columns: Any) -> dict[str, Any]:
        """Note what the step was given, and return the row."""
        return self._add(BINDINGS, {"step_id": id, **columns})

    def add_retry(self, id: int, reason: str | None = None) -> dict[str, Any]:
        """Note that the step was tried once more, and return the row."""
        before = select(func.coalesce(func.max(RETRIES.c.attempt), 0)).where(RETRIES.c.step_id == id)
        with self._engine.begin() as connection:
            _lock(connection, STEPS, id)
            attempt = (connection.scalar(before) or 0) + 1
            return _added(connection, RETRIES, {"step_id": id, "attempt": attempt, "reason": reason})

    def _add(self, table: Table, columns: Mapping[str, Any]) -> dict[str, Any]:
        with self._engine.begin() as connection:
            return _added(connection, table, columns)

    def _update(self, table: Table, id: int, values: Mapping[str, Any]) -> None:
        change = update(table).where(table.c.id == id).values(dict(values)).returning(table.c.id)
        with self._engine.begin() as connection:
            if connection.scalar(change) is None:
                raise _missing(table, id)

    def _delete(self, table: Table, id: int) -> None:
        with self._engine.begin() as connection:
            if connection.scalar(delete(table).where(table.c.id == id).returning(table.c.id)) is None:
                raise _missing(table, id)

    def _save(self, table: Table, saved: tuple[str, ...], id: int, columns: Mapping[str, Any]) -> None:
        if unknown := sorted(set(columns).difference(saved)):
            message = f"{table.name} has no column {', '.join(unknown)}"
            raise TypeError(message)
        with self._engine.begin() as connection:
            found = _lock(connection, table, id)
            values = {**{name: found[name] for name in saved}, **columns}
            connection.execute(update(table).where(table.c.id == id).values(values))


def whole(connection: Connection, ids: Sequence[int], *, endpoints: bool = True) -> dict[int, dict[str, Any]]:
    """The traces of these ids that there are, each with all that belongs to it, by id."""
    found = connection.execute(select(TRACES).where(TRACES.c.id.in_(ids))).mappings()
    traces: dict[int, dict[str, Any]] = {row["id"]: dict(row) for row in found}
    context = _children(connection, CONTEXT, "trace_id", list(traces))
    called = list(traces) if endpoints else []
    calls = _children(connection, ENDPOINTS, "trace_id", called, ORDERS["endpoints"])
    steps = _children(connection, STEPS, "trace_id", list(traces), "step_number")
    known = [step["id"] for each in steps.values() for step in each]
    parts = {
        name: _children(connection, table, "step_id", known, ORDERS.get(name))
        for name, table in OF_STEP.items()
    }
    for number, trace in traces.items():
        for step in steps[number]:
            step |= {name: parts[name][step["id"]] for name in OF_STEP}
        said = {row["key"]: row["value"] for row in context[number]}
        trace |= {"context": said, "endpoints": calls[number], "steps": steps[number]}
    return traces


def _children(
    connection: Connection, table: Table, parent: str, ids: Sequence[int], order: str | None = None
) -> Mapping[int, list[dict[str, Any]]]:
    """The rows of these parents, by parent and in order."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ordered = [table.c[order], table.c.id] if order else [table.c.id]
    if ids:
        rows = connection.execute(select(table).where(table.c[parent].in_(ids)).order_by(*ordered))
        for row in rows.mappings():
            found[row[parent]].append(dict(row))
    return found


def _add_step(connection: Connection, trace_id: int, step: Mapping[str, Any]) -> int:
    columns = {name: value for name, value in step.items() if name not in OF_STEP}
    made = int(_added(connection, STEPS, {"trace_id": trace_id, **columns})["id"])
    for name, table in OF_STEP.items():
        for row in step.get(name, ()):
            _added(connection, table, {"step_id": made, **row})
    return made


def _added(connection: Connection, table: Table, columns: Mapping[str, Any]) -> dict[str, Any]:
    made = connection.execute(insert(table).values(dict(columns)).returning(table))
    return dict(made.mappings().one())


def _lock(connection: Connection, table: Table, id: int) -> Mapping[str, Any]:
    """The row as it is, and nobody changes it until this transaction ends."""
    row = select(table).where(table.c.id == id).with_for_update(key_share=True)
    found = connection.execute(row).mappings().one_or_none()
    if found is None:
        raise _missing(table, id)
    return dict(found)


def _missing(table: Table, id: int) -> LookupError:
    return LookupError(f"{table.name} has no row {id}")
