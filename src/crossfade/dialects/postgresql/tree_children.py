"""The old side's rows and children as the target's rows say them: made, changed, deleted.

The statements are those of the new side's writes, and of the way back; `n` are rows of the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.tree import Embed, Shape, TreeLens


def inserted(tree: TreeLens, rows: str, where: str = "") -> str:
    """The statement that makes the source's rows of the target's `rows` (n)."""
    given = sql.back(tree, "n")
    columns = ", ".join(ident(name) for name in (tree.key.name, *(each.name for each, _, _ in given)))
    said = ", ".join((f"n.{ident(tree.legacy)}", *(value for _, value, _ in given)))
    return (
        f"INSERT INTO {table(tree.source)} ({columns}) OVERRIDING SYSTEM VALUE SELECT {said} "
        f"FROM {rows} AS n{where} ORDER BY n.{ident(tree.legacy)}"
    )


def reconciled(tree: TreeLens, embed: Embed, rows: str, *, since: bool = False) -> Iterator[str]:
    """The statements that make the children of the target's `rows` (n) what these hold. `since`: only of what
    is not as in `n.before`; no other child is even locked.
    """
    child, parent = table(embed.table), ident(embed.parent)
    legacy = f"n.{ident(tree.legacy)}"
    value = slots.held(embed, "n")
    said = {column.name: given for column, given in slots.said(embed)}
    name = embed.entry[0] if embed.shape is Shape.OBJECT else embed.key.name
    # A fence: the names that stay are gathered once for each row, not anew for each of its children.
    stay = (
        f"SELECT coalesce(array_agg({said[name]}) FILTER (WHERE {said[name]} IS NOT NULL), '{{}}') "
        f"FROM {slots.elements(embed, value)}"
    )
    gone = " WHERE"
    if since:
        before = slots.listed(embed, "n.before", "w")
        gone = f" CROSS JOIN LATERAL {before} WHERE {slots.name_of(embed, 'w')} = c.{ident(name)} AND"
    yield (
        f"DELETE FROM {child} AS c USING (SELECT n.*, ({stay}) AS stay FROM {rows} AS n OFFSET 0) AS n{gone} "
        f"c.{parent} = {legacy} AND c.{ident(name)} <> ALL (n.stay)"
    )
    columns = [each for each, _ in slots.said(embed)]
    rest = [each for each in columns if each.name != name]
    there = f"c.{ident(name)} = {said[name]}"
    if embed.shape is Shape.OBJECT:
        there += f" AND c.{parent} = {legacy}"
    source, which = _elements(embed, rows, since=since)
    if rest:
        assigned = ", ".join(f"{ident(each.name)} = {said[each.name]}" for each in rest)
        apart = " OR ".join(sql.distinct(f"c.{ident(each.name)}", said[each.name], each) for each in rest)
        yield (
            f"UPDATE {child} AS c SET {assigned} FROM {source} WHERE {which} "
            f"AND {there} AND c.{parent} = {legacy} AND ({apart})"
        )
    # What is there is not inserted, not even to be found there: triggers for an insert would fire. Only of an
    # entry may the old side have made another in the meantime.
    conflict = "DO NOTHING"
    if embed.shape is Shape.OBJECT:
        (entry,) = rest
        conflict = f"DO UPDATE SET {ident(entry.name)} = excluded.{ident(entry.name)}"
    target = f"{parent}, {ident(name)}" if embed.shape is Shape.OBJECT else ident(name)
    yield (
        f"INSERT INTO {child} AS c ({parent}, {', '.join(ident(each.name) for each in columns)}) "
        f"OVERRIDING SYSTEM VALUE SELECT {legacy}, {', '.join(said[each.name] for each in columns)} "
        f"FROM {source} WHERE {which} AND NOT EXISTS (SELECT FROM {child} AS c WHERE {there}) "
        f"ORDER BY {legacy}, {said[name]} ON CONFLICT ({target}) {conflict}"
    )


def stolen(tree: TreeLens, embed: Embed, rows: str, *, since: bool) -> Iterator[str]:
    """What refuses an element of the target's `rows` (n) that has the key of another row's."""
    if embed.shape is Shape.OBJECT:
        return
    source, which = _elements(embed, rows, since=since)
    key = embed.key.name
    said = {column.name: given for column, given in slots.said(embed)}[key]
    found = (
        f"SELECT FROM {source} JOIN {table(embed.table)} AS c ON c.{ident(key)} = {said} WHERE {which} "
        f"AND c.{ident(embed.parent)} <> n.{ident(tree.legacy)}"
    )
    fact = f"an element of {tree.target}.{embed.slot} has the {key} of another row's element"
    hint = f"Take it out there first, or leave {key} out."
    yield f"IF EXISTS ({found}) THEN\n{refused(fact, hint)}    END IF"


def _elements(embed: Embed, rows: str, *, since: bool) -> tuple[str, str]:
    """The FROM of a query over the elements of `rows` (n), and which of them are looked at."""
    source = f"{rows} AS n CROSS JOIN LATERAL {slots.elements(embed, slots.held(embed, 'n'))}"
    if not since:
        return source, "true"
    same = "w.v::text = e.v::text"
    if embed.shape is Shape.OBJECT:
        same = f"w.k = e.k AND {same}"
    return f"{source} LEFT JOIN LATERAL {slots.listed(embed, 'n.before', 'w')} ON {same}", "w.v IS NULL"


def unflagged(evolution: str, tree: TreeLens, embed: Embed, rows: str) -> str:
    """The statement that forgets which of the target's `rows` (n) held an array in an order of its own."""
    keys = (
        f"SELECT n.{ident(tree.legacy)}::text FROM {rows} AS n "
        f"WHERE NOT {slots.out_of_order(embed, slots.held(embed, 'n'))}"
    )
    # No join: where only a few rows are noted by now, each would ask for all of `rows` again.
    return (
        f"DELETE FROM {sql.reordered(evolution)} AS o "
        f"WHERE (o.target, o.slot) = ({_place(tree, embed)}) AND o.key = ANY (ARRAY({keys}))"
    )


