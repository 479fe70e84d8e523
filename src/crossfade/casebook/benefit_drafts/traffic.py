"""What both applications do all day: the traffic of the case ``benefit_drafts``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossfade.casebook.benefit_drafts.bookkeeper import INTAKE
from crossfade.casebook.benefit_drafts.new_app import Declined
from crossfade.casebook.benefit_drafts.old_app import NotInStatus
from crossfade.casebook.benefit_drafts.reads import DraftReads
from crossfade.casebook.desk import Failure
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

__all__ = ["MIXES", "DraftWorker"]

BATCH = 4  # drafts that are submitted at once, at the most

# A little under half are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 16, "get_by_submission": 8, "list": 8, "list_others": 3, "count": 4, "create": 12, "intake": 3}
MIX |= {"edit": 9, "submit": 9, "submit_again": 3, "approve": 6, "reject": 4}
MIXES = {
    Side.OLD: MIX | {"submit_many": 2, "revise": 5, "discard": 3},
    Side.NEW: MIX | {"submit_plainly": 4, "submit_told": 2, "track": 6, "publish": 5}
    | {"get_by_process": 6, "search": 3},
}  # fmt: skip


class DraftWorker(DraftReads):
    """One user of both applications."""

    mixes = MIXES

    def _create(self, side: Side) -> None:
        plan, name = self._dice.plan(), self.books.name
        key = self.desk.perform(side, "create", lambda: self._apps[side].create(plan, name))
        if isinstance(key, Failure):
            self.books.unsure = True
        else:
            self.desk.wrote(str(key))
            self.books.ledger.born(key, plan, name)
            self.check(side, key)
            self._check_line(side, key)

    def _intake(self, side: Side) -> None:
        """A draft in everybody's name, which is only counted."""
        plan = self._dice.plan()
        key = self.desk.perform(side, "intake", lambda: self._apps[side].create(plan, INTAKE))
        self.books.counted(INTAKE, failed=isinstance(key, Failure))
        if not isinstance(key, Failure):
            self.desk.wrote(str(key))

    def _revise(self, side: Side) -> None:
        """The next version of a plan that everybody works at."""
        if self.books.hot:
            key = self._dice.choice(self.books.hot)
            done = self.desk.perform(side, "revise", lambda: self._old.revise(key), writes=(str(key),))
            self.books.counted(str(key), failed=isinstance(done, Failure))

    def _edit(self, side: Side) -> None:
        key, plan, name = self._one_in("draft"), self._dice.plan(), self.books.name
        if key is not None and self._written(
            side, "edit", key, lambda: self._apps[side].edit(key, plan, name)
        ):
            self.books.ledger.edited(key, plan, name)
            self.check(side, key)

    def _submit(self, side: Side) -> None:
        """With two arguments by the old application; with a process and metadata by the new one."""
        process, metadata = self._dice.process(), self._dice.metadata(self.books.name)
        if side is Side.OLD:
            self._submitted(side, "submit", lambda key: self._old.submit(key, self.books.name))
        else:
            submit = lambda key: self._new.submit(key, self.books.name, process, metadata)  # noqa: E731
            self._submitted(side, "submit", submit, process, metadata)

    def _submit_plainly(self, side: Side) -> None:
        """The new function, called as the old one was."""
        named, name = self._dice.random() < 0.5, self.books.name
        self._submitted(side, "submit_plainly", lambda key: self._new.submit_plainly(key, name, named=named))

    def _submit_told(self, side: Side) -> None:
        metadata = self._dice.metadata(self.books.name)
        told = lambda key: self._new.submit_told(key, self.books.name, json.dumps(metadata))  # noqa: E731
        self._submitted(side, "submit_told", told, None, metadata)

    def _submit_many(self, side: Side) -> None:
        keys, name = self.books.ledger.in_status("draft"), self.books.name
        keys = self._dice.sample(keys, min(len(keys), self._dice.randint(1, BATCH)))
        if not keys:
            return
        done = self.desk.perform(
            side, "submit_many", lambda: self._old.submit_many(keys, name), writes=tuple(map(str, keys))
        )
        for key in keys:
            if isinstance(done, Failure):
                self.books.forget(key)
            else:
                self.books.ledger.submitted(key, done.get(key, "none"), name)
        if not isinstance(done, Failure):
            self.check(side, self._dice.choice(keys))

    def _submit_again(self, side: Side) -> None:
        """What is submitted can't be submitted once more, by nobody."""
        key = self._one_in("submitted", "approved", "rejected")
        if key is None:
            return

        def again() -> bool:
            try:
                self._apps[side].submit(key, self.books.name)
            except (NotInStatus, Declined):
                return False
            return True

        done = self.desk.perform(side, "submit_again", again, writes=(str(key),))
        self.desk.checked()
        if done is True:
            self.desk.report(Fault.LOST, side, "submit_again", str(key), "a refusal", "a second submission")
        if done is not False:
            self.books.forget(key)

    def _approve(self, side: Side) -> None:
        key, name = self._one_in("submitted"), self.books.name
        if key is not None and self._written(
            side, "approve", key, lambda: self._apps[side].approve(key, name)
        ):
            self.books.ledger.reviewed(key, "approved", name)
            self.check(side, key)
            self._check_line(side, key)

    def _reject(self, side: Side) -> None:
        key, name, reason = self._one_in("submitted"), self.books.name, self._dice.reason()
        reject = lambda: self._apps[side].reject(key, name, reason)  # type: ignore[arg-type]  # noqa: E731
        if key is not None and self._written(side, "reject", key, reject):
            self.books.ledger.reviewed(key, "rejected", name, reason)
            self.check(side, key)

    def _track(self, side: Side) -> None:
        """Another process, or the first, for a draft that is submitted or more; perhaps with metadata."""
        metadata = self._dice.metadata(self.books.name) if self._dice.random() < 0.5 else None
        self._tracked(side, "track", self._one_in("submitted", "approved", "rejected"), metadata)

    def _publish(self, side: Side) -> None:
        self._tracked(side, "publish", self._one_in("approved"), {"published": True, "settled": True})

    def _discard(self, side: Side) -> None:
        key = self.own()
        if self._written(side, "discard", key, lambda: self._old.discard(key)):
            self.books.ledger.delete(key)
            self.check(side, key)

    def _submitted(
        self,
        side: Side,
        operation: str,
        submit: Callable[[UUID], str],
        process: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        key = self._one_in("draft")
        if key is None:
            return
        done = self.desk.perform(side, operation, lambda: submit(key), writes=(str(key),))
        if isinstance(done, Failure):
            self.books.forget(key)
        else:
            self.books.ledger.submitted(key, done, self.books.name, process, metadata)
            self.check(side, key)
            self._check_line(side, key)

    def _tracked(self, side: Side, operation: str, key: UUID | None, metadata: dict[str, Any] | None) -> None:
        process = self._dice.process()
        if key is not None and self._written(
            side, operation, key, lambda: self._new.track(key, process, metadata)
        ):
            self.books.ledger.tracked(key, process, metadata)
            self.check(side, key)

    def _check_line(self, written: Side, key: UUID) -> None:
        """The other application's view shows it too, if it is of one's own name: first among the newest."""
        side, name = written.other, self.books.name
        if side not in self.live or self.books.ledger.rows[key].common["created_by"] != name:
            return
        rows = self.desk.perform(side, "check", lambda: self._apps[side].listed(name, None, 1))
        if not isinstance(rows, Failure):
            found = next((row for row in rows if row["id"] == key), None)
            self.books.compare(Fault.STALE, side, "check", key, found)

    def _written(self, side: Side, operation: str, key: UUID, action: Callable[[], object]) -> bool:
        done = self.write(side, operation, key, action)
        self.books.unsure |= not done
        return done
