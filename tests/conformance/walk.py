"""STOPS, and a walk of one entry through them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
import pytest

from crossfade import commands
from crossfade.errors import SchemaMismatch
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


BOTH = (OLD, NEW, NAMED)

STOPS = (
    Stop("live", "start", BOTH, (OLD, NEW)),
    Stop("rolled back", "rollback", (OLD,), (OLD,)),
    Stop("live again", "start", BOTH, (OLD, NEW)),
    Stop("completed", "complete", (NEW, NAMED, TABLE), (NEW, TABLE)),
    Stop("reverted", "revert", BOTH, (OLD, NEW)),
    Stop("rolled back after that", "rollback", (OLD,), (OLD,)),
    Stop("on the way", "start", (), (OLD, NEW)),
    Stop("on the way", "complete", (), (NEW, TABLE)),
    Stop("purged", "purge", (TABLE,), (NEW, TABLE)),
    Stop("reverted after purge", "revert", BOTH, (OLD, NEW)),
    Stop("rolled back at last", "rollback", (OLD,), (OLD,)),
)


class Walk:
    """`entry` in `schema` of the empty database at `url`, with rows of the old application, through `stops`,
    where each writer writes as `writes` say.

    Connections are the applications': they outlive every command.
    """

    def __init__(
        self,
        url: str,
        entry: Entry,
        schema: str,
        stack: ExitStack,
        *,
        stops: Sequence[Stop] = STOPS,
        writes: Sequence[Write] = WRITES,
    ) -> None:
        self._url, self._entry, self._schema, self._stack = url, entry, schema, stack
        self._stops, self._writes = stops, writes
        self._stagehand = Stagehand(url, entry, schema)
        stack.enter_context(self._stagehand.connection)
        self._model, self._turns = entry.model(), Turns()
        self._applications: dict[Writer, Application] = {}
        self._legacy = self._live = self._stagehand.catalogue()
        self._commands = {
            "start": self._start,
            "rollback": self._rollback,
            "complete": self._complete,
            "purge": self._purge,
            "revert": self._revert,
        }
        for _ in range(2):
            WRITES[0].run(self._scene("legacy", OLD, (OLD,), WRITES[0].name))

    def go(self) -> None:
        """Every stop, every writer, every write."""
        for stop in self._stops:
            self._arrive(stop)
            for writer in stop.writers:
                for write in self._writes:
                    self._write(self._scene(stop.name, writer, stop.readers, write.name), write)
            if stop.both:
                found = commands.verify(EVOLUTION, self._url)
                scene = self._scene(stop.name, OLD, stop.readers, "verify")
                scene.expect("mismatches", 0, found.mismatches)

    def _arrive(self, stop: Stop) -> None:
        """Run the command: what it reports, each side and the catalogue are as the model says."""
        scene = self._scene(stop.name, stop.readers[0], stop.readers, f"none: {stop.command} has ended")
        self._commands[stop.command](scene)
        scene.compare()

    def _start(self, scene: Scene) -> None:
        model = self._model
        outcome = commands.start(self._entry.evolution(self._schema), self._url)
        model.start()
        scene.expect("rows brought back", model.brought_back, outcome.complement_rows)
        scene.expect("rows seeded", model.seeded, outcome.seeded)
        shown = model.brought_back > 0
        scene.expect("whether this walk shows that kept rows come back", model.kept > 0, shown)
        self._live = self._stagehand.catalogue()

    def _rollback(self, scene: Scene) -> None:
        outcome = commands.rollback(EVOLUTION, self._url)
        self._model.rollback()
        scene.expect("rows kept", self._model.kept, outcome.complement_rows)
        scene.expect("seeds kept", self._model.seeds_kept, outcome.seeds_kept)
        scene.expect("the catalogue", self._legacy, self._stagehand.catalogue())

    def _complete(self, scene: Scene) -> None:
        commands.complete(EVOLUTION, self._url)
        self._model.complete()
        self._completed(scene)

    def _purge(self, scene: Scene) -> None:
        commands.purge(EVOLUTION, self._url)
        self._model.purge()
        self._completed(scene)
        left = [line for line in self._stagehand.catalogue() if EVOLUTION in line or "_crossfade_" in line]
        scene.expect("what is called after the evolution", [], left)

    def _revert(self, scene: Scene) -> None:
        """Refused while the new side holds what the old one can't; then all is as it was while live."""
        unsaid = self._model.unsaid()
        if unsaid:
            with pytest.raises(SchemaMismatch, match="holds values that the old version can't say"):
                commands.revert(EVOLUTION, self._url)
            mending = self._scene("on the way to revert", NEW, (NEW,), "values that the old version can say")
            for number, row in unsaid.items():
                mending.updates(number, row, mending.application.update)
        commands.revert(EVOLUTION, self._url)
        self._model.revert()
        scene.expect("the catalogue", self._live, self._stagehand.catalogue())

    def _completed(self, scene: Scene) -> None:
        """No sync stands, and nothing of the legacy table's but the retired column has gone."""
        catalogue = self._stagehand.catalogue()
        left = [line for line in catalogue if line.startswith(("trigger", "function", "sequence"))]
        scene.expect("triggers, functions and counters", [], left)
        legacy = {
            self._entry.after(line)
            for line in self._legacy
            if line.startswith(("index", "constraint")) and not self._goes(line)
        }
        scene.expect("missing of the legacy table's indexes and constraints", set(), legacy - set(catalogue))
        indexes = {line.removeprefix("index ").split(": CREATE")[0] for line in catalogue}
        scene.expect("missing of the new indexes", set(), set(self._entry.indexes) - indexes)

    def _goes(self, line: str) -> bool:
        """Whether a line of the catalogue is of what goes with a column."""
        return line.partition(" ")[2].partition(": CREATE")[0] in self._entry.gone

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
