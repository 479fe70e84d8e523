"""What the plan asks of every lens, whether it is on one table or ties several tables to one."""

from __future__ import annotations

from typing import Protocol

from crossfade.steps import Compare, CompareTree, CountWrites, Step


class LensPlan(Protocol):
    """The lenses of one table, or all those across tables, of one evolution."""

    def start(self) -> tuple[Step, ...]:
        """The steps about rows, in any order of phases: the plan puts them in order."""
        ...

    def compare(self, *, fresh: bool = False) -> tuple[Compare | CompareTree, ...]:
        """The comparison of both sides; `fresh` before the new one is published."""
        ...

    def stop(self) -> tuple[Step, ...]:
        """What stops the sync."""
        ...

    def writes(self) -> tuple[CountWrites, ...]:
        """What counts the writes of each side, where both write."""
        ...
