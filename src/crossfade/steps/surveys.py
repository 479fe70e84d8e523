"""Questions that a document asks the data, to tell how many rows it speaks of. They change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class CountValues(Step):
    """How many rows hold each value of a column? The commonest first.

    `shown` is the column as people know it.
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    column: str
    shown: str
    most: int = 100  # values; a column that was opened may hold any number of them

    @property
    def title(self) -> str:
        return f"count the values of {self.table}.{self.shown}"


@dataclass(frozen=True)
class CountApart(Step):
    """Of how many rows does each side hold what the other can't give?

    For each lens, in its order: rows whose new side `forward` would not give (`kept`), rows whose sides
    agree though `backward` would not give the old one (`lost`), and rows whose sides disagree (`apart`).
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} of which one side alone holds something"
