"""Rows that must exist in the new version, made once, however often it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from crossfade import names
from crossfade.changes.change import Parts
from crossfade.errors import EvolutionError
from crossfade.schema import Schema
from crossfade.steps import SeedRows as SeedRowsStep

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # JSON's escape of it, and no escaped backslash before a u

_BYTES = "_crossfade_bytes"
_PLAINER = frozenset({"mariadb", "mysql"})


@dataclass(frozen=True)
class SeedRows:
    """The rows `rows`, in the shape of the new version, exist in `table`; `key` tells them apart.

        before   roles(id, name)       (1, 'admin')
        after    roles(id, name)       (1, 'admin'), (2, 'guest')     rows=[{"name": "guest"}]

    A row whose key is there already is left as it is. A rollback takes back the seeded rows that
    the application has neither changed nor referred to, and keeps them, so that the next start
    brings back the same rows with the same keys.
    """

    table: str
    key: str | Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"SeedRows {self.table}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """No other table."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """None: seeding claims no column."""
        return ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The key's columns."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)

    def __post_init__(self) -> None:
        if not self.keys:
            raise EvolutionError(
                "no key is given", place=self.title, remedy="name the column that tells rows apart"
            )
        seen = set()
        for number, row in enumerate(self.rows, 1):
            for column in self.keys:
                if row.get(column) is None:
                    raise EvolutionError(
                        f"row {number} has no value for the key column {column!r}",
                        place=self.title,
                        remedy="give every row its key",
                    )
            identity = as_json({column: row[column] for column in self.keys}, self.title)
            if identity in seen:
                raise EvolutionError(
                    f"row {number} has the key of an earlier one: {identity}",
                    place=self.title,
                    remedy="give each row a key of its own",
                )
            seen.add(identity)
            as_json(row, self.title)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts. The plan checks the rows' columns, which other changes may add."""
        table = schema.table(self.table, self.title)
        return Parts(
            start=(
                SeedRowsStep(
                    evolution,
                    table.name,
                    names.namespace(table.name.schema, evolution),
                    self.keys,
                    tuple(as_json(row, self.title, schema.database) for row in self.rows),
                    (),
                    tuple((key.table, key.columns, key.target_columns) for key in table.referenced_by),
                ),
            )
        )


def as_json(row: Mapping[str, Any], place: str, database: str = "") -> str:
    """The row as JSON, as the database reads it. Raises EvolutionError for what JSON can't hold."""
    plain = partial(_plain, database=database)
    try:
        text = json.dumps(dict(row), ensure_ascii=False, sort_keys=True, default=plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        why = (
            error if isinstance(error, TypeError) else f"no JSON holds NaN, an infinity or a circle: {row!r}"
        )
        raise EvolutionError(
            f"a row can't be seeded: {why}",
            place=place,
            remedy="give text, numbers, booleans, times, bytes, None, or lists and dicts of them for JSON",
        ) from error
    if _NUL.search(text):
        raise EvolutionError(
            f"a row can't be seeded: it holds a NUL character: {text}",
            place=place,
            remedy="leave the NUL out",
        )
    return text


def _plain(value: object, *, database: str) -> Any:
    """What JSON has no word for, in the database's: some know neither bytes nor a time zone."""
    if isinstance(value, bytes):
        return {_BYTES: value.hex()} if database in _PLAINER else "\\x" + value.hex()
    if isinstance(value, datetime) and value.tzinfo is not None and database in _PLAINER:
        value = value.astimezone(UTC).replace(tzinfo=None)  # as the server keeps it, told in UTC
    if hasattr(value, "isoformat") or type(value).__name__ in {"UUID", "Decimal"}:
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__} can't be seeded: {value!r}")
