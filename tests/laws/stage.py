"""A database, both applications at work on it, and beside them the model: what is done is done to both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from crossfade import commands
from crossfade.errors import DatabaseFailed, Refused, UsageError
from crossfade.phases import TRANSITIONS, Command, State
from crossfade.reports import Outcome
from tests.concurrency.watching import opened
from tests.laws.applications import Applications, Write
from tests.laws.crash import Blow, struck
from tests.laws.model import Lost, Model
from tests.laws.snapshot import snapshot
from tests.laws.visitor import Visitor
from tests.laws.world import EVOLUTION, LEGACY, Side
from tests.laws.writing import Refusal


@dataclass
class Stage:
    """The legacy schema in the empty database at `url`, the applications and the model."""

    url: str
    model: Model = field(default_factory=Model)
    done: list[str] = field(default_factory=list)
    came_by: State | None = None  # the last of STARTING and REVERTING that came to its end
    answered: bool = False  # whether somebody has tried to write the new side since

    def __post_init__(self) -> None:
        with opened(self.url) as session:
            session.execute(LEGACY)
        self.applications = Applications(self.url)

    def close(self) -> None:
        """The applications leave."""
        self.applications.__exit__()

    # --- writes ---

    def write(self, write: Write) -> str | None:
        """One write, alone. The SQLSTATE where it was refused, which the model foresaw."""
        self.done.append(str(write))
        if write.side == "new" or write.table == "sizes":
            self.answered = True  # what is refused or undone may be counted
        key, refused, foreseen = write.key, None, None
        try:
            key = self.applications.send(write)
        except psycopg.Error as error:
            refused = error.sqlstate or str(error)
        try:
            _apply(self.model, write, key if key is not None else 0)
        except Refusal as refusal:
            foreseen = refusal.sqlstate
        if refused != foreseen:
            raise Lost(f"{write}: refused with {refused}, must be {foreseen} ({self.model.state})")
        return refused

    @contextmanager
    def transaction(self, side: Side, *, undone: bool) -> Iterator[None]:
        """A transaction of that application, which may be undone."""
        self.done.append(f"begin; {side}")
        before = self.model.copy()
        with self.applications.transaction(side, undone=undone):
            yield
        if undone:
            self.model = before
        self.done.append("undone" if undone else "commit")

    def attempt(self, write: Write, *, undone: bool) -> None:
        """A write within a savepoint, which may be undone; where it is refused, it is."""
        before = self.model.copy()
        with suppress(_TakenBack), self.applications.transaction(write.side, undone=undone):
            if self.write(write) is not None:
                raise _TakenBack
        if undone:
            self.model = before
            self.done.append("undone")

    # --- commands ---

    @property
    def fitting(self) -> list[Command]:
        """The commands that fit; what was given up can be purged, where the new version does not write."""
        given_up = self.came_by is State.REVERTING and not self.answered
        return [
            command
            for state, command in TRANSITIONS
            if state is self.model.state and ((state, command) != (State.LIVE, Command.PURGE) or given_up)
        ]

    def _finish(self) -> None:
        if self.model.state in {State.STARTING, State.REVERTING}:
            self.came_by, self.answered = self.model.state, False
        self.model.finish()

    def run(self, command: Command, visit: Visitor | None = None) -> Outcome:
        """A command that fits, to its end."""
        self.done.append(str(command))
        self.model.begin(command)
        outcome = call(command, self.url, visit)
        self._finish()
        self.read()
        self._expect(str(self.model.state), outcome.state, "outcome's state")
        return outcome

    def visit(self, command: Command, when: int | str, act: Callable[[], None]) -> None:
        """A command, at a moment of which (see Visitor) the applications act."""

        def here() -> None:
            self.done.append(f"in {command}, at {when}:")
            self.come()
            act()
            self.read()

        self.run(command, Visitor(when, here))

    def pause(self, command: Command, act: Callable[[], None]) -> None:
        """A command that is paused; the applications act while it is, then it is resumed."""

        waited = False

        def here() -> None:
            nonlocal waited
            waited = True
            self.done.append("paused:")
            self.come()
            act()
            self.read()
            commands.resume(EVOLUTION, self.url)

        there = bool(self.model.rows.orders or self.model.rows.items)
        self.run(command, Visitor(1, lambda: commands.pause(EVOLUTION, self.url), here))
        self._expect(there, waited, "whether it has waited")  # nothing is walked where there is no row
        commands.resume(EVOLUTION, self.url)

    def crash(self, command: Command, blow: Blow) -> None:
        """A command that may die on its way. What it leaves is a state from which it goes on."""
        self.done.append(f"{command}, struck at {blow.number}, {'dead' if blow.dead else 'cut off'}")
        before, failed = self.model.state, False
        try:
            with struck(blow):
                call(command, self.url)
        except DatabaseFailed:
            failed = True
        if failed:
            self._expect(True, blow.fell, "the blow fell")
        else:  # it did not come that far, or only to where it gives the lease back, which may wait
            self._expect(TRANSITIONS[before, command].after, self.state(), "state afterwards")
        self.expire()
        self.arrive(before, command)

    def arrive(self, before: State, command: Command) -> None:
        """Follow a command that may have died anywhere."""
        found = self.state()
        if found is before and TRANSITIONS[before, command].during is not before:
            return self.read()
        self.model.begin(command)
        if found is State.COMPLETING and self._switched():
            # Completed but for the last note in the journal: there is no way back, and one command on.
            self.refuse(Command.ROLLBACK)
            self.run(Command.COMPLETE)
        elif found is TRANSITIONS[before, command].after:
            self._finish()
        else:
            self._expect(str(self.model.state), str(found), "state after a crash")
            self.come()
        self.read()
        return None

    def refuse(self, command: Command | None, **given: Any) -> None:
        """A command that does not fit (None: verify): it is refused, and nothing is changed."""
        self.done.append(f"refused: {command or 'verify'}")
        before = snapshot(self.url)
        try:
            if command is None:
                commands.verify(EVOLUTION, self.url)
            else:
                call(command, self.url, **given)
        except Refused:
            pass
        except UsageError:
            self._expect(self.model.state, State.ABSENT, "an evolution that nobody knows")
        else:
            raise Lost(f"{command} of {self.model.state} was not refused")
        self._expect(before, snapshot(self.url), "the database after a refusal")

    def verify(self) -> None:
        """No row disagrees."""
        self.done.append("verify")
        found = commands.verify(EVOLUTION, self.url)
        self._expect((), found.examples, "mismatches")
        rows = len(self.model.rows.orders) + len(self.model.rows.items)
        self._expect(rows, found.rows, "rows compared")

    def come(self) -> None:
        """Tell the model that the command has come anywhere; what is one transaction, it can see."""
        if self.model.state is State.STARTING:
            names = {row["name"] for row in self.applications.read("old", "items")}
            seeded = bool(names.intersection(self.model.seeds.missing(self.model.rows)))
        elif self.model.state in {State.ROLLING_BACK, State.CLEARING}:
            seeded = not self.applications.look("SELECT FROM crossfade.seed WHERE state = 'present'")
        else:
            seeded = False
        self.model.come(seeded=seeded)

    def expire(self) -> None:
        """Let the time pass for which a dead runner keeps its lease."""
        if self.state() is not State.ABSENT:
            with opened(self.url) as session:
                session.execute("UPDATE crossfade.evolution SET lease_until = now() - interval '1 s'")

    # --- reading ---

    def read(self) -> None:
        """Every application that works now reads all rows, and they are what the model says."""
        for side in self.model.speaking:
            for table in ("items", "orders"):
                rows = self.applications.read(side, table)
                if table == "items":
                    for row in rows:
                        self.model.seeds.adopt(self.model.rows, row["name"], int(row["id"] or 0))
                self.model.read(side, table, rows)

    def state(self) -> State:
        """Where the evolution stands."""
        found = commands.status(self.url)
        return State(found[0].state) if found else State.ABSENT

    def _switched(self) -> bool:
        """Whether a `complete` that has died had made the switch, which is one transaction."""
        query = "SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'status'"
        return bool(self.applications.look(f"{query} AND atttypid = 'varchar'::regtype"))

    def _expect(self, expected: object, found: object, what: str) -> None:
        if expected != found:
            raise Lost(f"{what}: {found!r}, must be {expected!r}")


class _TakenBack(Exception):
    """Takes a savepoint back."""


def call(command: Command, url: str, observer: Visitor | None = None, **given: Any) -> Outcome:
    """Call the command of that name."""
    called: Callable[..., Outcome] = getattr(commands, command)
    return called(EVOLUTION, url, observer=observer, **given)


def _apply(model: Model, write: Write, key: int) -> None:
    if write.table == "sizes":
        model.edit(key, None if write.kind == "delete" else str(write.given["code"]))
    elif write.kind == "insert":
        model.insert(write.side, write.table, key, write.given)
    elif write.kind == "delete":
        model.delete(write.table, key)
    elif write.kind == "upsert" and key not in model.rows.of(write.table):
        model.insert(write.side, write.table, key, write.given)
    else:
        model.update(write.side, write.table, key, write.given)
