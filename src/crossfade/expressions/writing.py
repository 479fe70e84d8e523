"""An expression written for a row: NEW, OLD or a table's alias."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
        source = f"{SELECT}{expression.text}"
        written, parts, done = "", [], len(SELECT)
        nodes = columns_in(parse_one(expression.text, SQLGLOT[database]))
        for node in sorted(nodes, key=_start):
            name = node.this.name
            if not node.this.quoted and name not in known:
                name = name.lower()
            column = exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(row))
            shown = column.sql(SQLGLOT[database])
            written += source[done : _start(node)]
            done = int(node.this.meta["end"]) + 1
            place = (_start(node) - len(SELECT), done - len(SELECT))
            parts.append((*place, len(written), len(written) + len(shown)))
            written += shown
        return cls(written + source[done:], tuple(parts))

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


def _start(node: exp.Column) -> int:
    return int(node.parts[0].meta["start"])
