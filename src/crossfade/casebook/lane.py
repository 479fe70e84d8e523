"""One worker's thread: it paces the worker's operations, and between two of them runs errands.

All that a worker, its desk and its connections do happens on this one thread, so none of them needs a lock.
Each application has its own schedule with exponential gaps (independent users do not act in lockstep). A
lane that fell behind, because a statement had to wait, goes on from now: it does not make up for it by a
burst that would blur the latencies of the statements after.
"""

from __future__ import annotations

import queue
import random
import time
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from crossfade.casebook.desk import Desk
from crossfade.casebook.engines import Access, Engines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crossfade.casebook.case import WorkerFactory
    from crossfade.casebook.words import Assignment, Side

__all__ = ["Access", "Lane"]

T = TypeVar("T")


class Lane:
    """The thread of one worker. `rate` is in operations per second for each application that runs."""

    def __init__(
        self, worker: WorkerFactory, accesses: Mapping[Side, Access], assignment: Assignment, rate: float
    ) -> None:
        self.desk = Desk()
        self._engines = Engines(accesses, self.desk.watch)
        self.worker = worker(self.desk, self._engines, assignment)
        self._rate = rate
        self._dice = random.Random(f"{assignment.seed} {assignment.number} pace")
        self._due: dict[Side, float] = {}
        self._errands: queue.Queue[Callable[[], None]] = queue.Queue()
        self._thread = Thread(target=self._run, name=f"worker {assignment.number}", daemon=True)
        self._thread.start()

    def ask(self, errand: Callable[[], T]) -> queue.SimpleQueue[T]:
        """Run this on the lane's thread between two operations; the result arrives in the queue."""
        answer: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._errands.put(lambda: answer.put(errand()))
        return answer

    def enter(self, stage: str, sides: frozenset[Side]) -> None:
        """Run these applications from now on, in this stage; on the lane's thread."""
        self.desk.stage = stage
        for side in sides - self._due.keys():
            self._engines.connect(side)
        now = time.monotonic()
        self._due = {side: self._due.get(side, now + self._gap()) for side in sides}

    def leave(self, side: Side) -> None:
        """Close that application's connections; on the lane's thread."""
        self._engines.leave(side)

    def move(self, side: Side, access: Access) -> None:
        """Have that application connect so from now on; on the lane's thread."""
        self._engines.move(side, access)

    def _run(self) -> None:
        while True:
            try:
                errand = self._errands.get(timeout=self._patience())
            except queue.Empty:
                self._turn()
            else:
                errand()

    def _patience(self) -> float | None:
        """Seconds until the next operation is due; None while no application runs."""
        if not self._due:
            return None
        return max(min(self._due.values()) - time.monotonic(), 0.0)

    def _turn(self) -> None:
        side = min(self._due, key=self._due.__getitem__)
        self.worker.act(side, frozenset(self._due))
        self._due[side] = max(self._due[side] + self._gap(), time.monotonic())

    def _gap(self) -> float:
        return self._dice.expovariate(self._rate)
