"""Trees as SQL: what a source's row is in the target, and what a target's row is to the source.

Everything here is executed under `values.SAFE_PATH`, in UTC: what JSON holds of a time does not depend on who
wrote it. The aliases are `s` for a row of the source, `t` of the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crossfade import names
from crossfade.dialects.postgresql import tree_slots as slots
from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table, typed
from crossfade.expressions import ValueMap
from crossfade.lens import Assignment
from crossfade.schema import Column, TableName
from crossfade.tree import Embed, Reference, TreeLens

SOURCE = values.Row("s", safe=True)
# Everything is found by its key, or its place. A session's plan is of the first time, when a table may have
# been empty, and is kept while it grows.
BY_KEY = "SET enable_seqscan = off"


def settings(plan: str = "force_generic_plan") -> str:
    """What a routine of ours sets. Its statements are few and long, and find their rows by key: planning them
    anew at each call would cost more than they do.
    """
    return (
        f"SET search_path = {values.SAFE_PATH} SET timezone = 'UTC' SET datestyle = 'ISO, YMD' "
        "SET intervalstyle = postgres SET bytea_output = hex SET extra_float_digits = 1 "
        f"SET plan_cache_mode = {plan} SET jit = off"
    )


def body(text: str) -> str:
    """The body of a routine in PL/pgSQL, quoted. Where there are columns, a name is a column's; a variable
    is written `own.name` there.
    """
    own = "<<own>>\n" if text.startswith("DECLARE") else ""
    return dollar_quoted(f"#variable_conflict use_column\n{own}{text}")


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
    of = made or (lambda embed: slots.children(embed, SOURCE[tree.key]))
    for column in dict.fromkeys(each.column for each in tree.embeds):
        given[column] = _embedded(tree, column, of)
    return [(each, given[each.name]) for each in tree.target_columns if each.name in given]


def referred(reference: Reference) -> str:
    """The target's key that a source's row refers to."""
    return (
        f"(SELECT r.{ident(reference.key)} FROM {table(reference.table)} AS r "
        f"WHERE r.{ident(reference.legacy)} = {SOURCE[reference.source]})"
    )


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
