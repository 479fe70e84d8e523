"""The traffic as the walk sees it: some processes that run both applications and answer requests.

The processes are spawned, not forked: nothing of the walk's connections or threads is in them. They end
when the walk does, however it does: they live on a pipe that the kernel closes.
"""

from __future__ import annotations

import multiprocessing
import threading
from typing import TYPE_CHECKING, Any, Self

from crossfade.casebook.desk import Notes
from crossfade.casebook.lane import Access
from crossfade.casebook.words import Assignment, Moment, Side, Tally
from crossfade.casebook.workplace import CRASH, Workplan, work
from crossfade.errors import CrossfadeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection
    from types import TracebackType

    from crossfade.casebook.case import WorkerFactory

__all__ = ["Crew", "TrafficDied"]

PROCESSES = 2  # Python runs one thread at a time; two keep one lane's work from delaying another's clock
FAREWELL = 5.0  # seconds for a process to end by itself


class TrafficDied(CrossfadeError):
    """A process of the traffic ended: a bug in the case, or the database refused all connections."""


class Crew:
    """The workers of both applications, `rate` operations per second in total for each application.

    A context manager: entering starts the processes, leaving ends them. Requests may come from several
    threads. Raises TrafficDied from any request once a process is gone.
    """

    def __init__(
        self,
        worker: WorkerFactory,
        accesses: Mapping[Side, Access],
        *,
        workers: int = 4,
        rate: float = 150.0,
        seed: int = 1,
    ) -> None:
        assignments = [Assignment(number, workers, seed) for number in range(workers)]
        shares = [tuple(assignments[start::PROCESSES]) for start in range(PROCESSES)]
        self._plans = [Workplan(worker, accesses, share, rate / workers) for share in shares if share]
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._asking = threading.Lock()
        self._death: TrafficDied | None = None

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        for plan in self._plans:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=work, args=(theirs, plan), daemon=True)
            process.start()
            theirs.close()  # so that its end is the only one, and its death is seen here
            self._pipes.append(ours)
            self._processes.append(process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(FAREWELL)
            if process.is_alive():
                process.kill()
                process.join()

    def learn(self) -> None:
        """Have every worker choose its rows, before anything is written."""
        self._ask("learn")

    def enter(self, stage: str, sides: frozenset[Side]) -> None:
        """Run these applications in this stage; when it returns, no other has a statement under way."""
        self._ask("enter", stage, sides)

    def leave(self, side: Side) -> None:
        """Close that application's connections; it must not be running."""
        self._ask("leave", side)

    def move(self, side: Side, access: Access) -> None:
        """Have that application connect so from now on, as a deploy would, user by user."""
        self._ask("move", side, access)

    def witness(self, moment: Moment) -> None:
        """Tell every worker that a command begins or has ended."""
        self._ask("witness", moment)

    def reconcile(self, sides: frozenset[Side]) -> None:
        """Have every worker compare all its rows on these sides; what is wrong is in the notes."""
        self._ask("reconcile", sides)

    def mark(self, name: str) -> None:
        """Remember under this name which rows are written from now on."""
        self._ask("mark", name)

    def collect(self, name: str) -> frozenset[str]:
        """The rows that may have been written since `mark` (the keys of `Extent.owner`)."""
        return frozenset().union(*self._ask("collect", name))

    def hand_over(self) -> Notes:
        """What all workers wrote down since the last call."""
        notes = Notes()
        for some in self._ask("hand_over"):
            notes.add(some)
        return notes

    def tallies(self) -> dict[str, Tally]:
        """The increments of shared counters by all workers; exact only while no application runs."""
        total: dict[str, Tally] = {}
        for tallies in self._ask("tallies"):
            for name, tally in tallies.items():
                total[name] = total[name] + tally if name in total else tally
        return total

    def _ask(self, method: str, *arguments: object) -> list[Any]:
        with self._asking:
            if self._death:
                raise self._death
            try:
                for pipe in self._pipes:
                    pipe.send((method, arguments))
                return [self._answer(pipe) for pipe in self._pipes]
            except TrafficDied as death:
                self._death = death
                raise
            except (EOFError, OSError) as error:
                self._death = TrafficDied(self._last_words())
                raise self._death from error

    def _last_words(self) -> str:
        """What the processes said before they ended, if one was heard of only by its pipe's end."""
        for pipe in self._pipes:
            try:
                while pipe.poll():
                    self._answer(pipe)
            except TrafficDied as death:
                return str(death)
            except (EOFError, OSError):
                continue  # it said nothing
        return "A process of the traffic ended without a word"

    @staticmethod
    def _answer(pipe: Connection) -> Any:
        kind, value = pipe.recv()
        if kind == CRASH:
            raise TrafficDied(f"A process of the traffic ended:\n{value}")
        return value
