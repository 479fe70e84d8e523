"""SQLAlchemy's column types and defaults, said in the database's own words."""

from __future__ import annotations

import re
from typing import Any, cast

from sqlalchemy import Column, String
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.schema import DefaultClause
from sqlalchemy.types import TypeEngine

from crossfade.errors import EvolutionError
from crossfade.schema import Schema

# A parameter style of its own, because the usual one would double every % in a literal.
_STYLE: dict[str, Any] = {"paramstyle": "named"}


def _mariadb(*, uuids: bool) -> Dialect:
    dialect: Dialect = MariaDBDialect(**_STYLE)
    dialect.supports_native_uuid = uuids
    return dialect


# For each database, from which version on; the newest first.
_DIALECTS: dict[str, tuple[tuple[tuple[int, ...], Dialect], ...]] = {
    "postgresql": (((), postgresql.dialect(**_STYLE)),),  # type: ignore[no-untyped-call]
    "mariadb": (((10, 7), _mariadb(uuids=True)), ((), _mariadb(uuids=False))),
    "mysql": (((), mysql.dialect(**_STYLE)),),
}
_ON_UPDATE = re.compile(r"(.+?)\s+ON\s+UPDATE\s+(\w+(?:\(\d*\))?)", re.IGNORECASE | re.DOTALL)
_UPDATING = frozenset({"mariadb", "mysql"})
_COLLATED = re.compile(r"(.*?) COLLATE (\"(?:[^\"]|\"\")*\"|\w+)", re.DOTALL)


def rendered(type_: TypeEngine[Any], schema: Schema, place: str) -> tuple[str, str | None]:
    """The type's SQL on the database of `schema`, such as `VARCHAR(50)`, and its collation's, or None.

    SQLAlchemy takes the collation for a part of the type; in a CAST it may not stand there.
    """
    try:
        text = str(type_.compile(dialect=dialect_of(schema)))
    except CompileError as error:
        endless = isinstance(type_, String) and type_.length is None
        raise EvolutionError(
            f"{type_!r} has no form on {schema.database}: {error}",
            place=place,
            remedy="give it a length, as in String(50), or use Text()" if endless else "use another type",
        ) from error
    collated = _COLLATED.fullmatch(text)
    return (text, None) if collated is None else (collated[1], collated[2])


def dialect_of(schema: Schema) -> Dialect:
    """SQLAlchemy's dialect for the database of `schema`."""
    return next(dialect for since, dialect in _DIALECTS[schema.database] if schema.version >= since)


def rendered_default(column: Column[Any], schema: Schema, place: str) -> str | None:
    """The SQL of the column's server default, or None."""
    text = _default_text(column, schema, place)
    updated = _updated(text, schema)
    return text if updated is None else updated[1]


def rendered_update(column: Column[Any], schema: Schema, place: str) -> str | None:
    """The SQL of what each update puts into the column, or None: SQLAlchemy says it with the default."""
    updated = _updated(_default_text(column, schema, place), schema)
    return None if updated is None else updated[2]


def _updated(text: str | None, schema: Schema) -> re.Match[str] | None:
    return _ON_UPDATE.fullmatch(text) if text is not None and schema.database in _UPDATING else None


def _default_text(column: Column[Any], schema: Schema, place: str) -> str | None:
    clause = column.server_default
    if clause is None:
        return None
    if not isinstance(clause, DefaultClause):
        raise EvolutionError(
            f"{type(clause).__name__} is not a plain default",
            place=place,
            remedy="give server_default a literal, text() or a function; identity and computed columns "
            "can't be added yet",
        )
    dialect = dialect_of(schema)
    # A compiler for the default alone, of no statement: SQLAlchemy's stubs ask for one.
    compiler: Any = dialect.ddl_compiler(dialect, cast("Any", None))
    text: str | None = compiler.get_column_default_string(column)
    return text
