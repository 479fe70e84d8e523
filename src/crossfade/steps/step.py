"""What every step is: its mode, its statements' roles, what executing it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from crossfade.phases import Phase
from crossfade.schema import TableName


class Mode(StrEnum):
    """How the runner runs a step."""

    TOGETHER = "one transaction with its neighbours"
    ALONE = "a transaction of its own"
    OUTSIDE = "outside any transaction"
    RANGES = "one short transaction for each range of the key"
    DRAIN = "short transactions, until nothing is left"
    COMPARE = "one read-only snapshot for each range of the key"
    APART = "statement by statement: each commits"
    SWITCH = "statement by statement, while statements of the new version wait"

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
    comes first where the statement is tried again, because it leaves something behind when it fails. `done`
    is of a statement that commits by itself, as DDL does where no transaction takes it back: a query which
    has a row once the statement's effect stands. `copying` is the same for a server that may copy the table,
    where `sql` says that it must not.
    """

    sql: str
    role: Role = Role.WORK
    lock: str = ""
    blocks: str = "nothing"
    bound: bool = False
    again: str = ""
    done: str = ""
    copying: str = ""


@dataclass(frozen=True)
class Stage:
    """Statements that are executed while `table` is locked (None: nothing is); `moves`: they give the table
    another name, and what came before them called it by the one before.
    """

    table: TableName | None
    statements: tuple[Statement, ...]
    moves: bool = False


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
    batch_seconds: ClassVar[float | None] = None  # what a batch is to take, where it is not the usual
    shared: ClassVar[bool] = False  # several hands may do a batched step: no batch looks at another's rows

    @property
    def estimate(self) -> int:
        """About how many rows a batched step passes over; 0 where that is not known."""
        return 0

    @property
    def weight(self) -> int:
        """About how many bytes a batched step writes for each row; 0 where that is not known."""
        return 0

    @property
    def title(self) -> str:
        """What the step does, for people."""
        raise NotImplementedError

    @property
    def locks(self) -> tuple[TableName, ...]:
        """The tables that it locks, where it keeps anybody waiting."""
        table: TableName | None = getattr(self, "table", None)
        return () if table is None else (table,)

    @property
    def moves(self) -> tuple[TableName, TableName] | None:
        """The name of a table before it and after it, where it gives a table another."""
        return None

    def undo(self) -> Step | None:
        """The step that takes this one back; None where nothing is left to take back."""
        return None

    def anew(self) -> Step | None:
        """What takes the step back once what it had put away is dropped; its undo, where that is the same."""
        return self.undo()

    def tell(self, tally: Tally) -> dict[str, Any]:
        """What the command's outcome says of the step, by the outcome's fields."""
        return {}
