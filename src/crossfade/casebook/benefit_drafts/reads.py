"""What both applications read all day in the case ``benefit_drafts``.

A worker writes drafts of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection: from the table or in the view.
"""

from __future__ import annotations

from abc import ABC
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crossfade.casebook.benefit_drafts.bookkeeper import Bookkeeper
from crossfade.casebook.benefit_drafts.dice import Dice
from crossfade.casebook.benefit_drafts.new_app import NewDrafts
from crossfade.casebook.benefit_drafts.old_app import OldDrafts
from crossfade.casebook.desk import Failure
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.engines import Engines
    from crossfade.casebook.words import Assignment

__all__ = ["DraftReads"]

LISTED = 50  # lines of a list
STATUSES = ("draft", "submitted", "approved", "rejected")


class DraftReads(User[UUID, Bookkeeper], ABC):
    """One user of both applications, at the reading."""

    def __init__(self, desk: Desk, engines: Engines, assignment: Assignment) -> None:
        self._dice = Dice(f"{assignment.seed} {assignment.number} traffic")
        super().__init__(desk, Bookkeeper(desk, engines, assignment), self._dice)
        self._assignment = assignment
        self._old = OldDrafts(engines[Side.OLD])
        self._new = NewDrafts(engines.asynchronous(Side.NEW), engines.run)
        self._apps: dict[Side, OldDrafts | NewDrafts] = {Side.OLD: self._old, Side.NEW: self._new}

    def learn(self) -> None:
        """Choose rows."""
        self.books.learn(self._assignment)

    def read(self, side: Side, key: UUID) -> Mapping[str, Any] | None:
        """The draft as that side's application shows it: whole, or its line in the view where it is new."""
        return self._apps[side].get(key)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own drafts."""
        self.books.reconcile(sides)

    def _get(self, side: Side) -> None:
        key = self.own()
        self._compared(side, "get", key, lambda: self._apps[side].get(key))

    def _get_by_submission(self, side: Side) -> None:
        key = self._one_in("submitted", "approved", "rejected")
        if key is not None:
            submission = self.books.ledger.rows[key].common["submission_id"]
            found = lambda: self._apps[side].get_by_submission(submission)  # noqa: E731 - one question
            self._compared(side, "get_by_submission", key, found)

    def _get_by_process(self, side: Side) -> None:
        """By the process of a draft that has one."""
        tracked = [
            (key, one.process) for key, one in self.books.ledger.rows.items() if one.process is not None
        ]
        if tracked:
            key, process = self._dice.choice(tracked)
            self._compared(side, "get_by_process", key, lambda: self._new.get_by_process(process))

    def _list(self, side: Side) -> None:
        """The newest lines of one's own name, of which there must be as many as there are drafts."""
        name, status = self.books.name, self._dice.choice((None, *STATUSES))
        rows = self.desk.perform(side, "list", lambda: self._apps[side].listed(name, status, LISTED))
        if isinstance(rows, Failure):
            return
        own = [each for each in self._of_own_name() if status in {None, each.status}]
        if not self.books.unsure:
            self._adds_up(side, "list", min(len(own), LISTED), len(rows))
        for row in rows:
            self.books.compare(Fault.LOST, side, "list", row["id"], row)

    def _list_others(self, side: Side) -> None:
        """The lines of a draft's author, as far as they are one's own."""
        name = self.books.ledger.rows[self.own()].common["created_by"]
        rows = self.desk.perform(side, "list_others", lambda: self._apps[side].listed(name, None, LISTED))
        for row in [] if isinstance(rows, Failure) else rows:
            self.books.compare(Fault.LOST, side, "list_others", row["id"], row)

    def _count(self, side: Side) -> None:
        """The drafts of one's own name by status; by workflow status on the new side."""
        found = self.desk.perform(side, "count", lambda: self._apps[side].count(self.books.name))
        if not isinstance(found, Failure) and not self.books.unsure:
            own = self._of_own_name()
            kinds = [each.status if side is Side.OLD else each.workflow_status for each in own]
            self._adds_up(side, "count", dict(Counter(kinds)), found)

    def _search(self, side: Side) -> None:
        """By the metadata of one's own submissions, which must be exactly those that are found."""
        wanted = {"desk": self.books.name, "channel": self._dice.channel()}
        found = self.desk.perform(side, "search", lambda: self._new.search(wanted))
        if isinstance(found, Failure) or self.books.unsure:
            return
        rows = self.books.ledger.rows.items()
        expected = {key for key, one in rows if wanted.items() <= (one.metadata or {}).items()}
        self._adds_up(side, "search", sorted(map(str, expected)), sorted(map(str, found)))

    def _compared(
        self, side: Side, operation: str, key: UUID, question: Callable[[], Mapping[str, Any] | None]
    ) -> None:
        found = self.desk.perform(side, operation, question)
        if not isinstance(found, Failure):
            self.books.compare(Fault.LOST, side, operation, key, found)

    def _adds_up(self, side: Side, operation: str, expected: object, found: object) -> None:
        self.desk.checked()
        if expected != found:
            self.desk.report(Fault.LOST, side, operation, self.books.name, expected, found)
            self.books.unsure = True  # that is reported once

    def _of_own_name(self) -> list[Any]:
        rows = self.books.ledger.rows.values()
        return [each for each in rows if each.common["created_by"] == self.books.name]

    def _one_in(self, *statuses: str) -> UUID | None:
        keys = self.books.ledger.in_status(*statuses)
        return self._dice.choice(keys) if keys else None
