"""The two kinds of expression, and what can be asked of either."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from crossfade.expressions.naming import quoted
from crossfade.expressions.parsing import calls, parse_one, tokens_of
from crossfade.functions import is_volatile
from crossfade.schema import Column, TableName

_MOVING = frozenset({"now", "today", "tomorrow", "yesterday"})  # strings that are another time each time


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
    """An SQL expression of one row. `reads` are its columns; a volatile one differs at each call. `tables`
    are the other tables that its subqueries read, written with their full names, `elsewhere` their columns.
    `dialect` is the database in whose words it is.
    """

    text: str
    type: str
    reads: frozenset[str] = frozenset()
    volatile: bool = False
    tables: tuple[TableName, ...] = ()
    elsewhere: tuple[tuple[TableName, str], ...] = ()
    dialect: str = "postgresql"

    @property
    def is_null(self) -> bool:
        """Whether it is the constant NULL."""
        return isinstance(parse_one(self.text, self.dialect), exp.Null)


def default_of(column: Column, database: str) -> Sql:
    """The value that the database gives where `column` is left out: its default, or NULL."""
    text = column.default if column.default is not None else "NULL"
    parse_one(text, database)
    called = calls(tokens_of(text, database), database)
    volatile = column.volatile or any(is_volatile(each, database) for each in called)
    return Sql(text, column.type, volatile=volatile, dialect=database)


def of_column(column: Column, database: str) -> Sql:
    """The value that the row has in the column."""
    return Sql(quoted(database, column.name), column.type, frozenset({column.name}), dialect=database)


def is_literal(expression: Sql) -> bool:
    """Whether it is one value, in any row and at any time: literals, casts and operators, and no call."""
    tree = parse_one(expression.text, expression.dialect)
    moving = expression.type.lower().startswith(("date", "time"))
    for node in tree.walk():
        if isinstance(node, exp.Column) or (
            isinstance(node, exp.Func) and not isinstance(node, exp.Cast | exp.Array)
        ):
            return False
        if moving and isinstance(node, exp.Literal) and node.name.strip().lower() in _MOVING:
            return False
    return True


def is_constant(expression: ValueMap | Sql) -> bool:
    """Whether the value is the same for every row of a table at one moment."""
    changes = isinstance(expression, Sql) and (expression.volatile or bool(expression.tables))
    return not expression.reads and not changes
