"""A column is added, with a default, a fill for the rows of the old side, and an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy

from crossfade import expressions, names
from crossfade.changes.change import Parts, Shown
from crossfade.changes.column_types import rendered, rendered_default, rendered_update
from crossfade.changes.index_kinds import demand_buildable
from crossfade.changes.not_null import not_null
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, Index, Schema, Table, TableName
from crossfade.steps import (
    AddColumn as AddColumnStep,
)
from crossfade.steps import AskExpression, CreateIndex, GiveDefault, SetDefault, Step, ViewColumn


@dataclass(frozen=True)
class AddColumn:
    """The column `column` is added to `table`.

        before   orders(id, total)                    (1, 10)
        after    orders(id, total, channel)           (1, 10, 'web')      fill="'web'"

    `fill` is the SQL expression, over the row's own columns, that the rows of the old side get:
    those which stand, and those which the old application inserts while both versions are live.
    Left out, they get the column's server default, or NULL. The new application's inserts get what
    they give, and the server default where they give nothing. `index` builds an index: True for the
    usual kind, or the method's name ("gin", "hash", …).
    """

    table: str
    column: sqlalchemy.Column[Any]
    fill: str | Mapping[str, str] | None = None
    index: bool | str = False

    def __post_init__(self) -> None:
        names.checked_column(self.column.name, self.title)
        refused = {
            "primary_key": self.column.primary_key,
            "unique": self.column.unique,
            "foreign keys": self.column.foreign_keys,
            "identity": self.column.identity is not None,
            "computed": self.column.computed is not None,
        }
        for what, given in refused.items():
            if given:
                raise EvolutionError(
                    f"a column can't be added with {what}",
                    place=self.title,
                    remedy="add it plainly; constraints between rows are changes of their own",
                )

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"AddColumn {self.table}.{self.column.name}"

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
        return (self.column.name,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        if table.find(self.column.name) is not None:
            raise SchemaMismatch(
                f"{table.name} has a column {self.column.name!r} already",
                place=self.title,
                remedy="choose another name, or drop that column first",
            )
        type_, collation = rendered(self.column.type, schema, self.title)
        default = rendered_default(self.column, schema, self.title)
        declared = expressions.user_default(
            Column(
                self.column.name,
                type_,
                bool(self.column.nullable),
                default,
                comment=self.column.comment,
                collation=collation,
                on_update=rendered_update(self.column, schema, self.title),
            ),
            schema.database,
            self.title,
            schema.volatile_functions,
        )
        own = expressions.default_of(declared, schema.database)
        given = self._fill(table, type_, schema)
        fill = given or own
        derived = bool(fill.reads)
        asked = {"server_default": own, **({"fill": given} if given else {})}
        if not declared.nullable and (fill.is_null or (derived and default is None)):
            raise EvolutionError(
                f"{self.column.name} is NOT NULL, and the rows of the old side would have no value",
                place=self.title,
                remedy="give it a server_default" + (", or a constant fill" if fill.is_null else ""),
            )
        if derived and default is not None:
            # A bare literal would take the type of the fill, which need not be the column's.
            otherwise = expressions.cast(default, type_, schema.database)
            fill = replace(fill, text=f"coalesce({fill.text}, {otherwise})")
            asked["fill, else server_default,"] = replace(fill, volatile=own.volatile)

        index = self._index(table, declared, schema)
        given_later = _given_later(table.name, declared, fill, own, schema)
        lens = RowLens(
            self.title,
            table.name,
            (),
            (declared,),
            (declared.name,),
            (Assignment(declared.name, fill),),
            (),
            Law.FREE,
            by_default=not derived and not given_later,
            at_once=not derived and bool(given_later),
        )
        shown = _view_default(fill, own) if schema.traits.view_defaults else None
        return Parts(
            start=(*_steps(table.name, declared, fill, schema), *given_later, *index),
            complete=() if given_later else _own_default(table.name, declared, fill, own),
            lenses=(lens,),
            checks=_questions(self.title, table, declared, asked, schema.search_path),
            shown=(Shown(table.name, None, ViewColumn(declared.name, declared.name, shown)),),
        )

    def _fill(self, table: Table, type_: str, schema: Schema) -> Sql | None:
        if self.fill is None:
            return None
        text = expressions.chosen(self.fill, schema.database, self.title)
        return expressions.user_sql(text, type_, table, schema.database, self.title)

    def _index(self, table: Table, column: Column, schema: Schema) -> tuple[Step, ...]:
        if not self.index:
            return ()
        name = names.index(table.name.name, self.column.name)
        method = "btree" if self.index is True else str(self.index)
        index = Index(name, (self.column.name,), method)
        demand_buildable(index, (column,), schema, self.title)
        return (CreateIndex(table.name, index, table.partitions),)


def _questions(
    title: str, table: Table, column: Column, asked: Mapping[str, Sql], search_path: tuple[str, ...]
) -> tuple[AskExpression, ...]:
    """What the server is asked of each expression, before anything else is done."""
    columns = tuple(each.name for each in table.columns)
    return tuple(
        AskExpression(title, table.name, column.name, column.type, given, expression, columns, search_path)
        for given, expression in asked.items()
        if not expression.is_null
    )


def _steps(table: TableName, declared: Column, fill: Sql, schema: Schema) -> tuple[Step, ...]:
    if not fill.reads and not fill.volatile:
        # The fill as the column's default: rows that stand get it without being rewritten, and the
        # old application's inserts get it without a trigger.
        held = replace(declared, default=None if fill.is_null else fill.text, volatile=False)
        return (AddColumnStep(table, held),)
    bare = replace(declared, nullable=True, default=None, volatile=False)
    add = AddColumnStep(table, bare, later_default=declared.default if fill.volatile else None)
    if declared.nullable:
        return (add,)
    proof = names.fitted(f"{names.RESERVED}{declared.name}_not_null")
    return (add, *not_null(table, replace(bare, default=add.later_default), proof, schema))


def _given_later(
    table: TableName, declared: Column, fill: Sql, own: Sql, schema: Schema
) -> tuple[GiveDefault, ...]:
    """Where the view can't have the declared default, the table's column gets it, once nothing else needs
    another one there. NOT NULL without a default keeps the fill meanwhile.
    """
    if schema.traits.view_defaults or fill is own or (own.is_null and (fill.reads or not declared.nullable)):
        return ()
    return (GiveDefault(table, declared.name, declared.default),)


def _own_default(table: TableName, declared: Column, fill: Sql, own: Sql) -> tuple[Step, ...]:
    """At `complete` the column gets the default that was declared, where it had another until then."""
    if fill is own:
        return ()
    held = fill.text if _lent(fill, own) and not fill.is_null else None
    return (SetDefault(table, declared.name, declared.default, held),) if held != declared.default else ()


def _lent(fill: Sql, own: Sql) -> bool:
    """Whether the table's default is the fill while both versions are live."""
    return fill is not own and not fill.reads


def _view_default(fill: Sql, own: Sql) -> str | None:
    """The default that the new version needs of its own, where the table's is not the declared one."""
    if fill is own:
        return None
    if not own.is_null:
        return own.text
    # A bare NULL would not be kept as a default, and the table's would show through.
    return f"CASE WHEN true THEN CAST(NULL AS {own.type}) END" if _lent(fill, own) else None
