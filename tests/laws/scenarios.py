"""Short histories, each about one promise: they pass as things are, and a mutant makes them fail.

A history is played on a stage, whose model says after every act what both applications must read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crossfade import commands
from crossfade.errors import Busy, VerificationFailed
from crossfade.phases import Command, State
from tests.laws.acts import demand, item, new, order, stand
from tests.laws.crash import Blow
from tests.laws.model import Lost
from tests.laws.references import REFERENCES
from tests.laws.stage import Stage, call
from tests.laws.visitor import Visitor
from tests.laws.world import EVOLUTION

Scenario = Callable[[Stage], None]

FIRST_BATCH = "backfill public.orders"


def both_write(stage: Stage) -> None:
    """Promise 1: each application sees the other's writes in its own shape."""
    stand(stage)
    stage.run(Command.START)
    order(stage, "old", 1, status="sent")
    order(stage, "new", 2, status="refunded")
    order(stage, "old", 2, note="saved", status="paid")
    item(stage, "old", 1, kind="gift")
    item(stage, "new", 2, kind="bulk")
    new(stage, "new", 10, status="shipped")
    new(stage, "new", 11, status=None, amount=5, gross=None, channel=None)
    new(stage, "old", 12, status="paid", amount=4)
    stage.read()
    stage.verify()


def kept(stage: Stage) -> None:
    """Promise 5: what only the new side can say survives a rollback, and yields to the old side's moves."""
    stand(stage)
    stage.run(Command.START)
    for key in (1, 2, 3):
        order(stage, "new", key, status="refunded", channel="fair", gross=7)
    order(stage, "new", 4, status=None, channel=None)
    stage.run(Command.ROLLBACK)
    order(stage, "old", 1, status="sent")
    order(stage, "old", 5, status="new", amount=9)
    stage.run(Command.START)
    stage.verify()


def kept_through_an_interrupted_start(stage: Stage) -> None:
    """Promise 5, where the start that was to bring it back is interrupted and rolled back."""
    stand(stage)
    stage.run(Command.START)
    order(stage, "new", 1, status="refunded", gross=7)
    stage.run(Command.ROLLBACK)
    stage.crash(Command.START, Blow(1, dead=True, at="WITH picked"))
    order(stage, "old", 1, amount=50)
    stage.run(Command.ROLLBACK)
    stage.run(Command.START)


def filled_once(stage: Stage) -> None:
    """A fill is given when a row is born, and not again when the backfill comes by."""
    stand(stage)

    def born() -> None:
        new(stage, "old", 8, amount=3)
        order(stage, "old", 8, amount=21)

    stage.visit(Command.START, FIRST_BATCH, born)
    (gross,) = (row["gross"] for row in stage.applications.read("new", "orders") if row["id"] == 8)
    demand(gross == 6, f"gross of a row that was born with an amount of 3 is {gross}")


def cut_in_a_batch(stage: Stage) -> None:
    """Promise 3: a runner that dies in a batch leaves nothing out."""
    stand(stage)
    stage.crash(Command.START, Blow(2, dead=True, at="^UPDATE .*orders AS t"))
    stage.run(Command.START)
    stage.verify()


def retired(stage: Stage) -> None:
    """Promise 6: what the old side alone could tell apart is there again after a revert."""
    stand(stage)
    stage.run(Command.START)
    item(stage, "old", 1, kind="gift")
    stage.run(Command.COMPLETE)
    order(stage, "new", 1, status="refunded")
    order(stage, "new", 3, status="shipped")
    new(stage, "new", 10, status="created")
    stage.run(Command.REVERT)
    stage.verify()


def astray(stage: Stage) -> None:
    """Promise 4: a row that was written past the sync is found, were it the last."""
    _lead_astray(stage)
    found = commands.verify(EVOLUTION, stage.url)
    demand(found.mismatches == 1, f"{found.mismatches} mismatches, must be 1")


def gate(stage: Stage) -> None:
    """Promise 4: `complete` refuses while a row disagrees."""
    _lead_astray(stage)
    try:
        call(Command.COMPLETE, stage.url)
    except VerificationFailed:
        demand(stage.state() is State.LIVE, "it is live again")
    else:
        raise Lost("completed, and a row disagrees")


def two_runners(stage: Stage) -> None:
    """One runner at a time."""
    stand(stage)

    def another() -> None:
        try:
            call(Command.START, stage.url)
        except Busy:
            return
        raise Lost("two runners at work")

    stage.visit(Command.START, FIRST_BATCH, another)


def fenced(stage: Stage) -> None:
    """A runner that has slept through its lease, and wakes when another has done its work, writes nothing."""
    stand(stage)

    def overtaken() -> None:
        stage.expire()
        call(Command.START, stage.url)

    try:
        call(Command.START, stage.url, Visitor(FIRST_BATCH, overtaken))
    except Busy:
        return
    raise Lost("a runner without a lease went on")


def early_purge(stage: Stage) -> None:
    """`purge --after` waits."""
    stand(stage)
    stage.run(Command.START)
    stage.run(Command.COMPLETE)
    stage.refuse(Command.PURGE, after=timedelta(hours=1))


def seeds(stage: Stage) -> None:
    """A rollback takes the seeds that nobody has touched, and they come back with their keys."""
    stand(stage)
    stage.run(Command.START)
    (house,) = (item.key for item in stage.model.rows.items.values() if item.shared["name"] == "house")
    item(stage, "old", house, remark="moved in")
    stage.run(Command.ROLLBACK)
    stage.run(Command.START)


def seeds_without_an_index(stage: Stage) -> None:
    """Seeds exist once, also where no unique index sees to it."""
    stage.applications.order("old", "ALTER TABLE items DROP CONSTRAINT items_name_key")
    seeds(stage)


def paused(stage: Stage) -> None:
    """A paused runner waits."""
    stand(stage)
    stage.pause(Command.START, lambda: order(stage, "old", 1, status="sent"))


def _lead_astray(stage: Stage) -> None:
    stand(stage)
    stage.run(Command.START)
    with stage.applications.transaction("old", undone=False):
        stage.applications.order("old", "SET LOCAL crossfade.sync = 'off'")
        stage.applications.order("old", "UPDATE orders SET status = 'sent' WHERE id = 9")


SCENARIOS: tuple[Scenario, ...] = (
    both_write,
    kept,
    kept_through_an_interrupted_start,
    filled_once,
    cut_in_a_batch,
    retired,
    astray,
    gate,
    two_runners,
    fenced,
    early_purge,
    seeds,
    seeds_without_an_index,
    paused,
    *REFERENCES,
)
