"""Runners that are there to be killed: real processes, which say where they are and wait to be told to go on.

One process has imported everything and forks a child for each command, because importing takes longer than
the command does. A child is killed as any process is, by SIGKILL: nothing of it can tidy up.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import IO, Any

from crossfade import Evolution, commands
from crossfade.errors import CrossfadeError
from tests.concurrency.watching import DEADLINE, Moment
from tests.crash.press import Stop


class Victim:
    """One command in a process of its own; it stands still whenever it has told where it is."""

    def __init__(self, line: IO[str], command: str, database: str) -> None:
        self._line = line
        self.ended: dict[str, Any] | None = None
        self.alive = True
        self._say({"command": command, "database": database})
        self._process_id = int(self._hear()["process"])

    def moment(self) -> Moment | None:
        """Where it is now; None when it has ended, which it tells by `ended`."""
        told = self._hear()
        if "at" in told:
            kind, title = told["at"]
            return kind, title
        self.ended = told
        assert self._hear() == {"status": 0}
        self.alive = False
        return None

    def go_on(self) -> None:
        """Let it work until the next moment."""
        self._say({})

    def go_to(self, stop: Stop) -> bool:
        """Let it work up to a moment, and leave it there; False where it has ended before."""
        before = 0
        while (moment := self.moment()) is not None:
            before += moment == (stop.kind, stop.title)
            if before == stop.time:
                return True
            self.go_on()
        return False

    def kill(self) -> None:
        """End it with SIGKILL, and see that it is gone. What it was about to tell is forgotten."""
        os.kill(self._process_id, signal.SIGKILL)
        while "status" not in (told := self._hear()):
            pass
        self.alive = False
        assert os.WTERMSIG(told["status"]) == signal.SIGKILL

    def _say(self, message: dict[str, Any]) -> None:
        self._line.write(json.dumps(message) + "\n")
        self._line.flush()

    def _hear(self) -> dict[str, Any]:
        line = self._line.readline()
        assert line, "the process that forks is gone"
        heard: dict[str, Any] = json.loads(line)
        return heard


@dataclass
class Victims:
    """The process that forks."""

    line: IO[str]
    _last: Victim | None = None

    def begin(self, command: str, database: str) -> Victim:
        """A process that walks `command`; one that a failed test has left behind is ended first."""
        if self._last is not None and self._last.alive:
            self._last.kill()
        self._last = Victim(self.line, command, database)
        return self._last


@contextmanager
def victims(evolution: str) -> Iterator[Victims]:
    """A process that forks victims at work on an evolution ("module:NAME"), until the block ends."""
    ours, theirs = socket.socketpair()
    program = [sys.executable, "-c", f"from tests.crash.victim import serve; serve({evolution!r})"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with (
        ours,
        subprocess.Popen(program, stdin=theirs.fileno(), stdout=theirs.fileno(), env=environment) as process,
    ):
        theirs.close()
        ours.settimeout(DEADLINE)
        with ours.makefile("rw") as line:
            try:
                yield Victims(line)
            finally:
                process.kill()


class Teller:
    """An observer that tells its parent, and waits for the answer."""

    def __init__(self) -> None:
        self._title = ""

    def began(self, title: str, position: int, total: int) -> None:
        self._title = title
        self._tell("began")

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self._tell("advanced")

    def ended(self, title: str, seconds: float) -> None:
        self._tell("ended")

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        """It tries again by itself."""

    def _tell(self, kind: str) -> None:
        _put({"at": [kind, self._title]})
        sys.stdin.readline()


def serve(where: str) -> None:
    """Read commands, one line each, and fork a child for each; its status is told when it has ended."""
    evolution: Evolution = resolve_name(where)
    gc.freeze()  # what has been imported is shared with every child
    while line := sys.stdin.readline():
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _walk(evolution, job["command"], job["database"])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _put({"status": status})


def _walk(evolution: Evolution, command: str, database: str) -> None:
    _put({"process": os.getpid()})
    try:
        outcome = getattr(commands, command)(evolution, database, observer=Teller())
        _put({"outcome": outcome.state})
    except CrossfadeError as error:
        _put({"error": str(error)})


def _put(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
