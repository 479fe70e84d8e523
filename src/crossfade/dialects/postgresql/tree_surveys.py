"""What a document counts about trees, as PostgreSQL's statements. They read, and nothing else.

Rows of answers are (place, rows): a place is a column of the target, '' where any of them is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.dialects.postgresql.tree_complement import apart, default
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import Column
from crossfade.steps import CountBeyond, CountHeld, CountLost, CountMoved, CountMoves, Role, Statement
from crossfade.tree import Embed, Shape, TreeLens

_PATH = Statement(f"SET LOCAL search_path = {SAFE_PATH}", Role.SETTING)
_READ_ONLY = Statement("SET TRANSACTION READ ONLY", Role.SETTING)


@render.register
def _(step: CountMoved, server: Server) -> tuple[Statement, ...]:
    counts = ", ".join(f"coalesce({each}, 0)::bigint" for each in _moved(step.tree))
    return (_PATH, _query(f"SELECT {counts} FROM {table(step.table)} AS t"))


@render.register
def _(step: CountHeld, server: Server) -> tuple[Statement, ...]:
    rows, columns = apart(step.tree)
    kept = f"SELECT ARRAY(SELECT v.name FROM {columns}) AS apart FROM {rows}"
    return (
        _READ_ONLY,
        _PATH,
        _query(
            f"WITH kept AS MATERIALIZED ({kept}) SELECT '' AS place, count(*) AS rows FROM kept "
            "WHERE cardinality(apart) > 0 UNION ALL SELECT u.place, count(*) FROM kept, unnest(apart) "
            "AS u(place) GROUP BY u.place ORDER BY 1"
        ),
    )


@render.register
def _(step: CountMoves, server: Server) -> tuple[Statement, ...]:
    tree = step.tree
    key, legacy = sql.SOURCE[tree.key], f"t.{ident(tree.legacy)}"
    given = sql.own(tree, tree.both_ways)
    written = [each for each in tree.embeds if each.written]
    said = [f"{key} AS legacy_key", *(f"{value} AS {ident(each.name)}" for each, value in given)]
    said += [f"{slots.children(each, key)} AS slot_{number}" for number, each in enumerate(written)]
    apart = [sql.distinct(f"t.{ident(each.name)}", f"f.{ident(each.name)}", each) for each, _ in given]
    apart += [_rewritten(each, f"f.slot_{number}") for number, each in enumerate(written)]
    born, gone = "f.legacy_key IS NULL", f"t.{ident(tree.target_key.name)} IS NULL"
    changed = f"NOT ({born}) AND NOT ({gone}) AND ({' OR '.join(apart) or 'false'})"
    counts = ", ".join(
        f"count(*) FILTER (WHERE {condition}) AS {name}"
        for name, condition in (("born", born), ("changed", changed), ("gone", gone))
    )
    return (
        _READ_ONLY,
        _PATH,
        _query(
            f"SELECT {counts} FROM (SELECT {', '.join(said)} FROM {table(tree.source)} AS s) AS f "
            f"FULL JOIN {table(tree.target)} AS t ON {legacy} = f.legacy_key"
        ),
    )


@render.register
def _(step: CountBeyond, server: Server) -> tuple[Statement, ...]:
    tree = step.tree
    found: dict[str, str] = {}
    for column, condition in _beyond(step):
        found[column] = f"{found[column]} OR {condition}" if column in found else condition
    places = {"": " OR ".join(found.values()), **found}
    return (
        _READ_ONLY,
        _PATH,
        _query(_by_place(places, f"{table(tree.target)} AS t CROSS JOIN LATERAL {_gone_back(tree)} AS s")),
    )


@render.register
def _(step: CountLost, server: Server) -> tuple[Statement, ...]:
    counted = " UNION ALL ".join(
        _by_place({column: f"c.{ident(column)} IS NOT NULL"}, f"{table(of)} AS c", number)
        for number, (of, column) in enumerate(step.columns)
    )
    return (_READ_ONLY, _PATH, _query(counted))


def _moved(tree: TreeLens) -> Iterator[str]:
    """How many rows of each old table the target's rows hold: the source first, then each embed."""
    yield "count(*)"
    for each in tree.embeds:
        held = slots.held(each, "t")
        match each.shape:
            case Shape.ARRAY:
                yield f"sum(jsonb_array_length(CASE jsonb_typeof({held}) WHEN 'array' THEN {held} END))"
            case Shape.OBJECT:
                keys = f"jsonb_object_keys(CASE jsonb_typeof({held}) WHEN 'object' THEN {held} END)"
                yield f"sum((SELECT count(*) FROM {keys}))"
            case Shape.SINGLE:
                yield f"count(*) FILTER (WHERE {held} <> 'null')"
            case Shape.VALUE:
                yield f"(SELECT count(*) FROM {table(each.table)})"


