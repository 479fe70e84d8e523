"""Steps about lookup tables: made, seeded, told to writers, guarded against edits that would tell lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crossfade.expressions import LookupKey, LookupValue
from crossfade.phases import Phase
from crossfade.schema import Grant, TableName
from crossfade.steps.seeds import taken_back
from crossfade.steps.step import Mode, Step, Tally

References = tuple[tuple[TableName, tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True)
class CreateTable(Step):
    """Make a table; one that a rollback had put away comes back with its rows, where it was made just so.

    `create` is the statement that makes it, `more` are those for its indexes, in the words of the database
    `dialect`.
    """

    phase = Phase.EXPAND
    mode = Mode.ALONE  # what comes after locks it
    evolution: str
    table: TableName
    create: str
    more: tuple[str, ...] = ()
    owner: str | None = None
    grants: tuple[Grant, ...] = ()
    dialect: str = "postgresql"

    @property
    def title(self) -> str:
        return f"create table {self.table}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return ()  # nobody knows it yet

    def undo(self) -> Step:
        return KeepTable(self.evolution, self.table, self.create)


@dataclass(frozen=True)
class KeepTable(Step):
    """Put a table away that the evolution had made, into the journal's schema, with all its rows."""

    phase = Phase.CONTRACT
    evolution: str
    table: TableName
    create: str

    @property
    def title(self) -> str:
        return f"put table {self.table} away"


@dataclass(frozen=True)
class SeedLookup(Step):
    """Insert the rows of a lookup table that are not there yet; `rows` are JSON objects.

    Rows which a rollback had taken away come back as they were.
    """

    phase = Phase.EXPAND
    evolution: str
    table: TableName
    key: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    references: References
    found_by: tuple[str, ...] = ()  # the table's key

    @property
    def title(self) -> str:
        return f"seed {len(self.rows)} rows of {self.table}"

    @property
    def namespace(self) -> str:
        """The table's own schema: no version shows the lookup otherwise."""
        return self.table.schema

    @property
    def view(self) -> TableName:
        """Where the rows are written."""
        return self.table

    def undo(self) -> Step:
        return UnseedLookup(
            self.evolution, self.table, self.key, self.references, self.columns, self.found_by
        )

    def tell(self, tally: Tally) -> dict[str, Any]:
        return {"seeded": tally.changed}


@dataclass(frozen=True)
class UnseedLookup(Step):
    """Take seeded rows of a lookup table away, but none that an application has changed or refers to.
    `columns` and `found_by` are as in `UnseedRows`.
    """

    phase = Phase.CONTRACT
    evolution: str
    table: TableName
    key: tuple[str, ...]
    references: References
    columns: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"take back the untouched seeds of {self.table}"

    @property
    def namespace(self) -> str:
        """The table's own schema: no version shows the lookup otherwise."""
        return self.table.schema

    @property
    def view(self) -> TableName:
        """Where the rows are written."""
        return self.table

    def tell(self, tally: Tally) -> dict[str, Any]:
        return taken_back(tally)


@dataclass(frozen=True)
class InstallLookup(Step):
    """Install what tells writers of `table` about a lookup, and what keeps its rows true meanwhile.

    A row of the lookup that stands for an old value keeps what tells it; an edit of another row that is in
    use changes the old side of the rows that use it. `unique` says that what tells is part of a unique
    index, whose edit waits for whoever refers to the row. `also` is the name that the old column has before
    or after this one, where it changes while the guard stands.
    """

    phase = Phase.EXPAND
    evolution: str
    table: TableName
    forward: LookupKey
    backward: LookupValue
    unique: bool
    search_path: tuple[str, ...]
    also: str = ""

    @property
    def title(self) -> str:
        return f"tell writers of {self.table} about {self.forward.lookup}"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return (self.forward.lookup,)

    def renamed(self, names: Mapping[str, str]) -> InstallLookup:
        """The same step where columns of `table` have other names."""
        return replace(
            self,
            also=self.forward.column if self.forward.column in names else self.also,
            forward=replace(self.forward, column=names.get(self.forward.column, self.forward.column)),
            backward=replace(self.backward, column=names.get(self.backward.column, self.backward.column)),
        )

    def undo(self) -> RemoveLookup:
        return RemoveLookup(self.evolution, self.forward, self.backward)


@dataclass(frozen=True)
class RemoveLookup(Step):
    """Remove what tells writers about a lookup, and its guard."""

    phase = Phase.CONTRACT
    evolution: str
    forward: LookupKey
    backward: LookupValue

    @property
    def title(self) -> str:
        return f"let {self.forward.lookup} alone"

    @property
    def locks(self) -> tuple[TableName, ...]:
        return (self.forward.lookup,)
