"""A walk of one entry through every stop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property

import pytest

from crossfade import Evolution, commands
from crossfade.errors import SchemaMismatch
from tests.conformance.application import Application
from tests.conformance.database import Database
from tests.conformance.entry import EVOLUTION, Entry, Refused
from tests.conformance.model import Stage
from tests.conformance.scene import Scene, Turns
from tests.conformance.stops import Stop
from tests.conformance.writer import NEW, OLD, Writer
from tests.conformance.writes import ONE_ROW, Write

_STAYS = re.compile(r"(cascade|let|gone|moved|none)_[0-9a-f]{12}\b")  # what is of a soft delete


class Walk:
    """`entry` in `schema` of the empty `database` at `url`, with rows of the old application, through
    `stops`, where each writer writes as `writes` say: all that the database has, where they are left out.

    Connections are the applications': they outlive every command.
    """

    def __init__(
        self,
        database: Database,
        url: str,
        entry: Entry,
        schema: str,
        stack: ExitStack,
        *,
        stops: Sequence[Stop] | None = None,
        writes: Sequence[Write] | None = None,
    ) -> None:
        self._url, self._entry, self._schema, self._stack = url, entry, schema, stack
        self._database = database
        self._stops = database.stops if stops is None else stops
        self._writes = database.writes if writes is None else writes
        self._stagehand = database.stagehand(url, entry, schema)
        stack.callback(self._stagehand.close)
        self._model, self._turns = entry.model(), Turns()
        self._mender = NEW  # who writes what the old version can say, where that is asked for
        self._settled = False  # whether it was completed once
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
            ONE_ROW.run(self._scene("legacy", OLD, (OLD,), ONE_ROW.name))

    @cached_property
    def _evolution(self) -> Evolution:
        """The entry's evolution; what can't be declared is refused where it is asked for."""
        return self._entry.evolution(self._schema if self._database.qualified else "")

    def go(self) -> None:
        """Every stop, every writer, every write."""
        for stop in self._stops:
            self._arrive(stop)
            self._mender = next(iter(stop.writers), NEW)
            for writer in stop.writers:
                for write in self._writes:
                    self._write(self._scene(stop.name, writer, stop.readers, write.name), write)
            if stop.both:
                found = commands.verify(EVOLUTION, self._url)
                scene = self._scene(stop.name, OLD, stop.readers, "verify")
                scene.expect("mismatches", 0, found.mismatches)

    def is_refused(self, refused: Refused) -> None:
        """`start` raises what is said, and nothing has changed."""
        with pytest.raises(refused.error) as raised:
            commands.start(self._evolution, self._url)
        scene = self._scene("legacy", OLD, (OLD,), "none: start is refused")
        scene.expect("the class", refused.error, type(raised.value))
        scene.expect("what it says", f"… {refused.words} …", _around(refused.words, str(raised.value)))
        scene.expect("the catalogue", self._legacy, self._stagehand.catalogue())
        scene.compare()

    def _arrive(self, stop: Stop) -> None:
        """Run the command: what it reports, each side and the catalogue are as the model says."""
        scene = self._scene(stop.name, stop.readers[0], stop.readers, f"none: {stop.command} has ended")
        self._commands[stop.command](scene)
        scene.compare()

    def _start(self, scene: Scene) -> None:
        model = self._model
        outcome = commands.start(self._evolution, self._url)
        model.start()
        scene.expect("rows brought back", model.brought_back, outcome.complement_rows)
        scene.expect("rows seeded", model.seeded, outcome.seeded)
        shown = model.brought_back > 0
        scene.expect("whether this walk shows that kept rows come back", model.kept > 0, shown)
        orphans = any(each.orphans for each in self._entry.columns)
        scene.expect("whether this walk shows that orphans are set NULL", orphans, model.cleared > 0)
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
        if not self._settled:
            self._settled = True
            self._legacy, self._live = map(self._stagehand.settled, (self._legacy, self._live))
        self._completed(scene)

    def _purge(self, scene: Scene) -> None:
        commands.purge(EVOLUTION, self._url)
        if self._model.stage is not Stage.NEW:
            self._model.clear()
            scene.expect("the catalogue", self._legacy, self._stagehand.catalogue())
            return
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
            mender = self._mender
            mending = self._scene(
                "on the way to revert", mender, (mender,), "values that the old version can say"
            )
            for number, row in unsaid.items():
                mending.updates(number, row, mending.application.update)
        commands.revert(EVOLUTION, self._url)
        self._model.revert()
        scene.expect("the catalogue", self._live, self._stagehand.catalogue())

    def _completed(self, scene: Scene) -> None:
        """No sync stands, and nothing of the legacy table's but the retired column has gone."""
        catalogue = self._stagehand.catalogue()
        machinery = (line for line in catalogue if line.startswith(("trigger", "function", "sequence")))
        left = [line for line in machinery if not _STAYS.search(line)]
        scene.expect("triggers, functions and counters", [], left)
        legacy = {
            self._entry.after(line, self._stagehand.quoted)
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
        instead = write.instead(scene.writer, self._stagehand.version)
        try:
            if instead is None:
                write.run(scene)
                return
            with pytest.raises(self._database.error) as refused:
                write.run(scene)
            scene.expect("what the refusal is called", instead.state, scene.application.state(refused.value))
            if instead.run is not None:
                instead.run(scene)
        except self._database.error as error:
            scene.fail(scene.writer.name, "the write is taken", f"{type(error).__name__}: {error}")

    def _scene(self, stop: str, writer: Writer, readers: tuple[Writer, ...], write: str) -> Scene:
        version = ".".join(map(str, self._stagehand.version))
        place = (
            f"entry: {self._entry.name}\nserver: {self._database.name} {version}\n"
            f"schema: {self._schema}\nstop: {stop}"
        )
        applications = [self._application(each) for each in readers]
        return Scene(
            place, self._model, self._application(writer), applications, self._stagehand, self._turns, write
        )

    def _application(self, writer: Writer) -> Application:
        if writer not in self._applications:
            application = self._database.application(self._url, writer, self._entry, self._schema)
            self._stack.callback(application.close)
            self._applications[writer] = application
        return self._applications[writer]


def _around(words: str, said: str) -> str:
    """`said`, of which only the words matter, where it has them."""
    return f"… {words} …" if words in said else said