def flagged(evolution: str, tree: TreeLens, embed: Embed, rows: str) -> str:
    """The statement that notes which of the target's `rows` (n) hold an array in an order of its own."""
    own = slots.out_of_order(embed, slots.held(embed, "n"))
    return (
        f"INSERT INTO {sql.reordered(evolution)} (target, slot, key) "
        f"SELECT {_place(tree, embed)}, n.{ident(tree.legacy)}::text "
        f"FROM {rows} AS n WHERE true AND {own} ON CONFLICT DO NOTHING"
    )


def _place(tree: TreeLens, embed: Embed) -> str:
    return f"{literal(str(tree.target))}, {literal(embed.slot)}"


def forgotten(evolution: str, tree: TreeLens) -> str:
    """The statement that forgets which rows of the target hold arrays in an order of their own."""
    return f"DELETE FROM {sql.reordered(evolution)} AS o WHERE o.target = {literal(str(tree.target))}"


def deleted(tree: TreeLens, keys: str | None, trees: Sequence[TreeLens] = ()) -> Iterator[str]:
    """The statements that delete the source's rows of these keys (None: all), their children, and the rows of
    other `trees` that refer to them.
    """
    for other in trees:
        for each in other.references:
            if each.table == tree.target:
                theirs = f"(SELECT {ident(other.key.name)} FROM {table(other.source)}"
                theirs += f" WHERE {ident(each.source)} IN {keys})" if keys else ")"
                yield from deleted(other, theirs, trees)
    for child, parent in dict.fromkeys((embed.table, embed.parent) for embed in tree.embeds):
        yield f"DELETE FROM {table(child)}" + (f" WHERE {ident(parent)} IN {keys}" if keys else "")
    yield f"DELETE FROM {table(tree.source)}" + (f" WHERE {ident(tree.key.name)} IN {keys}" if keys else "")


def refused(
    fact: str, hint: str, depth: int = 2, what: str | None = None, code: str = "check_violation"
) -> str:
    """The statement that refuses a write; `what` is the SQL of what stands for %s in the fact."""
    pad = "  " * depth
    message = literal(fact) if what is None else f"replace({literal(fact)}, '%s', {what})"
    return (
        f"{pad}RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = {message},\n"
        f"{pad}  HINT = {literal(hint)};\n"
    )
