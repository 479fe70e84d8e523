"""Steps about namespaces: the new version made, shown, opened, closed and taken away."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.phases import Phase
from crossfade.schema import Column, Grant, TableName
from crossfade.steps.step import Step


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
class ViewColumn:
    """A column of the new version: its name there, its name in the table, a default of its own."""

    name: str
    base: str
    default: str | None = None
    generated: bool = False


@dataclass(frozen=True)
class PublishView(Step):
    """Show the new version of a table in its namespace, as `name` (None: by the table's own). `invoker`: the
    table is read and written with the rights of whoever uses the view, where the server can do that; else
    with those of the view's owner. `beside` are columns that the table must have as well, for a view that
    does not follow columns: while they have other names, what it shows would be something else.
    """

    phase = Phase.PUBLISH
    table: TableName
    namespace: str
    columns: tuple[ViewColumn, ...]
    owner: str | None = None
    grants: tuple[Grant, ...] = ()
    comment: str | None = None
    invoker: bool = True
    name: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def view(self) -> TableName:
        """What shows the table."""
        return TableName(self.namespace, self.name or self.table.name)

    @property
    def title(self) -> str:
        return f"publish {self.namespace}.{self.view.name}"

    def undo(self) -> WithdrawView:
        return WithdrawView(self.table, self.namespace, self.name)


@dataclass(frozen=True)
class WithdrawView(Step):
    """Take the new version of a table out of its namespace."""

    phase = Phase.CLOSE
    table: TableName
    namespace: str
    name: str | None = None

    @property
    def view(self) -> TableName:
        """What shows the table."""
        return TableName(self.namespace, self.name or self.table.name)

    @property
    def title(self) -> str:
        return f"withdraw {self.namespace}.{self.view.name}"


@dataclass(frozen=True)
class ReplaceView(Step):
    """Show a table by the names that it and its columns have by then, where views do not follow those."""

    phase = Phase.CONTRACT
    before: PublishView
    after: PublishView

    @property
    def view(self) -> TableName:
        """What shows the table."""
        return self.before.view

    @property
    def title(self) -> str:
        return f"show the renamed columns in {self.view.schema}.{self.view.name}"

    @property
    def tables(self) -> tuple[TableName, ...]:
        """The table, by its name before and after."""
        return tuple(dict.fromkeys((self.before.table, self.after.table)))

    @property
    def locks(self) -> tuple[TableName, ...]:
        return self.tables[:1]

    def undo(self) -> Step:
        return ReplaceView(self.after, self.before)


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
