"""STOPS, and a walk of one entry through them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
import pytest

from crossfade import commands
from tests.conformance.application import NAMED, NEW, OLD, TABLE, Application, Writer
from tests.conformance.entry import EVOLUTION, Entry
from tests.conformance.scene import Scene, Turns
from tests.conformance.stagehand import Stagehand
from tests.conformance.writes import WRITES, Write


@dataclass(frozen=True)
class Stop:
    """Where a walk stops: the command that leads there, who writes there, and who reads after each write."""

    name: str
    command: str
    writers: tuple[Writer, ...]
    readers: tuple[Writer, ...]

    @property
    def both(self) -> bool:
        """Whether both versions live there."""
        return {writer.side for writer in self.writers} == {"old", "new"}


STOPS = (
    Stop("live", "start", (OLD, NEW, NAMED), (OLD, NEW)),
    Stop("rolled back", "rollback", (OLD,), (OLD,)),
    Stop("live again", "start", (OLD, NEW, NAMED), (OLD, NEW)),
    Stop("completed", "complete", (NEW, NAMED, TABLE), (NEW, TABLE)),
)


class Walk:
    """`entry` in `schema` of the empty database at `url`, with rows of the old application.

    Connections are the applications': they outlive every command.
    """

    def __init__(self, url: str, entry: Entry, schema: str, stack: ExitStack) -> None:
        self._url, self._entry, self._schema, self._stack = url, entry, schema, stack
        self._stagehand = Stagehand(url, entry, schema)
        stack.enter_context(self._stagehand.connection)
        self._model, self._turns = entry.model(), Turns()
        self._applications: dict[Writer, Application] = {}
        self._legacy = self._stagehand.catalogue()
        for _ in range(2):
            WRITES[0].run(self._scene("legacy", OLD, (OLD,), WRITES[0].name))

    def go(self) -> None:
        """Every stop, every writer, every write."""
        for stop in STOPS:
            self._arrive(stop)
            for writer in stop.writers:
                for write in WRITES:
                    self._write(self._scene(stop.name, writer, stop.readers, write.name), write)
            if stop.both:
                found = commands.verify(EVOLUTION, self._url)
                scene = self._scene(stop.name, OLD, stop.readers, "verify")
                scene.expect("mismatches", 0, found.mismatches)

    def _arrive(self, stop: Stop) -> None:
        """Run the command: what it reports, each side and the catalogue are as the model says."""
        scene = self._scene(stop.name, stop.writers[0], stop.writers, f"none: {stop.command} has ended")
        model = self._model
        if stop.command == "start":
            outcome = commands.start(self._entry.evolution(self._schema), self._url)
            model.start()
            scene.expect("rows brought back", model.brought_back, outcome.complement_rows)
            scene.expect("rows seeded", model.seeded, outcome.seeded)
            scene.expect(
                "whether this walk shows that kept rows come back", model.kept > 0, model.brought_back > 0
            )
        elif stop.command == "rollback":
            outcome = commands.rollback(EVOLUTION, self._url)
            model.rollback()
            scene.expect("rows kept", model.kept, outcome.complement_rows)
            scene.expect("seeds kept", model.seeds_kept, outcome.seeds_kept)
            scene.expect("the catalogue", self._legacy, self._stagehand.catalogue())
        else:
            commands.complete(EVOLUTION, self._url)
            model.complete()
            self._completed(scene)
        scene.compare()

    def _completed(self, scene: Scene) -> None:
        """No sync stands, and nothing of the legacy table's but the retired column has gone."""
        catalogue = self._stagehand.catalogue()
        left = [line for line in catalogue if line.startswith(("trigger", "function", "sequence"))]
        scene.expect("triggers, functions and counters", [], left)
        legacy = {line for line in self._legacy if line.startswith(("index", "constraint"))}
        scene.expect("missing of the legacy table's indexes and constraints", set(), legacy - set(catalogue))
        indexes = {line.removeprefix("index ").split(": CREATE")[0] for line in catalogue}
        scene.expect("missing of the new indexes", set(), set(self._entry.indexes) - indexes)

    def _write(self, scene: Scene, write: Write) -> None:
        if write.missing(self._entry, scene.writer):
            return
        instead = write.instead(scene.writer, self._stagehand.server)
        try:
            if instead is None:
                write.run(scene)
                return
            with pytest.raises(psycopg.Error) as refused:
                write.run(scene)
            scene.expect("SQLSTATE", instead.sqlstate, refused.value.sqlstate)
            if instead.run is not None:
                instead.run(scene)
        except psycopg.Error as error:
            scene.fail(scene.writer.name, "the write is taken", f"{type(error).__name__}: {error}")

    def _scene(self, stop: str, writer: Writer, readers: tuple[Writer, ...], write: str) -> Scene:
        place = (
            f"entry: {self._entry.name}\nserver: PostgreSQL {self._stagehand.server}\n"
            f"schema: {self._schema}\nstop: {stop}"
        )
        applications = [self._application(each) for each in readers]
        return Scene(
            place, self._model, self._application(writer), applications, self._stagehand, self._turns, write
        )

    def _application(self, writer: Writer) -> Application:
        if writer not in self._applications:
            application = Application(self._url, writer, self._entry, self._schema)
            self._stack.enter_context(application.connection)
            self._applications[writer] = application
        return self._applications[writer]
