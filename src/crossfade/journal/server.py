"""What the journal says in a database's own words. So far PostgreSQL's: another database adds, here, its
`@compiles` of the clock, its JSON and its `Server`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

DOCUMENT = JSON().with_variant(postgresql.JSONB(), "postgresql")


class Clock(FunctionElement[Any]):
    """The time at this very moment, not the one at which the transaction began."""

    type = DateTime(timezone=True)
    inherit_cache = True


class Later(FunctionElement[Any]):
    """The clock's time in so many seconds."""

    type = DateTime(timezone=True)
    inherit_cache = True

    def __init__(self, seconds: float) -> None:
        super().__init__(literal(float(seconds)))


@compiles(Clock, "postgresql")
def _clock(_element: Clock, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(Later, "postgresql")
def _later(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    return f"clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)})"


@dataclass(frozen=True)
class Server:
    """`readable` tells whether the role may read the journal; `lock` lets one at a time install it, until
    the transaction ends; `guard` makes the history append-only.
    """

    readable: str
    lock: str
    guard: tuple[str, ...]


_POSTGRESQL = Server(
    readable="SELECT CASE WHEN has_schema_privilege('crossfade', 'USAGE') "
    "THEN has_table_privilege('crossfade.meta', 'SELECT') ELSE false END",
    lock="SELECT pg_advisory_xact_lock(hashtext('crossfade journal'))",
    guard=(
        (
            "CREATE FUNCTION crossfade.keep_history() RETURNS trigger LANGUAGE plpgsql "
            "SET search_path = pg_catalog, pg_temp AS "
            "$$BEGIN RAISE EXCEPTION 'the history of Crossfade is append-only'; END$$"
        ),
        (
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON crossfade.event "
            "FOR EACH STATEMENT EXECUTE FUNCTION crossfade.keep_history()"
        ),
    ),
)

_SERVERS = {"postgresql": _POSTGRESQL}


def server(connection: Connection) -> Server:
    """The words of the database at the other end."""
    return _SERVERS[connection.dialect.name]
