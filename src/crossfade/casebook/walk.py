"""The walk: one case through all stages, under traffic, watched by its oracle."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from sqlalchemy.exc import SQLAlchemyError

from crossfade.casebook.audit import Ground
from crossfade.casebook.crew import Crew
from crossfade.casebook.databases import database_of
from crossfade.casebook.journey import Journey, Passed
from crossfade.casebook.stages import dumps_of
from crossfade.casebook.words import Moment, Side
from crossfade.errors import CrossfadeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from crossfade import Evolution
    from crossfade.casebook.case import Case
    from crossfade.casebook.engines import Access
    from crossfade.casebook.stages import Stage
    from crossfade.document import Document
    from crossfade.progress import Observer
    from crossfade.reports import Outcome, Verification

__all__ = ["Commands", "Pace", "Watcher", "walk"]

PULSE = 0.5  # seconds between two looks at the traffic


class Commands(Protocol):
    """The commands of Crossfade that a walk uses: the module `crossfade.commands`, or a stand-in."""

    def preview(self, evolution: Evolution, database: str) -> Document: ...
    def start(self, evolution: Evolution, database: str, *, observer: Observer) -> Outcome: ...
    def verify(self, name: str, database: str, *, observer: Observer) -> Verification: ...
    def rollback(self, name: str, database: str, *, observer: Observer) -> Outcome: ...
    def complete(self, name: str, database: str, *, observer: Observer) -> Outcome: ...
    def revert(self, name: str, database: str, *, observer: Observer) -> Outcome: ...
    def purge(self, name: str, database: str, *, observer: Observer) -> Outcome: ...


class Watcher(Protocol):
    """Who is told how the walk goes: a screen."""

    @property
    def observer(self) -> Observer:
        """Who is told how a command goes."""

    def entered(self, stage: Stage, position: int, total: int) -> None:
        """A stage begins; its position counts from 1."""

    def left(self, passed: Passed) -> None:
        """A stage is over."""

    def pulse(self, stage: Stage, journey: Journey) -> None:
        """Another half second of traffic is in the journey."""


@dataclass(frozen=True)
class Pace:
    """How long and how busy: seconds of traffic, workers, operations a second per application, the seed; and
    how many statements there are to be in all, for which the traffic of a stage runs up to ten times as long.
    """

    seconds: float = 30.0
    workers: int = 4
    rate: float = 150.0
    seed: int = 1
    statements: int = 0


def walk(
    case: Case,
    accesses: Mapping[Side, Access],
    journey: Journey,
    *,
    commands: Commands,
    watcher: Watcher,
    pace: Pace,
    interfere: Callable[[str, str], None] | None = None,
) -> None:
    """Take the case, which is built, through the journey's stages; what happens is in `journey`.

    `accesses` are how each application connects; the commands get the old one's URL. `interfere(stage, url)`
    is called in every stage after its command or traffic and before its checks: tests sabotage there.
    A CrossfadeError or a failing database ends the walk early and is the journey's `failure`.
    """
    stages = journey.stages
    with ExitStack() as stack:
        ground = stack.enter_context(Ground(case, accesses, journey))
        crew = stack.enter_context(
            Crew(case.worker, accesses, workers=pace.workers, rate=pace.rate, seed=pace.seed)
        )
        walker = _Walker(case, accesses, journey, crew, ground, commands, watcher)
        try:
            crew.enter("learn", frozenset())
            crew.learn()
            with _Pulse(crew, journey, watcher) as pulse:
                for position, stage in enumerate(stages, start=1):
                    watcher.entered(stage, position, len(stages))
                    pulse.stage = stage
                    passed = walker.pass_through(stage, pulse, pace, interfere)
                    journey.take(crew.hand_over())
                    journey.passed.append(passed)
                    watcher.left(passed)
        except (CrossfadeError, SQLAlchemyError) as error:
            where = stages[len(journey.passed)].name if len(journey.passed) < len(stages) else "the end"
            journey.failure = f"in stage {where!r}: {error}"


class _Pulse:
    """A thread that brings the workers' notes in and shows them; `died` is set when the traffic has."""

    def __init__(self, crew: Crew, journey: Journey, watcher: Watcher) -> None:
        self.stage: Stage | None = None
        self.died = threading.Event()
        self._over = threading.Event()
        self._crew, self._journey, self._watcher = crew, journey, watcher
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def wait(self, seconds: float, statements: float) -> None:
        """Let the traffic run for so long, and up to ten times as long until it had so many statements."""
        there = self._journey.notes.statements
        last = time.monotonic() + 10 * seconds
        dead = self.died.wait(seconds)
        while not dead and self._journey.notes.statements - there < statements and time.monotonic() < last:
            dead = self.died.wait(PULSE / 5)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(PULSE):
            try:
                self._journey.take(self._crew.hand_over())
            except CrossfadeError:
                self.died.set()  # the walk hears why from its own next request
                return
            if self.stage is not None:
                self._watcher.pulse(self.stage, self._journey)


