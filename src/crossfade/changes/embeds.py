"""How the rows of a child table are embedded in a row of the target: as a user says it, and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from crossfade import names
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.schema import Column, ForeignKey, Table
from crossfade.tree import Embed, Shape

KEYS = ("smallint", "integer", "bigint", "uuid")


@dataclass(frozen=True)
class _Child:
    """A table whose rows refer to the source, by the column `parent` where several do. Columns that are
    `dropped` land nowhere. Where `optional`, the table may be missing: the column that would show it then
    stays the new application's own.
    """

    table: str
    _: KW_ONLY
    dropped: Sequence[str] = ()
    parent: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Array(_Child):
    """The rows of `table` as an array of objects, in the order of `order_by` and then of their key.

    An element shows every column but the one that refers to the parent, and those that are `dropped`.
    """

    _: KW_ONLY
    order_by: str | Sequence[str] = ()


@dataclass(frozen=True)
class KeyValue(_Child):
    """The rows of `table` as one object: a name and a value for each, from the columns `key` and `value`."""

    key: str
    value: str


@dataclass(frozen=True)
class Single(_Child):
    """The one row of `table` that a parent may have, as an object; null where there is none."""


@dataclass(frozen=True)
class Count(_Child):
    """How many rows of `table` there are; what the new application writes there is not written back."""


Declared = Array | KeyValue | Single | Count


def embedded(declared: Declared, slot: str, target: Table, source: Table, child: Table, place: str) -> Embed:
    """The embed, for a child table that is there. Raises Refused for what the tables do not allow."""
    where = f"{place}, embed {slot!r}"
    column, _, field = slot.partition(".")
    into = target.column(column, where)
    if into.type != "jsonb" and not isinstance(declared, Count):
        raise SchemaMismatch(
            f"{target.name}.{column} is of type {into.type}", place=where, remedy="make it JSONB"
        )
    parent = parent_of(declared, source, child, where)
    key = key_of(child, where)
    shown = _shown(declared, child, parent, where)
    return Embed(
        shape=_SHAPES[type(declared)],
        table=child.name,
        parent=parent,
        key=key,
        column=column,
        field=field or None,
        columns=shown,
        order=_order(declared, child, where),
        entry=(declared.key, declared.value) if isinstance(declared, KeyValue) else ("", ""),
        aggregate="count(*)" if isinstance(declared, Count) else "",
    )


_SHAPES = {Array: Shape.ARRAY, KeyValue: Shape.OBJECT, Single: Shape.SINGLE, Count: Shape.VALUE}


def key_of(table: Table, place: str) -> Column:
    """The table's key, of one column. Raises Unsupported for any other."""
    if table.kind != "table":
        raise Unsupported(
            f"{table.name} is a {table.kind}, whose rows can't be noted by statement",
            place=place,
            remedy="consolidate plain tables",
        )
    if table.row_security:
        raise Unsupported(
            f"{table.name} has row-level security, which a table of other rows can't have from it",
            place=place,
            remedy="consolidate tables without policies",
        )
    found = [table.column(each) for each in table.key]
    if len(found) != 1 or found[0].type not in KEYS:
        told = ", ".join(f"{each.name} {each.type}" for each in found)
        raise Unsupported(
            f"the key of {table.name} is ({told})",
            place=place,
            remedy=f"give it a key of one column, of type {', '.join(KEYS)}",
        )
    if found[0].default is None and not found[0].identity:
        raise SchemaMismatch(
            f"{table.name}.{found[0].name} has no default: rows of the new application would have no key",
            place=place,
            remedy="give it a sequence, or a default",
        )
    return found[0]


