"""STOPS: where a walk stops, and who writes there."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.writer import NAMED, NEW, OLD, TABLE, Writer


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

# The old shape wins: after a revert the new side goes for good, and nothing of it comes back.
GIVEN_UP = (
    Stop("live", "start", BOTH, (OLD, NEW)),
    Stop("completed", "complete", (), (NEW, TABLE)),
    Stop("reverted", "revert", (OLD,), (OLD, NEW)),
    Stop("given up", "purge", (OLD,), (OLD,)),
    Stop("live after that", "start", (NEW,), (OLD, NEW)),
)
