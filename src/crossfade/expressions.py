"""How one value is made from others: a map of values, or an SQL expression of the user's.

An expression is data; a dialect renders it for a row (`NEW`, `OLD` or a table's alias). Users'
SQL is parsed by sqlglot, never cut up as text, and refused where it could not mean one value of
one row: several statements, aggregates, subqueries, volatile functions, unknown columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.functions import is_volatile, kind_of
from crossfade.schema import Column, Table

SQLGLOT = {"postgresql": "postgres"}
_SELECT = "SELECT "  # what an expression is parsed behind, so that it, and nothing else, is what parses

_UNFIT: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.AggFunc, "an aggregate"),
    (exp.Window, "a window function"),
    (exp.Query, "a subquery"),
    (exp.Placeholder, "a placeholder"),
    (exp.Parameter, "a placeholder"),
    (exp.Star, "a star"),
)


@dataclass(frozen=True)
class ValueMap:
    """Values of `column` mapped one by one; None stands for NULL.

    `source` and `target` are the types' SQL. A value that is not in `pairs` becomes `otherwise`,
    or NULL where `otherwise` is None.
    """

    column: str
    pairs: tuple[tuple[str | None, str | None], ...]
    source: str
    target: str
    otherwise: str | None = None

    @property
    def reads(self) -> frozenset[str]:
        """The columns that the value depends on."""
        return frozenset({self.column})

    @property
    def known(self) -> tuple[str, ...]:
        """The values, NULL aside, that have a value of their own."""
        return tuple(value for value, _ in self.pairs if value is not None)


@dataclass(frozen=True)
class Sql:
    """An SQL expression of one row. `reads` are its columns; a volatile one differs at each call."""

    text: str
    type: str
    reads: frozenset[str] = frozenset()
    volatile: bool = False

    @property
    def is_null(self) -> bool:
        """Whether it is the constant NULL."""
        return isinstance(_parse_one(self.text, "postgres"), exp.Null)


Expression = ValueMap | Sql


def default_of(column: Column) -> Sql:
    """The value that the database gives where `column` is left out: its default, or NULL."""
    text = column.default if column.default is not None else "NULL"
    _parse_one(text, "postgres")
    return Sql(text, column.type, volatile=any(map(is_volatile, _calls(_tokens(text, "postgres")))))


def is_constant(expression: Expression) -> bool:
    """Whether the value is the same for every row of a table at one moment."""
    return not expression.reads and not (isinstance(expression, Sql) and expression.volatile)


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


def user_sql(text: str, type_: str, table: Table, database: str, place: str) -> Sql:
    """`text` as an expression over the columns of `table`.

    Raises EvolutionError, or SchemaMismatch for an unknown column, and points at the part that is
    wrong.
    """
    dialect = SQLGLOT[database]
    tree = _parse_one(text, dialect, place)
    place = f"{place}, in {text!r}"
    tokens = _tokens(text, dialect)
    unfit = [
        f"{what} can't give one row its value: {node.sql(dialect, normalize_functions=False)}"
        for kind, what in _UNFIT
        if (node := tree.find(kind)) is not None
    ]
    calls = _calls(tokens)
    unfit += [f"{what} can't give one row its value: {name}()" for name in calls if (what := kind_of(name))]
    if unfit:
        raise EvolutionError(unfit[0], place=place, remedy="use an expression of the row's own columns")
    volatile = [name for name in calls if is_volatile(name)]
    if volatile:
        raise EvolutionError(
            f"{volatile[0]}() gives another value at each call",
            place=place,
            remedy="make it the column's server_default; fill= is for expressions that can be compared",
        )
    reads = set()
    for node in tree.find_all(exp.Column):
        column = _resolve(node, table, place)
        if column.generated is not None:
            raise EvolutionError(
                f"{column.name} is generated: it has no value yet when a row is written",
                place=place,
                remedy=f"write out what it is generated from: {column.generated}",
            )
        reads.add(column.name)
    return Sql(_as_one(text, tokens, tree), type_, frozenset(reads))


def for_row(expression: Sql, row: str, columns: Iterable[str], database: str) -> str:
    """The SQL of `expression` with each column taken from `row`, every name quoted."""
    known = set(columns)
    text = f"{_SELECT}{expression.text}"
    # The user's own words but for the columns: another rendering might mean something else.
    for node in sorted(
        _parse_one(expression.text, SQLGLOT[database]).find_all(exp.Column), key=_start, reverse=True
    ):
        name = node.this.name
        if not node.this.quoted and name not in known:
            name = name.lower()
        column = exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(row))
        text = text[: _start(node)] + column.sql(SQLGLOT[database]) + text[node.this.meta["end"] + 1 :]
    return text[len(_SELECT) :]


def translate(
    text: str, column: str, successor: str, values: Mapping[str | None, str | None], dialect: str
) -> str | None:
    """A condition on an enum column, said of its successor: literals mapped, casts to the enum gone.

    Only =, <>, IN, ANY/ALL of a literal array and IS [NOT] NULL say the same of both; None is given
    back for any other use, such as an order (`<`) or a cast to text.
    """
    tree = _parse_one(text, dialect).copy()
    for node in list(tree.find_all(exp.Column)):
        if node.this.name != column:
            continue
        holder = _outside_parens(node)
        sides = _compared(holder, node)
        if sides is None:
            return None
        for literal in sides:
            if literal.this not in values:
                return None
            mapped = values[literal.this]
            cast = literal.parent
            target = cast if isinstance(cast, exp.Cast) else literal
            target.replace(exp.null() if mapped is None else exp.Literal.string(mapped))
        node.replace(exp.column(exp.to_identifier(successor, quoted=True)))
    for array in tree.find_all(exp.Array):
        if all(isinstance(each, exp.Literal) for each in array.expressions):
            array.replace(exp.cast(array.copy(), "text[]", dialect=dialect))
    return tree.sql(dialect, normalize_functions=False, comments=False)


def renamed(text: str, column: str, to: str, dialect: str) -> str:
    """The condition `text` with another name for a column."""

    def named(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.this.name == column:
            return exp.column(exp.to_identifier(to, quoted=True))
        return node

    return _parse_one(text, dialect).transform(named).sql(dialect, normalize_functions=False, comments=False)


def not_null(column: str) -> str:
    """The condition that `column` is not NULL."""
    return exp.column(exp.to_identifier(column, quoted=True)).is_(exp.null()).not_().sql("postgres")


def mentions(text: str, column: str, dialect: str) -> bool:
    """Whether the condition `text` speaks of `column`."""
    return any(node.this.name == column for node in _parse_one(text, dialect).find_all(exp.Column))


def literal_of(text: str, dialect: str) -> str | None:
    """The string that a default such as `'plain'::workflowtype` gives, or None where it is none."""
    tree = _parse_one(text, dialect)
    while isinstance(tree, exp.Cast | exp.Paren):
        tree = tree.this
    return str(tree.this) if isinstance(tree, exp.Literal) and tree.is_string else None


def _parse_one(text: str, dialect: str, place: str = "") -> exp.Expr:
    try:
        statements: Sequence[exp.Expr | None] = sqlglot.parse(f"{_SELECT}{text}", read=dialect)
    except SqlglotError as error:
        raise EvolutionError(
            f"{text!r} is not an SQL expression: {str(error).splitlines()[0]}",
            place=place,
            remedy="mend it; a string stands in 'single quotes'",
        ) from error
    select = statements[0] if len(statements) == 1 else None
    extra = {"expressions", "kind", "hint", "operation_modifiers"}
    if (
        not isinstance(select, exp.Select)
        or len(select.expressions) != 1
        or isinstance(select.expressions[0], exp.Alias | exp.Star)
        or any(value for key, value in select.args.items() if key not in extra)
    ):
        raise EvolutionError(
            f"{text!r} is not one SQL expression",
            place=place,
            remedy="give one expression: no second statement, no FROM, no alias",
        )
    found: exp.Expr = select.expressions[0]
    return found


def _tokens(text: str, dialect: str) -> list[Token]:
    return list(sqlglot.tokenize(text, read=dialect))


def _calls(tokens: Sequence[Token]) -> list[str]:
    """The functions' names, as the user wrote them but in lower case."""
    return [
        token.text.lower()
        for token, following in itertools.pairwise(tokens)
        if following.token_type is TokenType.L_PAREN
    ]


