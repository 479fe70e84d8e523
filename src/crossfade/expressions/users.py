"""The users' own SQL: parsed, refused where it could not mean one value of one row, else kept as it is.

What only the server knows (the types, the users' own functions) it is asked before the first statement:
`steps.AskExpression`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlglot import Token, TokenType, exp

from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions.naming import column_name
from crossfade.expressions.parsing import (
    SQLGLOT,
    as_one,
    calls,
    columns_in,
    parse_one,
    position,
    takes_something,
    tokens_of,
)
from crossfade.expressions.pointer import pointed
from crossfade.expressions.subqueries import Resolved, resolved
from crossfade.expressions.values import Sql, default_of
from crossfade.functions import is_fleeting, kind_of
from crossfade.schema import Column, Schema, Table

_UNFIT: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.AggFunc, "an aggregate"),
    (exp.Window, "a window function"),
    (exp.Query, "a subquery"),
    (exp.Placeholder, "a placeholder"),
    (exp.Parameter, "a placeholder"),
    (exp.SessionParameter, "a variable"),
    (exp.Star, "a star"),
)
_ROWS_ALONE = (exp.AggFunc, exp.Window)  # what a subquery may have
_BEGIN_WITH: dict[type[exp.Expr], tuple[TokenType, ...]] = {
    exp.Query: (TokenType.SELECT, TokenType.WITH, TokenType.VALUES),
    exp.Placeholder: (TokenType.COLON, TokenType.PLACEHOLDER),
    exp.Parameter: (TokenType.PARAMETER,),
    exp.SessionParameter: (TokenType.SESSION_PARAMETER,),
}
_OF_COLUMNS = frozenset({"mariadb", "mysql"})  # whose defaults may be: no such column is added at once
_EXECUTED = {"mariadb": ("/*!", "/*M!"), "mysql": ("/*!",)}  # what the server takes for no comment


def chosen(text: str | Mapping[str, str], database: str, place: str) -> str:
    """The text for `database` where an expression is given per database."""
    if isinstance(text, str):
        return text
    if database not in text:
        raise EvolutionError(
            f"no expression is given for {database}",
            place=place,
            remedy=f"add the key {database!r} beside {', '.join(map(repr, text))}",
        )
    return text[database]


def user_sql(
    text: str, type_: str, table: Table, database: str, place: str, *, schema: Schema | None = None
) -> Sql:
    """`text` as an expression over the columns of `table`; with a `schema`, its subqueries may read the other
    tables of that.

    Raises EvolutionError, or SchemaMismatch for an unknown column, and points at the part that is
    wrong.
    """
    tree = parse_one(text, database, place)
    tokens = tokens_of(text, database)
    remedy = "use an expression of the row's own columns"
    _demand_one_value(text, tree, tokens, place, remedy, database, alone=schema is None)
    for name, at in calls(tokens, database).items():
        if is_fleeting(name, database, given=takes_something(tokens, name)):
            raise EvolutionError(
                f"{name}() gives another value at each call{pointed(text, at)}",
                place=place,
                remedy="make it the column's server_default; fill= is for expressions that can be compared"
                if schema is None
                else "leave backward= out, and make it the column's default first",
            )
    found = resolved(text, tree, table, schema, place) if schema else Resolved(columns_in(tree, database))
    reads = set()
    for node in found.rows:
        column = _resolve(node, text, table, place, database)
        if column.generated is not None:
            raise EvolutionError(
                f"{column.name} is generated: it has no value yet when a row is written"
                f"{pointed(text, position(node))}",
                place=place,
                remedy=f"write out what it is generated from: {column.generated}",
            )
        reads.add(column.name)
    if found.edits:
        text = found.written(text)
        tree, tokens = parse_one(text, database, place), tokens_of(text, database)
    return Sql(
        as_one(text, tokens, tree),
        type_,
        frozenset(reads),
        tables=tuple(dict.fromkeys(found.tables)),
        elsewhere=tuple(dict.fromkeys(found.elsewhere)),
        dialect=database,
    )


def user_default(column: Column, database: str, place: str, volatile: Collection[str] = ()) -> Column:
    """`column`, and whether its default differs at each call, where the functions `volatile` do.

    Raises EvolutionError, which points at the part that is wrong, for what can't be a default.
    """
    if column.default is None:
        return column
    tree = parse_one(column.default, database, place)
    tokens = tokens_of(column.default, database)
    _demand_one_value(column.default, tree, tokens, place, "give server_default a value of its own", database)
    for node in columns_in(tree, database) if database in _OF_COLUMNS else ():
        raise EvolutionError(
            f"a default can't be made of other columns: {node.name}{pointed(column.default, position(node))}",
            place=place,
            remedy="give server_default a value of its own, and fill= what is made of the row",
        )
    used = default_of(column, database).volatile or not set(volatile).isdisjoint(calls(tokens, database))
    return replace(column, volatile=used)


def _beginning(node: exp.Expr, tokens: Sequence[Token]) -> int | None:
    """Where `node` begins: sqlglot keeps that of names and calls only."""
    for kind, begins_with in _BEGIN_WITH.items():
        if isinstance(node, kind):
            return next((each.start for each in tokens if each.token_type in begins_with), None)
    return position(node)


def _demand_one_value(
    text: str,
    tree: exp.Expr,
    tokens: Sequence[Token],
    place: str,
    remedy: str,
    database: str,
    *,
    alone: bool = True,
) -> None:
    """Raises EvolutionError unless `text` gives one value. `alone`: without a subquery, in which an aggregate
    gives one.
    """
    _demand_comments(text, tokens, place, database)
    everywhere = list(tree.walk())
    row = everywhere if alone else list(tree.walk(prune=lambda node: isinstance(node, exp.Query)))
    for kind, what in _UNFIT:
        for node in row if kind in _ROWS_ALONE else everywhere:
            counted = not alone and isinstance(node, exp.Star) and isinstance(node.parent, exp.Count)
            if not isinstance(node, kind) or counted or (kind is exp.Query and not alone):
                continue
            shown = node.sql(SQLGLOT[database], normalize_functions=False)
            raise EvolutionError(
                f"{'a variable' if shown.startswith('@') else what} can't give one row its value: {shown}"
                f"{pointed(text, _beginning(node, tokens))}",
                place=place,
                remedy=remedy,
            )
    for name, at in calls(tokens if alone else _outside(tokens), database).items():
        if what := kind_of(name, database):
            raise EvolutionError(
                f"{what} can't give one row its value: {name}(){pointed(text, at)}",
                place=place,
                remedy=remedy,
            )


def _demand_comments(text: str, tokens: Sequence[Token], place: str, database: str) -> None:
    """Raises EvolutionError for a comment that the server would execute."""
    begins = 0
    for ends, after in [*((each.start, each.end + 1) for each in tokens), (len(text), len(text))]:
        for mark in _EXECUTED.get(database, ()):
            if (at := text.find(mark, begins, ends)) >= 0:
                raise EvolutionError(
                    f"{mark} … */ is no comment: the server executes it{pointed(text, at)}",
                    place=place,
                    remedy="write it without the comment, or leave it out",
                )
        begins = after


def _outside(tokens: Sequence[Token]) -> list[Token]:
    """The words that stand in no subquery."""
    found: list[Token] = []
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        opens = token.token_type is TokenType.L_PAREN
        if depth or (opens and following is not None and following.token_type is TokenType.SELECT):
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        else:
            found.append(token)
    return found


def _resolve(node: exp.Column, text: str, table: Table, place: str, database: str) -> Column:
    if node.table and node.table.lower() != table.name.name.lower():
        raise SchemaMismatch(
            f"{node.sql()} is not a column of {table.name}{pointed(text, position(node))}",
            place=place,
            remedy="use the columns of the changed table",
        )
    name = column_name(node.this, [each.name for each in table.columns], database)
    try:
        return table.column(name, place)
    except SchemaMismatch as error:
        fact = f"{error.fact}{pointed(text, position(node))}"
        raise SchemaMismatch(fact, place=place, remedy=error.remedy) from None
