"""Orchestrators as processes of their own, begun at once: forked from one that has imported everything.

`python -m tests.casebook.benefit_drafts.nursery` reads a line of JSON for each, and answers with its
process id. They end with it, and it ends with whoever started it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from crossfade.casebook.benefit_drafts.orchestrator.serving import Places, serve


class Nursery:
    """The far end's hand."""

    def __init__(self, asked: IO[str], answers: IO[str]) -> None:
        self._asked, self._answers = asked, answers

    def begin(self, places: Places, socket: Path | int, log: Path, **how: Any) -> int:
        """Begin an orchestrator that listens at the socket, or port, and return its process id."""
        where = {"port": socket} if isinstance(socket, int) else {"uds": str(socket)}
        told = {"places": asdict(places), "where": where, "log": str(log), "how": how}
        self._asked.write(json.dumps(told) + "\n")
        self._asked.flush()
        return int(self._answers.readline())

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Nursery]:
        with subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            yield cls(process.stdin, process.stdout)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to reap them
    children = []
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(json.loads(line))
        children.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _live(told: dict[str, Any]) -> None:
    try:
        with Path(told["log"]).open("a") as log:
            os.dup2(log.fileno(), 2)
            os.dup2(log.fileno(), 1)
        os.close(0)
        serve(Places(**told["places"]), log_level="warning", **told["how"], **told["where"])
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
