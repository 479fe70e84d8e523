"""A table gets another name."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade import names
from crossfade.changes.change import Parts
from crossfade.changes.dependents import WHOLE_TABLE, demand_unspoken
from crossfade.errors import EvolutionError
from crossfade.schema import Schema, TableName
from crossfade.steps import RenameTable as RenameTableStep


@dataclass(frozen=True)
class RenameTable:
    """The table `table` is called `to`, in the schema that it is in.

        before   orders(id, note)
        after    purchase_orders(id, note)

    Nothing is copied: the new application's namespace shows the table under its new name, and the table
    itself is given it at `complete`. Other changes of the evolution call it by its old name. Sequences,
    indexes and constraints keep their names. `accept` names functions that mention the table and were
    looked at: see the page of this change.
    """

    table: str
    to: str
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names.checked(self.to, "a table", self.title)
        if self.to == names.split_table(self.table)[1]:
            raise EvolutionError(
                f"{self.table} is called so already", place=self.title, remedy="choose another name"
            )

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"RenameTable {self.table}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """No other table."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The table's name, which is no column's."""
        return (WHOLE_TABLE,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        demand_unspoken(table, WHOLE_TABLE, schema, self.accept, self.title)
        return Parts(complete=(RenameTableStep(table.name, TableName(table.name.schema, self.to)),))
