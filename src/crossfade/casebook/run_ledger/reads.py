"""What both applications read of their runs, and how the answers are looked at."""

from __future__ import annotations

from abc import ABC
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crossfade.casebook.desk import Failure
from crossfade.casebook.run_ledger import schemas, views
from crossfade.casebook.run_ledger.repository import RunRepository
from crossfade.casebook.run_ledger.step_traffic import StepTraffic
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossfade.casebook.run_ledger.oracle import Run
    from crossfade.casebook.words import Moment

__all__ = ["OLD_STATUSES", "RunReads"]

MANY = 10_000  # what a search finds, at the most
OLD_STATUSES = {new: old for old, new in views.STATUSES.items()}


class RunReads(StepTraffic, ABC):
    """One user of both applications, who looks for runs."""

    def learn(self) -> None:
        """Choose rows."""
        self.books.learn(self.assignment)
        self.new = RunRepository(self.books.engines[Side.NEW], self.books.schema)

    def read(self, side: Side, key: UUID) -> dict[str, Any] | None:
        """The whole execution as that side's application shows it."""
        if side is Side.NEW:
            run = self.new.get(key)
            return None if run is None else views.of_answer(run)
        number = self.books.numbers.get(key)
        trace = None if number is None else self.old.get(number)
        return None if trace is None else views.of_old(trace)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own runs."""
        self.books.reconcile(sides)

    def witness(self, moment: Moment) -> None:
        """Tell the oracle; runs that were made while there was no old side get their old keys by a revert."""
        super().witness(moment)
        if moment.command == "complete" and not moment.ended:
            self.books.alone = True
        if moment.command == "revert" and moment.ended:
            self.books.alone = False
            self.books.resolve(list(self.books.ledger.rows))

    def _get(self, side: Side) -> None:
        key = self.own()
        found = self.desk.perform(side, "get", lambda: self.read(side, key))
        if not isinstance(found, Failure):
            self.books.compare(Fault.LOST, side, "get", key, found)

    def _by_legacy_id(self, side: Side) -> None:
        """By the old id: any run's that has one, while there is an old side; then, those of the old one's."""
        key = self.own()
        number = self.books.ledger.rows[key].number
        if number is None or (self.books.alone and key != self.books.key("workflow_trace", number)):
            return
        found = self.desk.perform(side, "by_legacy_id", lambda: self.new.by_legacy_id(number))
        if not isinstance(found, Failure):
            shown = None if found is None or found.run_id != key else views.of_answer(found)
            self.books.compare(Fault.LOST, side, "by_legacy_id", key, shown)

    def _recent(self, side: Side) -> None:
        """One's own organisation's newest, which are one's own or nobody's."""

        def recent() -> dict[UUID, dict[str, Any]]:
            if side is Side.OLD:
                traces = self.old.recent(self.books.org_id)
                keys = {number: key for key, number in self.books.numbers.items()}
                return {keys[row["id"]]: views.of_old(row) for row in traces if row["id"] in keys}
            return {run.run_id: views.of_answer(run) for run in self.new.recent(self.books.org_id)}

        rows = self.desk.perform(side, "recent", recent)
        if not isinstance(rows, Failure):
            for key, row in rows.items():
                self.books.compare(Fault.LOST, side, "recent", key, row)

    def _count(self, side: Side) -> None:
        """The analytics of one's own organisation, which must add up."""
        application = self.old if side is Side.OLD else self.new
        found = self.desk.perform(side, "count", lambda: application.count_by_status(self.books.org_id))
        if isinstance(found, Failure) or self.books.unsure:
            return
        own = self._those(lambda run: run.common["org_id"] == self.books.org_id)
        statuses = [self.books.ledger.rows[key].common["status"] for key in own]
        expected = Counter(OLD_STATUSES[each] if side is Side.OLD else each for each in statuses)
        self.desk.checked()
        if expected != found:
            place = (side, "count", f"organisation {self.books.org_id}")
            self.desk.report(Fault.LOST, *place, dict(expected), found)

    def _find_by_context(self, side: Side) -> None:
        ticket = self.dice.choice(self.dice.tickets)
        own = self._those(lambda run: run.context.get("ticket") == ticket)
        known = {"ticket": ticket}
        self._find("find_by_context", own, lambda: self.new.find_by_context("ticket", known, MANY))

    def _find_by_event(self, side: Side) -> None:
        kind = self.dice.kind_of_own

        def flagged(run: Run) -> bool:
            events = [event for step in run.steps.values() for event in step.parts["events"].items]
            return any(event["kind"] == kind for event in events)

        self._find("find_by_event", self._those(flagged), lambda: self.new.find_by_event(kind, MANY))

    def _find_by_endpoint(self, side: Side) -> None:
        url = self.dice.url_of_own
        own = self._those(lambda run: any(call["url"] == url for call in run.endpoints.items))
        self._find("find_by_endpoint", own, lambda: self.new.find_by_endpoint(url, MANY))

    def _find(self, operation: str, own: set[UUID], search: Callable[[], list[schemas.RunHead]]) -> None:
        """A search for what only this worker writes: it must find all that there is and nothing else."""
        found = self.desk.perform(Side.NEW, operation, search)
        if isinstance(found, Failure) or self.books.unsure:
            return
        keys = {run.run_id for run in found}
        self.desk.checked(len(own))
        if keys != own:
            missed, strange = sorted(map(str, own - keys)), sorted(map(str, keys - own))
            self.desk.report(Fault.LOST, Side.NEW, operation, "-", f"also {missed}", f"also {strange}")

    def _those(self, wanted: Callable[[Run], bool]) -> set[UUID]:
        return {key for key, run in self.books.ledger.rows.items() if wanted(run)}
