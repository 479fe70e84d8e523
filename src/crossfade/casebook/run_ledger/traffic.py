"""What both applications do all day: the traffic of the case ``run_ledger``.

A worker writes runs of its own, so that its books say what each must be; every committed write of one
application is read at once by the other, over another connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from crossfade.casebook.desk import Failure
from crossfade.casebook.run_ledger import schemas
from crossfade.casebook.run_ledger.reads import OLD_STATUSES, RunReads
from crossfade.casebook.run_ledger.step_traffic import said_to_old, viewed
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["MIXES", "RunWorker"]

# A little under half are reads. Both applications have the same mix but for what only one of them can do.
MIX = {"get": 22, "recent": 8, "count": 3, "create": 6, "set_status": 4, "finish": 5, "set_context": 5}
MIX |= {"call_endpoint": 5, "add_step": 4, "save_step": 5, "add_event": 9, "add_screenshot": 4, "bind": 3}
MIX |= {"retry": 3, "remove_event": 3, "add_hot_event": 4, "delete": 3}
MIXES = {
    Side.OLD: MIX | {"save": 4, "move_step": 3},
    Side.NEW: MIX
    | {"by_legacy_id": 4, "find_by_context": 3, "find_by_event": 3, "find_by_endpoint": 3, "annotate": 3}
    | {"drop_context": 2, "edit_event": 4, "reorder_events": 3, "note": 3},
}


class RunWorker(RunReads):
    """One user of both applications."""

    mixes = MIXES

    def _create(self, side: Side) -> None:
        given = {**self.dice.run(), "org_id": self.books.org_id, "workflow_id": self.books.workflow_id}
        columns = {name: given[name] for name in given if name not in {"steps", "endpoints", "context"}}

        def create_old() -> tuple[int, list[int]]:
            steps = [said_to_old(step) for step in given["steps"]]
            parts = {"context": given["context"], "endpoints": given["endpoints"], "steps": steps}
            return self.old.create(**columns | {"status": OLD_STATUSES[given["status"]]}, **parts)

        def create_new() -> tuple[UUID, list[UUID]]:
            steps = [schemas.StepCreate(**step) for step in given["steps"]]
            calls = [schemas.Endpoint(**call) for call in given["endpoints"]]
            parts = {"context": given["context"], "endpoints_used": calls, "steps": steps}
            made = self.new.create(schemas.RunCreate(**columns, **parts))
            run = self.new.get(made)
            return made, [step.step_id for step in run.steps] if run else []

        create: Callable[[], tuple[Any, list[Any]]] = create_old if side is Side.OLD else create_new
        done = self.desk.perform(side, "create", create)
        if isinstance(done, Failure):
            self.books.unsure = True
        else:
            self.check(side, self._created(given, *done))

    def _created(self, given: Mapping[str, Any], made: int | UUID, steps: list[Any]) -> UUID:
        views_of_steps = [viewed(step) for step in given["steps"]]
        if isinstance(made, int):
            by_number = dict(zip(steps, views_of_steps, strict=True))
            key = self.books.born_old(made, viewed(given) | {"steps": by_number})
        else:
            key = made
            self.books.ledger.born(Side.NEW, key, None, viewed(given))
            for step, view in zip(steps, views_of_steps, strict=False):
                self.books.ledger.step_born(Side.NEW, key, step, None, view)
            self.books.unnamed.add(key)
            self.books.resolve([key])
        self.desk.wrote(*self.books.names(key))
        return key

    def _set_status(self, side: Side) -> None:
        key, status = self.own(), self.dice.status()
        done = self._run_written(side, "set_status", key, status, ())
        if not isinstance(done, Failure):
            common = self.books.ledger.rows[key].common
            common["status"] = status
            if status == "running":
                common["started_at"] = common["started_at"] or done
            self.check(side, key)

    def _finish(self, side: Side) -> None:
        key, (status, *error) = self.own(), self.dice.end()
        done = self._run_written(side, "finish", key, status, error)
        if not isinstance(done, Failure):
            ended = {"status": status, "ended_at": done}
            wrong = {"error_message": error[0], "error_details": error[1]}
            self.books.ledger.rows[key].common |= ended | wrong
            self.check(side, key)

    def _run_written(self, side: Side, operation: str, key: UUID, status: str, more: Any) -> Any:
        """Have the method of this name called, of either application."""
        if side is Side.NEW:
            method, said = getattr(self.new, operation), (key, status, *more)
        else:
            method, said = getattr(self.old, operation), (self._number(key), OLD_STATUSES[status], *more)
        return self.written(side, operation, [key], lambda: method(*said))

    def _save(self, side: Side) -> None:
        key = self.own()
        columns = {"channel": self.dice.channel(), "created_by": UUID(int=self.dice.getrandbits(128))}
        saved = lambda: self.old.save(self._number(key), **columns)  # noqa: E731
        if not isinstance(self.written(side, "save", [key], saved), Failure):
            self.books.ledger.rows[key].common |= columns
            self.check(side, key)

    def _annotate(self, side: Side) -> None:
        """What only the new application knows of a run."""
        key, text, data = self.own(), self.dice.text(), self.dice.data()
        annotated = lambda: self.new.annotate(key, text, data)  # noqa: E731
        if not isinstance(self.written(side, "annotate", [key], annotated), Failure):
            self.books.ledger.rows[key].only_new = {"external_id": text, "config_snapshot": data}
            self.check(side, key)

    def _set_context(self, side: Side) -> None:
        key, (name, value) = self.own(), self.dice.context()

        def set_context() -> None:
            if side is Side.OLD:
                self.old.set_context(self._number(key), name, value)
            else:
                self.new.set_context(key, {name: value})

        if not isinstance(self.written(side, "set_context", [key], set_context), Failure):
            self.books.ledger.rows[key].context[name] = value
            self.check(side, key)

    def _drop_context(self, side: Side) -> None:
        key = self.own()
        context = self.books.ledger.rows[key].context
        if not context:
            return
        name = self.dice.choice(sorted(context))
        dropped = lambda: self.new.drop_context(key, name)  # noqa: E731
        if not isinstance(self.written(side, "drop_context", [key], dropped), Failure):
            del context[name]
            self.check(side, key)

    def _call_endpoint(self, side: Side) -> None:
        key, given = self.own(), self.dice.endpoint()
        calls = self.books.ledger.rows[key].endpoints
        if side is Side.OLD:
            place: tuple[Any, object] = (self.old.call_endpoint, self._number(key))
        else:
            place = (self.new.call_endpoint, key)
        self.add_element(side, "call_endpoint", key, calls, *place, given)

    def _delete(self, side: Side) -> None:
        key = self.own()

        def delete() -> None:
            if side is Side.OLD:
                self.old.delete(self._number(key))
            else:
                self.new.delete(key)

        if not isinstance(self.written(side, "delete", [key], delete), Failure):
            self.books.ledger.delete(key)
            self.check(side, key)

    def _number(self, key: UUID) -> int:
        """The old key of a run; the old application is there, so that it has one."""
        return self.books.numbers[key]