def parent_of(declared: Declared, source: Table, child: Table, place: str) -> str:
    """The child's column that refers to the source's key. Raises SchemaMismatch where none does, or a row
    could be nobody's.
    """
    fitting = [each for each in child.foreign_keys if _refers(each, source)]
    if declared.parent is not None:
        fitting = [each for each in fitting if each.columns == (declared.parent,)]
    if len(fitting) != 1:
        found = ", ".join(each.columns[0] for each in fitting) or "none"
        raise SchemaMismatch(
            f"{child.name} must have one foreign key to {source.name}({', '.join(source.key)}), "
            f"and has: {found}",
            place=place,
            remedy="name its column in parent=, or add the foreign key first",
        )
    column = child.column(fitting[0].columns[0])
    if column.nullable or not fitting[0].valid:
        why = "may be NULL" if column.nullable else "has a foreign key that is not validated"
        raise SchemaMismatch(
            f"{child.name}.{column.name} {why}: such a row would be in no {source.name.name}",
            place=place,
            remedy="make it NOT NULL first" if column.nullable else "validate it first",
        )
    if not any(each.columns[:1] == (column.name,) and each.predicate is None for each in child.indexes):
        raise SchemaMismatch(
            f"no index of {child.name} begins with {column.name}: each write would read the whole table",
            place=place,
            remedy=f"CREATE INDEX CONCURRENTLY ON {child.name} ({column.name}) first",
        )
    return column.name


def _refers(key: ForeignKey, source: Table) -> bool:
    return key.target == source.name and key.target_columns == source.key and len(key.columns) == 1


def _order(declared: Declared, child: Table, place: str) -> tuple[str, ...]:
    if not isinstance(declared, Array):
        return ()
    given = (declared.order_by,) if isinstance(declared.order_by, str) else tuple(declared.order_by)
    return tuple(child.column(each, place).name for each in given)


def _shown(declared: Declared, child: Table, parent: str, place: str) -> tuple[Column, ...]:
    for each in declared.dropped:
        child.column(each, place)
    gone = {parent, *declared.dropped}
    if isinstance(declared, Count):
        return ()
    if isinstance(declared, KeyValue):
        columns = tuple(child.column(each, place) for each in (declared.key, declared.value))
        _demand_unique(child, {parent, declared.key}, place)
        if columns[0].nullable:
            raise SchemaMismatch(
                f"{child.name}.{columns[0].name} may be NULL, and an object's name may not",
                place=place,
                remedy="make it NOT NULL first",
            )
    else:
        columns = tuple(each for each in child.columns if each.name not in gone)
        if isinstance(declared, Single):
            _demand_unique(child, {parent}, place)
    for column in columns:
        if column.generated is not None:
            raise Unsupported(
                f"{child.name}.{column.name} is generated: an element can't write it",
                place=place,
                remedy="name it in dropped=",
            )
    if child.key[0] in declared.dropped and not isinstance(declared, KeyValue):
        raise EvolutionError(
            f"{child.key[0]} tells the elements of {declared.table} apart",
            place=place,
            remedy="leave it out of dropped=",
        )
    return columns


def _demand_unique(child: Table, columns: set[str], place: str) -> None:
    for each in child.indexes:
        if each.unique and each.whole and set(each.columns) == columns:
            return
    raise SchemaMismatch(
        f"{child.name} may have several rows of one ({', '.join(sorted(columns))})",
        place=place,
        remedy="give it a unique index over these columns first, or embed it as an Array",
    )


def unlanded(child: Table, declared: Sequence[Declared], embeds: Sequence[Embed]) -> list[str]:
    """The child's columns that no embed shows, nor names as dropped."""
    gone = {each.parent for each in embeds} | {name for each in declared for name in each.dropped}
    shown = {column.name for each in embeds for column in each.columns}
    return [each.name for each in child.columns if each.name not in gone | shown]


def in_words(embed: Embed) -> str:
    """What becomes of a child table, for people."""
    kind = {
        Shape.ARRAY: "an array",
        Shape.OBJECT: "an object",
        Shape.SINGLE: "an object",
        Shape.VALUE: "a count",
    }[embed.shape]
    return f"{names.written(embed.table.name)} becomes {kind} in {embed.slot}"
