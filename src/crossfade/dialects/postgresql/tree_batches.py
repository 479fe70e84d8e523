"""The statements of the copy and of the comparison of trees: one short transaction for each range of keys.

The copy walks the source's key, the comparison what either side has.
"""

from __future__ import annotations

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql import tree_walks as walks
from crossfade.dialects.postgresql.quoting import ident, parameter, table
from crossfade.schema import Column, TableName
from crossfade.steps import CompareTree, CopyTree, Role, Statement
from crossfade.tree import Embed, Shape, TreeLens


def copy(step: CopyTree) -> tuple[Statement, ...]:
    """Make the rows of the target that are missing, the children grouped by range and joined. The source's
    rows are locked against deletion, so that whoever deletes one afterwards finds its target.
    """
    tree = step.tree
    key = sql.SOURCE[tree.key]
    joins, made = _grouped(tree)
    columns = sql.whole(tree, sql.born_key(tree, step.evolution), made.__getitem__)
    names = ", ".join(ident(name) for name in (*(each.name for each, _ in columns), tree.legacy))
    work = walks.sql(
        f"INSERT INTO {table(tree.target)} ({names}) "
        f"SELECT {', '.join(said for _, said in columns)}, {key} "
        f"FROM {table(tree.source)} AS s{joins} WHERE {walks.between(key, tree.key)} ORDER BY {key} "
        "FOR KEY SHARE OF s ON CONFLICT DO NOTHING",
        lock="ROW SHARE",
        blocks="deletes of the rows of the batch",
    )
    return walks.walk(tree.source, tree.key, "s", [work])


def compare(step: CompareTree) -> tuple[Statement, ...]:
    """Count the rows of a range, of either side, and those that disagree, in one snapshot."""
    tree = step.tree
    key, legacy = sql.SOURCE[tree.key], f"t.{ident(tree.legacy)}"
    given = [*sql.own(tree, tree.both_ways)]
    written = [each for each in tree.embeds if each.written]
    columns = {each.name: each for each in tree.target_columns}
    said = [f"{value} AS {ident(each.name)}" for each, value in given]
    joins, made = _grouped(tree)
    said += [f"{made[each]} AS {_slot(number)}" for number, each in enumerate(written)]
    old = f"SELECT {', '.join((f'{key} AS legacy_key', *said))} FROM {table(tree.source)} AS s{joins}"
    apart = [
        _differ(f"t.{ident(each.name)}", f"f.{ident(each.name)}", columns[each.name]) for each, _ in given
    ]
    apart += [_apart(each, f"f.{_slot(number)}") for number, each in enumerate(written)]
    missing = f"f.legacy_key IS NULL OR {legacy} IS NULL"
    wrong = f"({' OR '.join((missing, *apart))})"
    joined = (
        f"({old} WHERE {walks.between(key, tree.key)}) AS f FULL JOIN "
        f"(SELECT * FROM {table(tree.target)} AS t WHERE {walks.between(legacy, tree.key)}) AS t "
        f"ON {legacy} = f.legacy_key"
    )
    shown = [
        f"left({text}::text, 200)"
        for text in (
            f"coalesce(f.legacy_key, {legacy})",
            "f.legacy_key",
            *(f"f.{ident(each.name)}" for each, _ in given),
            *(f"f.{_slot(number)}" for number, _ in enumerate(written)),
            legacy,
            *(f"t.{ident(each.name)}" for each, _ in given),
            *(slots.held(each, "t") for each in written),
        )
    ]
    return (
        Statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", Role.SETTING),
        walks.SAFELY,
        _end(tree, Role.FIRST, "least", ""),
        _end(tree, Role.LAST, "greatest", " DESC"),
        _next_of_both(tree),
        walks.sql(f"SELECT count(*), count(*) FILTER (WHERE {wrong}) FROM {joined}"),
        walks.sql(
            f"SELECT {', '.join(shown)} FROM {joined} WHERE {wrong} "
            f"ORDER BY coalesce(f.legacy_key, {legacy}) LIMIT {parameter('batch')}",
            Role.SAMPLE,
        ),
    )


def _grouped(tree: TreeLens) -> tuple[str, dict[Embed, str]]:
    """The joins that bring the children of a range of the source's rows, and what makes each embed of it."""
    joins, made = "", dict[Embed, str]()
    for number, child in enumerate(each for each in tree.tables if each != tree.source):
        embeds = tree.embedded(child)
        parent, name = f"c.{ident(embeds[0].parent)}", f"c{number}"
        named = {each: f"made_{place}" for place, each in enumerate(embeds)}
        made |= {each: f"coalesce({name}.{slot}, {slots.empty(each)})" for each, slot in named.items()}
        given = ", ".join(f"{slots.aggregate(each)} AS {slot}" for each, slot in named.items())
        joins += (
            f" LEFT JOIN (SELECT {parent} AS parent, {given} FROM {table(child)} AS c "
            f"WHERE {walks.between(parent, tree.key)} GROUP BY {parent}) AS {name} "
            f"ON {name}.parent = {sql.SOURCE[tree.key]}"
        )
    return joins, made


def _slot(number: int) -> str:
    return f"slot_{number}"


def _differ(one: str, other: str, column: Column) -> str:
    """That the values of a column are not equal. JSON that is, but reads differently (1.0, 1.00), agrees."""
    if column.type == "jsonb":
        return f"{one} IS DISTINCT FROM {other}"
    return sql.distinct(one, other, column)


def _apart(embed: Embed, old: str) -> str:
    """That the target holds other children: in whatever order, and none at all may be said in two ways."""
    new = f"coalesce({slots.held(embed, 't')}, {slots.empty(embed)})"
    if embed.shape is Shape.SINGLE:
        new = f"nullif({slots.held(embed, 't')}, 'null')"
    if embed.shape is not Shape.ARRAY:
        return f"{new} IS DISTINCT FROM {old}"

    def sorted_(value: str) -> str:
        array = f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} END"
        return f"(SELECT jsonb_agg(x ORDER BY x) FROM jsonb_array_elements({array}) AS x)"

    return f"({new} IS DISTINCT FROM {old} AND {sorted_(new)} IS DISTINCT FROM {sorted_(old)})"


def _end(tree: TreeLens, role: Role, of: str, direction: str) -> Statement:
    key, legacy = ident(tree.key.name), ident(tree.legacy)
    return Statement(
        f"SELECT k::text FROM (SELECT {of}((SELECT s.{key} FROM {table(tree.source)} AS s "
        f"ORDER BY s.{key}{direction} LIMIT 1), (SELECT t.{legacy} FROM {table(tree.target)} AS t "
        f"WHERE t.{legacy} IS NOT NULL ORDER BY t.{legacy}{direction} LIMIT 1))) AS e(k) WHERE k IS NOT NULL",
        role,
        "ACCESS SHARE",
    )


def _next_of_both(tree: TreeLens) -> Statement:
    def some(of: TableName, name: str, row: str) -> str:
        key = f"{row}.{ident(name)}"
        return (
            f"(SELECT {key} AS k FROM {table(of)} AS {row} WHERE {walks.between(key, tree.key)} "
            f"ORDER BY {key} LIMIT {parameter('batch')} + 1)"
        )

    either = f"{some(tree.source, tree.key.name, 's')} UNION {some(tree.target, tree.legacy, 't')}"
    return walks.sql(
        f"SELECT k::text FROM ({either}) AS e ORDER BY e.k OFFSET {parameter('batch')} - 1 LIMIT 2", Role.NEXT
    )
