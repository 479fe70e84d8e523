"""The rows of a lookup table that a user gives: what tells them apart, what they hold, how they are made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossfade.changes.seed_rows import as_json
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import Held, LookupKey
from crossfade.schema import Column, Table
from crossfade.steps import CountLookups, SeedLookup

Row = Mapping[str, Any]


def match(
    lookup: Table, rows: Sequence[Row], given: str | Sequence[str] | None, place: str
) -> tuple[str, ...]:
    """The columns that tell the rows apart: those `given`, those of a unique index, or all.

    Raises SchemaMismatch for a column that the lookup does not have, EvolutionError where a row has no
    value for one that tells.
    """
    for row in rows:
        for column in row:
            if lookup.column(column, place).generated is not None:
                raise SchemaMismatch(
                    f"a row gives {lookup.name}.{column}, which the database generates",
                    place=place,
                    remedy="leave it out",
                )
    shared = {column for column in rows[0] if all(column in row for row in rows)}
    if given is not None:
        columns = (given,) if isinstance(given, str) else tuple(given)
    else:
        unique = [
            each.columns
            for each in lookup.indexes
            if each.unique
            and each.predicate is None
            and not each.expressions
            and shared.issuperset(each.columns)
        ]
        columns = min(unique, key=len, default=tuple(sorted(shared)))
    for number, row in enumerate(rows, 1):
        absent = [each for each in columns if row.get(each) is None]
        if absent or not columns:
            raise EvolutionError(
                f"row {number} has no value for {', '.join(absent) or 'any column'}, which tells rows apart",
                place=place,
                remedy="give every row its values, or name in match= the columns that tell them apart",
            )
    return columns


def held(row: Row, columns: Sequence[str], place: str) -> Held:
    """What a row holds in `columns`, as text."""
    return tuple((each, as_text(row[each], place)) for each in columns)


def as_text(value: object, place: str) -> str | None:
    """The value as the database reads it from text. Raises EvolutionError for one that tells no row."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | bytes):
        raise EvolutionError(
            f"{value!r} can't tell rows of a lookup apart", place=place, remedy="name other columns in match="
        )
    return str(value)


def seed(
    lookup: Table,
    key: Column,
    rows: Sequence[Row],
    columns: Sequence[str],
    evolution: str,
    place: str,
    database: str,
) -> SeedLookup:
    """The step that makes the rows which are not there, each once."""
    every: dict[tuple[object, ...], Row] = {}
    for row in rows:
        every.setdefault(held(row, columns, place), row)
    return SeedLookup(
        evolution,
        lookup.name,
        tuple(columns),
        tuple(
            as_json(_with_key(lookup, key, row, columns, place), place, database) for row in every.values()
        ),
        tuple(each.name for each in lookup.columns if each.generated is None),
        tuple((each.table, each.columns, each.target_columns) for each in lookup.referenced_by),
        lookup.key,
    )


def asked(
    forward: LookupKey, lookup: Table, key: Column, rows: Sequence[Row], place: str
) -> Iterator[CountLookups]:
    """Whether each value has one row of the lookup, or its row can be made."""
    others = (("any other value", forward.otherwise),) if forward.otherwise else ()
    yield CountLookups(place, lookup.name, (*forward.rows, *others), _missing(lookup, key, rows))


def _missing(lookup: Table, key: Column, rows: Sequence[Row]) -> tuple[str, ...]:
    """Columns without which a row can't be made, that some row does not give."""
    return tuple(
        each.name
        for each in lookup.columns
        if not each.nullable
        and each.default is None
        and each.generated is None
        and not each.identity
        and not (each.name == key.name and _is_uuid(each))
        and any(row.get(each.name) is None for row in rows)
    )


def _with_key(lookup: Table, key: Column, row: Row, columns: Sequence[str], place: str) -> Row:
    """The row with a key of its own where the database gives none: the same one whenever it is made."""
    if key.name in row or key.default is not None or key.identity or not _is_uuid(key):
        return row
    told = json.dumps([str(lookup.name), held(row, columns, place)])
    return {**row, key.name: str(uuid.uuid5(uuid.NAMESPACE_OID, told))}


def _is_uuid(column: Column) -> bool:
    return column.type.lower() == "uuid"
