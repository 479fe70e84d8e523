"""The complement of a tree: what the target holds and the old side does not say, kept and brought back.

It is kept by column, as text: what JSON would confuse (NULL and its own null, numbers that read differently)
stays apart.
"""

from __future__ import annotations

from crossfade.dialects.postgresql import complement
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql import tree_walks as walks
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.tree_children import flagged
from crossfade.expressions import default_of, is_literal
from crossfade.schema import Column
from crossfade.steps import KeepTree, RestoreTree, Role, Statement
from crossfade.tree import Embed, Shape, TreeLens


def keep(step: KeepTree) -> tuple[Statement, ...]:
    """Write what the target holds, and the old side would not give it again, to the journal: by column, with
    what the old side gives at this moment.
    """
    tree = step.tree
    key = sql.SOURCE[tree.key]
    rows, columns = apart(tree)
    work = (
        f"INSERT INTO {complement.PLACE} AS c "
        "(evolution, table_name, change, row_key, old_values, new_values, state) "
        f"SELECT {_named(step)}, {sql.row_key(key)}, d.old, d.new, 'kept' "
        f"FROM {rows} CROSS JOIN LATERAL (SELECT jsonb_object_agg(v.name, v.was) AS old, "
        f"jsonb_object_agg(v.name, v.now) AS new FROM {columns}) AS d "
        f"WHERE {walks.between(key, tree.key)} AND d.new IS NOT NULL "
        # What an earlier rollback kept, and an interrupted start has not brought back yet, stays.
        "ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING"
    )
    before = f"DELETE FROM {complement.PLACE} AS c WHERE {_of(step)} AND c.state <> 'kept'"
    return (
        Statement(before, Role.BEFORE),
        *walks.walk(tree.source, tree.key, "s", [walks.sql(work)]),
    )


def apart(tree: TreeLens) -> tuple[str, str]:
    """Rows of the source (s) with those of the target (t); and of such a pair, the columns (v) of which the
    source would not give what the target holds: what it `was` and is `now`.
    """
    given = sql.whole(tree, sql.born_key(tree))
    said = ", ".join(f"{value} AS {ident(each.name)}" for each, value in given)
    pairs = [_pair(each, f"f.{ident(each.name)}") for each, _ in given]
    pairs += [_pair(each, default(each)) for each in tree.target_columns if each.name in tree.alone]
    rows = (
        f"{table(tree.source)} AS s JOIN {table(tree.target)} AS t "
        f"ON t.{ident(tree.legacy)} = {sql.SOURCE[tree.key]} CROSS JOIN LATERAL (SELECT {said}) AS f"
    )
    return rows, f"(VALUES {', '.join(pairs)}) AS v(name, was, now) WHERE v.was IS DISTINCT FROM v.now"


def restore(step: RestoreTree) -> tuple[Statement, ...]:
    """Bring kept values back, by column."""
    tree = step.tree
    target, legacy = table(tree.target), ident(tree.legacy)
    assigned = ", ".join(f"{ident(each.name)} = {_restored(tree, each)}" for each in tree.target_columns)
    arrays = [each for each in tree.embeds if each.shape is Shape.ARRAY]
    flags = "".join(
        f"flag{number} AS ({flagged(step.evolution, tree, each, 'n')}), "
        for number, each in enumerate(arrays)
    )
    work = (
        f"WITH {complement.picked(_of(step))}, "
        "locked AS MATERIALIZED (SELECT t.*, "
        "p.row_key AS kept_key, p.old_values AS kept_old, p.new_values AS kept_new "
        f"FROM {target} AS t JOIN picked AS p ON t.{legacy} = (p.row_key::jsonb ->> 0)::{tree.key.type} "
        f"ORDER BY t.{legacy} FOR NO KEY UPDATE OF t), "
        f"n AS (UPDATE {target} AS t SET {assigned} FROM locked AS l WHERE t.{legacy} = l.{legacy} "
        "RETURNING t.*, l.kept_key), "
        f"{flags}"
        f"told AS ({complement.settled('n', 'kept_key')}) SELECT state FROM told"
    )
    return (complement.upcoming([_of(step)]), walks.QUIETLY, walks.write(work))


def _pair(column: Column, was: str) -> str:
    return f"({literal(column.name)}, ({was})::text, t.{ident(column.name)}::text)"


def default(column: Column) -> str:
    """What a row of the old side has in a column that it knows nothing of; what differs at each call is
    nothing to go by.
    """
    given = default_of(column, "postgresql")
    constant = column.default is not None and not given.volatile and is_literal(given)
    return f"({column.default})::{column.type}" if constant else f"NULL::{column.type}"


def _restored(tree: TreeLens, column: Column) -> str:
    """What a column is to be: what was kept of it, where the old side gives what it gave then. Where it has
    moved on, what it knows nothing of still comes back: the order of arrays, an object's other fields.
    """
    name = literal(column.name)
    now, kept = f"l.{ident(column.name)}", f"(l.kept_new ->> {name})::{column.type}"
    cases = [f"WHEN NOT l.kept_new ? {name} THEN {now}"]
    if column.name not in (tree.target_key.name, *tree.alone):
        cases.append(
            f"WHEN {now}::text IS DISTINCT FROM l.kept_old ->> {name} THEN {_moved(tree, column, now, kept)}"
        )
    return f"CASE {' '.join(cases)} ELSE {kept} END"


def _moved(tree: TreeLens, column: Column, now: str, kept: str) -> str:
    embeds = [each for each in tree.embeds if each.column == column.name and each.written]
    if not embeds:
        return now
    if embeds[0].field is None:
        return _reordered(embeds[0], now, kept) if embeds[0].shape is Shape.ARRAY else now
    fields = []
    for each in embeds:
        field = literal(str(each.field))
        value = f"({now} -> {field})"
        if each.shape is Shape.ARRAY:
            value = _reordered(each, value, f"({kept} -> {field})")
        fields.append(f"{field}, {value}")
    others = f"CASE jsonb_typeof({kept}) WHEN 'object' THEN {kept} ELSE '{{}}' END"
    return f"{others} || jsonb_build_object({', '.join(fields)})"


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


def _named(step: KeepTree) -> str:
    return f"{literal(step.evolution)}, {literal(str(step.tree.target))}, {literal(step.tree.change)}"


def _of(step: KeepTree | RestoreTree) -> str:
    return (
        f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.tree.target))} "
        f"AND c.change = {literal(step.tree.change)}"
    )
