"""What runs inside one process of the traffic: its lanes, and the desk clerk who answers the walk's requests.

The process lives exactly as long as the pipe to the walk. The main thread does nothing but read that pipe,
so it sees the end of it at once even while a request is being worked on, and then leaves without ceremony:
the server rolls back what was open. A thread that dies of a bug takes the process with it, and says so
first.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from crossfade.casebook.desk import Notes
from crossfade.casebook.lane import Access, Lane
from crossfade.casebook.words import Assignment, Moment, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection

    from crossfade.casebook.case import WorkerFactory

__all__ = ["ANSWER", "CRASH", "Workplace", "Workplan", "work"]

ANSWER = "answer"
CRASH = "crash"

T = TypeVar("T")


@dataclass(frozen=True)
class Workplan:
    """What a process of the traffic needs to know; it is pickled."""

    worker: WorkerFactory
    accesses: Mapping[Side, Access]
    assignments: tuple[Assignment, ...]
    rate: float  # operations per second of each application, per worker


class Workplace:
    """The requests that the walk may make, each answered for all lanes of this process."""

    def __init__(self, plan: Workplan) -> None:
        self._lanes = [
            Lane(plan.worker, plan.accesses, assignment, plan.rate) for assignment in plan.assignments
        ]

    def learn(self) -> None:
        """Have every worker choose its rows."""
        self._all(lambda lane: lane.worker.learn())

    def enter(self, stage: str, sides: frozenset[Side]) -> None:
        """Run these applications in this stage; when it returns, no other has a statement under way."""
        self._all(lambda lane: lane.enter(stage, sides))

    def leave(self, side: Side) -> None:
        """Close that application's connections."""
        self._all(lambda lane: lane.leave(side))

    def move(self, side: Side, access: Access) -> None:
        """Have that application connect so from now on."""
        self._all(lambda lane: lane.move(side, access))

    def witness(self, moment: Moment) -> None:
        """Tell every worker of a command."""
        self._all(lambda lane: lane.worker.witness(moment))

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Have every worker compare all its rows on these sides."""
        self._all(lambda lane: lane.worker.reconcile(sides))

    def mark(self, name: str) -> None:
        """Remember which rows are written from now on."""
        self._all(lambda lane: lane.desk.mark(name))

    def collect(self, name: str) -> frozenset[str]:
        """The rows that may have been written since `mark`."""
        return frozenset().union(*self._all(lambda lane: lane.desk.collect(name)))

    def hand_over(self) -> Notes:
        """What all workers wrote down since the last call."""
        notes = Notes()
        for some in self._all(lambda lane: lane.desk.hand_over()):
            notes.add(some)
        return notes

    def tallies(self) -> dict[str, Tally]:
        """The increments of shared counters by all workers."""
        total: dict[str, Tally] = {}
        for tallies in self._all(lambda lane: dict(lane.worker.tallies())):
            for name, tally in tallies.items():
                total[name] = total[name] + tally if name in total else tally
        return total

    def _all(self, errand: Callable[[Lane], T]) -> list[T]:
        answers = [lane.ask(lambda lane=lane: errand(lane)) for lane in self._lanes]  # type: ignore[misc]
        return [answer.get() for answer in answers]


def work(pipe: Connection, plan: Workplan) -> None:
    """The main function of a process of the traffic; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the walk ends us, in order
    requests: queue.SimpleQueue[tuple[str, tuple[Any, ...]]] = queue.SimpleQueue()
    sending = threading.Lock()

    def reply(kind: str, value: object) -> None:
        with sending:
            try:
                pipe.send((kind, value))
            except OSError:  # nobody is there to hear it
                os._exit(0)

    def crash(failure: threading.ExceptHookArgs) -> None:
        trace = traceback.format_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
        reply(CRASH, "".join(trace))
        os._exit(1)

    def answer() -> None:
        workplace = Workplace(plan)
        while True:
            method, arguments = requests.get()
            reply(ANSWER, getattr(workplace, method)(*arguments))

    threading.excepthook = crash
    threading.Thread(target=answer, name="clerk", daemon=True).start()
    try:
        while True:
            requests.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(0)
