"""What both applications do with their runs' steps: a third of the traffic of the case ``run_ledger``."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any

from crossfade.casebook.desk import Failure
from crossfade.casebook.run_ledger import schemas, views
from crossfade.casebook.run_ledger.additions import Additions, Chosen, numbered
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["OLD_STEP_STATUSES", "StepTraffic", "said_to_old", "viewed"]

OLD_STEP_STATUSES = {new: old for old, new in views.STEP_STATUSES.items()}


class StepTraffic(Additions, ABC):
    """One user of both applications, at work on steps."""

    def _add_step(self, side: Side) -> None:
        run = self.own()
        known = self.books.ledger.rows[run]
        numbers = [step.common["step_number"] for step in known.steps.values()]
        given = self.dice.step(max(numbers, default=0) + 1)
        given["node_id"] = self.dice.choice([None, *self.books.nodes])

        def add_step() -> Any:
            if side is Side.OLD:
                assert known.number is not None  # noqa: S101 - the old application is there
                return self.old.add_step(known.number, said_to_old(given))
            return self.new.add_step(run, schemas.StepCreate(**given))

        made = self.written(side, "add_step", [run], add_step)
        if isinstance(made, Failure):
            return
        if side is Side.OLD:
            self.books.step_born_old(run, made, viewed(given))
        else:
            self.books.ledger.step_born(side, run, made, None, viewed(given))
            self.books.resolve([run])
        self.check(side, run)

    def _save_step(self, side: Side) -> None:
        chosen = self.step()
        if chosen is None:
            return
        run, key, step = chosen
        columns = {"status": self.dice.step_status(), "output_data": self.dice.data()} | self.dice.course()

        def save_step() -> None:
            if side is Side.OLD:
                self.old.save_step(numbered(step), **said_to_old(columns))
            else:
                self.new.save_step(key, **columns)

        if not isinstance(self.written(side, "save_step", [run], save_step), Failure):
            step.common |= columns
            self.check(side, run)

    def _move_step(self, side: Side) -> None:
        """Another trace of one's own for a step, which only the old application does."""
        chosen, to = self.step(), self.own()
        number = self.books.ledger.rows[to].number
        if chosen is None or chosen.run == to or number is None:
            return
        run, key, step = chosen
        place = self.dice.randint(1, 9)
        moved = self.written(
            side, "move_step", [run, to], lambda: self.old.move_step(numbered(step), number, place)
        )
        if not isinstance(moved, Failure):
            self.books.ledger.moved(key, run, to, place)
            for each in (run, to):
                self.check(side, each)

    def _remove_event(self, side: Side) -> None:
        chosen = self.step()
        events = chosen.step.parts["events"] if chosen else None
        if chosen is None or events is None or not events.items:
            return
        position = self.dice.randrange(len(events.items))
        number = events.items[position].get("id")
        if side is Side.NEW:
            self._edited(side, "remove_event", chosen, lambda: self.new.remove_event(chosen.key, position))
        elif number is not None:
            self._edited(side, "remove_event", chosen, lambda: self.old.delete_event(number))
        else:
            return
        del events.items[position]
        self.check(side, chosen.run)

    def _edit_event(self, side: Side) -> None:
        """Other words for an event, which only the new application has."""
        chosen = self.step()
        if chosen is None or not (events := chosen.step.parts["events"].items):
            return
        position = self.dice.randrange(len(events))
        fields = {"message": self.dice.text(), "payload": self.dice.value()}
        self._edited(side, "edit_event", chosen, lambda: self.new.edit_event(chosen.key, position, **fields))
        events[position] |= fields
        self.check(side, chosen.run)

    def _reorder_events(self, side: Side) -> None:
        """Another order for a step's events, which only the new application has."""
        chosen = self.step()
        if chosen is None:
            return
        events = chosen.step.parts["events"]
        order = self.dice.order(len(events.items))
        self._edited(side, "reorder_events", chosen, lambda: self.new.reorder_events(chosen.key, order))
        events.arrange(order)
        self.check(side, chosen.run)

    def _note(self, side: Side) -> None:
        """Something beside the bindings and the retries, of which the old side knows nothing."""
        chosen = self.step()
        if chosen is None:
            return
        key, value = self.dice.context()
        self._edited(side, "note", chosen, lambda: self.new.note(chosen.key, key, value))
        chosen.step.notes[key] = value
        self.check(side, chosen.run)

    def _edited(self, side: Side, operation: str, chosen: Chosen, action: Callable[[], None]) -> None:
        """Perform it; where it fails the run is forgotten, and what follows is of no consequence."""
        self.written(side, operation, [chosen.run], action)


def said_to_old(given: Mapping[str, Any]) -> dict[str, Any]:
    """A step, or columns of one, in the old application's words."""
    return {**given, "status": OLD_STEP_STATUSES[given["status"]]}


def viewed(given: Mapping[str, Any]) -> dict[str, Any]:
    """A step, or a run, that is to be made, as the oracle is told of it."""
    parts = [part for part in views.PARTS if part in given]
    lists = {part: [views.element(part, each) for each in given[part]] for part in parts}
    return {**given, **lists}
