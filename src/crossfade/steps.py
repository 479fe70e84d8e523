"""The vocabulary of steps: small, frozen, reversible instructions. Data, never code on a connection.

A step says its phase, how it is run (`mode`) and its undo. A dialect renders it to statements; the
runner executes them and preview prints them. Every field is plain data, so that a plan can be
kept in the journal and walked again by another process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from crossfade.lens import RowLens
from crossfade.phases import Phase
from crossfade.schema import Check, Column, EnumType, Grant, Index, TableName


class Mode(StrEnum):
    """How the runner runs a step."""

    TOGETHER = "one transaction with its neighbours"
    ALONE = "a transaction of its own"
    OUTSIDE = "outside any transaction"
    RANGES = "one short transaction for each range of the key"
    DRAIN = "short transactions, until nothing is left"
    COMPARE = "one read-only snapshot for each range of the key"

    @property
    def batched(self) -> bool:
        """Whether the step's statements are executed many times."""
        return self in {Mode.RANGES, Mode.DRAIN, Mode.COMPARE}

    @property
    def writes(self) -> bool:
        """Whether the step changes anything."""
        return self is not Mode.COMPARE


class Role(StrEnum):
    """What a statement is for within its step."""

    WORK = "work"  # executed once, or once a batch
    SETTING = "setting"  # prepares a batch's transaction
    BEFORE = "before"  # executed once, before the batches, in a transaction of its own
    FIRST = "first"  # finds the first key
    LAST = "last"  # finds the last key
    NEXT = "next"  # finds where a batch ends and the next begins
    COUNT = "count"  # counts the rows of the last batch
    SAMPLE = "sample"  # reads mismatches, only where there are some


@dataclass(frozen=True)
class Statement:
    """One SQL statement. `%(name)s` in `sql` are parameters, present only where `bound`.

    `lock` is the strongest lock that it takes on a user's table, `blocks` what waits meanwhile. `again`
    comes first where the statement is tried again, because it leaves something behind when it fails.
    """

    sql: str
    role: Role = Role.WORK
    lock: str = ""
    blocks: str = "nothing"
    bound: bool = False
    again: str = ""


