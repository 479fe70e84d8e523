"""The ledger in plain Python, as both versions of the application know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Line:
    """A line, or an element; what is born while only the new side is there has no id."""

    id: int | None
    words: str


@dataclass
class Move:
    """A task, or a move. `ordered`: its array's order is the new side's own; `loose`: nobody knows which."""

    old: int | None
    place: int
    note: int | None = None
    lines: list[Line] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    ordered: bool = False
    loose: bool = False

    @property
    def sorted(self) -> bool:
        """Whether the lines stand as the old side has them."""
        ids = [line.id or 0 for line in self.lines]
        return ids == sorted(ids)

    def follow(self, *, live: bool) -> None:
        """What the old side has written comes in its place, or at the end of an order of the new side's."""
        if not self.ordered:
            self.lines.sort(key=lambda line: line.id or 0)
        self.loose = self.loose or not live


@dataclass
class Mission:
    """A job, or a mission."""

    old: int | None
    title: str
    status: str
    outside: str | None = "within"
    marks: dict[str, str] = field(default_factory=dict)
    moves: dict[UUID, Move] = field(default_factory=dict)
