"""What both applications add to their runs' steps: a third of the traffic of the case ``run_ledger``."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from crossfade.casebook.desk import Failure
from crossfade.casebook.run_ledger import schemas, views
from crossfade.casebook.run_ledger.bookkeeper import Bookkeeper
from crossfade.casebook.run_ledger.dice import Dice
from crossfade.casebook.run_ledger.old_app import OldRuns
from crossfade.casebook.run_ledger.repository import RunRepository
from crossfade.casebook.user import User
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.run_ledger.elements import Elements
    from crossfade.casebook.run_ledger.oracle import Step
    from crossfade.casebook.words import Assignment

__all__ = ["Additions", "Chosen", "numbered"]

ELEMENTS: dict[str, type[schemas.Element]] = {
    "events": schemas.Event,
    "screenshots": schemas.Screenshot,
    "bindings": schemas.Binding,
    "retries": schemas.Retry,
    "endpoints": schemas.Endpoint,
}


class Chosen(NamedTuple):
    """A step of one's own: the key of its run, its own, and what it must be."""

    run: UUID
    key: UUID
    step: Step


class Additions(User[UUID, Bookkeeper], ABC):
    """One user of both applications, who notes what happens in steps."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        self.dice = Dice(f"{assignment.seed} {assignment.number} traffic", assignment.number)
        super().__init__(desk, Bookkeeper(desk, engines, assignment), self.dice)
        self.assignment = assignment
        self.old = OldRuns(engines[Side.OLD])
        self.new = RunRepository(engines[Side.NEW])

    def written(self, side: Side, operation: str, keys: Sequence[UUID], action: Callable[[], Any]) -> Any:
        """Perform a write of these runs; after a failure nobody knows what they must be."""
        names = [name for key in keys for name in self.books.names(key)]
        done = self.desk.perform(side, operation, action, writes=tuple(names))
        if isinstance(done, Failure):
            self.books.unsure = True
            for key in keys:
                self.books.ledger.forget(key)
        return done

    def step(self) -> Chosen | None:
        """One of the worker's own steps; none where the run has none."""
        run = self.own()
        steps = self.books.ledger.rows[run].steps
        if not steps:
            return None
        key = self.dice.choice(list(steps))
        return Chosen(run, key, steps[key])

    def _add_event(self, side: Side) -> None:
        given = self.dice.event()
        chosen = self.step()
        if chosen is None:
            return
        if side is Side.OLD and not chosen.step.parts["events"].arranged and self.dice.random() < 0.3:
            given["occurred_at"] = self.dice.once()  # it is written down late, and comes into its place
        writes = {Side.OLD: self.old.add_event, Side.NEW: self.new.append_event}
        self._add(side, "add_event", chosen, "events", writes[side], given)

    def _add_screenshot(self, side: Side) -> None:
        writes = {Side.OLD: self.old.add_screenshot, Side.NEW: self.new.add_screenshot}
        self._add(side, "add_screenshot", self.step(), "screenshots", writes[side], self.dice.screenshot())

    def _bind(self, side: Side) -> None:
        writes = {Side.OLD: self.old.bind, Side.NEW: self.new.bind}
        self._add(side, "bind", self.step(), "bindings", writes[side], self.dice.binding())

    def _retry(self, side: Side) -> None:
        chosen, reason = self.step(), self.dice.text()
        if chosen is None:
            return
        run, key, step = chosen

        def retry() -> dict[str, Any]:
            if side is Side.OLD:
                return views.element("retries", self.old.add_retry(numbered(step), reason))
            return self.new.retry(key, reason).stored()

        made = self.written(side, "retry", [run], retry)
        if not isinstance(made, Failure):
            attempts = [each["attempt"] for each in step.parts["retries"].items]
            expected = {"attempt": max(attempts, default=0) + 1, "reason": reason}
            step.parts["retries"].added(side, made | expected)
            self.check(side, run)

    def _add(
        self, side: Side, operation: str, chosen: Chosen | None, part: str, write: Any, given: dict[str, Any]
    ) -> None:
        if chosen is not None:
            key = numbered(chosen.step) if side is Side.OLD else chosen.key
            self.add_element(side, operation, chosen.run, chosen.step.parts[part], write, key, given)

    def add_element(
        self,
        side: Side,
        operation: str,
        run: UUID,
        elements: Elements,
        write: Any,
        key: object,
        given: dict[str, Any],
    ) -> None:
        """Have that side's application add an element to a part of a run or a step, which has this key."""
        part = elements.part
        element = ELEMENTS[part](**given)
        if side is Side.OLD:
            made = self.written(side, operation, [run], lambda: write(key, **given))
        else:
            made = self.written(side, operation, [run], lambda: write(key, element))
        if isinstance(made, Failure):
            return
        if side is Side.OLD:
            expected = views.element(part, {**made, **given})
            lacking = views.PARTS[part].may_lack
            if lacking and lacking not in given:
                del expected[lacking]
        else:
            expected = element.stored() | ({"id": made.id} if made.id is not None else {})
        elements.added(side, expected)
        self.check(side, run)

    def _add_hot_event(self, side: Side) -> None:
        if not self.books.hot_steps:
            return
        hot, given = self.dice.choice(self.books.hot_steps), self.dice.event() | {"kind": "hot"}

        def add_event() -> object:
            if side is Side.OLD:
                return self.old.add_event(hot.number, **given)
            return self.new.append_event(hot.key, schemas.Event(**given))

        done = self.desk.perform(side, "add_hot_event", add_event, writes=(str(hot.trace), str(hot.run)))
        self.books.counted(hot.name, failed=isinstance(done, Failure))


def numbered(step: Step) -> int:
    """The step's old key; the old application is there, so that it has one."""
    assert step.number is not None  # noqa: S101 - see above
    return step.number
