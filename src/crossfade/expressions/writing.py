"""An expression written for a row: NEW, OLD or a table's alias."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from crossfade.expressions.parsing import SELECT, SQLGLOT, columns_in, parse_one
from crossfade.expressions.values import Sql


@dataclass(frozen=True)
class Written:
    """An expression's `sql` over a row; `parts` are the columns' places, from and to: in the expression's
    text, then in `sql`.
    """

    sql: str
    parts: tuple[tuple[int, int, int, int], ...] = ()

    @classmethod
    def over(cls, expression: Sql, row: str, columns: Iterable[str], database: str) -> Written:
        """`expression` with each column taken from `row`, every name quoted.

        The user's own words but for the columns: another rendering might mean something else.
        """
        known = set(columns)
        return cls._with(
            expression.text,
            database,
            lambda node: exp.column(
                exp.to_identifier(_name(node, known), quoted=True), table=exp.to_identifier(row)
            ),
        )

    @classmethod
    def _with(cls, text: str, database: str, place: Callable[[exp.Column], exp.Column]) -> Written:
        """`text` with each column written as `place` says."""
        source = f"{SELECT}{text}"
        written, parts, done = "", [], len(SELECT)
        nodes = columns_in(parse_one(text, SQLGLOT[database]))
        for node in sorted(nodes, key=_start):
            shown = place(node).sql(SQLGLOT[database])
            written += source[done : _start(node)]
            done = int(node.this.meta["end"]) + 1
            span = (_start(node) - len(SELECT), done - len(SELECT))
            parts.append((*span, len(written), len(written) + len(shown)))
            written += shown
        return cls(written + source[done:], tuple(parts))

    @classmethod
    def under(cls, expression: Sql, names: Mapping[str, str], database: str) -> Written:
        """`expression` with other names for the columns that `names` has, every name quoted."""

        def place(node: exp.Column) -> exp.Column:
            name = _name(node, names)
            return exp.column(exp.to_identifier(names.get(name, name), quoted=True))

        return cls._with(expression.text, database, place)

    def source(self, at: int) -> int:
        """Where in the expression's text stands what is at `at` in `sql`."""
        shift = 0
        for begins, ends, written_from, written_to in self.parts:
            if at < written_from:
                break
            if at < written_to:
                return begins
            shift = ends - written_to
        return at + shift


def for_row(expression: Sql, row: str, columns: Iterable[str], database: str) -> str:
    """The SQL of `expression` with each column taken from `row`, every name quoted."""
    return Written.over(expression, row, columns, database).sql


def renamed_sql(expression: Sql, names: Mapping[str, str], database: str) -> Sql:
    """`expression` where columns have other names: `names` maps those that have."""
    if expression.reads.isdisjoint(names):
        return expression
    reads = frozenset(names.get(each, each) for each in expression.reads)
    return replace(expression, text=Written.under(expression, names, database).sql, reads=reads)


def _name(node: exp.Column, known: Container[str]) -> str:
    """The column's name: in lower case where it is not quoted, and no column is called so."""
    name = str(node.this.name)
    return name if node.this.quoted or name in known else name.lower()


def _start(node: exp.Column) -> int:
    return int(node.parts[0].meta["start"])
