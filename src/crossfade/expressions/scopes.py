"""Where in an expression a column stands: at its row, or in a subquery, and there among which tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from crossfade.expressions.naming import folded, output_name
from crossfade.expressions.parsing import columns_in
from crossfade.schema import TableName


@dataclass(frozen=True)
class Scope:
    """A subquery's own scope: the tables that it reads, by the names that it gives them."""

    select: exp.Select
    tables: tuple[tuple[str, exp.Table], ...]
    database: str

    @property
    def outputs(self) -> frozenset[str]:
        """The names that it gives to what it selects."""
        return frozenset(
            output_name(each.args["alias"], self.database)
            for each in self.select.expressions
            if isinstance(each, exp.Alias)
        )

    def gives(self, name: exp.Identifier) -> bool:
        """Whether it selects what is called so."""
        return output_name(name, self.database) in self.outputs

    def find(self, alias: str) -> exp.Table | None:
        """The table that is called `alias` here, or None."""
        return dict(self.tables).get(alias)


@dataclass(frozen=True)
class Spoken:
    """A column that an expression speaks of; its scopes, the innermost first, none for the row's own."""

    node: exp.Column
    scopes: tuple[Scope, ...]
    database: str

    @property
    def table(self) -> exp.Table | None:
        """The table of a subquery that the column is said to be of, or None."""
        if not self.node.table:
            return None
        alias = folded(self.node.args["table"], self.database)
        return next((found for scope in self.scopes if (found := scope.find(alias)) is not None), None)


def parts_of(table: exp.Table) -> list[exp.Identifier]:
    """The parts of a table's name that are written out."""
    parts = (table.args.get("catalog"), table.args.get("db"), table.this)
    return [each for each in parts if each is not None]


def named(table: exp.Table, database: str) -> TableName:
    """The table's name, where it is written with its schema."""
    schema, name = parts_of(table)
    return TableName(folded(schema, database), folded(name, database))


def alias_of(table: exp.Table) -> exp.Identifier:
    """The name that a subquery gives a table."""
    alias = table.args.get("alias")
    found: exp.Identifier = table.this if alias is None or alias.this is None else alias.this
    return found


def sources(select: exp.Select) -> list[exp.Expr]:
    """What stands in FROM, joins included."""
    froms = [each.this for each in select.args.values() if isinstance(each, exp.From)]
    return froms + [each.this for each in select.args.get("joins") or ()]


def spoken(tree: exp.Expr, database: str) -> list[Spoken]:
    """Each column that `tree` speaks of, with its scopes; not the names of what a subquery selects."""
    known = {id(each) for each in columns_in(tree, database)}
    found = _columns(tree, (), database)
    return [Spoken(node, scopes, database) for node, scopes in found if id(node) in known]


def _columns(
    node: exp.Expr, scopes: tuple[Scope, ...], database: str
) -> Iterator[tuple[exp.Column, tuple[Scope, ...]]]:
    if isinstance(node, exp.Select):
        tables = tuple(
            (folded(alias_of(each), database), each)
            for each in sources(node)
            if isinstance(each, exp.Table) and isinstance(alias_of(each), exp.Identifier)
        )
        scopes = (Scope(node, tables, database), *scopes)
    if isinstance(node, exp.Column):
        if not _is_output(node, scopes):
            yield node, scopes
        return
    for child in node.iter_expressions():
        yield from _columns(child, scopes, database)


def _is_output(node: exp.Column, scopes: tuple[Scope, ...]) -> bool:
    """Whether ORDER BY names what its own subquery selects; that of an aggregate, or a window, can't."""
    if not scopes or node.table or not isinstance(node.parent, exp.Ordered) or node.parent.this is not node:
        return False
    order = node.parent.parent
    return order is not None and order.parent is scopes[0].select and scopes[0].gives(node.this)
