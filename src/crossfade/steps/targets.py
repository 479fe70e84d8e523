"""Steps about the targets of trees: made, indexed, opened to the new application, closed, dropped."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.phases import Phase
from crossfade.schema import Grant, TableName
from crossfade.steps.step import Mode, Step
from crossfade.tree import TreeLens


@dataclass(frozen=True)
class CreateTarget(Step):
    """Make the empty target of a tree, closed to the new application, with its legacy column.

    `create` is the statement that makes it, `indexes` are those for the indexes of its foreign keys:
    whoever deletes what a row refers to looks for that row, also while the table is being filled.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE  # what comes after locks it
    evolution: str
    tree: TreeLens
    create: str
    refers: tuple[TableName, ...] = ()  # the tables that stand, and that its foreign keys refer to
    owner: str | None = None
    grants: tuple[Grant, ...] = ()
    indexes: tuple[str, ...] = ()

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
