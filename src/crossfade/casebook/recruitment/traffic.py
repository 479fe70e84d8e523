"""What both applications do all day: the traffic of the case ``recruitment``.

Of a workflow that was deleted or restored, the other application reads some of its interviews and todos too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossfade.casebook.desk import Failure
from crossfade.casebook.recruitment.bookkeeper import ENTRIES, LINKED
from crossfade.casebook.recruitment.data import NEWCOMERS
from crossfade.casebook.recruitment.old_app import INTERVIEWS, NODES, PROCESSES, TODOS
from crossfade.casebook.recruitment.oracle import Key
from crossfade.casebook.recruitment.reads import CHILDREN, RecruitingReads
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["MIXES", "RecruitingWorker"]

BATCH = 5  # rows of a bulk insert, or of a bulk deletion, at the most
BUSY = 12  # workflows of a worker that have most of what belongs to any
CHECKED = 3  # children of a deleted or restored workflow that are read at once on the other side, at the most

# A third are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 18, "listed": 10, "create": 12, "create_many": 3, "edit": 12, "add_node": 4, "add_hot_node": 3}
MIX |= {"soft_delete": 6, "restore": 6, "delete_workflow": 6, "delete_workflows": 2, "restore_workflow": 7}
MIX |= {"remove": 2, "remove_workflow": 2}
MIXES = {Side.OLD: MIX, Side.NEW: MIX | {"workflow": 10, "link": 24, "unlink": 3, "add_hot_interview": 6}}


class RecruitingWorker(RecruitingReads):
    """One user of both applications."""

    mixes = MIXES

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

    def _busy(self, *, deleted: bool | None = None) -> Key | None:
        """A workflow; more often than not one of a few, so that they have some interviews and todos each."""
        among = sorted(key for key in self.books.ledger.rows if key.table == PROCESSES)[-BUSY:]
        some = [key for key in among if deleted is None or self._is(key, deleted=deleted)]
        if some and self._dice.random() < 0.7:
            return self._dice.choice(some)
        return self._drawn(PROCESSES, deleted=deleted)

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
