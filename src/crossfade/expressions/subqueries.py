"""Subqueries of a user's expression: followed name by name, and written so that each name means one thing.

Every table is written with its schema and its name in the subquery, and every column of one with that name:
no search path and no later column of the row can change what is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from sqlglot import exp

from crossfade import names
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.expressions.naming import column_name, folded, quoted
from crossfade.expressions.parsing import SELECT, SQLGLOT, parse_one, position
from crossfade.expressions.pointer import pointed
from crossfade.expressions.scopes import Scope, Spoken, alias_of, parts_of, sources, spoken
from crossfade.schema import Schema, Table, TableName

_CLAUSES = frozenset(
    {"distinct", "expressions", "from_", "group", "having", "joins", "limit", "offset", "order", "where"}
)
_ROWS = frozenset({"new", "old", "t"})  # what the row itself is called where the expression is executed
_KINDS = ("table", "partitioned table", "partition")
_PLAIN = "use plain SELECT … FROM table JOIN table ON … WHERE …"


def read_by(text: str | Mapping[str, str]) -> tuple[str, ...]:
    """The tables that the subqueries of an expression read, as a user writes them; none where it is wrong."""
    found: dict[str, None] = {}
    for database, each in (dict.fromkeys(SQLGLOT, text) if isinstance(text, str) else text).items():
        try:
            tree = parse_one(each, database)
        except (EvolutionError, KeyError):
            continue  # the change's `compile` says what is wrong
        for select in tree.find_all(exp.Select):
            for table in sources(select):
                if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
                    found[_written(table, database)] = None
    return tuple(found)


@dataclass
class Resolved:
    """What following the names of an expression came to: `rows` are the columns of its own row, `tables` the
    others that it reads and `elsewhere` their columns, `edits` what is to be written in place of parts of the
    text (from, to, what).
    """

    rows: list[exp.Column] = field(default_factory=list)
    tables: list[TableName] = field(default_factory=list)
    elsewhere: list[tuple[TableName, str]] = field(default_factory=list)
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def written(self, text: str) -> str:
        """`text` with every name of its subqueries written out."""
        for begins, ends, instead in sorted(self.edits, reverse=True):
            text = text[:begins] + instead + text[ends:]
        return text


def resolved(text: str, tree: exp.Expr, row: Table, schema: Schema, place: str) -> Resolved:
    """Follow every name in `tree`, whose row is one of the table `row`.

    Raises EvolutionError, or SchemaMismatch for an unknown table or column, and points at the part.
    """
    found = Resolved()
    database = schema.database
    tables: dict[int, tuple[Table, str]] = {}
    aliases = {folded(alias_of(each), database) for each in tree.find_all(exp.Table)}
    for several in tree.find_all(exp.SetOperation):
        _refuse(f"a subquery with {several.key.upper()} can't be followed", several, text, place, _PLAIN)
    for select in tree.find_all(exp.Select):
        _demand_plain(select, text, place, database)
        taken: set[str] = set()
        for each in sources(select):
            source = _demand_table(each, text, place)
            known, alias = _table(source, text, row, schema, place), folded(alias_of(source), database)
            if alias in taken:
                _refuse(f"two tables are called {alias!r}", source, text, place, "name each on its own")
            taken.add(alias)
            said = alias
            while said.lower() in _ROWS or (said != alias and said in aliases):
                said += "_"
            tables[id(source)] = (known, said)
            found.tables.append(known.name)
            full = f"{quoted(database, known.name.schema, known.name.name)} AS {quoted(database, said)}"
            found.edits.append((*_span(parts_of(source)[0], alias_of(source), source.this), full))
    for word in spoken(tree, database):
        of = _source(word, tables, text, place)
        if of is None:
            _demand_known(word, tables, row, text, place)
            found.rows.append(word.node)
            continue
        known, said = tables[id(of)]
        column = _column(known, word, text, place)
        found.elsewhere.append((known.name, column))
        parts = word.node.parts
        found.edits.append((*_span(parts[0], parts[-1]), quoted(database, said, column)))
    return found


def _demand_plain(select: exp.Select, text: str, place: str, database: str) -> None:
    odd = [key for key, value in select.args.items() if value and key not in _CLAUSES]
    joins = select.args.get("joins") or ()
    odd += ["USING" for each in joins if each.args.get("using")]
    odd += [str(each.args["method"]) for each in joins if each.args.get("method")]
    if odd:
        what = "FOR" if odd[0] == "locks" else odd[0].removesuffix("_").upper()
        _refuse(f"a subquery with {what} can't be followed", select, text, place, _PLAIN)
    group, own = select.args.get("group"), Scope(select, (), database)
    for each in () if group is None else group.expressions:
        if isinstance(each, exp.Column) and not each.table and own.gives(each.this):
            _refuse(f"GROUP BY {each.name} may be two things", each, text, place, "rename the output")
    if not sources(select):
        _refuse("a subquery without FROM reads nothing", select, text, place, "leave SELECT out")


def _demand_table(source: exp.Expr, text: str, place: str) -> exp.Table:
    """What stands in FROM, where it is a table; what else may stand there is refused."""
    known = {"this", "db", "alias"}
    if not (isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)):
        _refuse("only tables can be read FROM here", source, text, place, _PLAIN)
    if any(value for key, value in source.args.items() if key not in known):
        _refuse("only whole tables can be read FROM here", source, text, place, _PLAIN)
    alias = source.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        _refuse("columns can't be given other names here", source, text, place, "name the table alone")
    return source


def _table(source: exp.Table, text: str, row: Table, schema: Schema, place: str) -> Table:
    """The table that is read. Raises Refused for one that can't be, and points at it."""
    at = position(source)
    try:
        table = schema.table(_written(source, schema.database), place)
    except SchemaMismatch as error:
        raise SchemaMismatch(f"{error.fact}{pointed(text, at)}", place=place, remedy=error.remedy) from None
    if table.name == row.name:
        _refuse(
            f"it reads {row.name} itself, which is being written", source, text, place,
            "a subquery is for other tables; the row's own columns stand without one",
        )  # fmt: skip
    alias = folded(alias_of(source), schema.database)
    if alias == folded(exp.to_identifier(row.name.name, quoted=False), schema.database):
        hides = f"{alias} would hide the row of {row.name}"
        _refuse(hides, source, text, place, f"give {table.name} another name there")
    if table.kind not in _KINDS or table.row_security:
        what = "has row-level security" if table.row_security else f"is a {table.kind}"
        raise Unsupported(
            f"{table.name} {what}: what is read there depends on who reads{pointed(text, at)}"
            if table.row_security
            else f"{table.name} {what}, not a table{pointed(text, at)}",
            place=place,
            remedy="read a table that every writer reads alike",
        )
    return table


