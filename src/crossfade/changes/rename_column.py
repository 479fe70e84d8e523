"""A column gets another name."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade import names
from crossfade.changes.change import Parts, Shown
from crossfade.changes.dependents import demand_unspoken, followers
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.schema import Column, Schema, Table
from crossfade.steps import RenameColumn as RenameColumnStep
from crossfade.steps import ViewColumn


@dataclass(frozen=True)
class RenameColumn:
    """The column `column` of `table` is called `to`.

        before   orders(id, note)       (1, 'by hand')
        after    orders(id, remark)     (1, 'by hand')

    Nothing is copied: the new application's namespace shows the column under its new name, and the table's
    own is given it at `complete`. `accept` names functions that mention the column and were looked at:
    see the page of this change.
    """

    table: str
    column: str
    to: str
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names.checked_column(self.to, self.title)
        if self.to == self.column:
            raise EvolutionError(
                f"{self.column} is called so already", place=self.title, remedy="choose another name"
            )

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"RenameColumn {self.table}.{self.column}"

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
        """The column, by both names."""
        return (self.column, self.to)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        column = table.column(self.column, self.title)
        if names.is_system_column(self.to) or table.find(self.to) is not None:
            raise SchemaMismatch(
                f"{table.name} has a column {self.to!r} already",
                place=self.title,
                remedy="choose another name, or drop or rename that column first",
            )
        demand_unspoken(table, self.column, schema, self.accept, self.title)
        shown = ViewColumn(self.to, column.name, generated=column.generated is not None)
        return Parts(
            complete=(RenameColumnStep(table.name, column.name, self.to),),
            shown=(Shown(table.name, column.name, shown),),
            notes=_notes(table, column, self.to, schema),
        )


def _notes(table: Table, column: Column, to: str, schema: Schema) -> tuple[str, ...]:
    """What goes on under the old name, or follows the column to its new one."""
    found = followers(table, column.name)
    if not found:
        return ()
    listed = "; ".join(f"{each.kind} {each.name}" for each in found)
    note = f"what the server knows to be of {table.name}.{column.name} follows it to its name {to}: {listed}"
    return (f"{note} (a view's own columns keep their names)" if schema.traits.views_follow else note,)
