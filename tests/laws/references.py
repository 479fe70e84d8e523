"""Short histories of a column that refers to a lookup, whose rows are edited meanwhile."""

from __future__ import annotations

import psycopg

from crossfade.phases import Command
from tests.laws.acts import demand, new, order, stand
from tests.laws.applications import Write
from tests.laws.stage import Stage
from tests.laws.world import Side


def referred(stage: Stage) -> None:
    """Promise 1: a value is the key of its row, a key the value of its row; of one without, it is refused."""
    stand(stage)
    order(stage, "old", 1, size="large")
    stage.run(Command.START)
    order(stage, "old", 2, size="large")
    order(stage, "old", 2, size="small")
    order(stage, "new", 3, size_id=3)
    order(stage, "new", 1, size_id=None)
    new(stage, "old", 10, size="large")
    new(stage, "new", 11, size_id=1)
    demand(_is_refused(stage, Write("new", "insert", "orders", 12, {"size_id": 4})), "nothing to say for 4")
    stage.read()
    stage.verify()


def meant_otherwise(stage: Stage) -> None:
    """Promise 1: where a row of the lookup comes to mean something else, who refers to it follows at once."""
    stand(stage)
    stage.run(Command.START)
    order(stage, "new", 1, size_id=3)
    _edit(stage, "old", 3, "S")
    stage.read()
    demand(_is_refused(stage, _code("new", 3, "X")), "a row in use came to mean nothing")
    with stage.transaction("new", undone=True):
        _edit(stage, "new", 3, "L")
    stage.read()
    stage.verify()


def stood_upon(stage: Stage) -> None:
    """Promise 1: what stands for a value stays, whether anybody refers to it or not, until `complete`."""
    stand(stage)
    stage.run(Command.START)
    demand(_is_refused(stage, _code("old", 2, "S")), "what stood for a value was changed")
    demand(_is_refused(stage, Write("new", "delete", "sizes", 1)), "what stood for a value went")
    demand(not _is_refused(stage, Write("new", "delete", "sizes", 4)), "what stood for nothing stayed")
    order(stage, "old", 1, size="small")
    stage.read()


def waited_for(stage: Stage) -> None:
    """Promise 1: an edit of a row waits for whoever has just come to refer to it."""
    stand(stage)
    stage.run(Command.START)
    stage.applications.order("old", "SET lock_timeout = '200ms'")
    with stage.transaction("new", undone=False):
        new(stage, "new", 10, size_id=3)
        try:
            stage.applications.send(_code("old", 3, "S"))
        except psycopg.errors.LockNotAvailable:
            waited = True
        else:
            waited = False
    demand(waited, "an edit went past a row that has just come to refer")
    _edit(stage, "old", 3, "S")
    stage.read()


def kept_references(stage: Stage) -> None:
    """Promise 5: a key comes back after a rollback, if its row still means what the old value says."""
    stand(stage)
    _edit(stage, "old", 4, "L")
    stage.run(Command.START)
    order(stage, "new", 1, size_id=3)
    order(stage, "new", 2, size_id=4)
    order(stage, "new", 3, size_id=3)
    stage.run(Command.ROLLBACK)
    _edit(stage, "old", 4, "S")
    order(stage, "old", 3, size="small")
    stage.run(Command.START)
    stage.verify()


REFERENCES = (referred, meant_otherwise, stood_upon, waited_for, kept_references)


def _code(side: Side, key: int, code: str) -> Write:
    return Write(side, "update", "sizes", key, {"code": code})


def _edit(stage: Stage, side: Side, key: int, code: str) -> None:
    demand(not _is_refused(stage, _code(side, key, code)), f"size {key} could not become {code}")


def _is_refused(stage: Stage, write: Write) -> bool:
    """Whether a write is refused, which the model must have foreseen."""
    return stage.write(write) is not None
