"""The shortest way into an array: one child more, which belongs behind all the others.

A transaction whose first statement inserts one child, and no more, has what the array is to show of it wait
for the commit in a table of ours, with the deferred trigger. If nothing else has been noted by then, the
element goes behind the others without a lock before it, and without a look at them: `array || element` is
right whatever version of the row it meets, because a row that somebody else has just written is looked at
again, with the condition. Where the child does not belong behind the last one, or there is no target yet, no
row is written, and the long way is taken (`tree_pulls`).
"""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import tree_values as sql
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.triggers import function
from crossfade.dialects.postgresql.values import SAFE_PATH
from crossfade.schema import Column, TableName
from crossfade.steps import InstallTrees
from crossfade.tree import Embed, Shape, TreeLens

_KEYS = frozenset({"smallint", "integer", "bigint", "uuid"})
_MOMENTS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
# Of any other type a session's settings may say how a value reads in JSON.
_PLAIN = _KEYS | _MOMENTS | {"boolean", "text", "character varying", "numeric", "json", "jsonb"}


def waiting(evolution: str, of: TableName) -> str:
    """The qualified name of the table in which one child waits for the commit."""
    return function("waiting", evolution, of)


def append(evolution: str, of: TableName) -> str:
    """The qualified name of the function of its deferred trigger."""
    return function("append", evolution, of)


def appended(step: InstallTrees) -> Iterator[tuple[TreeLens, Embed]]:
    """The arrays whose children may be appended."""
    for tree in step.trees:
        for of in tree.tables:
            embed = array(tree, of)
            if embed is not None:
                yield tree, embed


def array(tree: TreeLens, of: TableName) -> Embed | None:
    """The array that a child in `of` may be appended to: all that it is in the target, and sorted by what
    reads the same in JSON as in the table.
    """
    embeds = tree.embedded(of) if of != tree.source else ()
    if len(embeds) != 1 or embeds[0].shape is not Shape.ARRAY or embeds[0].field is not None:
        return None
    (embed,) = embeds
    sorted_by = all(each.type in _KEYS | _MOMENTS for each in _order(embed))
    return embed if sorted_by and embed.key.type in _KEYS and tree.key.type in _KEYS else None


def settings(embed: Embed) -> str:
    """What a routine sets that makes an element: as little as it can, a setting is a microsecond."""
    types = {each.type.partition("(")[0] for each in embed.columns}
    if types - _PLAIN:
        return sql.settings()
    zone = " SET timezone = 'UTC'" if "timestamp with time zone" in types else ""
    return f"SET search_path = {SAFE_PATH}{zone}"


def room(evolution: str, tree: TreeLens, embed: Embed) -> str:
    """The statement that makes the table."""
    sorted_by = "".join(f"behind{at} {each.type}, " for at, each in enumerate(_order(embed)))
    columns = f"parent {tree.key.type}, {sorted_by}element jsonb, noted text"
    return f"CREATE UNLOGGED TABLE {waiting(evolution, embed.table)} ({columns})"


def alone(evolution: str, embed: Embed, noted: str, number: int) -> str:
    """The lines that have the one row of `new_rows` wait, with the variable `place`, where nothing is noted
    yet; none of several rows. `number` is the table's in a note.
    """
    room_, parent = waiting(evolution, embed.table), f"c.{ident(embed.parent)}"
    sorted_by = "".join(f"c.{ident(each.name)}, " for each in _order(embed))
    # The trigger may not be deferred: it is noted before the row is there.
    note = f"set_config({noted}, {literal(f'{number}:')} || {parent} || ',', true)"
    return (
        f"    IF noted = '' THEN\n"
        f"      INSERT INTO {room_} SELECT {parent}, {sorted_by}{slots.element_of(embed)}, {note} "
        f"FROM new_rows AS c WHERE NOT EXISTS (SELECT FROM new_rows OFFSET 1) "
        f"RETURNING ctid INTO place;\n"
        f"      IF FOUND THEN\n        DELETE FROM {room_} WHERE ctid = place;\n"
        f"        RETURN NULL;\n      END IF;\n    END IF;\n"
    )


def work_off(tree: TreeLens, embed: Embed) -> str:
    """The statement that appends the child that waits, or writes no row."""
    held = f"t.{ident(embed.column)}"
    order = [*enumerate(_order(embed))]
    last = ", ".join(f"({held} -> -1 ->> {literal(each.name)})::{each.type}" for _, each in order)
    this = ", ".join(f"NEW.behind{at}" for at, _ in order)
    return (
        f"UPDATE {table(tree.target)} AS t SET {ident(embed.column)} = {held} || NEW.element "
        f"WHERE t.{ident(tree.legacy)} = NEW.parent AND ({held} = '[]' OR ROW({last}) < ROW({this}))"
    )


def _order(embed: Embed) -> list[Column]:
    by_name = {each.name: each for each in embed.columns}
    return [by_name[each] for each in dict.fromkeys((*embed.order, embed.key.name))]
