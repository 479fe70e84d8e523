"""The way back from a completed evolution: the old side is brought up to date, by ranges, while the new one
is written.

TieTarget walks the target's key, GiveBack the legacy key, TakeAway the source's.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql import tree_walks as walks
from crossfade.dialects.postgresql.quoting import ident, literal, parameter, table
from crossfade.dialects.postgresql.tree_children import deleted, flagged, inserted, reconciled, unflagged
from crossfade.dialects.postgresql.tree_forms import normal, objection
from crossfade.dialects.postgresql.tree_pulls import settled
from crossfade.dialects.postgresql.tree_writes import lines
from crossfade.dialects.postgresql.triggers import function
from crossfade.schema import Column
from crossfade.steps import CountStray, GiveBack, InstallTrees, Statement, TakeAway, TieTarget
from crossfade.tree import Embed, Shape, TreeLens


def tie(step: TieTarget) -> tuple[Statement, ...]:
    """Give a legacy key to the rows that have none, and all the form that the old side can hold; they are
    locked meanwhile.
    """
    tree = step.tree
    target, key, legacy = table(tree.target), ident(tree.target_key.name), ident(tree.legacy)
    where = f"WHERE {walks.between(f't.{key}', tree.target_key)}"
    written = [each for each in tree.embeds if each.written]
    made = slots.assigned(written, lambda each: normal(each, "t"), "t")
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
    locked = f"SELECT FROM {target} AS t {where} ORDER BY t.{key} FOR NO KEY UPDATE"
    changed = (
        f"UPDATE {target} AS t SET {assigned} FROM (SELECT t.{key} AS told_key, "
        f"{', '.join((tied, *told))} FROM {target} AS t {where}) AS f "
        f"WHERE t.{key} = f.told_key AND ({apart})"
    )
    return walks.walk(tree.target, tree.target_key, "t", [walks.write(locked), walks.write(changed)])


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
    rows = rows or "SELECT NULL AS slot, NULL AS what"
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
    legacy = f"n.{ident(tree.legacy)}"
    locked = (
        f"SELECT FROM {table(tree.target)} AS n WHERE {walks.between(legacy, tree.key)} "
        f"ORDER BY {legacy} FOR NO KEY UPDATE"
    )
    work = [walks.write(locked), walks.write(_called(give(step.evolution, tree), tree))]
    by = Column(tree.legacy, tree.key.type)
    return walks.walk(tree.target, by, "t", work, unheard=step.skip_triggers)


def take_away(step: TakeAway) -> tuple[Statement, ...]:
    """Delete the source's rows that have no target, and their children."""
    tree = step.tree
    work = [walks.write(_called(take(step.evolution, tree), tree))]
    return walks.walk(tree.source, tree.key, "s", work, unheard=step.skip_triggers)


def give(evolution: str, tree: TreeLens) -> str:
    """The qualified name of the routine that gives a range of the old side back."""
    return function("give", evolution, tree.target)


def take(evolution: str, tree: TreeLens) -> str:
    """The qualified name of the routine that takes a range of the old side away."""
    return function("take", evolution, tree.target)


def of_give(step: InstallTrees, tree: TreeLens) -> str:
    """The routine that gives a range of the old side back: what is apart is looked for once."""
    legacy, target, key = ident(tree.legacy), table(tree.target), sql.SOURCE[tree.key]
    where = f" WHERE n.{legacy} BETWEEN $1 AND $2"
    work = []
    given = [(column, value) for column, value, _ in sql.back(tree, "n")]
    if given:
        assigned = ", ".join(f"{ident(column.name)} = {value}" for column, value in given)
        apart = " OR ".join(sql.distinct(f"s.{ident(column.name)}", value, column) for column, value in given)
        work.append(
            f"UPDATE {table(tree.source)} AS s SET {assigned} FROM {target} AS n{where} "
            f"AND {key} = n.{legacy} AND ({apart})"
        )
    there = f"SELECT FROM {table(tree.source)} AS s WHERE {key} = n.{legacy}"
    work.append(inserted(tree, target, f"{where} AND NOT EXISTS ({there})"))
    for embed in tree.embeds:
        if embed.written:
            apart = sql.apart(slots.held(embed, "n"), slots.children(embed, f"n.{legacy}"))
            work.append(f"keys := ARRAY(SELECT n.{legacy} FROM {target} AS n{where} AND {apart})")
            shown = f"n.{legacy}, n.{ident(embed.column)}"
            rows = f"(SELECT {shown} FROM {target} AS n WHERE n.{legacy} = ANY (own.keys))"
            found = []
            if embed.shape is Shape.ARRAY:
                found = [each(step.evolution, tree, embed, rows) for each in (unflagged, flagged)]
            # An element with the key of another row's would be refused by the comparison that follows.
            found += reconciled(tree, embed, rows)
            work.append(f"IF cardinality(keys) > 0 THEN\n{lines(step, found, '    ')}  END IF")
    if tree.settled and sql.own(tree):
        keys = f"ARRAY(SELECT n.{legacy} FROM {target} AS n{where})"
        work.append(settled(tree, keys, tree.both_ways))
    body = f"DECLARE\n  keys {tree.key.type}[];\nBEGIN\n{lines(step, work, '  ')}END"
    return _routine(give(step.evolution, tree), tree, body)


def of_take(step: InstallTrees, tree: TreeLens) -> str:
    """The routine that takes a range of the old side away."""
    key = sql.SOURCE[tree.key]
    there = f"SELECT FROM {table(tree.target)} AS t WHERE t.{ident(tree.legacy)} = {key}"
    gone = (
        f"SELECT {key} FROM {table(tree.source)} AS s WHERE {key} BETWEEN $1 AND $2 AND NOT EXISTS ({there})"
    )
    work = lines(step, deleted(tree, "(SELECT unnest(own.keys))"), "    ")
    body = (
        f"DECLARE\n  keys {tree.key.type}[] := ARRAY({gone});\n"
        f"BEGIN\n  IF cardinality(keys) > 0 THEN\n{work}  END IF;\nEND"
    )
    return _routine(take(step.evolution, tree), tree, body)


def _routine(name: str, tree: TreeLens, body: str) -> str:
    """A routine of a range, with the rights of whoever calls it. Each range is planned for itself, and finds
    its rows by index: a two-hundredth of a table, as any range is taken for, and a hundred elements, as any
    array is, would have all of the table read for each range.
    """
    by_index = f"{sql.BY_KEY} SET enable_hashjoin = off SET enable_mergejoin = off"
    return (
        f"CREATE FUNCTION {name}(lo {tree.key.type}, hi {tree.key.type}) RETURNS void LANGUAGE plpgsql "
        f"{sql.settings(plan='force_custom_plan')} {by_index} AS {sql.body(body)}"
    )


def _called(name: str, tree: TreeLens) -> str:
    ends = ", ".join(f"{parameter(f'{end}_0')}::{tree.key.type}" for end in ("lo", "hi"))
    return f"SELECT {name}({ends})"


def _held(embeds: Sequence[Embed], column: str) -> list[str]:
    return [slots.held(each, "t") for each in embeds if each.column == column]