def _as_one(text: str, tokens: Sequence[Token], tree: exp.Expr) -> str:
    """`text` without comments, and in parentheses unless it is one operand already: what it becomes a
    part of can't pull it apart.
    """
    words = [text[tokens[0].start : tokens[0].end + 1]]
    for one, other in itertools.pairwise(tokens):
        between = text[one.end + 1 : other.start]
        words += [" " if between.strip() else between, text[other.start : other.end + 1]]
    text = "".join(words)
    alone = len(tokens) == 1 or isinstance(tree, exp.Column | exp.Paren | exp.Case)
    return text if alone or _is_call(tokens) else f"({text})"


def _is_call(tokens: Sequence[Token]) -> bool:
    """Whether the parenthesis behind the first word is closed by the very last token."""
    if len(tokens) < 2 or tokens[1].token_type is not TokenType.L_PAREN:
        return False
    depth = 0
    for token in tokens[1:-1]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0:
            return False
    return tokens[-1].token_type is TokenType.R_PAREN


def _start(node: exp.Column) -> int:
    return int(node.parts[0].meta["start"])


def _resolve(node: exp.Column, table: Table, place: str) -> Column:
    if node.table and node.table.lower() != table.name.name.lower():
        raise SchemaMismatch(
            f"{node.sql()} is not a column of {table.name}",
            place=place,
            remedy="use the columns of the changed table",
        )
    exact = table.find(node.this.name)
    if exact is not None:
        return exact
    name = node.this.name if node.this.quoted else node.this.name.lower()
    return table.column(name, place)


