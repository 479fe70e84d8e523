"""Where `op.evolve` and `op.devolve` lead, and by which commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from alembic.operations import MigrateOperation, Operations

from crossfade.errors import UsageError
from crossfade.evolution import Evolution
from crossfade.phases import Command, State

_ON = {
    State.ABSENT: Command.START,
    State.ROLLED_BACK: Command.START,
    State.STARTING: Command.START,
    State.ROLLING_BACK: Command.ROLLBACK,
    State.REVERTING: Command.REVERT,
    State.COMPLETING: Command.COMPLETE,
    State.PURGING: Command.PURGE,
    State.CLEARING: Command.PURGE,
}
_BACK = {
    State.COMPLETED: Command.REVERT,
    State.PURGED: Command.REVERT,
    State.REVERTING: Command.REVERT,
    State.PURGING: Command.PURGE,
    State.CLEARING: Command.PURGE,
    State.ROLLING_BACK: Command.ROLLBACK,
}


class Move(MigrateOperation):
    """Take an evolution to `to`, one of `ways`: each with the command that leads on from each state; in the
    states that it does not name, nothing is left to do.
    """

    called: ClassVar[str]
    ways: ClassVar[dict[str, dict[State, Command]]]
    default: ClassVar[str]

    def __init__(self, evolution: Evolution | str, to: str | None = None) -> None:
        self.evolution = evolution
        self.to = to or self.default
        if self.to not in self.ways:
            raise UsageError(
                f"op.{self.called} can't go to {self.to!r}",
                place=f"evolution {self.name!r}",
                remedy=f"say to={' or to='.join(repr(each) for each in self.ways)}",
            )

    @property
    def name(self) -> str:
        """The evolution's name."""
        return self.evolution if isinstance(self.evolution, str) else self.evolution.name

    @property
    def way(self) -> dict[State, Command]:
        """The command that leads on from each state in which something is left to do."""
        return self.ways[self.to]

    @property
    def done(self) -> frozenset[State]:
        """The states in which nothing is left to do."""
        return frozenset(State) - self.way.keys()


class Evolve(Move):
    """To `live` (both versions are at work) or `completed` (the new one alone)."""

    called = "evolve"
    ways: ClassVar = {"live": _ON, "completed": _ON | {State.LIVE: Command.COMPLETE}}
    default = "completed"

    @classmethod
    def evolve(cls, operations: Operations, evolution: Evolution | str, *, to: str | None = None) -> None:
        """Take an evolution (or the one of that name, of those that `[tool.crossfade]` says) to `to`:
        "completed" by default, or "live", where both versions of the application are at work.
        """
        operations.invoke(cls(evolution, to))

    def reverse(self) -> Devolve:
        """The way back to where this one began, where it was the only one."""
        return Devolve(self.evolution)


class Devolve(Move):
    """Back to `absent` (the old version is at work alone) or `live` (both)."""

    called = "devolve"
    ways: ClassVar = {
        "live": _BACK | {State.STARTING: Command.START, State.COMPLETING: Command.COMPLETE},
        "absent": _BACK | dict.fromkeys((State.LIVE, State.STARTING, State.COMPLETING), Command.ROLLBACK),
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


def register(carried: Callable[[Operations, Any], None]) -> None:
    """Make both known to Alembic, and who carries them out."""
    for move in (Evolve, Devolve):
        Operations.register_operation(move.called)(move)
        Operations.implementation_for(move)(carried)
