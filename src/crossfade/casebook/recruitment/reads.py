"""What both applications read all day in the case ``recruitment``.

A worker writes rows of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection.
"""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any

from crossfade.casebook.desk import Failure
from crossfade.casebook.recruitment.bookkeeper import ENTRIES, Bookkeeper, nodes_of
from crossfade.casebook.recruitment.dice import Dice
from crossfade.casebook.recruitment.new_app import NewRecruiting
from crossfade.casebook.recruitment.old_app import INTERVIEWS, PROCESSES, TODOS, OldRecruiting
from crossfade.casebook.recruitment.oracle import HIDDEN, Key
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.engines import Engines
    from crossfade.casebook.words import Assignment

__all__ = ["CHILDREN", "RecruitingReads"]

CHILDREN = (INTERVIEWS, TODOS)
LISTED = 20  # rows of a list


class RecruitingReads(User[Key, Bookkeeper], ABC):
    """One user of both applications, at the reading."""

    def __init__(self, desk: Desk, engines: Engines, assignment: Assignment) -> None:
        self._dice = Dice(f"{assignment.seed} {assignment.number} traffic")
        super().__init__(desk, Bookkeeper(desk, engines, assignment), self._dice)
        self._assignment = assignment
        self._new = NewRecruiting(engines.asynchronous(Side.NEW), engines.run)
        self._apps: dict[Side, OldRecruiting | NewRecruiting] = {
            Side.OLD: OldRecruiting(engines[Side.OLD]),
            Side.NEW: self._new,
        }

    def learn(self) -> None:
        """Choose rows."""
        self.books.learn(self._assignment)

    def read(self, side: Side, key: Key) -> Mapping[str, Any] | None:
        """The row as that side's application shows it: the new one hides the deleted."""
        whole = side is Side.NEW and key.table == PROCESSES
        found = self._new.workflow(key.id) if whole else self._apps[side].get(*key)
        if found is None:
            return HIDDEN if side is Side.NEW else None
        return {**found, "nodes": nodes_of(found)} if key.table == PROCESSES else found

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own rows."""
        self.books.reconcile(sides)

    def _get(self, side: Side) -> None:
        key = self.own()
        found = self.desk.perform(side, "get", lambda: self.read(side, key))
        if not isinstance(found, Failure):
            self.books.compare(Fault.LOST, side, "get", key, found)

    def _listed(self, side: Side) -> None:
        """The own user's newest rows, which must be exactly those that are not deleted."""
        table, user_id = self._dice.choice(ENTRIES), self.books.user_id
        rows = self.desk.perform(side, "listed", lambda: self._apps[side].listed(table, user_id, LISTED))
        if isinstance(rows, Failure):
            return
        for row in rows:
            self.books.compare(Fault.LOST, side, "listed", Key(table, row["id"]), row)
        own = [
            key
            for key, entry in self.books.ledger.rows.items()
            if key.table == table and entry.common["user_id"] == user_id
        ]
        if self.books.unsure or not all(
            self._is(key, deleted=True) or self._is(key, deleted=False) for key in own
        ):
            return
        expected = sorted((key.id for key in own if self._is(key, deleted=False)), reverse=True)[:LISTED]
        found = [row["id"] for row in rows]
        self.desk.checked()
        if found != expected:
            self.desk.report(Fault.LOST, side, "listed", f"{table} of user {user_id}", expected, found)

    def _workflow(self, side: Side) -> None:
        """A workflow with its interviews and todos, which must be exactly those that are not deleted."""
        key = self._drawn(PROCESSES, deleted=False)
        if key is None:
            return
        found = self.desk.perform(side, "workflow", lambda: self._new.workflow(key.id))
        if isinstance(found, Failure):
            return
        shown = HIDDEN if found is None else {**found, "nodes": nodes_of(found)}
        self.books.compare(Fault.LOST, side, "workflow", key, shown)
        every = self.books.ledger.children(key.id)
        rows = self.books.ledger.rows
        if found is None or key not in rows or not all(len(rows[each].conditions) == 1 for each in every):
            return
        there = [each for each in every if self._is(each, deleted=False)]
        for table in CHILDREN:
            expected = sorted(each.id for each in there if each.table == table)
            self.desk.checked()
            if found[table] != expected and not self.books.unsure:
                self.desk.report(Fault.LOST, side, f"workflow: {table}", str(key), expected, found[table])

    def _drawn(self, table: str, *, deleted: bool | None = None) -> Key | None:
        """One of the worker's own rows of this table that is known to be deleted, or known not to be."""
        rows = self.books.ledger.rows
        found = [
            key for key in rows if key.table == table and (deleted is None or self._is(key, deleted=deleted))
        ]
        return self._dice.choice(found) if found else None

    def _is(self, key: Key, *, deleted: bool) -> bool:
        return self.books.ledger.rows[key].sure(deleted=deleted)