def _outside_parens(node: exp.Expr) -> exp.Expr:
    holder = node.parent
    while isinstance(holder, exp.Paren):
        holder = holder.parent
    return holder if holder is not None else node


def _compared(holder: exp.Expr, node: exp.Expr) -> list[exp.Literal] | None:
    """The string literals that `node` is compared with in `holder`; None where it is no comparison."""
    if isinstance(holder, exp.Is):
        return []
    if isinstance(holder, exp.EQ | exp.NEQ):
        other = holder.right if holder.left.unnest() is node else holder.left
    elif isinstance(holder, exp.In):
        return _literals(holder.expressions)
    else:
        return None
    other = other.unnest()
    array = _quantified(other)
    if array is not None:
        while isinstance(array, exp.Cast):
            array = array.this.unnest()
        return _literals(array.expressions) if isinstance(array, exp.Array) else None
    return _literals([other])


def _quantified(node: exp.Expr) -> exp.Expr | None:
    """The array in ANY (array) or ALL (array); sqlglot reads ALL as a function of that name."""
    array: exp.Expr | None = None
    if isinstance(node, exp.Any | exp.All):
        array = node.this.unnest()
    elif isinstance(node, exp.Anonymous) and node.name.upper() == "ALL" and len(node.expressions) == 1:
        array = node.expressions[0].unnest()
    return array


def _literals(nodes: Iterable[exp.Expr]) -> list[exp.Literal] | None:
    found = []
    for node in nodes:
        inner = node.unnest()
        while isinstance(inner, exp.Cast):
            inner = inner.this.unnest()
        if not (isinstance(inner, exp.Literal) and inner.is_string):
            return None
        found.append(inner)
    return found
