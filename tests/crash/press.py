"""The stages of a course, each kept as a database, and what its walks come to.

A stage is copied for each crash, which takes PostgreSQL some milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from sqlalchemy.engine import make_url

from crossfade.reports import Outcome
from crossfade.testing import PostgresServer
from tests.concurrency.watching import Moment, Watch, opened
from tests.crash.course import Course, Walk
from tests.crash.picture import picture


@dataclass(frozen=True)
class Stop:
    """A moment of a walk, at its first or a later time."""

    kind: str
    title: str
    time: int = 1


@dataclass(frozen=True)
class Uninterrupted:
    """What a walk comes to that nothing interrupts, and the moments of it, in order."""

    picture: tuple[str, ...]
    outcome: Outcome
    moments: tuple[Moment, ...]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Where a crash leaves something else behind than at another: before each unit, after the last,
        and after the first batch of those that have any. (How many batches there are is not certain.)
        """
        every = [Stop(*moment, self.moments[: n + 1].count(moment)) for n, moment in enumerate(self.moments)]
        last = every[-1]
        return tuple(
            each
            for each in every
            if each.kind == "began" or (each.kind == "advanced" and each.time == 1) or each == last
        )


NUMBERS = count(1)  # of this process: a server may see more than one press


@dataclass
class Press:
    """Databases at every stage of a course, on one server."""

    server: PostgresServer
    course: Course
    stages: dict[str, str] = field(default_factory=dict)
    came: dict[Walk, Uninterrupted] = field(default_factory=dict)

    def copy(self, stage: str) -> str:
        """The URL of a new database at a stage."""
        if stage not in self.stages:
            self.stages[stage] = self._make(stage)
        name = f"crash_{next(NUMBERS)}"
        template = make_url(self.stages[stage]).database
        with opened(self.server.url) as session:
            # Copied as files between two checkpoints: cheap where nothing is synced to a disk, and safe from
            # a crash of the server, which would take copied sequences back to what was logged of them.
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return make_url(self.stages[stage]).set(database=name).render_as_string(hide_password=False)

    def drop(self, database: str) -> None:
        """Take a copy away."""
        self.server.drop_database(make_url(database).database or "")

    def uninterrupted(self, walk: Walk) -> Uninterrupted:
        """The walk as it is when nothing happens; walked once."""
        if walk not in self.came:
            database, watch = self.copy(walk.stage), Watch()
            outcome = self.course.walked(walk.command, database, observer=watch)
            self.came[walk] = Uninterrupted(picture(database), outcome, tuple(watch.moments))
            self.drop(database)
        return self.came[walk]

    def _make(self, stage: str) -> str:
        if stage == "absent":
            database = self.server.create_database(f"crash_absent_{next(NUMBERS)}")
            with opened(database) as session:
                session.execute(self.course.legacy)
            return database
        before, command, writes = self.course.stages[stage]
        database = self.copy(before)
        self.course.walked(command, database)
        with opened(database) as session:
            session.execute(writes)
        return database
