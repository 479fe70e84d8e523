"""A column is left out of the new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.changes.change import Parts, Question, Shown
from crossfade.changes.dependents import demand_movable
from crossfade.changes.put_away import put_away
from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.expressions import Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, Schema, Table
from crossfade.steps import AddColumn, AskExpression, CountBlind, SetDefault, Step
from crossfade.steps import DropColumn as DropColumnStep


@dataclass(frozen=True)
class DropColumn:
    """The column `column` of `table` is left out.

        before   orders(id, total, note)          (1, 10, 'by phone')
        after    orders(id, total)                (1, 10)

    The old application goes on with it until `complete`, which retires it; `purge` drops it. `backward` is
    the SQL expression that gives rows of the new application their value for the old one: over the row's
    columns, and over other tables in a subquery. Left out, they get the column's default, or NULL. `accept`
    names functions that mention the column and were looked at: see the page of this change.
    """

    table: str
    column: str
    backward: str | Mapping[str, str] | None = None
    accept: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"DropColumn {self.table}.{self.column}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The tables that `backward` reads."""
        return () if self.backward is None else expressions.read_by(self.backward)

    @property
    def claims(self) -> tuple[str, ...]:
        """The column it claims."""
        return (self.column,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        old = table.column(self.column, self.title)
        demand_movable(table, old, self.accept, self.title)
        if len(table.columns) == 1:
            raise Unsupported(
                f"{table.name} would have no column left", place=self.title, remedy="leave this one"
            )
        given = self._given(table, old, schema)
        value = given or expressions.default_of(old, schema.database)
        away = put_away(table, old, schema, evolution, self.title)
        self._demand_value(table, old, value, given)
        # NULL may be a value, or can't be there: then only a mark tells rows that were born since `complete`.
        marked = (old.nullable or not schema.traits.relaxes) and not value.is_null
        mark = names.retired(f"{old.name}_stands", evolution) if marked else ""
        lens = RowLens(
            self.title,
            table.name,
            (old,),
            (),
            (),
            (),
            () if value.is_null else (Assignment(old.name, value),),
            Law.FREE,
            by_default=given is None,
            mark=mark,
        )
        marking: tuple[Step, ...] = ()
        if mark:
            # What stands at that moment has the default, without being written anew; what comes has none.
            standing = AddColumn(table.name, Column(mark, "boolean", default="true"))
            marking = (standing, SetDefault(table.name, mark, None))
        return Parts(
            complete=(*away.complete, *marking),
            purge=(*away.purge, *((DropColumnStep(table.name, mark),) if mark else ())),
            recreate=(*away.recreate, *((AddColumn(table.name, Column(mark, "boolean")),) if mark else ())),
            revive=away.revive,
            lenses=(lens,),
            shown=(Shown(table.name, old.name, None),),
            checks=() if given is None else self._questions(table, old, given, schema),
            notes=away.notes,
        )

    def _given(self, table: Table, old: Column, schema: Schema) -> Sql | None:
        """`backward`, over the columns of the old version, and those that the evolution adds."""
        if self.backward is None:
            return None
        text = expressions.chosen(self.backward, schema.database, self.title)
        row = replace(table, columns=(*table.columns, *_made(table)))
        found = expressions.user_sql(text, old.type, row, schema.database, self.title, schema=schema)
        if old.name in found.reads:
            raise SchemaMismatch(
                f"backward= reads {old.name} itself, of which a row of the new application has no value",
                place=self.title,
                remedy="use the other columns of the row, or other tables",
            )
        return found

    def _demand_value(self, table: Table, old: Column, value: Sql, given: Sql | None) -> None:
        """Raises SchemaMismatch where rows of the new application could not be inserted."""
        if value.is_null and not old.nullable:
            raise SchemaMismatch(
                f"{table.name}.{old.name} is NOT NULL, and rows of the new application would have no value",
                place=self.title,
                remedy=f"say with backward= what the old application sees there, as in backward=\"''\"; "
                f"or let {old.name} be NULL, or give it a default, first",
            )
        if value.is_null or not expressions.is_constant(value):
            return
        for index in table.indexes:
            if index.unique and index.columns == (old.name,) and index.predicate is None:
                said = "backward=" if given else "the column's default"
                raise SchemaMismatch(
                    f"index {index.name} is unique, and {said} gives every row of the new application "
                    f"one value: {value.text}",
                    place=self.title,
                    remedy="give each row its own, out of its other columns, or let the column be NULL",
                )

    def _questions(self, table: Table, old: Column, given: Sql, schema: Schema) -> tuple[Question, ...]:
        """What is asked before anything else is done: is it a value, and may everybody read what it reads?"""
        if given.is_null:
            return ()
        made = tuple(each for each in _made(table) if each.name in given.reads)
        asked = AskExpression(
            self.title,
            table.name,
            old.name,
            old.type,
            "backward",
            given,
            tuple(each.name for each in (*table.columns, *made)),
            schema.search_path,
            made,
        )
        read = tuple(
            (other, tuple(dict.fromkeys(column for of, column in given.elsewhere if of == other)))
            for other in given.tables
        )
        return (asked, *(CountBlind(self.title, table.name, other, columns) for other, columns in read))


def _made(table: Table) -> tuple[Column, ...]:
    """The columns that changes before this one add, which are there while both versions are."""
    return tuple(
        column
        for name, column in table.in_new_version().items()
        if name == column.name and table.find(name) is None
    )
