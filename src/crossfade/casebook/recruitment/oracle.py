"""What workflows, interviews and todos must be, by the case's promises and not by the engine.

An interview or a todo may belong to a workflow, which only the new application can say and see. The rules:

- Whoever soft-deletes a workflow soft-deletes, in the same transaction and with the same time, those of its
  children that are not deleted: it *takes* them. A child that was deleted before keeps its own time.
- Whoever restores a workflow restores the children that it took, and no others: not one that was deleted by
  itself, and not one that was restored by itself, whatever became of it since.
- Where a workflow is removed for good, its children stay as they are, and belong to none.
- Before the first start, and between a rollback and the next start, nobody belongs to a workflow: deleting
  one takes nothing. Who belonged to one at the rollback does so again after the start, unless the workflow is
  gone.

What a workflow takes while `start` or `rollback` itself is under way, it may take or not; and whether it
still knows what it took where it was restored while nobody belonged to it, nobody has promised. Then a child
may be in one of several *conditions*, until a read shows which.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from crossfade.casebook import ledger
from crossfade.casebook.ledger import Wrong, difference
from crossfade.casebook.recruitment.old_app import PROCESSES
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from crossfade.casebook.words import Moment

__all__ = ["HIDDEN", "Condition", "Entry", "Key", "Ledger"]

HIDDEN: dict[str, Any] = {"hidden": True}
"""What an application shows of a row that it leaves out, because it is deleted or because there is none."""


class Key(NamedTuple):
    """A row: its table and its id."""

    table: str
    id: int

    def __str__(self) -> str:
        return f"{self.table} {self.id}"


@dataclass(frozen=True)
class Condition:
    """One way in which a row may be: when it was deleted, if it is; its workflow; whether that took it."""

    deleted_at: datetime | None = None
    workflow: int | None = None
    taken: bool = False

    def shown(self, side: Side, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The columns that say so on that side; the workflow where it is among those that are shown."""
        told: dict[str, Any] = {"is_deleted": self.deleted_at is not None, "deleted_at": self.deleted_at}
        return told | (
            {"workflow_id": self.workflow} if side is Side.NEW and "workflow_id" in columns else {}
        )


@dataclass
class Entry:
    """One row as it must be: its columns, the conditions that are right, and a workflow's nodes by id."""

    common: dict[str, Any]
    conditions: frozenset[Condition]
    nodes: dict[int, str] = field(default_factory=dict)

    def sure(self, *, deleted: bool) -> bool:
        """Whether the row is known to be deleted, or known not to be."""
        return all((each.deleted_at is not None) is deleted for each in self.conditions)

    def becomes(self, change: Callable[[Condition], set[Condition]]) -> None:
        """Something happened that leaves each condition as any of several."""
        self.conditions = frozenset().union(*map(change, self.conditions))

    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """(expected, found) of what is not as it must be on that side; None where all is.

        Nodes are compared where `found` has any to show.
        """
        if found is None:
            return {"row": "exists"}, {"row": "is gone"}
        if found is HIDDEN:
            right = {each for each in self.conditions if each.deleted_at is not None}
        else:
            right = {each for each in self.conditions if each.shown(side, found).items() <= found.items()}
        if not right:
            every = " or ".join(sorted(map(str, self.conditions)))
            return {"row": every}, {"row": {name: found[name] for name in found if name not in self.common}}
        self.conditions = frozenset(right)
        if found is HIDDEN:
            return None
        nodes = {"nodes": sorted(self.nodes.items())} if "nodes" in found else {}
        return difference(self.common | nodes, found)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended; what that means for belonging is the ledger's to know."""


class Ledger(ledger.Ledger[Key, Entry]):
    """All rows that one worker answers for. `cascades` says whether workflows take and give back their
    children: None while a command is under way that begins or ends it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cascades: bool | None = False

    def born(self, key: Key, common: dict[str, Any], deleted_at: datetime | None = None) -> None:
        """An application, or time before all this, made this row."""
        self.rows[key] = Entry(dict(common), frozenset({Condition(deleted_at)}))

    def write(self, key: Key, **values: Any) -> None:
        """Either application wrote columns that both sides show alike."""
        self.rows[key].common |= values

    def children(self, workflow: int) -> list[Key]:
        """The rows that belong, or may belong, to the workflow."""
        return [
            key
            for key, entry in self.rows.items()
            if key.table != PROCESSES and any(each.workflow == workflow for each in entry.conditions)
        ]

    def link(self, key: Key, workflow: int | None) -> None:
        """The new application put the row under a workflow, or took it away from there."""
        self.rows[key].becomes(lambda one: {replace(one, workflow=workflow, taken=False)})

    def soft_delete(self, key: Key, at: datetime) -> None:
        """Either application deleted the row."""
        self.rows[key].becomes(lambda one: {replace(one, deleted_at=at, taken=False)})
        for child in self._children(key):
            self.rows[child].becomes(lambda one: self._taken(one, key.id, at))

    def restore(self, key: Key) -> None:
        """Either application restored the row."""
        self.rows[key].becomes(lambda one: {replace(one, deleted_at=None, taken=False)})
        for child in self._children(key):
            self.rows[child].becomes(lambda one: self._given_back(one, key.id))

    def delete(self, key: Key) -> None:
        """Either application removed the row for good: its children belong to none."""
        for child in self._children(key):
            self.rows[child].becomes(
                lambda one: {replace(one, workflow=None, taken=False) if one.workflow == key.id else one}
            )
        super().delete(key)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended."""
        super().witness(moment)
        if moment.command == "start":
            self.cascades = moment.ended or None
        elif moment.command == "rollback":
            self.cascades = False if moment.ended else None

    def _children(self, key: Key) -> list[Key]:
        return self.children(key.id) if key.table == PROCESSES else []

    def _taken(self, one: Condition, workflow: int, at: datetime) -> set[Condition]:
        if one.workflow != workflow or one.deleted_at is not None or self.cascades is False:
            return {one}
        taken = replace(one, deleted_at=at, taken=True)
        return {taken} if self.cascades else {taken, one}

    def _given_back(self, one: Condition, workflow: int) -> set[Condition]:
        if one.workflow != workflow or not one.taken:
            return {one}
        back = replace(one, deleted_at=None, taken=False)
        if self.cascades:
            return {back}
        kept = {one, replace(one, taken=False)}
        return kept | {back} if self.cascades is None else kept