@dataclass
class _Walker:
    """The walk's hands: what is done in a stage."""

    case: Case
    accesses: Mapping[Side, Access]
    journey: Journey
    crew: Crew
    ground: Ground
    commands: Commands
    watcher: Watcher
    running: frozenset[Side] = frozenset()
    moved: bool = False  # whether the new application works under the plain names

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.accesses[Side.OLD][0]

    def pass_through(
        self, stage: Stage, pulse: _Pulse, pace: Pace, interfere: Callable[[str, str], None] | None
    ) -> Passed:
        """Everything that belongs to one stage."""
        began = time.monotonic()
        command_seconds = 0.0
        self.crew.enter(stage.name, stage.running)
        for side in self.running - stage.running:
            self.crew.leave(side)
        self.running = stage.running
        self._move(stage)
        self._open(stage)
        if stage.command:
            command_seconds = self._command(stage)
        pulse.wait(pace.seconds * stage.share, pace.statements * stage.share)
        if interfere:
            interfere(stage.name, self.url)
        self._close(stage)
        self._reconcile(stage)
        return Passed(stage.name, stage.title, time.monotonic() - began, command_seconds)

    def _move(self, stage: Stage) -> None:
        """Before a purge takes the namespace away, where that is not passed over once it is gone: let the new
        application work under the plain names, which are its own since `complete`.
        """
        if stage.plain and not self.moved and not database_of(self.url).passes_over:
            plain: Access = (self.url, {})
            self.crew.move(Side.NEW, plain)
            self.ground.move(Side.NEW, plain)
            self.moved = True

    def _open(self, stage: Stage) -> None:
        """Take the first dumps; the traffic goes on, but its latencies then are not the evolution's doing."""
        if stage.opens:
            self.crew.enter(dumps_of(stage.name), self.running)
            for unchanged in stage.opens:
                self.crew.mark(unchanged.name)
                self.ground.open(unchanged)
            self.crew.enter(stage.name, self.running)

    def _close(self, stage: Stage) -> None:
        """Take the second dumps and compare, in the same way."""
        if stage.closes:
            self.crew.enter(dumps_of(stage.name), self.running)
            for name in stage.closes:
                self.ground.close(name, self.crew.collect)

    def _command(self, stage: Stage) -> float:
        """Run the stage's command between the two moments that the oracle is told; return its seconds."""
        name, evolution, observer = stage.command, self.case.evolution, self.watcher.observer
        commands, outcomes = self.commands, self.journey.outcomes
        self.crew.witness(Moment(name, ended=False))
        began = time.monotonic()
        if name == "preview":
            document = commands.preview(evolution, self.url)
            if stage.readable == {Side.NEW}:
                self.ground.foretell(document)
        elif name == "verify":
            report = commands.verify(evolution.name, self.url, observer=observer)
            self.journey.verifications[stage.name] = report
        elif name == "start":
            outcomes[stage.name] = commands.start(evolution, self.url, observer=observer)
        else:
            moves = {
                "rollback": commands.rollback,
                "complete": commands.complete,
                "revert": commands.revert,
                "purge": commands.purge,
            }
            outcomes[stage.name] = moves[name](evolution.name, self.url, observer=observer)
        seconds = time.monotonic() - began
        self.crew.witness(Moment(name, ended=True))
        return seconds

    def _reconcile(self, stage: Stage) -> None:
        """While everyone pauses: every row that the traffic wrote, the shared counters and the seeds."""
        self.crew.enter(stage.name, frozenset())
        self.crew.reconcile(stage.readable)
        self.journey.find(self.ground.audit(stage, self.crew.tallies()))
