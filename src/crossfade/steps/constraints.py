"""Steps about indexes, unique constraints, checks and foreign keys."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.phases import Phase
from crossfade.schema import Check, Column, ForeignKey, Index, TableName
from crossfade.steps.step import Mode, Step


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
    deferral: str = ""

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
class RenameIndex(Step):
    """Give an index, and the constraint that it serves, another name; its parts on `partitions` as well,
    where they are named after it.
    """

    phase = Phase.CONTRACT
    table: TableName
    index: str
    to: str
    partitions: tuple[TableName, ...] = ()

    @property
    def title(self) -> str:
        return f"rename index {self.index} to {self.to}"

    def undo(self) -> Step:
        return RenameIndex(self.table, self.to, self.index, self.partitions)


@dataclass(frozen=True)
class AddCheck(Step):
    """Add a check constraint that holds for new writes at once, for old rows once validated.

    `bearer` is the whole definition of a column that bears the check, where a server adds one unvalidated
    only so: then it has no name of its own. `beside` are the checks that the column bears already.
    """

    phase = Phase.INDEX
    table: TableName
    check: Check
    bearer: Column | None = None
    beside: tuple[Check, ...] = ()

    @property
    def title(self) -> str:
        return f"add check {self.check.name} to {self.table}"

    def undo(self) -> Step:
        return DropCheck(self.table, self.check, self.bearer, self.beside)


@dataclass(frozen=True)
class ValidateCheck(Step):
    """Validate a check constraint against the rows that stand, while writes go on. `definition` is for a
    server that validates none later: the rows are looked at.
    """

    phase = Phase.INDEX
    mode = Mode.ALONE
    table: TableName
    check: str
    definition: Check | None = None

    @property
    def title(self) -> str:
        return f"validate check {self.check} of {self.table}"


@dataclass(frozen=True)
class DropCheck(Step):
    """Take a check constraint off; the journal's plan keeps its definition. `bearer` and `beside` are as
    `AddCheck` has them.
    """

    phase = Phase.CONTRACT
    table: TableName
    check: Check
    bearer: Column | None = None
    beside: tuple[Check, ...] = ()

    @property
    def title(self) -> str:
        return f"take check {self.check.name} off {self.table}"

    def undo(self) -> Step:
        return AddCheck(self.table, self.check, self.bearer, self.beside)


@dataclass(frozen=True)
class RenameCheck(Step):
    """Give a check constraint another name. `definition` is for a server that must make it anew; one that a
    column bears (`borne`) has no name.
    """

    phase = Phase.CONTRACT
    table: TableName
    check: str
    to: str
    definition: Check | None = None
    borne: bool = False

    @property
    def title(self) -> str:
        return f"rename check {self.check} to {self.to}"

    def undo(self) -> Step:
        return RenameCheck(self.table, self.to, self.check, self.definition, self.borne)


@dataclass(frozen=True)
class AddForeignKey(Step):
    """Add a foreign key that holds for new writes at once, for old rows once validated."""

    phase = Phase.INDEX
    table: TableName
    key: ForeignKey

    @property
    def title(self) -> str:
        return f"add foreign key {self.key.name} to {self.table}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((self.table, self.key.target)))

    def undo(self) -> DropForeignKey:
        return DropForeignKey(self.table, self.key)


@dataclass(frozen=True)
class ValidateForeignKey(Step):
    """Validate a foreign key against the rows that stand, while writes go on. `key` is for a server that
    validates none later: the rows are looked at.
    """

    phase = Phase.INDEX
    mode = Mode.ALONE
    table: TableName
    name: str
    key: ForeignKey | None = None

    @property
    def title(self) -> str:
        return f"validate foreign key {self.name} of {self.table}"


@dataclass(frozen=True)
class DropForeignKey(Step):
    """Take a foreign key off; the journal's plan keeps its definition."""

    phase = Phase.CONTRACT
    table: TableName
    key: ForeignKey

    @property
    def title(self) -> str:
        return f"take foreign key {self.key.name} off {self.table}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((self.table, self.key.target)))

    def undo(self) -> AddForeignKey:
        return AddForeignKey(self.table, self.key)


@dataclass(frozen=True)
class RenameForeignKey(Step):
    """Give a foreign key another name. `key` is for a server that must make it anew."""

    phase = Phase.CONTRACT
    table: TableName
    name: str
    to: str
    key: ForeignKey | None = None

    @property
    def title(self) -> str:
        return f"rename foreign key {self.name} to {self.to}"

    def undo(self) -> Step:
        return RenameForeignKey(self.table, self.to, self.name, self.key)
