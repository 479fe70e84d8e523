"""Workers and their oracle where there is one side only, without Crossfade: nothing may be found wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from crossfade.casebook.desk import Desk
from crossfade.casebook.run_ledger.dice import Dice
from crossfade.casebook.run_ledger.hot import audit
from crossfade.casebook.run_ledger.traffic import MIXES, RunWorker
from crossfade.casebook.words import Assignment, Moment, Side
from tests.casebook.run_ledger.places import ROWS, legacy, modelled

pytestmark = pytest.mark.one_server

ACTS = 250
HOT = """
INSERT INTO user_workflow_run (run_id, workflow_id, org_id, channel, legacy_trace_id)
SELECT CAST(:run AS uuid), workflow_id, org_id, channel, id FROM workflow_trace WHERE id = :trace;
"""
HOT_STEP = """
INSERT INTO user_workflow_run_step (step_id, run_id, step_number, events)
SELECT CAST(:key AS uuid), CAST(:run AS uuid), 1, coalesce(jsonb_agg(to_jsonb(e) - 'step_id'), '[]')
FROM workflow_events e WHERE step_id = :number
"""


@dataclass
class Working:
    """A worker that has learnt; both its applications use the same database."""

    user: RunWorker
    desk: Desk
    engine: Engine

    def alone(self) -> None:
        """Only the new application is left, and there are no runs but the hot ones."""
        self.user.books.ledger.rows.clear()
        self.user.witness(Moment("complete", ended=False))
        with self.engine.begin() as connection:
            for hot in self.user.books.hot_steps:
                for statement in (HOT, HOT_STEP):
                    connection.execute(text(statement), hot._asdict())

    def act(self, side: Side, times: int) -> None:
        for _ in range(times):
            self.user.act(side, frozenset({side}))

    def everything(self, side: Side) -> None:
        """Every operation of the side's application at least once, and many more."""
        self.act(side, 25)
        for operation in MIXES[side]:
            getattr(self.user, f"_{operation}")(side)
        self.act(side, ACTS)

    def findings(self, side: Side) -> list[str]:
        self.user.reconcile(frozenset({side}))
        notes = self.desk.hand_over()
        assert notes.checks > 0
        return [
            str(each) for each in (*notes.findings, *audit({side: self.engine}, self.user.tallies(), "now"))
        ]


@pytest.fixture
def working(database: str) -> Iterator[Working]:
    legacy(database)
    engine = create_engine(database)
    modelled(engine)
    desk = Desk()
    user = RunWorker(desk, dict.fromkeys(Side, engine), Assignment(0, 2, 1))
    user.learn()
    yield Working(user, desk, engine)
    engine.dispose()


def test_a_worker_takes_its_share_and_leaves_the_hot_ones(working: Working) -> None:
    own = set(working.user.books.numbers.values())
    hot = {each.trace for each in working.user.books.hot_steps}
    assert len(hot) == 6
    assert own == {number for number in range(1, ROWS + 1) if number % 2 == 0} - hot


@pytest.mark.parametrize("side", Side)
def test_each_application_is_as_the_oracle_says(working: Working, side: Side) -> None:
    if side is Side.NEW:
        working.alone()
    working.everything(side)
    assert working.findings(side) == []
    assert any(tally.committed for tally in working.user.tallies().values())


REVERSED = """
UPDATE user_workflow_run_step SET events =
    (SELECT jsonb_agg(e ORDER BY n DESC) FROM jsonb_array_elements(events) WITH ORDINALITY AS x (e, n))
WHERE jsonb_array_length(events) > 1
"""
ZONED = "UPDATE user_workflow_run_step SET events = replace(events::text, '+00:00', 'Z')::jsonb"
SAID = """
UPDATE user_workflow_run_step SET metadata = jsonb_set(metadata, '{bindings,0,value}', 'null')
WHERE metadata -> 'bindings' <> '[]' AND NOT metadata -> 'bindings' -> 0 ? 'value'
"""
SABOTAGES: dict[str, tuple[Side, str]] = {
    "an event is gone": (Side.OLD, "DELETE FROM workflow_events WHERE id % 3 = 0"),
    "a picture changed": (Side.OLD, "UPDATE workflow_trace_screenshot SET thumbnail = '\\x00'"),
    "a key is gone": (Side.OLD, "DELETE FROM workflow_trace_context WHERE key = 'patient'"),
    "attempts moved": (Side.OLD, "UPDATE workflow_step_retries SET attempt = attempt + 1"),
    "events are reversed": (Side.NEW, REVERSED),
    "moments are in other words": (Side.NEW, ZONED),
    "a duration is off by one": (Side.NEW, "UPDATE user_workflow_run SET duration_ms = duration_ms + 1"),
    "a count is off by one": (Side.NEW, "UPDATE user_workflow_run_step SET retry_count = retry_count + 1"),
    "nothing became null": (Side.NEW, SAID),
}


@pytest.mark.parametrize("what", SABOTAGES)
def test_sabotage_is_found(working: Working, what: str) -> None:
    side, statement = SABOTAGES[what]
    if side is Side.NEW:
        working.alone()
    working.act(side, 60)
    with working.engine.begin() as connection:
        connection.execute(text(statement))
    assert working.findings(side)


def test_dice_fall_the_same_for_the_same_seed() -> None:
    def thrown(seed: str) -> list[Any]:
        return [Dice(seed, 1).run() for _ in range(3)]

    assert thrown("1 0") == thrown("1 0") != thrown("2 0")
