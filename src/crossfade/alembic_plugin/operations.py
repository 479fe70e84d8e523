"""`op.evolve` and `op.devolve`: the commands, from inside a revision.

Alembic's own transaction is committed first, and another one begins afterwards, as for any operation that
can't be in one: Crossfade works in many short transactions, over connections of its own. A revision that was
interrupted is not stamped, and run again it goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from alembic.util import CommandError

from crossfade import commands
from crossfade.alembic_plugin import offline
from crossfade.alembic_plugin.places import database_of, evolution_of
from crossfade.alembic_plugin.told import Told
from crossfade.errors import CrossfadeError, UsageError
from crossfade.evolution import Evolution
from crossfade.phases import State

log = logging.getLogger("alembic.crossfade")  # under the name that an alembic.ini has a level for

Move = Callable[..., object]


class Evolve(MigrateOperation):
    """Take an evolution to `to`: `live` (both versions) or `completed` (the new one alone)."""

    called = "evolve"
    ends: ClassVar[dict[str, frozenset[State]]] = {
        "live": frozenset({State.LIVE, State.COMPLETED, State.PURGED}),
        "completed": frozenset({State.COMPLETED, State.PURGED}),
    }
    default = "completed"

    def __init__(self, evolution: Evolution | str, to: str | None = None) -> None:
        self.evolution = evolution
        self.to = to or self.default
        if self.to not in self.ends:
            raise UsageError(
                f"op.{self.called} can't go to {self.to!r}",
                place=f"evolution {self.name!r}",
                remedy=f"say to={' or to='.join(repr(each) for each in self.ends)}",
            )

    @property
    def name(self) -> str:
        """The evolution's name."""
        return self.evolution if isinstance(self.evolution, str) else self.evolution.name

    @property
    def done(self) -> frozenset[State]:
        """The states in which nothing is left to do."""
        return self.ends[self.to]

    @classmethod
    def evolve(cls, operations: Operations, evolution: Evolution | str, *, to: str | None = None) -> None:
        """Take an evolution (or the one of that name, of those that `[tool.crossfade]` says) to `to`:
        "completed" by default, or "live", where both versions of the application are at work.
        """
        operations.invoke(cls(evolution, to))

    def reverse(self) -> Devolve:
        """The way back to where this one began, where it was the only one."""
        return Devolve(self.evolution)

    def next(self, state: State) -> Move | None:
        """The command that leads on from `state`; None where none does."""
        if state in {State.ABSENT, State.ROLLED_BACK, State.STARTING}:
            return commands.start
        if state is State.ROLLING_BACK:
            return commands.rollback
        if state is State.REVERTING:
            return commands.revert
        if state in {State.LIVE, State.COMPLETING}:
            return commands.complete
        if state is State.PURGING:
            return commands.purge
        return None


class Devolve(Evolve):
    """Take an evolution back to `to`: `absent` (the old version alone) or `live` (both)."""

    called = "devolve"
    ends: ClassVar[dict[str, frozenset[State]]] = {
        "live": frozenset({State.LIVE, State.ROLLED_BACK, State.ABSENT}),
        "absent": frozenset({State.ROLLED_BACK, State.ABSENT}),
    }
    default = "absent"

    @classmethod
    def devolve(cls, operations: Operations, evolution: Evolution | str, *, to: str | None = None) -> None:
        """Take an evolution back to `to`: "absent" by default, or "live", where both versions are at work.
        What only the new version holds is kept for the next `evolve`.
        """
        operations.invoke(cls(evolution, to))

    def reverse(self) -> Evolve:
        """The way on again."""
        return Evolve(self.evolution)

    def next(self, state: State) -> Move | None:
        """The command that leads back from `state`; None where none does."""
        if state in {State.COMPLETED, State.PURGED, State.REVERTING}:
            return commands.revert
        if state in {State.LIVE, State.STARTING, State.COMPLETING, State.ROLLING_BACK}:
            return commands.rollback
        if state is State.PURGING:
            return commands.purge
        return None


def register() -> None:
    """Make both known to Alembic: as operations, and as what a revision's file says."""
    for operation in (Evolve, Devolve):
        Operations.register_operation(operation.called)(operation)
        Operations.implementation_for(operation)(_invoked)
        renderers.dispatch_for(operation)(_rendered)


def _rendered(_: AutogenContext, operation: Evolve) -> str:
    to = "" if operation.to == operation.default else f", to={operation.to!r}"
    return f"op.{operation.called}({operation.name!r}{to})"


def _invoked(operations: Operations, operation: Evolve) -> None:
    context = operations.get_context()
    if context.as_sql:
        context.impl.static_output(offline.script(context, operation))
        return
    if context._in_external_transaction:  # noqa: SLF001 - there is no public word for it
        raise CommandError(
            f"op.{operation.called}({operation.name!r}) can't be part of a transaction that env.py began: it "
            "works in many short ones; let context.begin_transaction() begin it"
        )
    database = database_of(context)
    try:
        evolution = evolution_of(context, operation.evolution)
        with context.autocommit_block():
            _walk(operation, evolution, database)
    except CrossfadeError as error:
        raise CommandError(str(error)) from error


def _walk(operation: Evolve, evolution: Evolution, database: commands.Database) -> None:
    while (state := _state(evolution.name, database)) not in operation.done:
        move = operation.next(state)
        if move is None:
            raise UsageError(
                f"there is no way from {state} to {operation.to}", place=f"evolution {evolution.name!r}"
            )
        log.info("%s is %s: %s", evolution.name, state, move.__name__)
        move(evolution, database, observer=Told(evolution.name))
    log.info("%s is %s", evolution.name, state)


def _state(name: str, database: commands.Database) -> State:
    known = {each.evolution: State(each.state) for each in commands.status(database)}
    return known.get(name, State.ABSENT)
