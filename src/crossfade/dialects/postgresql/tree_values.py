"""Trees as SQL: what a source's row and its children are in the target, and what a target's row is to them.

Everything here is executed under `values.SAFE_PATH`, in UTC: what JSON holds of a time does not depend on who
wrote it. The aliases are `s` for a row of the source, `c` of a child, `t` of the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crossfade import names
from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table, typed
from crossfade.expressions import ValueMap
from crossfade.lens import Assignment
from crossfade.schema import Column, TableName
from crossfade.tree import Embed, Reference, Shape, TreeLens

SOURCE = values.Row("s", safe=True)
TARGET = values.Row("t", safe=True)
_ARGUMENTS = 48  # pairs that one jsonb_build_object takes, with room to spare: a call has 100 arguments
_EMPTY = {Shape.ARRAY: "'[]'::jsonb", Shape.OBJECT: "'{}'::jsonb", Shape.SINGLE: "NULL::jsonb"}


def settings(plan: str = "force_generic_plan") -> str:
    """What a routine of ours sets. Its statements are few and long, and find their rows by key: planning them
    anew at each call would cost more than they do.
    """
    return (
        f"SET search_path = {values.SAFE_PATH} SET timezone = 'UTC' SET datestyle = 'ISO, YMD' "
        "SET intervalstyle = postgres SET bytea_output = hex SET extra_float_digits = 1 "
        f"SET plan_cache_mode = {plan} SET jit = off"
    )


def journal(name: str) -> str:
    """The qualified name of something of Crossfade's own."""
    return f"{names.JOURNAL}.{ident(name)}"


def reordered(evolution: str) -> str:
    """The table of arrays whose order is the new side's own."""
    return journal(f"reordered_{names.tag(evolution)}")


def distinct(one: str, other: str, column: Column) -> str:
    """The condition that two values of a column's type differ, NULL being a value like others."""
    return f"{comparable(column, one)} IS DISTINCT FROM {comparable(column, other)}"


def comparable(column: Column, sql: str) -> str:
    """The value as something that has an equality under the safe path, and is equal only where it reads the
    same: 1.0 and 1.00 are equal numbers.
    """
    plain = values.built_in(column) and not column.type.lower().startswith("numeric")
    return sql if plain and column.enum is None else f"({sql})::text"


def apart(one: str, other: str) -> str:
    """The condition that two JSON values do not read the same."""
    return f"({one})::text IS DISTINCT FROM ({other})::text"


def next_key(of: TableName, key: Column) -> str:
    """A key that no row has yet, as the database gives it."""
    if key.default is not None:
        return key.default
    return f"nextval(pg_get_serial_sequence({literal(table(of))}, {literal(key.name)}))"


def born_key(tree: TreeLens, evolution: str | None = None) -> str:
    """The target's key of a source's row: the one that an earlier rollback of `evolution` kept, or else made
    of the source's key.
    """
    made = f"{journal('legacy_uuid')}({literal(f'{tree.source}:')} || {SOURCE[tree.key]})"
    if evolution is None:
        return made
    kept = (
        f"(SELECT (k.new_values ->> {literal(tree.target_key.name)})::uuid FROM {journal('complement')} AS k "
        f"WHERE k.evolution = {literal(evolution)} AND k.table_name = {literal(str(tree.target))} "
        f"AND k.change = {literal(tree.change)} AND k.row_key = {row_key(SOURCE[tree.key])})"
    )
    return f"coalesce({kept}, {made})"


def row_key(key: str) -> str:
    """The key as the journal has it."""
    return f"jsonb_build_array({key}::text)::text"


def own(tree: TreeLens, columns: Iterable[str] | None = None) -> list[tuple[Column, str]]:
    """Each target column that the source's row alone gives, and what it gives; of `columns` only."""
    known = tuple(each.name for each in tree.columns)
    by_name = {each.name: each for each in tree.target_columns}
    given = [
        (by_name[each.column], _stored(by_name[each.column], each, known))
        for each in tree.forward
        if columns is None or each.column in columns
    ]
    return given + [
        (by_name[each.column], referred(each))
        for each in tree.references
        if columns is None or each.column in columns
    ]


