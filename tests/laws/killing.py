"""The soak's crashes: real processes, killed while both applications write; at times the server crashes too.

Writers do not know how far the command has come, and neither does the model: it allows for anything, until
the applications read. So that this stays true, only what a command can't take away under a write is
written while one works: orders, which refer to no seed.
"""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass
from random import Random

from crossfade.errors import CrossfadeError
from crossfade.phases import TRANSITIONS, Command, State
from crossfade.testing import PostgresServer
from tests.laws.applications import Write
from tests.laws.runner import begun
from tests.laws.stage import Stage
from tests.laws.strategies import AMOUNTS, TEXTS, VALUES
from tests.laws.world import SIZE, Row, Side

ROWS = 150
PATIENCE = 60.0  # seconds within which a command must end


@dataclass
class Toll:
    """What a round came to."""

    commands: int = 0
    kills: int = 0
    server_crashes: int = 0
    writes: int = 0

    def __str__(self) -> str:
        return (
            f"{self.commands} commands, {self.kills} killed, {self.server_crashes} server crashes, "
            f"{self.writes} writes"
        )


class Killing:
    """One database on a server of its own, until `deadline`."""

    def __init__(self, server: PostgresServer, random: Random, deadline: float) -> None:
        self._server, self._random, self._deadline = server, random, deadline
        self.stage = Stage(server.create_database("killing"))
        self.toll = Toll()

    def go(self) -> None:
        """Command after command, and whatever befalls them. Raises Lost."""
        for key in range(1, ROWS + 1):
            self._write(key)
        for number in range(3):
            self.stage.write(
                Write("old", "insert", "items", None, {"name": f"item {number}", "kind": "gift"})
            )
        while time.monotonic() < self._deadline:
            self._walk()
            for _ in range(10):
                self._write()
            self.stage.read()
            if self.stage.model.state is State.LIVE:
                self.stage.verify()

    def _walk(self) -> None:
        model = self.stage.model
        before = model.state
        command = self._random.choice(self.stage.fitting)
        self.stage.done.append(f"{command} in a process")
        self.toll.commands += 1
        writes, fate = self._random.randrange(60), self._random.random()
        with begun(command, self.stage.url) as process:
            try:
                if self._is_at_work(process, before, command):
                    model.begin(command)
                    for _ in range(writes):
                        if process.poll() is not None:
                            break
                        self.stage.come()
                        self._write(during=command)
                if process.poll() is None and fate < 0.6:
                    self._strike(process, server=fate < 0.12)
                process.wait(PATIENCE)
            finally:
                process.kill()
        self.stage.expire()
        self.stage.arrive(before, command)

    def _is_at_work(self, process: subprocess.Popen[bytes], before: State, command: Command) -> bool:
        """Wait until the command has taken the evolution, or has ended. Where it goes on with what another
        left, it is at work at once, for all that a writer can tell.
        """
        during = TRANSITIONS[before, command].during
        while before is not during and process.poll() is None:
            try:
                if self.stage.state() is not before:
                    return True
            except CrossfadeError:
                continue  # the journal is being made
        return before is during

    def _strike(self, process: subprocess.Popen[bytes], *, server: bool) -> None:
        if server:
            self.stage.done.append("the server crashes")
            self.toll.server_crashes += 1
            self._server.kill()
            process.wait(PATIENCE)
            self._server.restart()
            self.stage.applications.connect()
            return
        self.stage.done.append("killed")
        self.toll.kills += 1
        process.send_signal(signal.SIGKILL)

    def _write(self, key: int | None = None, *, during: Command | None = None) -> None:
        """Any write to an order; while a `complete` works, none that both versions would have to see."""
        random, orders = self._random, self.stage.model.rows.orders
        speaking = self.stage.model.speaking
        side = speaking[-1] if during is Command.COMPLETE else random.choice(speaking)
        key = random.randrange(1, ROWS + 1) if key is None else key
        given = self._given(side, amount=during is not Command.COMPLETE)
        kind = random.choice(("update", "update", "update", "delete")) if key in orders else "insert"
        self.toll.writes += 1
        self.stage.write(Write(side, kind, "orders", key, {} if kind == "delete" else given))

    def _given(self, side: Side, *, amount: bool) -> Row:
        every = {**VALUES[side], "note": TEXTS, **({"amount": AMOUNTS} if amount else {})}
        if side == "new":  # what can't be taken may come before a command's end, or after it
            every["size_id"] = tuple(filter(SIZE.takes, every["size_id"]))
        if side == "old":
            every["status"] = tuple(label for label in every["status"] if label is not None)
        names = self._random.sample(sorted(every.keys() - {"kind"}), self._random.randrange(1, 3))
        return {name: self._random.choice(every[name]) for name in names}
