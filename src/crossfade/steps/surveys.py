"""Questions that a document asks the data, to tell how many rows it speaks of. They change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.expressions import Expression
from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.schema import TableName
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class CountValues(Step):
    """How many rows hold each value of a column? The commonest first.

    `shown` is the column as people know it. `made` is the expression that fills it, and says how its values
    are told; `back` reads it, and what it gives is told too. Both are of `lens`.
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    column: str
    shown: str
    lens: RowLens | None = None
    made: Expression | None = None
    back: Expression | None = None
    most: int = 100  # values; a column that was opened may hold any number of them

    @property
    def title(self) -> str:
        return f"count the values of {self.table}.{self.shown}"


@dataclass(frozen=True)
class CountApart(Step):
    """Of how many rows does each side hold what the other can't give? Asked while both sides are there.

    For each lens, in its order: rows whose new side `forward` would not give (`kept`), rows whose sides
    agree though `backward` would not give the old one (`lost`), and rows whose sides disagree (`apart`).
    `retired`: the old side is that of a completed evolution, and rows that were born since have none.
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    retired: bool = False

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} of which one side alone holds something"


@dataclass(frozen=True)
class CountReturns(Step):
    """Of how many rows would one side be another one, if it went to the other side and came back?

    For each lens whose `old` and `new` side is meant by `side`: that is the side which is there.
    """

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]  # that are there
    side: str  # "old" or "new"

    @property
    def title(self) -> str:
        return f"count the rows of {self.table} whose {self.side} side the other one would not give back"


@dataclass(frozen=True)
class ReadRows(Step):
    """How long does it take to read some rows, whole?"""

    phase = Phase.VERIFY
    mode = Mode.ALONE
    table: TableName
    most: int = 20_000

    @property
    def title(self) -> str:
        return f"read rows of {self.table}, for a rate"
