"""The shortest way into an array: one child more, which belongs behind all the others.

A transaction that has inserted one child and written nothing else needs no lock before it writes, and reads
none of the other children: `array || element` is right whatever version of the row it meets, because a row
that somebody else has just written is looked at again, with the condition. Where the child does not belong
behind the last one, or there is no target yet, no row is written, and the long way is taken.
"""

from __future__ import annotations

from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.schema import Column, TableName
from crossfade.tree import Embed, Shape, TreeLens

_KEYS = frozenset({"smallint", "integer", "bigint", "uuid"})
_MOMENTS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})


def appended(tree: TreeLens, of: TableName) -> Embed | None:
    """The array that a child in `of` may be appended to: all that it is in the target, and sorted by what
    reads the same in JSON as in the table.
    """
    embeds = tree.embedded(of) if of != tree.source else ()
    if len(embeds) != 1 or embeds[0].shape is not Shape.ARRAY or embeds[0].field is not None:
        return None
    (embed,) = embeds
    sorted_by = all(each.type in _KEYS | _MOMENTS for each in _order(embed))
    return embed if sorted_by and embed.key.type in _KEYS and tree.key.type in _KEYS else None


def append(tree: TreeLens, embed: Embed) -> str:
    """The statement that appends the child whose key is in the variable `child` to the array of the row of
    `one`, or writes no row.
    """
    parent, child = f"own.one::{tree.key.type}", f"own.child::{embed.key.type}"
    array = f"t.{ident(embed.column)}"
    key = ident(embed.key.name)
    last = ", ".join(f"({array} -> -1 ->> {literal(each.name)})::{each.type}" for each in _order(embed))
    this = ", ".join(f"c.{ident(each.name)}" for each in _order(embed))
    return (
        f"UPDATE {table(tree.target)} AS t "
        f"SET {ident(embed.column)} = {array} || ({slots.element_of(embed)}) "
        f"FROM {table(embed.table)} AS c WHERE c.{key} = {child} "
        f"AND c.{ident(embed.parent)} = {parent} AND t.{ident(tree.legacy)} = {parent} "
        f"AND ({array} = '[]' OR ROW({last}) < ROW({this}))"
    )


def _order(embed: Embed) -> list[Column]:
    by_name = {each.name: each for each in embed.columns}
    return [by_name[each] for each in dict.fromkeys((*embed.order, embed.key.name))]