def whole(tree: TreeLens, key: str, made: Callable[[Embed], str] | None = None) -> list[tuple[Column, str]]:
    """The target columns that a source's row gives, but the legacy one: `key` is what gives the target's,
    `made` what gives the children. The others have their default.
    """
    given = {column.name: sql for column, sql in own(tree)}
    given[tree.target_key.name] = key
    of = made or (lambda embed: children(embed, SOURCE[tree.key]))
    for column in dict.fromkeys(each.column for each in tree.embeds):
        given[column] = _embedded(tree, column, of)
    return [(each, given[each.name]) for each in tree.target_columns if each.name in given]


def referred(reference: Reference) -> str:
    """The target's key that a source's row refers to."""
    return (
        f"(SELECT r.{ident(reference.key)} FROM {table(reference.table)} AS r "
        f"WHERE r.{ident(reference.legacy)} = {SOURCE[reference.source]})"
    )


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
    parts = [
        f"jsonb_build_object({', '.join(f'{literal(each.name)}, {row}.{ident(each.name)}' for each in some)})"
        for some in (always[at : at + _ARGUMENTS] for at in range(0, len(always), _ARGUMENTS))
    ]
    parts += [
        f"CASE WHEN {row}.{ident(each.name)} IS NULL THEN '{{}}' "
        f"ELSE jsonb_build_object({literal(each.name)}, {row}.{ident(each.name)}) END"
        for each in embed.columns
        if _may_be_absent(each)
    ]
    return " || ".join(parts)


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


def empty(embed: Embed) -> str:
    """What the children are where there are none."""
    return _EMPTY.get(embed.shape) or f"(SELECT {embed.aggregate} FROM {table(embed.table)} AS c WHERE false)"


def back(tree: TreeLens, row: str) -> list[tuple[Column, str, frozenset[str]]]:
    """Each source column that the target's row determines, what it says, and the target columns read."""
    of_target = values.Row(row, safe=True)
    known = tuple(each.name for each in tree.target_columns)
    by_name = {each.name: each for each in tree.columns}
    given = [
        (by_name[each.column], values.value(each.value, of_target, known), each.value.reads)
        for each in tree.backward
    ]
    return given + [
        (by_name[each.source], _referring(each, row), frozenset({each.column})) for each in tree.references
    ]


def closed(tree: TreeLens, row: str) -> list[tuple[str, str]]:
    """(column, condition) of what the old side has no value for."""
    found = []
    for each in tree.backward:
        value = each.value
        if isinstance(value, ValueMap) and value.pairs and value.otherwise is None:
            known = ", ".join(typed(one, value.source) for one in value.known)
            found.append((value.column, f"{row}.{ident(value.column)} NOT IN ({known})"))
    return found


def _referring(reference: Reference, row: str) -> str:
    """The source's key that a row of the target refers to."""
    return (
        f"(SELECT r.{ident(reference.legacy)} FROM {table(reference.table)} AS r "
        f"WHERE r.{ident(reference.key)} = {row}.{ident(reference.column)})"
    )


def _stored(column: Column, each: Assignment, known: Sequence[str]) -> str:
    return f"({values.value(each.value, SOURCE, known)})::{column.type}"


def _embedded(tree: TreeLens, column: str, made: Callable[[Embed], str]) -> str:
    found = [each for each in tree.embeds if each.column == column]
    if found[0].field is None:
        return made(found[0])
    pairs = ", ".join(f"{literal(str(each.field))}, {made(each)}" for each in found)
    return f"jsonb_build_object({pairs})"


def _array(embed: Embed, value: str) -> str:
    """The value as an array of elements, NULL where it is none."""
    if embed.shape is Shape.SINGLE:
        return f"CASE jsonb_typeof({value}) WHEN 'object' THEN jsonb_build_array({value}) END"
    return f"CASE jsonb_typeof({value}) WHEN 'array' THEN {value} END"


def body(text: str) -> str:
    """The body of a routine in PL/pgSQL, quoted. Where there are columns, a name is a column's; a variable
    is written `own.name` there.
    """
    own = "<<own>>\n" if text.startswith("DECLARE") else ""
    return dollar_quoted(f"#variable_conflict use_column\n{own}{text}")


def _field(column: Column) -> str:
    if not _is_json(column):
        return f"r.{ident(column.name)}"
    given = f"e.v -> {literal(column.name)}"
    return f"({given})::json" if column.type == "json" else f"({given})"


def _is_json(column: Column) -> bool:
    return column.type in {"json", "jsonb"}


def _may_be_absent(column: Column) -> bool:
    return _is_json(column) and column.nullable
