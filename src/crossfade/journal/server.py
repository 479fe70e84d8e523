"""What the journal says in a database's own words: the clock, its JSON, and how its history is guarded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, Text, TypeDecorator, literal
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from crossfade.names import JOURNAL

DOCUMENT = JSON().with_variant(postgresql.JSONB(), "postgresql")
_MARIADB = ("mariadb", "mysql")


def key(length: int) -> Text:
    """Text that can be part of a key: `length` characters at the most, where the database wants to know."""
    return Text().with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), *_MARIADB)


class Moment(TypeDecorator[datetime]):
    """A point in time; in UTC, where the database knows no time zones."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), *_MARIADB)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Clock(FunctionElement[Any]):
    """The time at this very moment, not the one at which the transaction began."""

    type = DateTime(timezone=True)
    inherit_cache = True


class Begun(FunctionElement[Any]):
    """The time at which the transaction, or where there is no such word the statement, began."""

    type = DateTime(timezone=True)
    inherit_cache = True


class Later(FunctionElement[Any]):
    """The clock's time in so many seconds."""

    type = DateTime(timezone=True)
    inherit_cache = True

    def __init__(self, seconds: float) -> None:
        super().__init__(literal(float(seconds)))


@compiles(Begun, "postgresql")
def _begun(_element: Begun, _compiler: SQLCompiler, **_: Any) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(Begun, "mysql", "mariadb")
@compiles(Clock, "mysql", "mariadb")
def _statement(_element: FunctionElement[Any], _compiler: SQLCompiler, **_: Any) -> str:
    return "CURRENT_TIMESTAMP(6)"


@compiles(Later, "mysql", "mariadb")
def _later_by(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    return f"CURRENT_TIMESTAMP(6) + INTERVAL {compiler.process(element.clauses, **options)} SECOND"


@compiles(Clock, "postgresql")
def _clock(_element: Clock, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(Later, "postgresql")
def _later(element: Later, compiler: SQLCompiler, **options: Any) -> str:
    return f"clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)})"


@dataclass(frozen=True)
class Server:
    """`schema` is where the journal is; `readable` tells whether the role may read it; `create` makes the
    schema; `lock` lets one at a time install it; `hold` keeps others from entering anything until the
    transaction ends, and `unlock` lets them install again, where that does not end with it; `guard` makes the
    history append-only.
    """

    schema: str
    readable: str
    create: str
    lock: str
    hold: str
    unlock: str
    guard: tuple[str, ...]


_POSTGRESQL = Server(
    schema=JOURNAL,
    create=f"CREATE SCHEMA IF NOT EXISTS {JOURNAL}",
    hold="SELECT 1",
    unlock="SELECT 1",
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


def _mariadb(schema: str) -> Server:
    quoted = "`" + schema.replace("`", "``") + "`"
    named = "'" + schema.replace("\\", "\\\\").replace("'", "''") + "'"
    refused = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the history of Crossfade is append-only'"
    return Server(
        schema=schema,
        readable="SELECT 1",  # what the role may not read, it does not see
        create=f"CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        lock=f"SELECT GET_LOCK({named}, 60)",
        hold=f"SELECT version FROM {quoted}.meta FOR UPDATE",
        unlock=f"SELECT RELEASE_LOCK({named})",
        guard=tuple(
            f"CREATE TRIGGER IF NOT EXISTS {quoted}.append_only_{event.lower()} BEFORE {event} "
            f"ON {quoted}.event FOR EACH ROW {refused}"
            for event in ("UPDATE", "DELETE")
        ),
    )


def server(connection: Connection) -> Server:
    """The words of the database at the other end."""
    if connection.dialect.name == "postgresql":
        return _POSTGRESQL
    elsewhere = connection.get_execution_options().get("schema_translate_map") or {}
    return _mariadb(elsewhere[JOURNAL])