def _beyond(step: CountBeyond) -> Iterator[tuple[str, str]]:
    """(column, condition) of what would be another value after the way back and there again."""
    tree = step.tree
    key = tree.target_key
    made = f"{sql.journal('legacy_uuid')}({literal(f'{step.source}:')} || t.{ident(tree.legacy)})"
    yield key.name, "true" if step.purged else f"t.{ident(key.name)} IS DISTINCT FROM {made}"
    given = {each.name: value for each, value in sql.own(tree, [each.column for each in tree.forward])}
    held = {each.column for each in tree.embeds} | {each.column for each in tree.references} | {key.name}
    for column in tree.target_columns:
        if column.name not in held:
            value = given.get(column.name, default(column))
            yield column.name, f"({sql.distinct(f't.{ident(column.name)}', value, column)})"
    for each in tree.embeds:
        now = slots.held(each, "t")
        if each.shape is Shape.ARRAY:
            yield each.column, slots.out_of_order(each, now)
        elif each.shape is Shape.VALUE:
            yield each.column, f"{now} IS DISTINCT FROM {_counted(tree, each)}"
    for name in dict.fromkeys(each.column for each in tree.embeds if each.field is not None):
        fields = [literal(each.field) for each in tree.embeds if each.column == name]
        rest = f"CASE jsonb_typeof(t.{ident(name)}) WHEN 'object' THEN t.{ident(name)} END"
        yield name, f"({rest}) - ARRAY[{', '.join(fields)}] <> '{{}}'"


def _counted(tree: TreeLens, embed: Embed) -> str:
    """How many children there would be: those of an array of the same table, or else none."""
    arrays = [each for each in tree.embedded(embed.table) if each.shape is Shape.ARRAY]
    if not arrays:
        return "0"
    held = slots.held(arrays[0], "t")
    return f"coalesce(jsonb_array_length(CASE jsonb_typeof({held}) WHEN 'array' THEN {held} END), 0)"


def _gone_back(tree: TreeLens) -> str:
    """The source's row that the target's row alone would be; what it refers to is nothing to us."""
    translated = {each.source for each in tree.references}
    back = {each.name: value for each, value, _ in sql.back(tree, "t") if each.name not in translated}

    def given(column: Column) -> str:
        own = column.default if column.name != tree.key.name else None  # its default would take a number
        value = back.get(column.name) or own or "NULL"
        return f"({value})::{column.type} AS {ident(column.name)}"

    return f"(SELECT {', '.join(map(given, tree.columns))})"


def _rewritten(embed: Embed, old: str) -> str:
    """That the target's row holds other children, in whatever order."""
    now = slots.held(embed, "t")
    if embed.shape is Shape.SINGLE:
        return f"nullif({now}, 'null') IS DISTINCT FROM {old}"
    held = f"coalesce({now}, {slots.empty(embed)})"
    if embed.shape is Shape.OBJECT:
        return f"{held} IS DISTINCT FROM {old}"
    new, before = (
        f"(SELECT jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof({each}) "
        f"WHEN 'array' THEN {each} END) AS x)"
        for each in (held, old)
    )
    return f"({held} IS DISTINCT FROM {old} AND {new} IS DISTINCT FROM {before})"


def _by_place(places: dict[str, str], rows: str, number: int | None = None) -> str:
    """A query that counts the rows which meet each place's condition."""
    counts = ", ".join(f"count(*) FILTER (WHERE {each}) AS c{at}" for at, each in enumerate(places.values()))
    told: Sequence[str] = [str(number)] if number is not None else [literal(each) for each in places]
    values = ", ".join(f"({place}, n.c{at})" for at, place in enumerate(told))
    return (
        f"SELECT p.place, p.rows FROM (SELECT {counts} FROM {rows}) AS n "
        f"CROSS JOIN LATERAL (VALUES {values}) AS p(place, rows)"
    )


def _query(text: str) -> Statement:
    return Statement(text, lock="ACCESS SHARE")
