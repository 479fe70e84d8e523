"""What a job and its traces must be on both sides, in plain Python, from the case's promises.

The rules, one by one:

- the type is a label to the old application, a task type (domain, action) to the new one: see
  `crossfade.casebook.ledger`. Its domain alone says which label stands for it;
- a task type that moves to another domain takes its jobs with it, on both sides;
- a trace says what its job was when it was made, and stays so: traces of the old application as it says,
  those of the new one as the job's label was at that moment;
- a trace that the new application makes while there is no old side gets its label when that comes back: any
  that the job had meanwhile is right, until a read shows which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossfade.casebook import ledger
from crossfade.casebook.ledger import Twofold, Wrong, difference
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from crossfade.casebook.words import Moment

__all__ = ["COMMON", "LABELS", "Job", "Ledger", "Task", "Trace", "label_of", "task_of"]

Task = tuple[str, str]  # domain and action

TASKS: dict[str, Task] = {
    "eligibility": ("eligibility", "check_legacy"),
    "claim_status": ("claim", "status_check_legacy"),
    "prior_auth": ("prior_auth", "check_legacy"),
}
LABELS = tuple(TASKS)
DOMAINS = {domain: label for label, (domain, _) in TASKS.items()}

# What both sides show alike.
COMMON = ("org_id", "name", "status", "priority", "claimed_by", "payload", "error")
BORN: dict[str, Any] = {"status": "queued", "priority": 0, "claimed_by": None, "payload": None, "error": None}


def task_of(label: str) -> Task:
    """The task type that an old label becomes."""
    return TASKS[label]


def label_of(task: Task) -> str:
    """The old label under which jobs of a task type are shown."""
    return DOMAINS[task[0]]


@dataclass
class Trace:
    """A trace as it must be. `labels` are those that are right; `open` while there may be more of them."""

    event: str
    detail: Any
    labels: frozenset[str]
    open: bool = False


@dataclass
class Job:
    """One job as it must be, with its traces by id."""

    common: dict[str, Any]
    type: Twofold[Task]
    traces: dict[int, Trace] = field(default_factory=dict)

    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """(expected, found) of what is not as it must be on that side; None where all is.

        Traces are compared where `found` has any to show.
        """
        if found is None:
            return {"row": "exists"}, {"row": "is gone"}
        expected = dict(self.common)
        if side is Side.OLD:
            expected["workflow_type"] = self.type.label
        else:
            right = self.type.settles(found["task"])
            expected["task"] = found["task"] if right else " or ".join(sorted(map(str, self.type.values)))
        if "traces" in found:
            expected["traces"] = [
                self._trace(number, found["traces"], side) for number in sorted(self.traces)
            ]
        return difference(expected, found)

    def relabelled(self) -> None:
        """The label may have moved: so has that of traces whose own is open."""
        for trace in self.traces.values():
            if trace.open:
                trace.labels |= {self.type.label}

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        self.type.witness(moment)
        if moment.command == "revert" and moment.ended:
            for trace in self.traces.values():
                trace.open = False

    def _trace(self, number: int, found: list[dict[str, Any]], side: Side) -> dict[str, Any]:
        trace = self.traces[number]
        expected = {"id": number, "event": trace.event, "detail": trace.detail}
        if side is Side.OLD:
            shown = next((each["workflow_type"] for each in found if each["id"] == number), None)
            if shown in trace.labels and not trace.open:
                trace.labels = frozenset({shown})
            expected["workflow_type"] = shown if shown in trace.labels else " or ".join(sorted(trace.labels))
        return expected


class Ledger(ledger.Ledger["UUID", Job]):
    """All jobs that one worker answers for, by id."""

    def __init__(self) -> None:
        super().__init__()
        self.alone = False  # whether only the new side is there, or is coming back from that

    def born_old(self, id: UUID, label: str, **given: Any) -> None:
        """The old application, or time before all this, made this job."""
        known = Twofold(label, task_of(label), frozenset({task_of(label)}))
        self.rows[id] = Job({**BORN, **given}, known)

    def born_new(self, id: UUID, task: Task, **given: Any) -> None:
        """The new application made this job."""
        label = label_of(task)
        self.rows[id] = Job({**BORN, **given}, Twofold(label, task_of(label), frozenset({task})))

    def write(self, id: UUID, **values: Any) -> None:
        """Either application wrote columns that both sides show alike."""
        self.rows[id].common |= values

    def label(self, id: UUID, label: str) -> None:
        """The old application wrote this label."""
        self.rows[id].type.label_written(label, task_of(label), self.moment)

    def reclassify(self, id: UUID, task: Task) -> None:
        """The new application wrote this task type."""
        label = label_of(task)
        job = self.rows[id]
        job.type.value_written(task, label, task_of(label))
        job.relabelled()

    def moved(self, task: Task, to: Task) -> list[UUID]:
        """A task type moved to another domain. Returns its jobs."""
        keys = [key for key, job in self.rows.items() if job.type.values == {task}]
        for key in keys:
            self.reclassify(key, to)
        return keys

    def traced(self, side: Side, id: UUID, number: int, event: str, detail: Any) -> None:
        """That side's application made a trace."""
        job = self.rows[id]
        label = frozenset({job.type.label})
        job.traces[number] = Trace(event, detail, label, open=side is Side.NEW and self.alone)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        super().witness(moment)
        if moment.command == "complete" and not moment.ended:
            self.alone = True
        if moment.command == "revert" and moment.ended:
            self.alone = False
