"""Runners that are there to be killed, before and after every statement that they send.

As tests/crash/victim.py, whose parent's side this is; the child stands still around statements here, because
DDL commits, so that each statement leaves something else behind than the one before.
"""

from __future__ import annotations

import gc
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from crossfade import commands
from crossfade.errors import CrossfadeError
from tests.concurrency.watching import DEADLINE
from tests.crash.victim import Victims
from tests.mariadb.shop import EVERYTHING

__all__ = ["Victims", "serve", "victims"]

# What changes nothing that outlives the session; and the heartbeat, which comes at any time.
_PASSED = re.compile(
    r"\s*(SELECT|SHOW|SET|EXPLAIN|DO|KILL|START|DESCRIBE|UPDATE `?_crossfade_\w+`?\.`?evolution)",
    re.IGNORECASE,
)
_VARIES = re.compile(r"'[^']*'|\d+")


@contextmanager
def victims() -> Iterator[Victims]:
    """A process that forks victims, until the block ends."""
    ours, theirs = socket.socketpair()
    program = [sys.executable, "-c", "from tests.mariadb.victims import serve; serve()"]
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


def serve() -> None:
    """Read commands, one line each, and fork a child for each; its status is told when it has ended."""
    gc.freeze()  # what has been imported is shared with every child
    while line := sys.stdin.readline():
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _walk(job["command"], job["database"])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _put({"status": status})


def _walk(command: str, database: str) -> None:
    _put({"process": os.getpid()})
    telling = threading.Lock()  # the gate's connections each have a thread

    def tell(kind: str, statement: str) -> None:
        if _PASSED.match(statement):
            return
        with telling:
            _put({"at": [kind, _VARIES.sub("?", statement)[:150]]})
            sys.stdin.readline()

    @event.listens_for(Engine, "before_cursor_execute")
    def before(_conn: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        tell("before", statement)

    @event.listens_for(Engine, "after_cursor_execute")
    def after(_conn: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        tell("after", statement)

    try:
        outcome = getattr(commands, command)(EVERYTHING, database)
        _put({"outcome": outcome.state})
    except CrossfadeError as error:
        _put({"error": str(error)})


def _put(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
