"""Both applications write at random, commands come at random: both read what a plain-Python model says.

CROSSFADE_TREES_EXAMPLES says how many histories (8), CROSSFADE_LAWS_SEED which.
"""

from __future__ import annotations

import os
from itertools import count
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crossfade import commands
from crossfade.testing import PostgresServer
from tests.concurrency.watching import opened, rows
from tests.laws.machine import small_batches
from tests.trees.ledger import EVOLUTION, NAME, SCHEMA
from tests.trees.model import Line
from tests.trees.world import OLD_STATES, World

EXAMPLES = int(os.environ.get("CROSSFADE_TREES_EXAMPLES", "8"))
SEED = int(os.environ.get("CROSSFADE_LAWS_SEED", "1"))
BOUND = settings(
    max_examples=EXAMPLES,
    stateful_step_count=24,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
MOVES = {  # state -> the commands that fit it, and where they lead
    "absent": {"start": "live"},
    "live": {"rollback": "rolled back", "complete": "completed"},
    "rolled back": {"start": "live"},
    "completed": {"revert": "live", "purge": "purged"},
    "purged": {"revert": "live"},
}
_numbers = count(1)
chances = st.randoms(use_true_random=False)


class Laws(RuleBasedStateMachine):
    """One ledger, from its old tables to wherever chance leads."""

    server: ClassVar[PostgresServer]

    def __init__(self) -> None:
        super().__init__()
        self.name = f"trees_laws_{next(_numbers)}"
        self.database = self.server.create_database(self.name)
        session = opened(self.database, autocommit=False)
        session.execute(SCHEMA)
        session.commit()
        self.world, self.state = World(session), "absent"

    def teardown(self) -> None:
        self.world.session.close()
        self.server.drop_database(self.name)

    @property
    def sides(self) -> list[str]:
        """Which applications work now."""
        return {"live": ["old", "new"], "completed": ["new"], "purged": ["new"]}.get(self.state, ["old"])

    @initialize(chance=chances)
    def rows_that_stand(self, chance: Random) -> None:
        for _ in range(3):
            self.world.old_job(chance)
        self.world.transaction("old", chance, 15, undone=False)
        if chance.random() < 0.8:
            self.command(chance)

    @rule(chance=chances, size=st.integers(1, 5), undone=st.sampled_from([False, False, False, True]))
    def transaction(self, chance: Random, size: int, *, undone: bool) -> None:
        self.world.transaction(chance.choice(self.sides), chance, size, undone=undone)

    @rule(chance=chances, size=st.integers(1, 4))
    def transactions_of_both(self, chance: Random, size: int) -> None:
        for side in self.sides * 3:
            self.world.transaction(side, chance, size, undone=False)

    @rule(chance=chances)
    def command(self, chance: Random) -> None:
        command = chance.choice(sorted(MOVES[self.state]))
        self.world.done.append(command)
        outcome = getattr(commands, command)(EVOLUTION, self.database)
        self.state = MOVES[self.state][command]
        assert outcome.state == self.state
        self.world.live = self.state == "live"
        if command == "rollback":
            for _, _, move in self.world.moves():
                move.ordered = not move.sorted
        if self.state == "live":
            self._adopt()

    @precondition(lambda self: self.state == "live")
    @rule()
    def verify(self) -> None:
        found = commands.verify(NAME, self.database)
        due = len(self.world.missions) + sum(1 for _ in self.world.moves())
        assert (found.mismatches, found.rows) == (0, due)

    @invariant()
    def both_read_what_the_model_says(self) -> None:
        session = self.world.session
        if "new" in self.sides:
            assert self._of_new() == {
                **{
                    key: (each.title, each.status, each.outside, each.marks)
                    for key, each in self.world.missions.items()
                },
                **{
                    key: (
                        self._key(mission),
                        move.place,
                        move.note,
                        [(e.id, e.words) for e in move.lines],
                        move.labels,
                    )
                    for mission, key, move in self.world.moves()
                },
            }
        if "old" in self.sides:
            found = rows(session, "SELECT id, title, state FROM jobs")
            assert sorted(found) == sorted(
                (each.old, each.title, OLD_STATES[each.status]) for each in self.world.missions.values()
            )
            assert sorted(rows(session, "SELECT job_id, name, value FROM marks")) == sorted(
                (each.old, name, value)
                for each in self.world.missions.values()
                for name, value in each.marks.items()
            )
            assert sorted(rows(session, "SELECT id, job_id, place FROM tasks")) == sorted(
                (move.old, mission.old, move.place) for mission, _, move in self.world.moves()
            )
            assert sorted(rows(session, "SELECT id, task_id, words FROM lines")) == sorted(
                (line.id, move.old, line.words) for _, _, move in self.world.moves() for line in move.lines
            )
            assert sorted(rows(session, "SELECT task_id, name, value::text FROM labels")) == sorted(
                (move.old, name, str(value))
                for _, _, move in self.world.moves()
                for name, value in move.labels.items()
            )
        session.rollback()

    def _of_new(self) -> dict[object, tuple[object, ...]]:
        session = self.world.session
        found: dict[object, tuple[object, ...]] = {}
        for key, *rest in rows(session, "SELECT mission_id, title, status, outside, marks FROM missions"):
            found[key] = tuple(rest)
        query = "SELECT move_id, mission_id, place, (details ->> 'note')::int, lines, labels FROM moves"
        for key, mission, place, note, lines, labels in rows(session, query):
            found[key] = (mission, place, note, [(each.get("id"), each["words"]) for each in lines], labels)
        return found

    def _key(self, mission: object) -> object:
        return next(key for key, each in self.world.missions.items() if each is mission)

    def _adopt(self) -> None:
        """What only the database can know: keys that the old side gave, an order that nobody has chosen."""
        session = self.world.session
        for key, old in rows(session, "SELECT mission_id, legacy_job FROM missions"):
            self.world.missions[key].old = old
        moves = {key: move for _, key, move in self.world.moves()}
        for key, old, lines in rows(session, "SELECT move_id, legacy_task, lines FROM moves"):
            move = moves[key]
            found = [Line(each["id"], each["words"]) for each in lines]
            move.old = old
            if move.loose:
                assert sorted((e.id, e.words) for e in found) == sorted((e.id, e.words) for e in move.lines)
                move.lines, move.loose = found, False
            else:
                assert [e.words for e in found] == [e.words for e in move.lines]
                assert all(was.id in {None, now.id} for was, now in zip(move.lines, found, strict=True))
                move.lines = found
            move.ordered = not move.sorted
        session.rollback()


@pytest.mark.one_server
@pytest.mark.one_in(2)
@pytest.mark.parametrize("part", [1, 2])
def test_the_laws_hold(postgresql: PostgresServer, part: int) -> None:
    print(f"laws of trees: CROSSFADE_LAWS_SEED={SEED}, part {part}")  # noqa: T201 - shown where it fails
    machine = type("Laws", (Laws,), {"server": postgresql})
    with small_batches():
        run_state_machine_as_test(seed(SEED * 1000 + part)(machine), settings=BOUND)
