"""Steps about relations: the soft-delete cascade, and rows that refer to nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from crossfade import names
from crossfade.phases import Phase
from crossfade.schema import Column, ForeignKey, TableName
from crossfade.steps.counts import CountOrphans
from crossfade.steps.step import Mode, Step


@dataclass(frozen=True)
class Cascade:
    """Rows of `child` refer by `column` to `key` of `parent`, and are soft-deleted and restored with it."""

    parent: TableName
    key: Column
    child: TableName
    child_key: tuple[Column, ...]
    column: Column
    flag: str
    at: tuple[Column, Column]  # when it was: of the parent, of the child

    @property
    def relation(self) -> str:
        """What the journal calls it: the column that refers."""
        return f"{self.child}.{names.written(self.column.name)}"

    @property
    def mark(self) -> str:
        """What the names of its triggers end in: the same for no two columns."""
        return hashlib.sha256(self.relation.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class InstallCascade(Step):
    """Have the database soft-delete and restore a row's children with it. What an earlier cascade of the
    relation had taken, before a rollback, counts where nobody has touched it since.
    """

    phase = Phase.INDEX
    cascade: Cascade

    @property
    def title(self) -> str:
        return f"soft-delete {self.cascade.child} with {self.cascade.parent}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return (self.cascade.parent, self.cascade.child)

    def undo(self) -> Step:
        return RemoveCascade(self.cascade)


@dataclass(frozen=True)
class RemoveCascade(Step):
    """Let a row's children alone; the journal keeps which of them the cascade has taken."""

    phase = Phase.CONTRACT
    cascade: Cascade

    @property
    def title(self) -> str:
        return f"let {self.cascade.child} alone when {self.cascade.parent} is soft-deleted"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return (self.cascade.parent, self.cascade.child)


@dataclass(frozen=True)
class ClearOrphans(Step):
    """Set the column of `key` NULL where it refers to nothing; the journal keeps what it was. `stay` are
    columns that a database would change by itself with every write of their row.
    """

    phase = Phase.INDEX
    mode = Mode.RANGES
    evolution: str
    change: str
    table: TableName
    column: Column
    key: ForeignKey
    row_key: tuple[Column, ...]
    rows: int
    skip_triggers: bool
    stay: tuple[str, ...] = ()

    @property
    def estimate(self) -> int:
        return self.rows

    @property
    def title(self) -> str:
        return f"set orphans of {self.table}.{self.column.name} NULL"

    @property
    def count(self) -> CountOrphans:
        """The question which rows these are."""
        row_key = tuple(each.name for each in self.row_key)
        return CountOrphans(self.change, self.table, self.key, self.key.columns, row_key)

    def undo(self) -> Step:
        of = (self.evolution, self.change, self.table, self.column, self.row_key)
        return ReturnOrphans(*of, self.skip_triggers, self.stay)


@dataclass(frozen=True)
class ClearLateOrphans(Step):
    """The same once the key keeps more from coming, and before it is validated."""

    phase = Phase.INDEX
    mode = Mode.DRAIN
    evolution: str
    change: str
    table: TableName
    column: Column
    key: ForeignKey
    row_key: tuple[Column, ...]
    skip_triggers: bool
    stay: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"set late orphans of {self.table}.{self.column.name} NULL"


@dataclass(frozen=True)
class ReturnOrphans(Step):
    """Bring back what orphans were set from, in rows that nobody has given another value since."""

    phase = Phase.KEEP
    mode = Mode.DRAIN
    evolution: str
    change: str
    table: TableName
    column: Column
    row_key: tuple[Column, ...]
    skip_triggers: bool
    stay: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"bring back the orphans of {self.table}.{self.column.name}"
