"""What both applications do all day: the traffic of the case ``chat_templates``.

A worker writes rows of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossfade.casebook.chat_templates.bookkeeper import BUILTIN, Bookkeeper
from crossfade.casebook.chat_templates.dice import Dice
from crossfade.casebook.chat_templates.old_app import OldTemplates
from crossfade.casebook.chat_templates.service import (
    CHAT_BUILTINS,
    TemplateManager,
    WorkflowManagementService,
)
from crossfade.casebook.desk import Failure
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.words import Assignment

__all__ = ["MIXES", "TemplateWorker"]

BATCH = 6  # rows in a bulk create, at the most
UPSERTED = 1_000_000_000  # ids that the application chooses itself, out of the sequence's way

# A little over half are reads. Both applications have the same mix but for what only one of them can do.
MIX = {
    "get": 30,
    "list_by_type": 25,
    "set_type": 10,
    "set_params": 5,
    "upsert": 5,
    "create": 6,
    "create_many": 2,
}
MIX |= {"record_execution": 3, "record_hot_execution": 4, "delete": 4}
MIXES = {Side.OLD: MIX | {"save": 6}, Side.NEW: MIX | {"set_pattern": 6, "builtins": 3}}


class TemplateWorker(User[int, Bookkeeper]):
    """One user of both applications."""

    mixes = MIXES

    def __init__(self, desk: Desk, engines: Mapping[Side, Engine], assignment: Assignment) -> None:
        self._dice = Dice(f"{assignment.seed} {assignment.number} traffic")
        super().__init__(desk, Bookkeeper(desk, engines), self._dice)
        self._assignment = assignment
        self._old = OldTemplates(engines[Side.OLD])
        self._new = WorkflowManagementService(engines[Side.NEW])
        self._apps: dict[Side, OldTemplates | WorkflowManagementService] = {
            Side.OLD: self._old,
            Side.NEW: self._new,
        }
        self._manager = TemplateManager(engines[Side.NEW])
        self._upserted = UPSERTED + assignment.number * 1_000_000

    def learn(self) -> None:
        """Choose rows."""
        self.books.learn(self._assignment)

    def read(self, side: Side, key: int) -> dict[str, Any] | None:
        """The template as that side's application shows it."""
        return self._apps[side].get(key)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Compare all own rows."""
        self.books.reconcile(sides)

    def _get(self, side: Side) -> None:
        """One's own row mostly, which must be right; else any that was there before."""
        any_id = self._dice.randint(1, max(self.books.last_id, 1))
        row_id = self.own() if self._dice.random() < 0.7 else any_id
        found = self.desk.perform(side, "get", lambda: self._apps[side].get(row_id))
        if not isinstance(found, Failure):
            self.books.compare(Fault.LOST, side, "get", row_id, found)

    def _list_by_type(self, side: Side) -> None:
        wanted = self._dice.type(side)
        rows = self.desk.perform(side, "list_by_type", lambda: self._apps[side].list_by_type(wanted))
        if isinstance(rows, Failure):
            return
        for row in rows:
            if row["workflow_type"] != wanted:
                key, shown = str(row["id"]), repr(row["workflow_type"])
                self.desk.report(Fault.LOST, side, "list_by_type", key, repr(wanted), shown)
            else:
                self.books.compare(Fault.LOST, side, "list_by_type", row["id"], row)

    def _set_type(self, side: Side) -> None:
        row_id, wanted = self.own(), self._dice.type(side)
        if self.write(side, "set_type", row_id, lambda: self._apps[side].set_type(row_id, wanted)):
            self.books.typed(side, row_id, wanted)
            self.check(side, row_id)

    def _set_params(self, side: Side) -> None:
        row_id, params = self.own(), self._dice.params()
        if self.write(side, "set_params", row_id, lambda: self._apps[side].set_params(row_id, params)):
            self.books.ledger.write(row_id, default_params=params)
            self.check(side, row_id)

    def _save(self, side: Side) -> None:
        """The whole row, with its label as it is more often than not."""
        row_id, name = self.own(), self._dice.name()
        label = (
            self._dice.type(side) if self._dice.random() < 0.3 else self.books.ledger.rows[row_id].type.label
        )
        if self.write(side, "save", row_id, lambda: self._old.save(row_id, name=name, workflow_type=label)):
            self.books.ledger.write(row_id, name=name)
            self.books.typed(side, row_id, label)
            self.check(side, row_id)

    def _set_pattern(self, side: Side) -> None:
        row_id, pattern = self.own(), self._dice.pattern()
        if self.write(side, "set_pattern", row_id, lambda: self._new.set_pattern(row_id, pattern)):
            self.books.ledger.pattern(row_id, pattern)
            self.check(side, row_id)

    def _upsert(self, side: Side) -> None:
        """A row that exists, or a new one under an id that the application chose."""
        exists = self._dice.random() < 0.6
        if not exists:
            self._upserted += 1
        row_id, wanted = self.own() if exists else self._upserted, self._dice.type(side)
        owner, name = self._dice.owner(), self._dice.name()

        def upsert() -> None:
            self._apps[side].upsert(id=row_id, owner_id=owner, name=name, workflow_type=wanted)

        if self.write(side, "upsert", row_id, upsert):
            if exists:
                self.books.ledger.write(row_id, owner_id=owner, name=name)
                self.books.typed(side, row_id, wanted)
            else:
                self.books.born(side, row_id, wanted, None, {"owner_id": owner, "name": name})
            self.check(side, row_id)

    def _create(self, side: Side) -> None:
        row = self._dice.row(side)

        def create() -> int:
            if side is Side.OLD:
                return self._old.create(**row)
            return self._new.create_workflow_template(**{"description": None, "category": None} | row).id

        row_id = self.desk.perform(side, "create", create)
        if not isinstance(row_id, Failure):
            self._created(side, row_id, row)
            self.check(side, row_id)

    def _create_many(self, side: Side) -> None:
        rows = [self._dice.row(side) for _ in range(self._dice.randint(2, BATCH))]
        ids = self.desk.perform(side, "create_many", lambda: self._apps[side].create_many(rows))
        if not isinstance(ids, Failure):
            for row_id, row in zip(ids, rows, strict=True):
                self._created(side, row_id, row)
            self.check(side, self._dice.choice(ids))

    def _record_execution(self, side: Side) -> None:
        row_id, status = self.own(), self._dice.status()
        record = lambda: self._apps[side].record_execution(row_id, status)  # noqa: E731
        if self.write(side, "record_execution", row_id, record):
            self.books.ledger.executed(row_id)
            self.check(side, row_id)

    def _record_hot_execution(self, side: Side) -> None:
        if self.books.hot:
            row_id = self._dice.choice(self.books.hot)
            self._record_shared(side, str(row_id), row_id)

    def _delete(self, side: Side) -> None:
        row_id = self.own()
        if self.write(side, "delete", row_id, lambda: self._apps[side].delete(row_id)):
            self.books.ledger.delete(row_id)
            self.check(side, row_id)

    def _builtins(self, side: Side) -> None:
        """The four built-ins, one of which is then used now and again."""
        rows = self.desk.perform(side, "builtins", self._manager.get_chat_templates)
        if isinstance(rows, Failure):
            return
        ids = {row["name"]: row["id"] for row in rows}
        if tuple(ids) != CHAT_BUILTINS or len(ids) != len(rows):
            self.desk.report(Fault.LOST, side, "builtins", "built-ins", CHAT_BUILTINS, [*ids])
        elif self._dice.random() < 0.4:
            self._record_shared(side, BUILTIN, ids[BUILTIN])

    def _record_shared(self, side: Side, name: str, row_id: int) -> None:
        status = self._dice.status()
        done = self.desk.perform(
            side,
            "record_hot_execution",
            lambda: self._apps[side].record_execution(row_id, status),
            writes=(str(row_id),),
        )
        self.books.counted(name, failed=isinstance(done, Failure))

    def _created(self, side: Side, row_id: int, row: Mapping[str, Any]) -> None:
        self.desk.wrote(str(row_id))
        given = dict(row)
        workflow_type, pattern = given.pop("workflow_type"), given.pop("execution_pattern", None)
        self.books.born(side, row_id, workflow_type, pattern, given)
