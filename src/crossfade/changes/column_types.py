"""SQLAlchemy's column types and defaults, said in the database's own words."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.schema import DefaultClause
from sqlalchemy.types import TypeEngine

from crossfade.errors import EvolutionError
from crossfade.schema import Schema

# A parameter style of its own, because the usual one would double every % in a literal.
_DIALECTS: dict[str, Dialect] = {
    "postgresql": postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
}


def rendered(type_: TypeEngine[Any], schema: Schema, place: str) -> tuple[str, str | None]:
    """The type's SQL on the database of `schema`, such as `VARCHAR(50)`, and its collation's, or None.

    SQLAlchemy takes the collation for a part of the type; in a CAST it may not stand there.
    """
    try:
        text = str(type_.compile(dialect=_DIALECTS[schema.database]))
    except CompileError as error:
        raise EvolutionError(f"{type_!r} has no form on {schema.database}: {error}", place=place) from error
    name, _, collation = text.partition(" COLLATE ")
    return name, collation or None


def dialect_of(schema: Schema) -> Dialect:
    """SQLAlchemy's dialect for the database of `schema`."""
    return _DIALECTS[schema.database]


def rendered_default(column: Column[Any], schema: Schema, place: str) -> str | None:
    """The SQL of the column's server default, or None."""
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
    dialect = _DIALECTS[schema.database]
    # A compiler for the default alone, of no statement: SQLAlchemy's stubs ask for one.
    compiler: Any = dialect.ddl_compiler(dialect, cast("Any", None))
    text: str | None = compiler.get_column_default_string(column)
    return text
