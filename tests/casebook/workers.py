"""Workers for tests of the harness: processes of the traffic import them by name."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine

from crossfade.casebook.desk import Desk
from crossfade.casebook.words import Assignment, Fault, Moment, Side, Tally


class Counting:
    """Touches no database: counts what it is told, and reports what it was asked to reconcile."""

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        self.desk = desk
        self.number = assignment.number
        self.done = 0
        self.moments: list[Moment] = []

    def learn(self) -> None:
        self.done = 0

    def act(self, side: Side, live: frozenset[Side]) -> None:
        self.done += 1
        self.desk.perform(side, "act", lambda: None, writes=(str(self.number),))

    def witness(self, moment: Moment) -> None:
        self.moments.append(moment)

    def reconcile(self, sides: frozenset[Side]) -> None:
        for side in sorted(sides):
            self.desk.report(Fault.LOST, side, "reconcile", str(self.number), self.moments, self.done)

    def tallies(self) -> Mapping[str, Tally]:
        return {"done": Tally(100, self.done), str(self.number): Tally(0)}


class Broken(Counting):
    """Has a bug."""

    def act(self, side: Side, live: frozenset[Side]) -> None:
        raise TypeError("a bug in the case")
