"""Slots as SQL: what a column of the target, or a field of it, holds of the children, and says of each.

Everything here is executed as what `tree_values` gives is. The aliases are `c` for a row of a child, `e` for
an element, which is `e.v`, and `r` for what it says, by columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.schema import Column
from crossfade.tree import Embed, Shape

_ARGUMENTS = 48  # pairs that one jsonb_build_object takes, with room to spare: a call has 100 arguments
_EMPTY = {Shape.ARRAY: "'[]'::jsonb", Shape.OBJECT: "'{}'::jsonb", Shape.SINGLE: "NULL::jsonb"}


def children(embed: Embed, parent: str, *, kept: str = "") -> str:
    """What the children of the source's row with the key `parent` are; `kept` is an array whose order stays,
    with what it does not have at its end.
    """
    source, first = f"{table(embed.table)} AS c", ""
    if kept and embed.shape is Shape.ARRAY:
        place = f"(p.v ->> {literal(embed.key.name)})::{embed.key.type} = c.{ident(embed.key.name)}"
        source += f" LEFT JOIN jsonb_array_elements({kept}) WITH ORDINALITY AS p(v, n) ON {place}"
        first = "p.n, "
    where = f"WHERE c.{ident(embed.parent)} = {parent}"
    if embed.shape is Shape.SINGLE:
        return f"(SELECT {element_of(embed)} FROM {source} {where})"
    made = aggregate(embed, first)
    if embed.shape is not Shape.VALUE:
        made = f"coalesce({made}, {empty(embed).removesuffix('::jsonb')})"
    return f"(SELECT {made} FROM {source} {where})"


def aggregate(embed: Embed, first: str = "") -> str:
    """The aggregate that makes the children of one parent what they are in the target, over `c`; sorted by
    `first` before all else. NULL where there are none, but for a VALUE.
    """
    match embed.shape:
        case Shape.ARRAY:
            order = ", ".join(f"c.{ident(each)}" for each in (*embed.order, embed.key.name))
            return f"jsonb_agg({element_of(embed)} ORDER BY {first}{order})"
        case Shape.OBJECT:
            name, value = (f"c.{ident(each)}" for each in embed.entry)
            return f"jsonb_object_agg({name}, {value})"
        case Shape.SINGLE:
            return f"(array_agg({element_of(embed)}))[1]"
        case Shape.VALUE:
            return embed.aggregate


def element_of(embed: Embed, row: str = "c") -> str:
    """The object that shows a child. Of a JSON column that may be NULL, NULL is no field at all: JSON has a
    null of its own.
    """
    always = [each for each in embed.columns if not _may_be_absent(each)]
    absent = [each for each in embed.columns if _may_be_absent(each)]

    def made(some: Sequence[Column]) -> str:
        given = (f"{literal(each.name)}, {row}.{ident(each.name)}" for each in some)
        return f"jsonb_build_object({', '.join(given)})"

    if len(absent) == 1 and len(always) < _ARGUMENTS:  # to put two objects together costs as much as they do
        is_absent = f"{row}.{ident(absent[0].name)} IS NULL"
        return f"CASE WHEN {is_absent} THEN {made(always)} ELSE {made([*always, *absent])} END"
    parts = [made(always[at : at + _ARGUMENTS]) for at in range(0, len(always), _ARGUMENTS)]
    parts += [
        f"CASE WHEN {row}.{ident(each.name)} IS NULL THEN '{{}}' ELSE {made([each])} END" for each in absent
    ]
    return " || ".join(parts)


def empty(embed: Embed) -> str:
    """What the children are where there are none."""
    return _EMPTY.get(embed.shape) or f"(SELECT {embed.aggregate} FROM {table(embed.table)} AS c WHERE false)"


def held(embed: Embed, row: str) -> str:
    """What the target's row holds of the children."""
    column = f"{row}.{ident(embed.column)}"
    return column if embed.field is None else f"({column} -> {literal(embed.field)})"


