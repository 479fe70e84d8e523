"""Steps about lenses across tables: their sync, the copy, the comparison, the complement, the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.errors import SchemaMismatch
from crossfade.phases import Phase
from crossfade.reports import Mismatch
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step, Tally
from crossfade.tree import TreeLens, sources


@dataclass(frozen=True)
class _OfTrees:
    """A step about the sync of trees."""

    evolution: str
    trees: tuple[TreeLens, ...]

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((*sources(self.trees), *(each.target for each in self.trees))))

    @property
    def _targets(self) -> str:
        return ", ".join(str(each.target) for each in self.trees)


@dataclass(frozen=True)
class InstallTrees(_OfTrees, Step):
    """Install the triggers that keep both sides of all trees in agreement. `one_sided`: only the new side is
    written.
    """

    phase = Phase.EXPAND
    one_sided: bool = False
    family: tuple[TreeLens, ...] = ()  # all trees of the evolution, where these are not all

    @property
    def title(self) -> str:
        return f"keep {self._targets} in sync"


@dataclass(frozen=True)
class HookTrees(_OfTrees, Step):
    """Install the sync of all trees while the old side is written, one table after the other: nothing is
    written to the targets before the last table has its triggers, and whoever wrote it without has ended.
    """

    phase = Phase.EXPAND
    mode = Mode.OUTSIDE

    @property
    def title(self) -> str:
        return f"keep {self._targets} in sync"

    def undo(self) -> Step:
        return UnhookTrees(self.evolution, self.trees)


@dataclass(frozen=True)
class UnhookTrees(_OfTrees, Step):
    """Remove the sync of all trees while the old side is written, one table after the other; what only the
    targets held has been kept.
    """

    phase = Phase.CONTRACT
    mode = Mode.OUTSIDE

    @property
    def title(self) -> str:
        return f"stop the sync of {self._targets}"


@dataclass(frozen=True)
class RemoveTrees(_OfTrees, Step):
    """Remove the sync of all trees at once: the new side alone is written."""

    phase = Phase.CONTRACT

    @property
    def title(self) -> str:
        return f"stop the sync of {self._targets}"


@dataclass(frozen=True)
class _OfTree:
    """A step that walks the rows of a tree."""

    evolution: str
    tree: TreeLens

    @property
    def table(self) -> TableName:
        """What is told to be walked."""
        return self.tree.target

    @property
    def estimate(self) -> int:
        return self.tree.rows


@dataclass(frozen=True)
class CopyTree(_OfTree, Step):
    """Make the target's rows of the source's rows that have none, by ranges of the source's key."""

    phase = Phase.BACKFILL
    mode = Mode.RANGES
    shared = True
    batch_seconds = 0.1  # it is in the way of those alone who write one of its rows, or delete it

    @property
    def title(self) -> str:
        return f"backfill {self.tree.target}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"backfill": {"rows": tally.rows, "seconds": tally.seconds}}


@dataclass(frozen=True)
class RestoreTree(_OfTree, Step):
    """Bring back what an earlier rollback kept, where the old side has not moved on."""

    phase = Phase.BACKFILL
    mode = Mode.DRAIN

    @property
    def title(self) -> str:
        return f"bring back the kept values of {self.tree.target}"

    def undo(self) -> Step:
        return KeepTree(self.evolution, self.tree)

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"complement_rows": tally.returned.get(("restored",), 0)}


@dataclass(frozen=True)
class KeepTree(_OfTree, Step):
    """Keep, in the journal, what the target holds and the old side cannot give back."""

    phase = Phase.KEEP
    mode = Mode.RANGES

    @property
    def title(self) -> str:
        return f"keep what only {self.tree.target} holds"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"complement_rows": tally.changed}


@dataclass(frozen=True)
class CompareTree(_OfTree, Step):
    """Compare the rows of the source, and their children, with those of the target."""

    phase = Phase.VERIFY
    mode = Mode.COMPARE

    @property
    def title(self) -> str:
        return f"compare both sides of {self.tree.target}"

    def mismatch(self, row: Sequence[str | None]) -> Mismatch:
        """What a row that was found says: the key, then each column of the old side, then of the new one."""
        values: Iterator[str | None] = iter(row)
        key = {self.tree.key.name: next(values)}
        shown = self.shown
        old = dict(zip(shown, values, strict=False))
        new = dict(zip(shown, values, strict=False))
        apart = [name for name in shown if old[name] != new[name]] or list(shown)
        return Mismatch(
            table=str(self.tree.target),
            key=key,
            old={name: old[name] for name in apart},
            new={name: new[name] for name in apart},
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The places of the target that are compared; the first tells whether the row is there."""
        embeds = (each.slot for each in self.tree.embeds if each.written)
        return (self.tree.legacy, *self.tree.both_ways, *embeds)


@dataclass(frozen=True)
class TieTarget(_OfTree, Step):
    """Give a legacy key to the rows of the target that were born since `complete`."""

    phase = Phase.BACKFILL
    mode = Mode.RANGES

    @property
    def title(self) -> str:
        return f"give legacy keys to the new rows of {self.tree.target}"


@dataclass(frozen=True)
class CountStray(Step):
    """A check that changes nothing: which rows of the target hold what the old side has no place for?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    tree: TreeLens

    @property
    def table(self) -> TableName:
        """The target."""
        return self.tree.target

    @property
    def title(self) -> str:
        return f"count what the old version of {self.table} has no place for"

    def told(self, found: Sequence[Sequence[Any]]) -> SchemaMismatch:
        """The error for what was found: places, what is there, and how many rows hold it."""
        listed = "; ".join(f"{slot}: {what!r} ({rows} rows)" for slot, what, rows in found)
        return SchemaMismatch(
            f"{self.table} holds what the old version has no place for: {listed}",
            place=self.change,
            remedy="take it out of these rows first, and run the same command again",
        )


@dataclass(frozen=True)
class GiveBack(_OfTree, Step):
    """Write the old side anew where the target's rows say something else, by ranges of the legacy key."""

    phase = Phase.BACKFILL
    mode = Mode.RANGES
    skip_triggers: bool = False

    @property
    def title(self) -> str:
        return f"give {self.tree.source} back what {self.tree.target} says"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"backfill": {"rows": tally.rows, "seconds": tally.seconds}}


@dataclass(frozen=True)
class TakeAway(_OfTree, Step):
    """Delete the source's rows whose rows in the target are gone."""

    phase = Phase.BACKFILL
    mode = Mode.RANGES
    skip_triggers: bool = False

    @property
    def title(self) -> str:
        return f"take rows of {self.tree.source} away that {self.tree.target} has no more"