@dataclass(frozen=True)
class Tally:
    """What executing a step's WORK came to: rows passed over, rows that the statements changed,
    seconds, and how often each row that they returned came (for statements that return little).
    """

    rows: int = 0
    changed: int = 0
    seconds: float = 0.0
    returned: Mapping[tuple[str, ...], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """The root of all steps."""

    phase: ClassVar[Phase]
    mode: ClassVar[Mode] = Mode.TOGETHER

    @property
    def estimate(self) -> int:
        """About how many rows a batched step passes over; 0 where that is not known."""
        return 0

    @property
    def title(self) -> str:
        """What the step does, for people."""
        raise NotImplementedError

    def undo(self) -> Step | None:
        """The step that takes this one back; None where nothing is left to take back."""
        return None

    def tell(self, tally: Tally) -> dict[str, Any]:
        """What the command's outcome says of the step, by the outcome's fields."""
        return {}


@dataclass(frozen=True)
class CreateNamespace(Step):
    """Make the namespace that will show the new version of `schema`."""

    phase = Phase.EXPAND
    schema: str
    namespace: str
    owner: str | None = None  # who must own it; None is the connected role
    readers: tuple[str, ...] = ()  # who may use the schema, and so the namespace

    @property
    def title(self) -> str:
        return f"create namespace {self.namespace}"

    def undo(self) -> Step:
        return DropNamespace(self.schema, self.namespace)


@dataclass(frozen=True)
class DropNamespace(Step):
    """Drop the namespace, empty by now."""

    phase = Phase.CONTRACT
    schema: str
    namespace: str

    @property
    def title(self) -> str:
        return f"drop namespace {self.namespace}"


@dataclass(frozen=True)
class AddColumn(Step):
    """Add a column; its default here is what the old application's inserts get."""

    phase = Phase.EXPAND
    table: TableName
    column: Column
    grants: tuple[Grant, ...] = ()
    later_default: str | None = None  # a default for new rows only, set once the column exists

    @property
    def title(self) -> str:
        return f"add column {self.column.name} to {self.table}"

    def undo(self) -> Step:
        return DropColumn(self.table, self.column.name)


@dataclass(frozen=True)
class DropColumn(Step):
    """Drop a column that the evolution had added."""

    phase = Phase.CONTRACT
    table: TableName
    column: str

    @property
    def title(self) -> str:
        return f"drop column {self.column} of {self.table}"


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

    @property
    def counted(self) -> bool:
        """Whether writes are counted by side: where both sides write, and determine each other."""
        return not self.one_sided and any(lens.backward for lens in self.lenses)

    @property
    def title(self) -> str:
        return f"keep both sides of {self.table} in sync"

    def undo(self) -> Step:
        return RemoveSync(self.evolution, self.table)


@dataclass(frozen=True)
class RemoveSync(Step):
    """Remove the sync of a table, and the guard of its new side."""

    phase = Phase.CONTRACT
    evolution: str
    table: TableName

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
    the rows whose sides disagree.
    """

    phase = Phase.BACKFILL
    mode = Mode.RANGES
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int
    skip_triggers: bool
    repair: bool = False

    @property
    def estimate(self) -> int:
        return self.rows

    @property
    def title(self) -> str:
        return f"backfill {self.table}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"backfill": {"rows": tally.rows, "seconds": tally.seconds}}


@dataclass(frozen=True)
class RestoreComplement(Step):
    """Bring back what an earlier rollback kept, where the old side has not moved on."""

    phase = Phase.BACKFILL
    mode = Mode.DRAIN
    evolution: str
    table: TableName
    key: tuple[Column, ...]
    lenses: tuple[RowLens, ...]
    columns: tuple[str, ...]
    rows: int
    skip_triggers: bool

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
class CreateIndex(Step):
    """Build an index while writes go on."""

    phase = Phase.INDEX
    mode = Mode.OUTSIDE
    table: TableName
    index: Index
    partitions: tuple[TableName, ...] = ()

    @property
    def title(self) -> str:
        return f"build index {self.index.name} on {self.table}"

    def undo(self) -> Step:
        return DropIndex(self.table, self.index.name, self.partitions)


@dataclass(frozen=True)
class DropIndex(Step):
    """Drop an index that the evolution had built."""

    phase = Phase.CONTRACT
    mode = Mode.OUTSIDE
    table: TableName
    index: str
    partitions: tuple[TableName, ...] = ()

    @property
    def title(self) -> str:
        return f"drop index {self.index} of {self.table}"


@dataclass(frozen=True)
class AdoptIndex(Step):
    """Make a unique index that stands into a constraint, as its predecessor was one."""

    phase = Phase.INDEX
    table: TableName
    index: str

    @property
    def title(self) -> str:
        return f"make index {self.index} a unique constraint of {self.table}"

    def undo(self) -> Step:
        return DropUnique(self.table, self.index)


@dataclass(frozen=True)
class DropUnique(Step):
    """Take a unique constraint off that the evolution had made, and the index that serves it."""

    phase = Phase.CONTRACT
    table: TableName
    constraint: str

    @property
    def title(self) -> str:
        return f"take unique constraint {self.constraint} off {self.table}"


@dataclass(frozen=True)
class AddCheck(Step):
    """Add a check constraint that holds for new writes at once, for old rows once validated."""

    phase = Phase.INDEX
    table: TableName
    check: Check

    @property
    def title(self) -> str:
        return f"add check {self.check.name} to {self.table}"

    def undo(self) -> Step:
        return DropCheck(self.table, self.check)


@dataclass(frozen=True)
class ValidateCheck(Step):
    """Validate a check constraint against the rows that stand, while writes go on."""

    phase = Phase.INDEX
    mode = Mode.ALONE
    table: TableName
    check: str

    @property
    def title(self) -> str:
        return f"validate check {self.check} of {self.table}"


@dataclass(frozen=True)
class DropCheck(Step):
    """Take a check constraint off; the journal's plan keeps its definition."""

    phase = Phase.CONTRACT
    table: TableName
    check: Check

    @property
    def title(self) -> str:
        return f"take check {self.check.name} off {self.table}"

    def undo(self) -> Step:
        return AddCheck(self.table, self.check)


@dataclass(frozen=True)
class SetNotNull(Step):
    """Make a column NOT NULL; `proof` is a validated check which spares the server the scan."""

    phase = Phase.INDEX
    table: TableName
    column: str
    proof: str

    @property
    def title(self) -> str:
        return f"make {self.table}.{self.column} not null"


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


@dataclass(frozen=True)
class OpenSide(Step):
    """The new side takes writes from here on. Nothing is to be done; closing it is the undo."""

    phase = Phase.PUBLISH
    evolution: str
    table: TableName
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        return f"open the new side of {self.table}"

    def undo(self) -> Step:
        return CloseSide(self.evolution, self.table, self.columns)


@dataclass(frozen=True)
class CloseSide(Step):
    """Refuse writes to the new side from here on, so that what is kept of it is all of it."""

    phase = Phase.CLOSE
    evolution: str
    table: TableName
    columns: tuple[Column, ...]  # the new side's, with the defaults that old inserts give them

    @property
    def title(self) -> str:
        return f"close the new side of {self.table} to writes"


@dataclass(frozen=True)
class ViewColumn:
    """A column of the new version: its name there, its name in the table, a default of its own."""

    name: str
    base: str
    default: str | None = None
    generated: bool = False


@dataclass(frozen=True)
class PublishView(Step):
    """Show the new version of a table in its namespace."""

    phase = Phase.PUBLISH
    table: TableName
    namespace: str
    columns: tuple[ViewColumn, ...]
    owner: str | None = None
    grants: tuple[Grant, ...] = ()
    comment: str | None = None

    @property
    def title(self) -> str:
        return f"publish {self.namespace}.{self.table.name}"

    def undo(self) -> Step:
        return WithdrawView(self.table, self.namespace)


@dataclass(frozen=True)
class WithdrawView(Step):
    """Take the new version of a table out of its namespace."""

    phase = Phase.CLOSE
    table: TableName
    namespace: str

    @property
    def title(self) -> str:
        return f"withdraw {self.namespace}.{self.table.name}"


@dataclass(frozen=True)
class SeedRows(Step):
    """Insert, through the new version, the rows that are not there yet; `rows` are JSON objects.

    Rows which a rollback had taken away come back as they were.
    """

    phase = Phase.PUBLISH
    mode = Mode.ALONE
    evolution: str
    table: TableName
    namespace: str
    key: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]  # the new version's columns that can be inserted
    references: tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...]  # (table, its columns, ours)

    @property
    def title(self) -> str:
        return f"seed {len(self.rows)} rows of {self.table}"

    def undo(self) -> Step:
        return UnseedRows(self.evolution, self.table, self.namespace, self.key, self.references)

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"seeded": tally.changed}