def set_to(embed: Embed, value: str, given: str) -> str:
    """What the column is to be, so that it holds this of the children; `given` is what it is."""
    if embed.field is None:
        return value
    if embed.shape is Shape.SINGLE:
        value = f"coalesce({value}, 'null')"
    elif embed.shape is Shape.VALUE:
        value = f"to_jsonb({value})"
    return f"jsonb_set({given}, ARRAY[{literal(embed.field)}], {value})"


def assigned(embeds: Sequence[Embed], value: Callable[[Embed], str], row: str) -> dict[str, str]:
    """What each column of the target is to be, so that the slots of `embeds` hold their values."""
    columns: dict[str, str] = {}
    for each in embeds:
        given = columns.get(each.column, f"coalesce({row}.{ident(each.column)}, '{{}}')")
        columns[each.column] = set_to(each, value(each), given)
    return columns


def elements(embed: Embed, value: str) -> str:
    """The FROM of a query over the elements of `value`: `e.v` is each, `r` what it says, by columns."""
    if embed.shape is Shape.OBJECT:
        return listed(embed, value, "e")
    known = ", ".join(f"{ident(each.name)} {each.type}" for each in embed.columns if not _is_json(each))
    return (
        f"jsonb_array_elements({_array(embed, value)}) WITH ORDINALITY AS e(v, n) "
        f"CROSS JOIN LATERAL jsonb_to_record(e.v) AS r({known})"
    )


def listed(embed: Embed, value: str, name: str) -> str:
    """A FROM item over the elements of `value`: `v` is each, and of an object `k` its name."""
    if embed.shape is Shape.OBJECT:
        return f"jsonb_each(CASE jsonb_typeof({value}) WHEN 'object' THEN {value} END) AS {name}(k, v)"
    return f"jsonb_array_elements({_array(embed, value)}) AS {name}(v)"


def name_of(embed: Embed, element: str) -> str:
    """What tells an element of `listed` from the row's others: the child's key, or an entry's name."""
    if embed.shape is Shape.OBJECT:
        name = next(each for each in embed.columns if each.name == embed.entry[0])
        return f"{element}.k::{name.type}"
    return f"({element}.v ->> {literal(embed.key.name)})::{embed.key.type}"


def said(embed: Embed) -> list[tuple[Column, str]]:
    """Each column of a child, and what an element says of it."""
    if embed.shape is Shape.OBJECT:
        by_name = {each.name: each for each in embed.columns}
        name, value = (by_name[each] for each in embed.entry)
        given = f"(e.v #>> '{{}}')::{value.type}"
        if _is_json(value):
            given = "nullif(e.v, 'null')" if value.nullable else "e.v"
            given = f"({given})::json" if value.type == "json" else given
        return [(name, f"e.k::{name.type}"), (value, given)]
    return [(each, _field(each)) for each in embed.columns]


def out_of_order(embed: Embed, value: str) -> str:
    """The condition that an array is not in the order of the old side."""
    order = ", ".join(f"r.{ident(each)}" for each in (*embed.order, embed.key.name))
    return (
        "EXISTS (SELECT FROM (SELECT e.n AS stands, "
        f"row_number() OVER (ORDER BY {order}) AS belongs FROM {elements(embed, value)}) AS o "
        "WHERE o.stands <> o.belongs)"
    )


def _array(embed: Embed, value: str) -> str:
    """The value as an array of elements, NULL where it is none."""
    if embed.shape is Shape.SINGLE:
        return f"CASE jsonb_typeof({value}) WHEN 'object' THEN jsonb_build_array({value}) END"
    return f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} END"


def _field(column: Column) -> str:
    if not _is_json(column):
        return f"r.{ident(column.name)}"
    given = f"e.v -> {literal(column.name)}"
    return f"({given})::json" if column.type == "json" else f"({given})"


def _is_json(column: Column) -> bool:
    return column.type in {"json", "jsonb"}


def _may_be_absent(column: Column) -> bool:
    return _is_json(column) and column.nullable
