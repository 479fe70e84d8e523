"""An expression written for a row: NEW, OLD or a table's alias."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from crossfade.expressions.naming import column_name, quoted
from crossfade.expressions.parsing import SELECT, SQLGLOT, parse_one
from crossfade.expressions.scopes import Spoken, named, spoken
from crossfade.expressions.values import Sql
from crossfade.schema import TableName

Others = Mapping[TableName, Mapping[str, str]]
_NO_OTHERS: Others = {}


@dataclass(frozen=True)
class Written:
    """An expression's `sql` over a row; `parts` are the columns' places, from and to: in the expression's
    text, then in `sql`.
    """

    sql: str
    parts: tuple[tuple[int, int, int, int], ...] = ()

    @classmethod
    def over(cls, expression: Sql, row: str, columns: Iterable[str]) -> Written:
        """`expression` with each column taken from `row`, every name quoted.

        The user's own words but for the columns: another rendering might mean something else.
        """
        known = set(columns)

        def place(each: Spoken) -> str | None:
            if each.table is not None:
                return None
            column = exp.to_identifier(_name(each, known), quoted=True)
            return exp.column(column, table=exp.to_identifier(row)).sql(SQLGLOT[each.database])

        return cls._with(expression, place)

    @classmethod
    def _with(cls, expression: Sql, place: Callable[[Spoken], str | None]) -> Written:
        """Its text with each column written as `place` says; as it is for None."""
        source = f"{SELECT}{expression.text}"
        tree = parse_one(expression.text, expression.dialect)
        written, parts, done = "", [], len(SELECT)
        for each in sorted(spoken(tree, expression.dialect), key=_start):
            shown = place(each)
            if shown is None:
                continue
            written += source[done : _start(each)]
            done = int(each.node.this.meta["end"]) + 1
            span = (_start(each) - len(SELECT), done - len(SELECT))
            parts.append((*span, len(written), len(written) + len(shown)))
            written += shown
        return cls(written + source[done:], tuple(parts))

    @classmethod
    def under(cls, expression: Sql, names: Mapping[str, str], others: Others) -> Written:
        """`expression` with other names for the columns that `names` has, and for those of other tables that
        `others` has; every name quoted.
        """

        def place(each: Spoken) -> str | None:
            if each.table is None:
                name = _name(each, names)
                return quoted(each.database, names.get(name, name))
            known = others.get(named(each.table, each.database), {})
            return quoted(each.database, each.node.table, known.get(each.node.name, each.node.name))

        return cls._with(expression, place)

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


def for_row(expression: Sql, row: str, columns: Iterable[str]) -> str:
    """The SQL of `expression` with each column taken from `row`, every name quoted."""
    return Written.over(expression, row, columns).sql


def renamed_sql(expression: Sql, names: Mapping[str, str], others: Others = _NO_OTHERS) -> Sql:
    """`expression` where columns have other names: `names` maps those of its row that have, `others` those of
    other tables.
    """
    moved = tuple((table, others.get(table, {}).get(name, name)) for table, name in expression.elsewhere)
    if expression.reads.isdisjoint(names) and moved == expression.elsewhere:
        return expression
    reads = frozenset(names.get(each, each) for each in expression.reads)
    text = Written.under(expression, names, others).sql
    return replace(expression, text=text, reads=reads, elsewhere=moved)


def of_tables(expression: Sql, tables: Mapping[TableName, TableName]) -> Sql:
    """`expression` where tables that it reads have other names: `tables` maps those that have."""
    if not tables.keys() & set(expression.tables):
        return expression
    now = {table: quoted(expression.dialect, to.schema, to.name) for table, to in tables.items()}
    return replace(
        expression,
        text=with_sources(expression.text, now, expression.dialect),
        tables=tuple(tables.get(each, each) for each in expression.tables),
        elsewhere=tuple((tables.get(table, table), column) for table, column in expression.elsewhere),
    )


def with_sources(text: str, sources: Mapping[TableName, str], database: str) -> str:
    """The SQL `text`, whose subqueries write tables with their full names, reading `sources` instead."""
    source = f"{SELECT}{text}"
    read = parse_one(text, database).find_all(exp.Table)
    for each in sorted(read, key=lambda table: int(table.this.meta["start"]), reverse=True):
        if each.args.get("db") is not None and named(each, database) in sources:
            begins, ends = int(each.args["db"].meta["start"]), int(each.this.meta["end"]) + 1
            source = source[:begins] + sources[named(each, database)] + source[ends:]
    return source.removeprefix(SELECT)


def _name(each: Spoken, known: Collection[str]) -> str:
    return column_name(each.node.this, known, each.database)


def _start(each: Spoken) -> int:
    return int(each.node.parts[0].meta["start"])