@dataclass(frozen=True)
class UnseedRows(Step):
    """Take seeded rows away, but none that the application has changed since or refers to."""

    phase = Phase.CLOSE
    mode = Mode.ALONE
    evolution: str
    table: TableName
    namespace: str
    key: tuple[str, ...]
    references: tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...]

    @property
    def title(self) -> str:
        return f"take back the untouched seeds of {self.table}"

    def tell(self, tally: Tally) -> dict[str, Any]:
        removed = [json.loads(key) for key, state in sorted(tally.returned) if state == "removed"]
        kept = sum(state == "left" for _, state in tally.returned)
        return {"removed_seeds": removed, "seeds_kept": kept}


@dataclass(frozen=True)
class RenameColumn(Step):
    """Give a column another name."""

    phase = Phase.CONTRACT
    table: TableName
    column: str
    to: str

    @property
    def title(self) -> str:
        return f"rename {self.table}.{self.column} to {self.to}"

    def undo(self) -> Step:
        return RenameColumn(self.table, self.to, self.column)


@dataclass(frozen=True)
class Relax(Step):
    """Take NOT NULL and the default off a retired column, so that new rows need not give it."""

    phase = Phase.CONTRACT
    table: TableName
    column: Column

    @property
    def title(self) -> str:
        return f"relax {self.table}.{self.column.name}"


@dataclass(frozen=True)
class RenameIndex(Step):
    """Give an index, and the constraint that it serves, another name."""

    phase = Phase.CONTRACT
    table: TableName
    index: str
    to: str

    @property
    def title(self) -> str:
        return f"rename index {self.index} to {self.to}"

    def undo(self) -> Step:
        return RenameIndex(self.table, self.to, self.index)


@dataclass(frozen=True)
class RenameCheck(Step):
    """Give a check constraint another name."""

    phase = Phase.CONTRACT
    table: TableName
    check: str
    to: str

    @property
    def title(self) -> str:
        return f"rename check {self.check} to {self.to}"

    def undo(self) -> Step:
        return RenameCheck(self.table, self.to, self.check)


@dataclass(frozen=True)
class SetDefault(Step):
    """Set a column's default, or take it off."""

    phase = Phase.CONTRACT
    table: TableName
    column: str
    default: str | None
    previous: str | None = None

    @property
    def title(self) -> str:
        return f"set the default of {self.table}.{self.column}"

    def undo(self) -> Step:
        return SetDefault(self.table, self.column, self.previous, self.default)


@dataclass(frozen=True)
class CountUnmapped(Step):
    """A check that changes nothing: `labels` have no mapping; how many rows hold each?"""

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    labels: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"count unmapped values of {self.table}.{self.column}"


@dataclass(frozen=True)
class CreateEnum(Step):
    """Make an enum type again, its labels in their order."""

    phase = Phase.EXPAND
    type: EnumType
    owner: str | None = None

    @property
    def title(self) -> str:
        return f"create type {self.type.schema}.{self.type.name}"


@dataclass(frozen=True)
class DropEnum(Step):
    """Drop an enum type; it stays where something else is of it."""

    phase = Phase.CONTRACT
    type: EnumType

    @property
    def title(self) -> str:
        return f"drop type {self.type.schema}.{self.type.name} unless something else is of it"


@dataclass(frozen=True)
class Forget(Step):
    """Forget what the journal keeps for a next start: the complement, and the seeds' images."""

    phase = Phase.CONTRACT
    evolution: str

    @property
    def title(self) -> str:
        return "forget the kept values"


@dataclass(frozen=True)
class CountUnsaid(Step):
    """A check that changes nothing: how many rows hold a value for which the old side has none?

    `known` are the values that it can say, `null` whether NULL is one.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE
    change: str
    table: TableName
    column: str
    shown: str
    known: tuple[str, ...]
    null: bool

    @property
    def title(self) -> str:
        return f"count values of {self.table}.{self.shown} that the old version can't say"


@dataclass(frozen=True)
class CountWrites(Step):
    """A question that changes nothing: how often has each side written what the other must see?"""

    phase = Phase.VERIFY
    mode = Mode.ALONE
    evolution: str
    table: TableName

    @property
    def title(self) -> str:
        return f"count the writes of {self.table} by side"