def _source(each: Spoken, tables: Mapping[int, tuple[Table, str]], text: str, place: str) -> exp.Table | None:
    """The table of a subquery that the column is of; None for the row's own."""
    node = each.node
    if node.args.get("db") is not None:
        _refuse(f"{node.sql()} has too many parts", node, text, place, "write table.column")
    if node.table:
        return each.table
    for scope in each.scopes:
        having = [table for table in _of(scope) if _find(tables[id(table)][0], each) is not None]
        if len(having) > 1:
            both = " and ".join(folded(alias_of(table), each.database) for table in having)
            _refuse(f"{node.name} is a column of {both}", node, text, place, "say of which: table.column")
        if having:
            return having[0]
    return None


def _demand_known(
    each: Spoken, tables: Mapping[int, tuple[Table, str]], row: Table, text: str, place: str
) -> None:
    """Raises SchemaMismatch for a column of a subquery that neither its tables nor the row have."""
    if not each.scopes or each.node.table or _find(row, each) is not None:
        return
    around = [row, *(tables[id(table)][0] for scope in each.scopes for table in _of(scope))]
    raise SchemaMismatch(
        f"there is no column {each.node.name!r} in {' or in '.join(str(table.name) for table in around)}"
        f"{pointed(text, position(each.node))}",
        place=place,
        remedy=names.nearest(each.node.name, (column.name for table in around for column in table.columns)),
    )


def _of(scope: Scope) -> Iterator[exp.Table]:
    return (table for _, table in scope.tables)


def _column(table: Table, each: Spoken, text: str, place: str) -> str:
    found, node = _find(table, each), each.node
    if found is None:
        known = (each.name for each in table.columns)
        raise SchemaMismatch(
            f"table {table.name} has no column {node.name!r}{pointed(text, position(node))}",
            place=place,
            remedy=names.nearest(node.name, known),
        )
    return found


def _find(table: Table, each: Spoken) -> str | None:
    known = [column.name for column in table.columns]
    name = column_name(each.node.this, known, each.database)
    return name if name in known else None


def _written(table: exp.Table, database: str) -> str:
    return ".".join(names.written(folded(each, database)) for each in parts_of(table))


def _span(*nodes: exp.Expr) -> tuple[int, int]:
    """From where the first begins to where the last ends, in the expression's text."""
    begins = min(int(each.meta["start"]) for each in nodes)
    ends = max(int(each.meta["end"]) for each in nodes) + 1
    return begins - len(SELECT), ends - len(SELECT)


def _refuse(fact: str, node: exp.Expr, text: str, place: str, remedy: str) -> NoReturn:
    raise EvolutionError(f"{fact}{pointed(text, position(node))}", place=place, remedy=remedy)
