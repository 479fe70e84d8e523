"""Steps about rows: the sync, the copy, the comparison, the complement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.reports import Mismatch
from crossfade.schema import Column, TableName
from crossfade.steps.step import Mode, Step, Tally


@dataclass(frozen=True)
class InstallSync(Step):
    """Install the triggers that keep both sides of every row in agreement."""

    phase = Phase.EXPAND
    evolution: str
    table: TableName
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    watched: tuple[Column, ...]  # an update of none of these passes without a call
    namespace: str
    search_path: tuple[str, ...]
    one_sided: bool = False  # only the new side is written: it always decides
    movers: tuple[Column, ...] = ()  # where one of these changes, a row may move to another partition
    later: tuple[tuple[RowLens, ...], ...] = ()  # the lenses when columns of other tables have changed names

    @property
    def counted(self) -> bool:
        """Whether writes are counted by side: where both sides write, and determine each other."""
        return not self.one_sided and any(lens.backward for lens in self.lenses)

    @property
    def demanded(self) -> tuple[Column, ...]:
        """The columns of the old side that must have a value, and have no default."""
        old = dict.fromkeys(column for lens in self.lenses for column in lens.old)
        return tuple(
            each for each in old if not (each.nullable or each.default or each.generated or each.identity)
        )

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns of the new side that must have a value, and have no default; rows of the old side do
        not give it.
        """
        new = dict.fromkeys(column for lens in self.lenses for column in lens.new)
        return () if self.one_sided else tuple(each for each in new if not (each.nullable or each.default))

    @property
    def title(self) -> str:
        return f"keep both sides of {self.table} in sync"

    def undo(self) -> Step:
        return RemoveSync(self.evolution, self.table, self.demanded)


@dataclass(frozen=True)
class RemoveSync(Step):
    """Remove the sync of a table, and the guard of its new side.

    `demanded` are columns that are the old side's alone again: what stood in for their defaults, where the
    sync needed that, goes with it. A column that is retired may keep it.
    """

    phase = Phase.CONTRACT
    evolution: str
    table: TableName
    demanded: tuple[Column, ...] = ()

    @property
    def title(self) -> str:
        return f"stop the sync of {self.table}"


@dataclass(frozen=True)
class Analyze(Step):
    """Refresh the planner's statistics, so that every batch is planned as a range of the key."""

    phase = Phase.BACKFILL
    mode = Mode.ALONE
    table: TableName

    @property
    def title(self) -> str:
        return f"analyze {self.table}"


@dataclass(frozen=True)
class CopyRows(Step):
    """Fill the new side of the rows that have none yet, by key range; where `repair`, write it anew in
    the rows whose sides disagree. `stay` are columns that a database would change by itself with every write
    of their row.
    """

    phase = Phase.BACKFILL
    mode = Mode.RANGES
    shared = True
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int
    skip_triggers: bool
    repair: bool = False
    row_bytes: int = 0
    stay: tuple[str, ...] = ()

    @property
    def estimate(self) -> int:
        return self.rows

    @property
    def weight(self) -> int:
        return self.row_bytes

    @property
    def title(self) -> str:
        return f"backfill {self.table}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"backfill": {"rows": tally.rows, "seconds": tally.seconds}}


@dataclass(frozen=True)
class Compare(Step):
    """Compare both sides of every row. `fresh` is the comparison before the new side is published:
    there a value that is missing is a mismatch unless the complement brought it back missing.
    """

    phase = Phase.VERIFY
    mode = Mode.COMPARE
    evolution: str
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int
    fresh: bool = False

    @property
    def estimate(self) -> int:
        return self.rows

    @property
    def title(self) -> str:
        return f"compare both sides of {self.table}"

    def mismatch(self, row: Sequence[str | None]) -> Mismatch:
        """What a row that was found says: the key, then both sides of each lens."""
        values = iter(row)
        key = {column.name: next(values) for column in self.key}
        old: dict[str, str | None] = {}
        new: dict[str, str | None] = {}
        for lens in self.lenses:
            old.update({column.name: next(values) for column in lens.old})
            new.update(dict(zip(lens.shown, (next(values) for _ in lens.new), strict=True)))
        return Mismatch(table=str(self.table), key=key, old=old, new=new)


@dataclass(frozen=True)
class RestoreComplement(Step):
    """Bring back what an earlier rollback kept, where the old side has not moved on. `stay` is as in
    `CopyRows`.
    """

    phase = Phase.BACKFILL
    mode = Mode.DRAIN
    evolution: str
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int
    skip_triggers: bool
    stay: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"bring back the kept values of {self.table}"

    def undo(self) -> Step:
        return KeepComplement(self.evolution, self.table, self.key, self.lenses, self.columns, self.rows)

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"complement_rows": tally.returned.get(("restored",), 0)}


@dataclass(frozen=True)
class KeepComplement(Step):
    """Keep, in the journal, the new values that the old side cannot give back."""

    phase = Phase.KEEP
    mode = Mode.RANGES
    shared = True
    evolution: str
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int

    @property
    def estimate(self) -> int:
        return self.rows

    @property
    def title(self) -> str:
        return f"keep what only the new side of {self.table} holds"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"complement_rows": tally.changed}


@dataclass(frozen=True)
class Forget(Step):
    """Forget what the journal keeps for a next start: the complement, and the seeds' images."""

    phase = Phase.CONTRACT
    evolution: str

    @property
    def title(self) -> str:
        return "forget the kept values"
