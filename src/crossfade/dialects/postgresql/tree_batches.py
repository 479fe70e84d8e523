"""The statements of batched steps about trees: one short transaction for each range of keys.

The roles are those of `batches`. Copy, complement and TakeAway walk the source's key, GiveBack the legacy
key, TieTarget the target's; the comparison walks what either side has.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import bound, ident, literal, parameter, table
from crossfade.dialects.postgresql.tree_notes import settled
from crossfade.dialects.postgresql.tree_writes import (
    deleted,
    flagged,
    inserted,
    normal,
    objection,
    reconciled,
)
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import Column, TableName
from crossfade.steps import (
    CompareTree,
    CopyTree,
    CountStray,
    GiveBack,
    KeepTree,
    RestoreTree,
    Role,
    Statement,
    TakeAway,
    TieTarget,
)
from crossfade.tree import Embed, Shape, TreeLens

_COMPLEMENT = sql.journal("complement")
_ROWS = "writes to the rows of the batch"


def copy(step: CopyTree) -> tuple[Statement, ...]:
    """Make the rows of the target that are missing. The source's rows are locked against deletion, so that
    whoever deletes one afterwards finds its target.
    """
    tree = step.tree
    columns = sql.whole(tree, sql.born_key(tree, step.evolution))
    names = ", ".join(ident(name) for name in (*(each.name for each, _ in columns), tree.legacy))
    key = sql.SOURCE[tree.key]
    return (
        *_walked(tree.source, tree.key, "s"),
        _SETTING,
        _bound(
            f"INSERT INTO {table(tree.target)} ({names}) "
            f"SELECT {', '.join(said for _, said in columns)}, {key} "
            f"FROM {table(tree.source)} AS s WHERE {_range(key, tree.key)} ORDER BY {key} "
            f"FOR KEY SHARE OF s ON CONFLICT DO NOTHING",
            lock="ROW SHARE",
            blocks="deletes of the rows of the batch",
        ),
    )


def compare(step: CompareTree) -> tuple[Statement, ...]:
    """Count the rows of a range, of either side, and those that disagree, in one snapshot."""
    tree = step.tree
    key, legacy = sql.SOURCE[tree.key], f"t.{ident(tree.legacy)}"
    given = [*sql.own(tree, tree.both_ways)]
    written = [each for each in tree.embeds if each.written]
    columns = {each.name: each for each in tree.target_columns}
    said = [f"{value} AS {ident(each.name)}" for each, value in given]
    said += [f"{sql.children(each, key)} AS {_slot(number)}" for number, each in enumerate(written)]
    old = f"SELECT {', '.join((f'{key} AS legacy_key', *said))} FROM {table(tree.source)} AS s"
    apart = [
        sql.distinct(f"t.{ident(each.name)}", f"f.{ident(each.name)}", columns[each.name])
        for each, _ in given
    ]
    apart += [_apart(each, f"f.{_slot(number)}") for number, each in enumerate(written)]
    missing = f"f.legacy_key IS NULL OR {legacy} IS NULL"
    wrong = f"({' OR '.join((missing, *apart))})"
    joined = (
        f"({old} WHERE {_range(key, tree.key)}) AS f FULL JOIN (SELECT * FROM {table(tree.target)} AS t "
        f"WHERE {_range(legacy, tree.key)}) AS t ON {legacy} = f.legacy_key"
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
            *(sql.held(each, "t") for each in written),
        )
    ]
    return (
        Statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", Role.SETTING),
        Statement(f"SET LOCAL search_path = {SAFE_PATH}", Role.SETTING),
        _end(tree, Role.FIRST, "least", ""),
        _end(tree, Role.LAST, "greatest", " DESC"),
        _next_of_both(tree),
        _bound(f"SELECT count(*), count(*) FILTER (WHERE {wrong}) FROM {joined}"),
        _bound(
            f"SELECT {', '.join(shown)} FROM {joined} WHERE {wrong} "
            f"ORDER BY coalesce(f.legacy_key, {legacy}) LIMIT {parameter('batch')}",
            Role.SAMPLE,
        ),
    )


def keep(step: KeepTree) -> tuple[Statement, ...]:
    """Write what the target holds, and the old side would not give it again, to the journal: by column, with
    what the old side gives at this moment.
    """
    tree = step.tree
    said = ", ".join(
        (
            *(f"{value} AS {ident(each.name)}" for each, value in sql.whole(tree, sql.born_key(tree))),
            *(f"NULL AS {ident(each)}" for each in tree.alone),
        )
    )
    key, legacy = sql.SOURCE[tree.key], f"t.{ident(tree.legacy)}"
    held = f"to_jsonb(t) - {literal(tree.legacy)}"
    work = (
        f"INSERT INTO {_COMPLEMENT} AS c "
        "(evolution, table_name, change, row_key, old_values, new_values, state) "
        f"SELECT {_named(step)}, {sql.row_key(key)}, d.old, d.new, 'kept' "
        f"FROM {table(tree.source)} AS s JOIN {table(tree.target)} AS t ON {legacy} = {key} "
        f"CROSS JOIN LATERAL (SELECT {said}) AS f "
        "CROSS JOIN LATERAL (SELECT jsonb_object_agg(h.key, g.value) AS old, "
        f"jsonb_object_agg(h.key, h.value) AS new FROM jsonb_each({held}) AS h "
        "JOIN jsonb_each(to_jsonb(f)) AS g ON g.key = h.key AND g.value::text <> h.value::text) AS d "
        f"WHERE {_range(key, tree.key)} AND d.new IS NOT NULL "
        # What an earlier rollback kept, and an interrupted start has not brought back yet, stays.
        "ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING"
    )
    return (
        Statement(f"DELETE FROM {_COMPLEMENT} AS c WHERE {_of(step)} AND c.state <> 'kept'", Role.BEFORE),
        *_walked(tree.source, tree.key, "s"),
        _SETTING,
        _bound(work),
    )


def restore(step: RestoreTree) -> tuple[Statement, ...]:
    """Bring kept values back, by column, where the old side gives what it gave when they were kept."""
    tree = step.tree
    target, legacy = table(tree.target), ident(tree.legacy)
    names = ", ".join(ident(each.name) for each in tree.target_columns)
    arrays = [each for each in tree.embeds if each.shape is Shape.ARRAY]
    work = (
        "WITH picked AS MATERIALIZED (SELECT c.row_key, c.old_values AS old, c.new_values AS new "
        f"FROM {_COMPLEMENT} AS c WHERE {_of(step)} AND c.state = 'kept' ORDER BY c.row_key "
        f"LIMIT {parameter('batch')}), "
        f"locked AS MATERIALIZED (SELECT p.row_key, t AS image, t.{legacy} AS key FROM {target} AS t "
        f"JOIN picked AS p ON t.{legacy} = (p.row_key::jsonb ->> 0)::{tree.key.type} "
        f"ORDER BY t.{legacy} FOR NO KEY UPDATE OF t), "
        "due AS (SELECT l.*, d.given FROM locked AS l JOIN picked AS p ON p.row_key = l.row_key "
        "CROSS JOIN LATERAL (SELECT jsonb_object_agg(g.key, g.value) AS given FROM (SELECT h.key, "
        f"{_restored(tree)} AS value FROM jsonb_each(p.new) AS h) AS g WHERE g.value IS NOT NULL) AS d "
        "WHERE d.given IS NOT NULL), "
        f"n AS (UPDATE {target} AS t SET ({names}) = (SELECT {names} "
        f"FROM jsonb_populate_record(d.image, d.given)) FROM due AS d WHERE t.{legacy} = d.key "
        "RETURNING t.*, d.row_key AS restored), "
        + "".join(
            f"flag{number} AS ({[*flagged(step.evolution, tree, each, 'n')][1]}), "
            for number, each in enumerate(arrays)
        )
        + f"told AS (UPDATE {_COMPLEMENT} AS c SET state = CASE WHEN EXISTS (SELECT FROM n "
        "WHERE n.restored = c.row_key) THEN 'restored' ELSE 'superseded' END FROM picked AS p "
        f"WHERE c.row_key = p.row_key AND {_of(step)} RETURNING c.state) SELECT state FROM told"
    )
    return (_SETTING, _bound(work, lock="ROW EXCLUSIVE", blocks=_ROWS))


def tie(step: TieTarget) -> tuple[Statement, ...]:
    """Give a legacy key to the rows that have none, and all the form that the old side can hold; they are
    locked meanwhile.
    """
    tree = step.tree
    target, key, legacy = table(tree.target), ident(tree.target_key.name), ident(tree.legacy)
    where = f"WHERE {_range(f't.{key}', tree.target_key)}"
    written = [each for each in tree.embeds if each.written]
    made = sql.assigned(written, lambda each: normal(each, "t"), "t")
    # An object that has none of the fields yet holds no children, and is left as it is.
    told = [
        f"CASE WHEN {' OR '.join(f'{held} IS NOT NULL' for held in _held(written, name))} "
        f"THEN {text} ELSE t.{ident(name)} END AS {ident(name)}"
        for name, text in made.items()
    ]
    tied = f"coalesce(t.{legacy}, {sql.next_key(tree.source, tree.key)}) AS {legacy}"
    columns = [legacy, *map(ident, made)]
    assigned = ", ".join(f"{name} = f.{name}" for name in columns)
    apart = " OR ".join(f"t.{name} IS DISTINCT FROM f.{name}" for name in columns)
    return (
        *_walked(tree.target, tree.target_key, "t"),
        _SETTING,
        _bound(f"SELECT FROM {target} AS t {where} ORDER BY t.{key} FOR NO KEY UPDATE", blocks=_ROWS),
        _bound(
            f"UPDATE {target} AS t SET {assigned} FROM (SELECT t.{key} AS told_key, "
            f"{', '.join((tied, *told))} FROM {target} AS t {where}) AS f "
            f"WHERE t.{key} = f.told_key AND ({apart})",
            lock="ROW EXCLUSIVE",
            blocks=_ROWS,
        ),
    )


def count_stray(step: CountStray) -> tuple[Statement, ...]:
    """How many rows of the target hold what the old side has no place for, by where it is."""
    tree = step.tree
    found = [(each.slot, objection(each, "t")) for each in tree.embeds if each.written]
    found += [
        (column, f"CASE WHEN {condition} THEN t.{ident(column)}::text END")
        for column, condition in sql.closed(tree, "t")
    ]
    rows = " UNION ALL ".join(
        f"SELECT {literal(slot)} AS slot, {what} AS what FROM {table(tree.target)} AS t"
        for slot, what in found
    )
    return (
        Statement(
            f"SELECT slot, what, count(*) AS rows FROM ({rows}) AS f WHERE what IS NOT NULL "
            "GROUP BY slot, what ORDER BY 3 DESC, 1, 2 LIMIT 20",
            lock="ACCESS SHARE",
        ),
    )


def give_back(step: GiveBack) -> tuple[Statement, ...]:
    """Write the old side anew where it is not what the target's rows say; they are locked meanwhile."""
    tree = step.tree
    legacy, target = ident(tree.legacy), table(tree.target)
    where = f" WHERE {_range(f'n.{legacy}', tree.key)}"
    given = [(column, value) for column, value, _ in sql.back(tree, "n")]
    work = [f"SELECT FROM {target} AS n{where} ORDER BY n.{legacy} FOR NO KEY UPDATE"]
    if given:
        assigned = ", ".join(f"{ident(column.name)} = {value}" for column, value in given)
        apart = " OR ".join(sql.distinct(f"s.{ident(column.name)}", value, column) for column, value in given)
        work.append(
            f"UPDATE {table(tree.source)} AS s SET {assigned} FROM {target} AS n{where} "
            f"AND {sql.SOURCE[tree.key]} = n.{legacy} AND ({apart})"
        )
    there = f"SELECT FROM {table(tree.source)} AS s WHERE {sql.SOURCE[tree.key]} = n.{legacy}"
    missing = f"{where} AND NOT EXISTS ({there})"
    work.append(inserted(tree, target, missing))
    for embed in tree.embeds:
        if embed.written:
            # An element with the key of another row's would be refused by the comparison that follows.
            work += [*reconciled(tree, embed, target, where)][:2]
            work += flagged(step.evolution, tree, embed, target, where)
    if tree.settled and sql.own(tree):
        keys = f"ARRAY(SELECT n.{legacy} FROM {target} AS n{where})"
        work.append(settled(tree, keys, tree.both_ways))
    quiet = (
        (Statement("SET LOCAL session_replication_role = 'replica'", Role.SETTING),)
        if step.skip_triggers
        else ()
    )
    return (
        *_walked(tree.target, Column(tree.legacy, tree.key.type), "t"),
        _SETTING,
        *quiet,
        *(_bound(each, lock="ROW EXCLUSIVE", blocks=_ROWS) for each in work),
    )


