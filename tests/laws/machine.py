"""The state machine: both applications write, commands come and die, and both read what the model says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crossfade import backfill, verify
from crossfade.drain import drain
from crossfade.pace import Pace
from crossfade.phases import TRANSITIONS, Command, State
from crossfade.testing import PostgresServer
from tests.laws.crash import Blow
from tests.laws.stage import Stage
from tests.laws.strategies import writes

_numbers = count(1)

BATCH = 3  # rows: so that the few that there are make several batches


@contextmanager
def small_batches() -> Iterator[None]:
    """Let every walk of a table be of several batches, always cut in the same way."""

    class Small(Pace):
        def __init__(self, **_: object) -> None:
            super().__init__(size=BATCH, least=BATCH, most=BATCH)

        @classmethod
        def of(cls, *_: object, **__: object) -> Pace:
            return cls()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "Pace", Small)
        patch.setattr(verify, "Pace", Small)
        patch.setattr(drain, "__defaults__", (BATCH,))
        yield


class Laws(RuleBasedStateMachine):
    """One database, from the legacy schema to wherever chance leads."""

    server: ClassVar[PostgresServer]

    def __init__(self) -> None:
        super().__init__()
        self._name = f"laws_{next(_numbers)}"
        self.stage = Stage(self.server.create_database(self._name))
        self._paused = False

    def teardown(self) -> None:
        self.stage.close()
        self.server.drop_database(self._name)

    @initialize(data=st.data())
    def rows_that_stand(self, data: st.DataObject) -> None:
        for _ in range(10):
            self._write(data)

    @rule(data=st.data(), number=st.integers(1, 5))
    def write(self, data: st.DataObject, number: int) -> None:
        for _ in range(number):
            self._write(data)

    @rule(data=st.data(), size=st.integers(2, 4), undone=st.booleans())
    def transaction(self, data: st.DataObject, size: int, *, undone: bool) -> None:
        side = data.draw(st.sampled_from(self.stage.model.speaking), "side")
        with self.stage.transaction(side, undone=undone):
            for _ in range(size):
                taken_back = data.draw(st.booleans(), "taken back")
                self.stage.attempt(data.draw(writes(self.stage.model, side), "write"), undone=taken_back)

    @rule(data=st.data())
    def command(self, data: st.DataObject) -> None:
        command = self._fitting(data)
        if command is Command.REVERT and self.stage.model.unsayable:
            self.stage.refuse(command)
        else:
            self.stage.run(command)

    @rule(data=st.data(), number=st.integers(1, 80), dead=st.booleans())
    def crash(self, data: st.DataObject, number: int, *, dead: bool) -> None:
        command = self._fitting(data)
        if command is not Command.REVERT or not self.stage.model.unsayable:
            self.stage.crash(command, Blow(number, dead=dead))

    @rule(data=st.data(), moment=st.integers(1, 20), number=st.integers(1, 3))
    def write_while_a_command_works(self, data: st.DataObject, moment: int, number: int) -> None:
        def act() -> None:
            for _ in range(number):
                self._write(data)

        command = self._fitting(data)
        if command is not Command.REVERT or not self.stage.model.unsayable:
            self.stage.visit(command, moment, act)

    @precondition(
        lambda self: not self._paused and self.stage.model.state in {State.ABSENT, State.ROLLED_BACK}
    )
    @rule(data=st.data())
    def write_while_a_start_is_paused(self, data: st.DataObject) -> None:
        self._paused = True  # once: a paused runner looks again after half a second
        self.stage.pause(Command.START, lambda: self._write(data))

    @precondition(lambda self: self.stage.model.state is State.LIVE)
    @rule()
    def verify(self) -> None:
        self.stage.verify()

    @rule(data=st.data())
    def a_command_that_does_not_fit(self, data: st.DataObject) -> None:
        state = self.stage.model.state
        refused = [each for each in Command if (state, each) not in TRANSITIONS]
        if state is State.LIVE and self.stage.came_by is State.STARTING:
            refused.append(Command.PURGE)
        others = [None] if state is not State.LIVE else []
        self.stage.refuse(data.draw(st.sampled_from([*refused, *others]), "command"))

    @precondition(lambda self: self.stage.model.state is State.COMPLETED)
    @rule()
    def purge_that_comes_too_early(self) -> None:
        self.stage.refuse(Command.PURGE, after=timedelta(hours=1))

    @invariant()
    def each_side_reads_what_it_must(self) -> None:
        self.stage.read()

    def _write(self, data: st.DataObject) -> None:
        side = data.draw(st.sampled_from(self.stage.model.speaking), "side")
        self.stage.write(data.draw(writes(self.stage.model, side), "write"))

    def _fitting(self, data: st.DataObject) -> Command:
        return data.draw(st.sampled_from(self.stage.fitting), "command")
