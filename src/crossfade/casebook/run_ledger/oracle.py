"""What a run must be on both sides, in plain Python, from the case's promises.

The rules, one by one:

- every column of a trace and of a step is shown on both sides; the status in each side's own words;
- what belongs to them is rows on the old side and elements of arrays on the new one (`Elements`); what is
  known of a run (`context`) is a row for each key, or an object;
- a duration follows from when a run or step began and ended, and a `retry_count` from its retries, whoever
  wrote them;
- under which id others know a run, what it was configured with, and the notes in a step's metadata are only
  the new side's. A rollback keeps them, whatever the old application writes; the next start brings them back;
- so it does with the order into which the new application has put an array, and with the keys that it chose;
- a run or step that the old application made has a key on the new side that follows from its old one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossfade.casebook import ledger
from crossfade.casebook.ledger import Wrong, difference
from crossfade.casebook.run_ledger.elements import Elements
from crossfade.casebook.run_ledger.models import duration
from crossfade.casebook.run_ledger.views import OF_RUN, OF_STEP, RUN, STEP
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from crossfade.casebook.words import Moment

__all__ = ["Ledger", "Run", "Step"]

STAMPED = "created_at"  # by the database: any is right until a read shows which


@dataclass
class Step:
    """A step as it must be. `number` is its key on the old side, as far as it is known."""

    common: dict[str, Any]
    parts: dict[str, Elements]
    number: int | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def expected(self, side: Side, found: Mapping[str, Any]) -> dict[str, Any]:
        """What that side must show, of what it does."""
        self.common.setdefault(STAMPED, found[STAMPED])
        view = dict(self.common) | {
            name: part.expected(side, found.get(name)) for name, part in self.parts.items()
        }
        if side is Side.NEW:
            view["duration_ms"] = duration(self.common["started_at"], self.common["ended_at"])
            view |= {"retry_count": len(self.parts["retries"].items), "notes": self.notes}
        return view


@dataclass
class Run:
    """One run as it must be, with its steps by their new keys. `number` is its key on the old side."""

    common: dict[str, Any]
    context: dict[str, Any]
    endpoints: Elements
    steps: dict[UUID, Step]
    number: int | None = None
    only_new: dict[str, Any] = field(
        default_factory=lambda: {"external_id": None, "config_snapshot": None},
    )

    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """(expected, found) of what is not as it must be on that side; None where all is.

        What belongs to the run is compared where `found` has it to show.
        """
        if found is None:
            return {"run": "exists"}, {"run": "is gone"}
        if "steps" not in found:
            return difference(self._head(side, found), found)
        keys = {self._key(side, key): step for key, step in self.steps.items()}
        if keys.keys() != found["steps"].keys():
            return {"steps": sorted(map(str, keys))}, {"steps": sorted(map(str, found["steps"]))}
        expected, shown = self._head(side, found), dict(found)
        for key, step in keys.items():
            there = found["steps"][key]
            expected |= {f"step {key} {name}": value for name, value in step.expected(side, there).items()}
            shown |= {f"step {key} {name}": value for name, value in there.items()}
        return difference(expected, shown)

    def witness(self, moment: Moment) -> None:
        """No command changes what a run must be."""

    def known(self) -> bool:
        """Whether the keys of the run and its steps on the old side are known."""
        return self.number is not None and all(step.number is not None for step in self.steps.values())

    def _head(self, side: Side, found: Mapping[str, Any]) -> dict[str, Any]:
        self.common.setdefault(STAMPED, found[STAMPED])
        view = dict(self.common)
        if "context" in found:
            view["context"] = self.context
            view["endpoints"] = self.endpoints.expected(side, found.get("endpoints"))
        if side is Side.NEW:
            view["duration_ms"] = duration(self.common["started_at"], self.common["ended_at"])
            view |= self.only_new
        return view

    def _key(self, side: Side, key: UUID) -> UUID | int | None:
        return key if side is Side.NEW else self.steps[key].number


class Ledger(ledger.Ledger["UUID", Run]):
    """All runs that one worker answers for, by their new keys."""

    def born(self, side: Side, key: UUID, number: int | None, given: Mapping[str, Any]) -> Run:
        """That side's application, or time before all this, made this run; without its steps.

        `given` is what of it was said, in the words of `crossfade.casebook.run_ledger.views`.
        """
        common = {name: given.get(name) for name in RUN} | {"status": given.get("status", "pending")}
        common |= {STAMPED: given[STAMPED]} if STAMPED in given else {}
        (calls,) = (_elements(side, part, given) for part in OF_RUN)
        only = {name: given.get(name) for name in ("external_id", "config_snapshot")}
        run = Run(common, dict(given.get("context", {})), calls, {}, number, only)
        self.rows[key] = run
        return run

    def step_born(
        self, side: Side, run: UUID, key: UUID, number: int | None, given: Mapping[str, Any]
    ) -> Step:
        """That side's application, or time before all this, made this step of that run."""
        common = {name: given.get(name) for name in STEP} | {"status": given.get("status", "pending")}
        common |= {STAMPED: given[STAMPED]} if STAMPED in given else {}
        step = Step(common, {part: _elements(side, part, given) for part in OF_STEP}, number)
        self.rows[run].steps[key] = step
        return step

    def moved(self, step: UUID, run: UUID, to: UUID, step_number: int) -> None:
        """The old application put this step under another trace."""
        moved = self.rows[run].steps.pop(step)
        moved.common["step_number"] = step_number
        self.rows[to].steps[step] = moved


def _elements(side: Side, part: str, given: Mapping[str, Any]) -> Elements:
    elements = Elements(part, [dict(each) for each in given.get(part, ())])
    if side is Side.OLD:
        elements.items = elements.rows()
    elements.arranged = not elements.in_order()
    return elements