def take_away(step: TakeAway) -> tuple[Statement, ...]:
    """Delete the source's rows that have no target, and their children."""
    tree = step.tree
    key = sql.SOURCE[tree.key]
    gone = (
        f"(SELECT {key} FROM {table(tree.source)} AS s WHERE {_range(key, tree.key)} AND NOT EXISTS "
        f"(SELECT FROM {table(tree.target)} AS t WHERE t.{ident(tree.legacy)} = {key}))"
    )
    quiet = (
        (Statement("SET LOCAL session_replication_role = 'replica'", Role.SETTING),)
        if step.skip_triggers
        else ()
    )
    return (
        *_walked(tree.source, tree.key, "s"),
        _SETTING,
        *quiet,
        *(_bound(each, lock="ROW EXCLUSIVE", blocks=_ROWS) for each in deleted(tree, gone)),
    )


_SETTING = Statement(
    "SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; "
    f"SET LOCAL search_path = {SAFE_PATH}",
    Role.SETTING,
)


def _restored(tree: TreeLens) -> str:
    """What a column is to be, of which `h.value` was kept: that, where the old side gives what it gave then.
    Where it has moved on, what it knows nothing of still comes back: the order of arrays, an object's other
    fields.
    """
    always = ", ".join(map(literal, (tree.target_key.name, *tree.alone)))
    unmoved = "(to_jsonb(l.image) -> h.key)::text = (p.old -> h.key)::text"
    cases = [f"WHEN {unmoved} OR h.key IN ({always}) THEN h.value"]
    for column in dict.fromkeys(each.column for each in tree.embeds if each.written):
        now, kept = f"(to_jsonb(l.image) -> {literal(column)})", "h.value"
        embeds = [each for each in tree.embeds if each.column == column]
        if embeds[0].field is None:
            if embeds[0].shape is Shape.ARRAY:
                cases.append(f"WHEN h.key = {literal(column)} THEN {_reordered(embeds[0], now, kept)}")
            continue
        fields = ", ".join(
            f"{literal(str(each.field))}, "
            + (
                _reordered(
                    each, f"({now} -> {literal(str(each.field))})", f"({kept} -> {literal(str(each.field))})"
                )
                if each.shape is Shape.ARRAY
                else f"{now} -> {literal(str(each.field))}"
            )
            for each in embeds
        )
        merged = f"CASE jsonb_typeof({kept}) WHEN 'object' THEN {kept} ELSE '{{}}' END"
        cases.append(f"WHEN h.key = {literal(column)} THEN {merged} || jsonb_build_object({fields})")
    return f"CASE {' '.join(cases)} END"


