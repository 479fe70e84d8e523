"""Steps about lenses across tables: their sync, the copy, the comparison, the complement, the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.errors import SchemaMismatch
from crossfade.phases import Phase
from crossfade.reports import Mismatch
from crossfade.schema import Grant, TableName
from crossfade.steps.step import Mode, Step, Tally
from crossfade.tree import TreeLens, sources


@dataclass(frozen=True)
class CreateTarget(Step):
    """Make the empty target of a tree, closed to the new application, with its legacy column.

    `create` is the statement that makes it.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE  # what comes after locks it
    evolution: str
    tree: TreeLens
    create: str
    refers: tuple[TableName, ...] = ()  # the tables that stand, and that its foreign keys refer to
    owner: str | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def table(self) -> TableName:
        """The target."""
        return self.tree.target

    @property
    def title(self) -> str:
        return f"create table {self.table}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return self.refers  # nobody knows the target yet

    def undo(self) -> Step:
        return DropTarget(self.evolution, self.tree)


@dataclass(frozen=True)
class DropTarget(Step):
    """Drop a target that the evolution had made; what only it held has been kept."""

    phase = Phase.CONTRACT
    evolution: str
    tree: TreeLens

    @property
    def table(self) -> TableName:
        """The target."""
        return self.tree.target

    @property
    def title(self) -> str:
        return f"drop table {self.table}, which the evolution had made"


@dataclass(frozen=True)
class IndexTarget(Step):
    """Build an index of a target while it is written: by a statement, or a unique one over one column."""

    phase = Phase.INDEX
    mode = Mode.OUTSIDE
    table: TableName
    name: str
    create: str = ""
    unique: str = ""

    @property
    def title(self) -> str:
        return f"build index {self.name} on {self.table}"

    def undo(self) -> Step:
        return UnindexTarget(self.table, self.name)


@dataclass(frozen=True)
class UnindexTarget(Step):
    """Drop an index of a target."""

    phase = Phase.CONTRACT
    mode = Mode.OUTSIDE
    table: TableName
    name: str

    @property
    def title(self) -> str:
        return f"drop index {self.name} of {self.table}"


@dataclass(frozen=True)
class OpenTarget(Step):
    """Let the new application write the target."""

    phase = Phase.PUBLISH
    mode = Mode.ALONE  # whoever waits for one of the targets holds no other
    evolution: str
    table: TableName

    @property
    def title(self) -> str:
        return f"open {self.table} to the new application"

    def undo(self) -> Step:
        return CloseTarget(self.evolution, self.table)


@dataclass(frozen=True)
class CloseTarget(Step):
    """Refuse the new application's writes of the target from here on."""

    phase = Phase.CLOSE
    mode = Mode.ALONE
    evolution: str
    table: TableName

    @property
    def title(self) -> str:
        return f"close {self.table} to the new application"


@dataclass(frozen=True)
class InstallTrees(Step):
    """Install the triggers that keep both sides of all trees in agreement. `one_sided`: only the new side is
    written.
    """

    phase = Phase.EXPAND
    evolution: str
    trees: tuple[TreeLens, ...]
    one_sided: bool = False
    family: tuple[TreeLens, ...] = ()  # all trees of the evolution, where these are not all

    @property
    def title(self) -> str:
        return f"keep {', '.join(str(each.target) for each in self.trees)} in sync"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((*sources(self.trees), *(each.target for each in self.trees))))


@dataclass(frozen=True)
class HookTrees(Step):
    """Install the sync of all trees while the old side is written, one table after the other: nothing is
    written to the targets before the last table has its triggers, and whoever wrote it without has ended.
    """

    phase = Phase.EXPAND
    mode = Mode.OUTSIDE
    evolution: str
    trees: tuple[TreeLens, ...]

    @property
    def title(self) -> str:
        return f"keep {', '.join(str(each.target) for each in self.trees)} in sync"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((*sources(self.trees), *(each.target for each in self.trees))))

    def undo(self) -> Step:
        return UnhookTrees(self.evolution, self.trees)


@dataclass(frozen=True)
class UnhookTrees(Step):
    """Remove the sync of all trees while the old side is written, one table after the other; what only the
    targets held has been kept.
    """

    phase = Phase.CONTRACT
    mode = Mode.OUTSIDE
    evolution: str
    trees: tuple[TreeLens, ...]

    @property
    def title(self) -> str:
        return f"stop the sync of {', '.join(str(each.target) for each in self.trees)}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((*sources(self.trees), *(each.target for each in self.trees))))


@dataclass(frozen=True)
class RemoveTrees(Step):
    """Remove the sync of all trees at once: the new side alone is written."""

    phase = Phase.CONTRACT
    evolution: str
    trees: tuple[TreeLens, ...]

    @property
    def title(self) -> str:
        return f"stop the sync of {', '.join(str(each.target) for each in self.trees)}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((*sources(self.trees), *(each.target for each in self.trees))))


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
