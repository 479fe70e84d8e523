"""Questions about lenses across tables: what was moved, and what either way back could not give. They change
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossfade.phases import Phase
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step, Tally
from crossfade.tree import Embed, Shape, TreeLens


@dataclass(frozen=True)
class _OfTree(Step):
    """A question about one tree."""

    phase = Phase.VERIFY
    mode = Mode.ALONE
    tree: TreeLens

    @property
    def table(self) -> TableName:
        """The target."""
        return self.tree.target

    @property
    def locks(self) -> tuple[TableName, ...]:
        return ()


@dataclass(frozen=True)
class CountMoved(_OfTree):
    """How many rows of each old table are in the target, now that all of them were copied?

    `absent` are the old tables that are missing in this database.
    """

    absent: tuple[TableName, ...] = ()

    @property
    def title(self) -> str:
        return f"count what has become of the old tables in {self.table}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        counts = next(iter(tally.returned), ())
        places = [_line(self.tree.source, str(self.table), "moved")]
        places += [_embedded(self.tree, each) for each in self.tree.embeds]
        told = [{**place, "rows": int(rows)} for place, rows in zip(places, counts, strict=True)]
        told += [{**_line(each, str(self.table), "absent"), "rows": 0} for each in self.absent]
        return {"per_table": told}


@dataclass(frozen=True)
class CountHeld(_OfTree):
    """Of how many rows of the target would the old side not give all values again? By column, and of any
    column, while both sides are there.
    """

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} that hold what the old side can't give"


@dataclass(frozen=True)
class CountMoves(_OfTree):
    """How many rows of the target were born, changed and deleted since the old side was retired?"""

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} that were written since complete"


@dataclass(frozen=True)
class CountBeyond(_OfTree):
    """How many rows of the target would be others, if they became the old side's and came again? By column,
    and of any column. `source` is what keys of the target are made of.
    """

    source: str = ""
    purged: bool = False  # the legacy column is gone

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} that hold more than the old side can"


@dataclass(frozen=True)
class CountLost(_OfTree):
    """How many rows of the old tables hold something in each of `columns`, which the target alone could not
    give back?
    """

    columns: tuple[tuple[TableName, str], ...] = ()

    @property
    def title(self) -> str:
        return f"count what {self.table} could not give back to the old tables"


def _line(table: TableName, into: str, how: str) -> Mapping[str, Any]:
    return {"table": str(table), "into": into, "how": how}


def _embedded(tree: TreeLens, embed: Embed) -> Mapping[str, Any]:
    how = "counted" if embed.shape is Shape.VALUE else "embedded"
    return _line(embed.table, f"{tree.target}.{embed.slot}", how)