def _reordered(embed: Embed, now: str, kept: str) -> str:
    """The elements that there are now, in the order of those that were kept, the others after them."""
    key = literal(embed.key.name)

    def rows(value: str, name: str) -> str:
        array = f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} END"
        return f"jsonb_array_elements({array}) WITH ORDINALITY AS {name}(v, n)"

    return (
        f"(SELECT coalesce(jsonb_agg(x.v ORDER BY k.n, x.n), '[]') FROM {rows(now, 'x')} "
        f"LEFT JOIN {rows(kept, 'k')} ON k.v -> {key} = x.v -> {key})"
    )


def _held(embeds: Sequence[Embed], column: str) -> list[str]:
    return [sql.held(each, "t") for each in embeds if each.column == column]


def _slot(number: int) -> str:
    return f"slot_{number}"


def _apart(embed: Embed, old: str) -> str:
    """That the target holds other children: in whatever order, and none at all may be said in two ways."""
    new = f"coalesce({sql.held(embed, 't')}, {sql.empty(embed)})"
    if embed.shape is Shape.SINGLE:
        new = f"nullif({sql.held(embed, 't')}, 'null')"
    if embed.shape is not Shape.ARRAY:
        return sql.apart(new, old)

    def sorted_(value: str) -> str:
        array = f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} END"
        return f"(SELECT jsonb_agg(x ORDER BY x::text) FROM jsonb_array_elements({array}) AS x)"

    return f"({sql.apart(new, old)} AND {sql.apart(sorted_(new), sorted_(old))})"


