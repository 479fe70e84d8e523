"""Where `op.evolve` and `op.devolve` lead, and by which commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from alembic.operations import MigrateOperation, Operations

from crossfade.errors import UsageError
from crossfade.evolution import Evolution
from crossfade.phases import Command, State


class Move(MigrateOperation):
    """Take an evolution to `to`, one of `ends`: each with the states in which nothing is left to do."""

    called: ClassVar[str]
    ends: ClassVar[dict[str, frozenset[State]]]
    default: ClassVar[str]

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

    def next(self, state: State) -> Command | None:
        """The command that leads on from `state`; None where none does."""
        raise NotImplementedError


class Evolve(Move):
    """To `live` (both versions are at work) or `completed` (the new one alone)."""

    called = "evolve"
    ends: ClassVar[dict[str, frozenset[State]]] = {
        "live": frozenset({State.LIVE, State.COMPLETED, State.PURGED}),
        "completed": frozenset({State.COMPLETED, State.PURGED}),
    }
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

    def next(self, state: State) -> Command | None:
        """The command that leads on from `state`; None where none does."""
        if state in {State.ABSENT, State.ROLLED_BACK, State.STARTING}:
            return Command.START
        if state is State.ROLLING_BACK:
            return Command.ROLLBACK
        if state is State.REVERTING:
            return Command.REVERT
        if state in {State.LIVE, State.COMPLETING}:
            return Command.COMPLETE
        if state is State.PURGING:
            return Command.PURGE
        return None


class Devolve(Move):
    """Back to `absent` (the old version is at work alone) or `live` (both)."""

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

    def next(self, state: State) -> Command | None:
        """The command that leads back from `state`; None where none does."""
        if state in {State.COMPLETED, State.PURGED, State.REVERTING}:
            return Command.REVERT
        if state in {State.LIVE, State.STARTING, State.COMPLETING, State.ROLLING_BACK}:
            return Command.ROLLBACK
        if state is State.PURGING:
            return Command.PURGE
        return None


def register(carried: Callable[[Operations, Any], None]) -> None:
    """Make both known to Alembic, and who carries them out."""
    for move in (Evolve, Devolve):
        Operations.register_operation(move.called)(move)
        Operations.implementation_for(move)(carried)
