"""What both applications do all day: the traffic of the case ``recruitment``.

A worker writes rows of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection: of a workflow that was deleted or restored,
some of its interviews and todos too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossfade.casebook.desk import Failure
from crossfade.casebook.recruitment.bookkeeper import ENTRIES, LINKED, Bookkeeper, nodes_of
from crossfade.casebook.recruitment.data import NEWCOMERS
from crossfade.casebook.recruitment.dice import Dice
from crossfade.casebook.recruitment.new_app import NewRecruiting
from crossfade.casebook.recruitment.old_app import INTERVIEWS, NODES, PROCESSES, TODOS, OldRecruiting
from crossfade.casebook.recruitment.oracle import HIDDEN, Key
from crossfade.casebook.user import User
from crossfade.casebook.words import Fault, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crossfade.casebook.desk import Desk
    from crossfade.casebook.engines import Engines
    from crossfade.casebook.words import Assignment

__all__ = ["MIXES", "RecruitingWorker"]

BATCH = 5  # rows of a bulk insert, or of a bulk deletion, at the most
LISTED = 20  # rows of a list
BUSY = 12  # workflows of a worker that have most of what belongs to any
CHECKED = 3  # children of a deleted or restored workflow that are read at once on the other side, at the most
CHILDREN = (INTERVIEWS, TODOS)

# A third are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 18, "listed": 10, "create": 12, "create_many": 3, "edit": 12, "add_node": 4, "add_hot_node": 3}
MIX |= {"soft_delete": 6, "restore": 6, "delete_workflow": 6, "delete_workflows": 2, "restore_workflow": 7}
MIX |= {"remove": 2, "remove_workflow": 2}
MIXES = {Side.OLD: MIX, Side.NEW: MIX | {"workflow": 10, "link": 24, "unlink": 3, "add_hot_interview": 6}}


class RecruitingWorker(User[Key, Bookkeeper]):
    """One user of both applications."""

    mixes = MIXES

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
            if key.table == table and self._owned(entry.common)
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

    def _create(self, side: Side) -> None:
        """A row; the new application puts some under a workflow at once."""
        table = self._dice.choice((PROCESSES, INTERVIEWS, INTERVIEWS, TODOS, TODOS))
        row = self._dice.row(table, self.books.user_id)
        under = self._busy(deleted=False) if side is Side.NEW and table in CHILDREN else None
        more = {"workflow_id": under.id} if under else {}
        made = self.desk.perform(side, "create", lambda: self._apps[side].create(table, **row, **more))
        if isinstance(made, Failure):
            self.books.unsure = True
        else:
            self._born(Key(table, made), row)
            if under:
                self.books.ledger.link(Key(table, made), under.id)
            self.check(side, Key(table, made))

    def _create_many(self, side: Side) -> None:
        table = self._dice.choice(CHILDREN)
        rows = [self._dice.row(table, self.books.user_id) for _ in range(self._dice.randint(2, BATCH))]
        made = self.desk.perform(side, "create_many", lambda: self._apps[side].create_many(table, rows))
        if isinstance(made, Failure):
            self.books.unsure = True
        else:
            for number, row in zip(made, rows, strict=True):
                self._born(Key(table, number), row)
            self.check(side, Key(table, self._dice.choice(made)))

    def _edit(self, side: Side) -> None:
        key = self._drawn(self._dice.choice(ENTRIES), deleted=False)
        if key is None:
            return
        values = self._dice.edited(key.table)
        if self._wrote(side, "edit", [key], lambda: self._apps[side].edit(*key, **values)):
            self.books.ledger.write(key, **values)
            self.check(side, key)

    def _add_node(self, side: Side) -> None:
        key, node = self._drawn(PROCESSES, deleted=False), self._dice.node()
        if key is None:
            return
        add = lambda: self._apps[side].create(NODES, process_id=key.id, **node)  # noqa: E731 - one action
        made = self.desk.perform(side, "add_node", add, writes=(str(key),))
        if isinstance(made, Failure):
            self.books.ledger.forget(key)
        else:
            self.books.ledger.rows[key].nodes[made] = node["name"]
            self.check(side, key)

    def _add_hot_node(self, side: Side) -> None:
        key, node = self._dice.choice(self.books.hot), self._dice.node()
        add = lambda: self._apps[side].create(NODES, process_id=key.id, **node)  # noqa: E731 - one action
        done = self.desk.perform(side, "add_hot_node", add, writes=(str(key),))
        self.books.counted(str(key), failed=isinstance(done, Failure))

    def _add_hot_interview(self, side: Side) -> None:
        """An interview of nobody among the workers, under a workflow that all of them put some under."""
        key = self._dice.choice(self.books.hot)
        row = self._dice.row(INTERVIEWS, NEWCOMERS) | {"workflow_id": key.id}
        made = self.desk.perform(side, "add_hot_interview", lambda: self._new.create(INTERVIEWS, **row))
        self.books.counted(f"{LINKED}{key.id}", failed=isinstance(made, Failure))
        if not isinstance(made, Failure):
            self.desk.wrote(str(Key(INTERVIEWS, made)))

    def _link(self, side: Side) -> None:
        key, workflow = self._drawn(self._dice.choice(CHILDREN), deleted=False), self._busy(deleted=False)
        if key is None or workflow is None:
            return
        if self._wrote(side, "link", [key], lambda: self._new.link(*key, workflow.id)):
            self.books.ledger.link(key, workflow.id)
            self.check(side, key)

    def _unlink(self, side: Side) -> None:
        key = self._drawn(self._dice.choice(CHILDREN), deleted=False)
        if key is not None and self._wrote(side, "unlink", [key], lambda: self._new.unlink(*key)):
            self.books.ledger.link(key, None)
            self.check(side, key)

    def _soft_delete(self, side: Side) -> None:
        self._delete(side, "soft_delete", self._drawn(self._dice.choice(CHILDREN), deleted=False))

    def _delete_workflow(self, side: Side) -> None:
        self._delete(side, "delete_workflow", self._busy(deleted=False))

    def _delete_workflows(self, side: Side) -> None:
        drawn = [self._busy(deleted=False) for _ in range(BATCH)]
        self._delete(side, "delete_workflows", *dict.fromkeys(drawn))

    def _restore(self, side: Side) -> None:
        self._restored(side, "restore", self._drawn(self._dice.choice(CHILDREN), deleted=True))

    def _restore_workflow(self, side: Side) -> None:
        self._restored(side, "restore_workflow", self._busy(deleted=True))

    def _remove(self, side: Side) -> None:
        self._removed(side, "remove", self._drawn(self._dice.choice(CHILDREN)))

    def _remove_workflow(self, side: Side) -> None:
        self._removed(side, "remove_workflow", self._busy())

    def _delete(self, side: Side, operation: str, *drawn: Key | None) -> None:
        """Delete rows of one table with one statement, and what belongs to them with them."""
        keys = [key for key in drawn if key is not None]
        if not keys:
            return
        touched = self._touched(keys)
        ids = [key.id for key in keys]
        at = self._done(side, operation, touched, lambda: self._apps[side].soft_delete(keys[0].table, *ids))
        if not isinstance(at, Failure):
            for key in keys:
                self.books.ledger.soft_delete(key, at)
            self._check_some(side, keys, touched)

    def _restored(self, side: Side, operation: str, key: Key | None) -> None:
        if key is not None:
            touched = self._touched([key])
            if self._wrote(side, operation, touched, lambda: self._apps[side].restore(*key)):
                self.books.ledger.restore(key)
                self._check_some(side, [key], touched)

    def _removed(self, side: Side, operation: str, key: Key | None) -> None:
        if key is not None:
            touched = self._touched([key])
            if self._wrote(side, operation, touched, lambda: self._apps[side].remove(*key)):
                self.books.ledger.delete(key)
                self._check_some(side, [key], touched)

    def _check_some(self, side: Side, keys: list[Key], touched: list[Key]) -> None:
        """Read on the other side one of the rows, and some of what belongs to them."""
        children = [each for each in touched if each not in keys]
        for key in (self._dice.choice(keys), *self._dice.sample(children, min(CHECKED, len(children)))):
            self.check(side, key)

    def _touched(self, keys: list[Key]) -> list[Key]:
        """The rows, and what belongs to them."""
        found = [
            child for key in keys if key.table == PROCESSES for child in self.books.ledger.children(key.id)
        ]
        return list(dict.fromkeys((*keys, *found)))

    def _drawn(self, table: str, *, deleted: bool | None = None) -> Key | None:
        """One of the worker's own rows of this table that is known to be deleted, or known not to be."""
        rows = self.books.ledger.rows
        found = [
            key for key in rows if key.table == table and (deleted is None or self._is(key, deleted=deleted))
        ]
        return self._dice.choice(found) if found else None

    def _busy(self, *, deleted: bool | None = None) -> Key | None:
        """A workflow; more often than not one of a few, so that they have some interviews and todos each."""
        among = sorted(key for key in self.books.ledger.rows if key.table == PROCESSES)[-BUSY:]
        some = [key for key in among if deleted is None or self._is(key, deleted=deleted)]
        if some and self._dice.random() < 0.7:
            return self._dice.choice(some)
        return self._drawn(PROCESSES, deleted=deleted)

    def _is(self, key: Key, *, deleted: bool) -> bool:
        return self.books.ledger.rows[key].sure(deleted=deleted)

    def _owned(self, row: Mapping[str, Any]) -> bool:
        return bool(row["user_id"] == self.books.user_id)

    def _born(self, key: Key, row: Mapping[str, Any]) -> None:
        self.desk.wrote(str(key))
        self.books.ledger.born(key, dict(row))

    def _wrote(self, side: Side, operation: str, keys: list[Key], action: Callable[[], object]) -> bool:
        return not isinstance(self._done(side, operation, keys, action), Failure)

    def _done(self, side: Side, operation: str, keys: list[Key], action: Callable[[], Any]) -> Any:
        """Perform a write of own rows; after a failure nobody knows what they must be."""
        done = self.desk.perform(side, operation, action, writes=tuple(map(str, keys)))
        if isinstance(done, Failure):
            self.books.unsure = True
            for key in keys:
                self.books.ledger.forget(key)
        return done