def _named(step: KeepTree) -> str:
    return f"{literal(step.evolution)}, {literal(str(step.tree.target))}, {literal(step.tree.change)}"


def _of(step: KeepTree | RestoreTree) -> str:
    return (
        f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.tree.target))} "
        f"AND c.change = {literal(step.tree.change)}"
    )


def _walked(of: TableName, key: Column, row: str) -> tuple[Statement, ...]:
    """The ends of a table by its key, where a batch ends, and how many rows the last one has."""
    name = f"{row}.{ident(key.name)}"
    source = f"FROM {table(of)} AS {row}"
    there = f"{source} WHERE {name} IS NOT NULL"
    return (
        Statement(f"SELECT {name}::text {there} ORDER BY {name} LIMIT 1", Role.FIRST, "ACCESS SHARE"),
        Statement(f"SELECT {name}::text {there} ORDER BY {name} DESC LIMIT 1", Role.LAST, "ACCESS SHARE"),
        _bound(
            f"SELECT {name}::text {source} WHERE {_range(name, key)} ORDER BY {name} "
            f"OFFSET {parameter('batch')} - 1 LIMIT 2",
            Role.NEXT,
        ),
        _bound(f"SELECT count(*) {source} WHERE {_range(name, key)}", Role.COUNT),
    )


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
            f"(SELECT {key} AS k FROM {table(of)} AS {row} WHERE {_range(key, tree.key)} ORDER BY {key} "
            f"LIMIT {parameter('batch')} + 1)"
        )

    either = f"{some(tree.source, tree.key.name, 's')} UNION {some(tree.target, tree.legacy, 't')}"
    return _bound(
        f"SELECT k::text FROM ({either}) AS e ORDER BY e.k OFFSET {parameter('batch')} - 1 LIMIT 2", Role.NEXT
    )


def _range(name: str, key: Column) -> str:
    return f"{name} >= {parameter('lo_0')}::{key.type} AND {name} <= {parameter('hi_0')}::{key.type}"


def _bound(
    text: str, role: Role = Role.WORK, *, lock: str = "ACCESS SHARE", blocks: str = "nothing"
) -> Statement:
    return Statement(bound(text), role, lock, blocks, bound=True)
