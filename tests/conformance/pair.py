"""A row of the model, as both versions show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.conformance.columns import Row, Side

NUMBER = "n"  # the column that names a row in the model: every table has it, and nothing changes it


class Refusal(Exception):
    """A constraint must refuse the write."""


@dataclass
class Pair:
    """A row as both versions show it. `kept` is what a rollback kept: (old value, new value) by column;
    `retired` are the old values that stood when the evolution was completed; `orphaned` are those that
    referred to nothing when it was started.
    """

    old: Row = field(default_factory=dict)
    new: Row = field(default_factory=dict)
    kept: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    seed: Row | None = None  # as it was seeded
    retired: Row = field(default_factory=dict)
    orphaned: Row = field(default_factory=dict)

    def side(self, side: Side) -> Row:
        """The row as that version shows it."""
        return self.old if side == "old" else self.new

    def copy(self) -> Pair:
        """Another pair that says the same."""
        kept, retired, orphaned = dict(self.kept), dict(self.retired), dict(self.orphaned)
        return Pair(dict(self.old), dict(self.new), kept, self.seed, retired, orphaned)
