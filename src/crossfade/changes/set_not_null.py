"""A column takes NULL no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.changes.borne_checks import borne_by
from crossfade.changes.carried import carried_checks, carried_indexes
from crossfade.changes.change import Parts, Question, Shown
from crossfade.changes.dependents import demand_movable
from crossfade.changes.not_null import not_null
from crossfade.changes.put_away import put_away
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.expressions import Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, Schema, Table
from crossfade.steps import (
    AddColumn,
    AskExpression,
    CountBarred,
    CountNulls,
    GiveDefault,
    RenameColumn,
    SetDefault,
    ViewColumn,
)


@dataclass(frozen=True)
class SetNotNull:
    """The column `column` of `table` takes NULL no more.

        before   orders(id, note TEXT)               (1, NULL)
        after    orders(id, note TEXT NOT NULL)      (1, '')           fill="''"

    `fill` is the constant, as SQL, that the new version has where the old one has NULL: in the rows that
    stand, and in those that the old application writes while both versions are live, which goes on writing
    and reading its NULL. Left out, no row may hold NULL, and from `start` on the old application is refused
    what the new one is. `accept` names functions that mention the column and were looked at: see the page of
    this change.
    """

    table: str
    column: str
    fill: str | Mapping[str, str] | None = None
    accept: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"SetNotNull {self.table}.{self.column}"

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
        """The column it claims."""
        return (self.column,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        column = table.column(self.column, self.title)
        if not column.nullable:
            raise SchemaMismatch(
                f"{table.name}.{column.name} is NOT NULL already", place=self.title, remedy="leave this out"
            )
        if self.fill is None:
            return self._bound(table, column, schema)
        return self._filled(table, column, self._constant(table, column, schema), schema, evolution)

    def _bound(self, table: Table, column: Column, schema: Schema) -> Parts:
        """Without a fill: the column itself is made NOT NULL, for both versions."""
        proof = names.fitted(f"{names.RESERVED}{column.name}_not_null")
        own = expressions.of_column(column, schema.database)
        value = expressions.for_row(own, "t", (column.name,))
        nulls = CountNulls(
            self.title,
            table.name,
            column.name,
            value,
            table.key,
            "give these rows a value first, or give the change fill=",
        )
        note = (
            f"from start on, {table.name}.{column.name} takes no NULL of the old application either; "
            "fill= would let it go on"
        )
        checks = borne_by(table, column, schema)
        return Parts(
            start=not_null(table.name, column, proof, schema, standing=True, checks=checks),
            checks=(nulls,),
            notes=(note,),
        )

    def _filled(self, table: Table, column: Column, fill: Sql, schema: Schema, evolution: str) -> Parts:
        """With one: a successor that has the fill where the column has NULL."""
        self._demand_replaceable(table, column)
        default = (
            column.default if schema.traits.view_defaults else None
        )  # the view's, or the table's column's
        bare = replace(column, name=names.successor(column.name, evolution), nullable=True, default=None)
        new = bare if schema.traits.view_defaults else replace(bare, default=column.default)
        given = (GiveDefault(table.name, new.name, new.default),) if new.default is not None else ()
        own = expressions.of_column(column, schema.database)
        filled = expressions.cast(fill.text, column.type, schema.database)
        forward = replace(own, text=f"coalesce({own.text}, {filled})")
        lens = RowLens(
            self.title,
            table.name,
            (column,),
            (new,),
            (column.name,),
            (Assignment(new.name, forward),),
            (Assignment(column.name, expressions.of_column(new, schema.database)),),
            Law.FORWARD,
        )
        indexes = carried_indexes(table, column, new, None, schema, evolution, self.title, merges=True)
        standing = replace(new, nullable=False)
        checks = carried_checks(table, column, standing, None, schema, evolution, self.title)
        away = put_away(table, column, schema, evolution, self.title, replaced=True)
        asked: tuple[Question, ...] = (
            AskExpression(
                self.title, table.name, column.name, column.type, "fill", fill, (), schema.search_path
            ),
        )
        asked += tuple(_barred(self.title, table, column, fill))
        # Whoever holds a privilege on this one column of the table holds it on the column in its place.
        grants = tuple(each for each in table.grants if each.column == column.name)
        proof = names.successor(f"{column.name}_not_null", evolution)
        return Parts(
            start=(
                AddColumn(table.name, bare, grants),
                *not_null(table.name, bare, proof, schema),
                *given,
                *indexes.start,
                *checks.start,
            ),
            complete=(
                *away.complete,
                RenameColumn(table.name, new.name, column.name),
                *indexes.promote,
                *checks.promote,
                *((SetDefault(table.name, column.name, default),) if default is not None else ()),
            ),
            purge=away.purge,
            recreate=away.recreate,
            revive=away.revive,
            lenses=(lens,),
            shown=(Shown(table.name, column.name, ViewColumn(column.name, new.name, default)),),
            checks=asked,
            notes=(*indexes.notes, *checks.notes),
        )

    def _constant(self, table: Table, column: Column, schema: Schema) -> Sql:
        text = expressions.chosen(self.fill or "", schema.database, self.title)
        fill = expressions.user_sql(text, column.type, table, schema.database, self.title)
        if not expressions.is_literal(fill) or fill.is_null:
            raise EvolutionError(
                f"fill= is no constant: {fill.text}",
                place=self.title,
                remedy="give a literal, which is the same in every row and at any time; to fill rows from "
                "their other columns, update them first",
            )
        return fill

    def _demand_replaceable(self, table: Table, column: Column) -> None:
        """Raises Refused where the column can't have a successor."""
        for key in table.foreign_keys:
            if column.name in key.columns:
                raise Unsupported(
                    f"{table.name}.{column.name} is part of foreign key {key.name}",
                    place=self.title,
                    remedy="give these rows a value first, and leave fill= out",
                )
        demand_movable(table, column, self.accept, self.title)


def _barred(title: str, table: Table, column: Column, fill: Sql) -> Iterator[CountBarred]:
    """Which checks would not let the fill stand: NULL had passed them all."""
    value = expressions.cast(fill.text, column.type, fill.dialect)
    for check in table.checks:
        if column.name in check.columns:
            filled = expressions.given(check.expression, column.name, value, fill.dialect)
            alone = set(check.columns) == {column.name}
            yield CountBarred(title, table.name, column.name, fill.text, check, filled, alone)
