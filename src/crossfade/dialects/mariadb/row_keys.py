"""Keys of rows as the journal holds them: texts that are part of a key there, and have a greatest length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from crossfade.dialects.mariadb import ranges, texts
from crossfade.dialects.mariadb.quoting import table
from crossfade.dialects.mariadb.texts import Kind
from crossfade.errors import Refused, SchemaMismatch, Unsupported
from crossfade.schema import Column, TableName
from crossfade.steps import Cascade, ClearLateOrphans, ClearOrphans, InstallCascade, RestoreComplement, Step

LONGEST = 380
"""Characters of a key in the journal, as a JSON array."""

_ESCAPED = 6  # a control character is \u0001
_SHORT = 70  # characters of a number, a moment, an address
_MANY = 10**6
_KEEPING = (RestoreComplement, ClearOrphans, ClearLateOrphans)
_REMEDY = "give the table a shorter key first"


def objection(connection: Connection, walks: Iterable[Sequence[Step]]) -> Refused | None:
    """Why the journal could not hold the key of a row that a walk makes it hold; None where it could."""
    asked: dict[TableName, Sequence[Column]] = {}
    for step in (step for steps in walks for step in steps):
        if isinstance(step, InstallCascade):
            if (error := _noted(step.cascade)) is not None:
                return error
        elif isinstance(step, _KEEPING):
            asked[step.table] = step.key if isinstance(step, RestoreComplement) else step.row_key
    return next((error for of, key in asked.items() if (error := _held(connection, of, key))), None)


def longest(key: Iterable[Column], *, escaped: int = 1) -> int:
    """How many characters a key may have in the journal by its types, each of which may be `escaped`."""
    return sum(_longest(each, escaped) + len('"", ') for each in key)  # the last one's comma: the brackets


def _noted(cascade: Cascade) -> Refused | None:
    """The error for a key that an application's own statement could not note: it would fail."""
    for of, key in ((cascade.child, cascade.child_key), (cascade.parent, (cascade.key,))):
        if longest(key) > LONGEST:
            return Unsupported(
                f"{_named(of, key)} may be of more than {LONGEST} characters, as a JSON array: which rows "
                "were deleted along could not be noted",
                place=f"table {of}",
                remedy=f"{_REMEDY}, or leave soft_delete= out",
            )
    return None


def _held(connection: Connection, of: TableName, key: Sequence[Column]) -> Refused | None:
    """The error for rows that have a longer one: none is looked for where no key can be."""
    if longest(key, escaped=_ESCAPED) <= LONGEST:
        return None
    query = (
        f"SELECT COUNT(*) FROM {table(of)} AS {ranges.ROW} "
        f"WHERE CHAR_LENGTH(JSON_ARRAY({ranges.shown(key)})) > {LONGEST}"
    )
    found = connection.exec_driver_sql(query, execution_options={"no_parameters": True}).scalar_one()
    if not found:
        return None
    rows = "a row has" if found == 1 else f"{found} rows have"
    return SchemaMismatch(
        f"{rows} a key of more than {LONGEST} characters, as a JSON array: {_named(of, key)}; a rollback "
        "could not keep what the new version holds there",
        place=f"table {of}",
        remedy=_REMEDY,
    )


def _named(of: TableName, key: Iterable[Column]) -> str:
    return f"the key of {of} ({', '.join(f'{each.name} {each.type}' for each in key)})"


def _longest(column: Column, escaped: int) -> int:
    of = texts.kind(column.type)
    if of is Kind.ENUM:
        return max(map(len, texts.labels(column.type)), default=0) * escaped
    if of not in {Kind.TEXT, Kind.BYTES}:
        return _SHORT
    length = re.search(r"\((\d+)\)", column.type)
    whole = 1 if texts.first_word(column.type) in {"char", "binary"} else _MANY
    return (int(length[1]) if length else whole) * (escaped if of is Kind.TEXT else 2)
