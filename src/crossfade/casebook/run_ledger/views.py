"""An execution in one and the same words, whichever side shows it: those of the new one.

Every part is a list of elements as an array holds them, named as in `PARTS`. The old application's rows are
turned into such elements here, by what the case says of them and not by what the engine does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crossfade.casebook.run_ledger.schemas import stamp

if TYPE_CHECKING:
    from crossfade.casebook.run_ledger import schemas

__all__ = ["OF_RUN", "OF_STEP", "PARTS", "RUN", "STATUSES", "STEP", "STEP_STATUSES", "Part"]

STATUSES = {
    "queued": "pending",
    "running": "running",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "timed_out": "timeout",
}
STEP_STATUSES = {
    "queued": "pending",
    "running": "running",
    "done": "completed",
    "failed": "failed",
    "skipped": "skipped",
}
BOTH = ("started_at", "ended_at", "error_message", "error_details")
RUN = ("workflow_id", "org_id", "channel", "created_by", *BOTH)
STEP = ("node_id", "step_number", "input_data", "output_data", *BOTH)
"""The columns that both sides show alike, besides when the row was made."""


class Part(NamedTuple):
    """What belongs to a run or a step: its fields, by what it is ordered, and which may be left unsaid."""

    fields: tuple[str, ...]
    order: str | None = None
    may_lack: str | None = None


PARTS = {
    "endpoints": Part(("id", "method", "url", "status_code", "latency_ms", "called_at"), "called_at"),
    "events": Part(("id", "kind", "message", "payload", "occurred_at"), "occurred_at", "payload"),
    "screenshots": Part(("id", "url", "width", "height", "thumbnail", "taken_at"), "taken_at"),
    "bindings": Part(("id", "name", "source", "value"), None, "value"),
    "retries": Part(("id", "attempt", "reason", "retried_at"), "attempt"),
}
OF_RUN = ("endpoints",)
OF_STEP = tuple(name for name in PARTS if name not in OF_RUN)


def element(part: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of an old table as an element, as far as its columns are there."""
    return {name: _written(row[name]) for name in PARTS[part].fields if name in row}


def of_old(trace: Mapping[str, Any]) -> dict[str, Any]:
    """What the old application shows of a trace; steps by their old ids."""
    view = {name: trace[name] for name in (*RUN, "created_at")} | {"status": STATUSES[trace["status"]]}
    if "steps" in trace:
        view["context"] = dict(trace["context"])
        view["endpoints"] = [element("endpoints", row) for row in trace["endpoints"]]
        view["steps"] = {step["id"]: _old_step(step) for step in trace["steps"]}
    return view


def of_new(run: Mapping[str, Any], steps: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """What the new tables hold of a run, and of its steps if they were read; by their new ids."""
    mentioned = ("status", "created_at", "context", "duration_ms", "external_id", "config_snapshot")
    view = {name: run[name] for name in (*RUN, *mentioned)} | {"endpoints": run["endpoints_used"]}
    if steps is not None:
        view["steps"] = {step["step_id"]: _new_step(step) for step in steps}
    return view


def of_answer(run: schemas.RunHead | schemas.Run) -> dict[str, Any]:
    """What the new application answers, in the words of its tables."""
    steps: Iterable[schemas.RunStep] | None = getattr(run, "steps", None)
    rows = None if steps is None else [_answered(step) for step in steps]
    return of_new({**dict(run), "endpoints_used": [each.stored() for each in run.endpoints_used]}, rows)


def moment(written: str) -> datetime:
    """When that was."""
    return datetime.fromisoformat(written)


def _old_step(step: Mapping[str, Any]) -> dict[str, Any]:
    view = {name: step[name] for name in (*STEP, "created_at")} | {"status": STEP_STATUSES[step["status"]]}
    return view | {part: [element(part, row) for row in step[part]] for part in OF_STEP}


def _new_step(step: Mapping[str, Any]) -> dict[str, Any]:
    mentioned = ("status", "created_at", "duration_ms", "retry_count", "events", "screenshots")
    view = {name: step[name] for name in (*STEP, *mentioned)}
    details = dict(step["metadata"])
    view |= {part: details.pop(part, None) for part in ("bindings", "retries")}
    return view | {"notes": details}


def _answered(step: schemas.RunStep) -> dict[str, Any]:
    arrays = {name: [each.stored() for each in getattr(step, name)] for name in ("events", "screenshots")}
    details = step.metadata
    lists = {name: [each.stored() for each in getattr(details, name)] for name in ("bindings", "retries")}
    return {**dict(step), **arrays, "metadata": {**(details.model_extra or {}), **lists}}


def _written(value: Any) -> Any:
    """A value of an old column as JSON has it."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Decimal):
        return float(value)
    return "\\x" + value.hex() if isinstance(value, bytes) else value
