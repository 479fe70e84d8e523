"""MariaDB, 10.6 and newer; MySQL 8 by what its manual says, untested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from crossfade import names
from crossfade.dialects.dialect import Held, Lack, Load
from crossfade.dialects.mariadb import (
    binary_log,
    brief,
    faults,
    gate,
    row_keys,
    scripts,
    standing,
    tried_indexes,
    troubleshooting,
    watching,
)
from crossfade.dialects.mariadb.ddl import Renderer
from crossfade.dialects.mariadb.hindrances import hindrance
from crossfade.dialects.mariadb.objections import objection
from crossfade.dialects.mariadb.reflection import reflect
from crossfade.dialects.mariadb.rendering import Server
from crossfade.errors import Refused, Unsupported, UsageError
from crossfade.schema import Draft, Redefinition, Schema, StandIn, Table, TableName
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, AskStanding, Stage, Statement, Step

OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0)}

# Values travel as text and must read the same in every session; a write that does not fit must fail.
_SETTINGS = {
    "sql_mode": "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "time_zone": "'+00:00'",
    "lock_wait_timeout": "1",
    "innodb_lock_wait_timeout": "1",
}
_NO_LOCK = frozenset({1205, 1969, 3024})
_COPIES = frozenset({1845, 1846})  # ALGORITHM or LOCK is not supported for this operation
_PASSING = {
    1205: "a lock was not to be had in time",
    1969: "a lock was not to be had in time",
    3024: "a lock was not to be had in time",
    1213: "a deadlock was broken",
    1799: "more was written meanwhile than an online build takes",
    1020: "another transaction came first",
}


class MariaDB:
    """A MariaDB server, or MySQL's, as Crossfade uses it."""

    transactions = "information_schema.INNODB_TRX and PROCESSLIST"

    def __init__(self, engine: Engine, server: Server, shown: str, lock_timeout_ms: int) -> None:
        self.engine = engine
        self.server = shown
        self._server = server
        self._lock_timeout = lock_timeout_ms / 1000
        self._renderer = Renderer(server, lock_timeout_ms)

    @classmethod
    def connect(cls, url: URL, lock_timeout_ms: int) -> MariaDB:
        """The server at `url`. Raises Unsupported for one that is too old, UsageError without a database."""
        database = url.database
        if not database:
            raise UsageError(
                "the database's URL names no database",
                place="--database",
                remedy="write it as mariadb://user@host:3306/database",
            )
        if url.drivername in {"mariadb", "mysql"}:
            url = url.set(drivername=f"{url.drivername}+pymysql")
        url = url.update_query_dict({"charset": "utf8mb4"})
        if "unix_socket" in url.query and not any(each.startswith("ssl") for each in url.query):
            # Nobody listens there; the driver would read the system's certificates for each connection.
            url = url.update_query_dict({"ssl_disabled": "true"})
        engine = create_engine(url, pool_size=4, isolation_level="READ COMMITTED")
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _hear_everything)
        with engine.connect() as connection:
            told = connection.execute(text("SELECT VERSION(), @@collation_database")).one()
        shown, collation = map(str, told)
        version = tuple(map(int, re.findall(r"\d+", shown)[:2]))
        mysql = "mariadb" not in shown.lower()
        product = "MySQL" if mysql else "MariaDB"
        oldest = OLDEST[product]
        if version < oldest:
            engine.dispose()
            raise Unsupported(
                f"{product} {shown} is not supported",
                place="server",
                remedy=f"upgrade to {product} {'.'.join(map(str, oldest))} or newer",
            )
        server = Server(version, database, mysql, collation=collation)
        engine = engine.execution_options(schema_translate_map={names.JOURNAL: server.journal})
        return cls(engine, server, f"{product.lower()} {shown.split('-')[0]}", lock_timeout_ms)

    @staticmethod
    def demanded(evolution: str, states: Sequence[str]) -> str:
        """A statement that fails unless the evolution is in one of these states."""
        return scripts.demanded(evolution, states)

    def reflect(self, connection: Connection, tables: Iterable[str], drafts: Sequence[Draft] = ()) -> Schema:
        """The schema around the tables, as a user writes their names; functions have one version here."""
        return reflect(connection, tables, self._server)

    def redefinitions(
        self,
        connection: Connection,
        schema: Schema,
        evolution: str,
        drafts: Sequence[Draft],
        stand_ins: Sequence[StandIn],
    ) -> tuple[Redefinition, ...]:
        """None: each change refuses itself here."""
        return ()

    def opening(
        self, tables: Sequence[TableName] = (), raised: Sequence[TableName] = ()
    ) -> tuple[Statement, ...]:
        """What each transaction that takes locks begins with; `tables` are those that it locks for long
        enough to be in anybody's way.
        """
        return self._renderer.opening(tables)

    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        return self._renderer.render(step)

    def switch(self, view: TableName, shown: Statement, stages: Sequence[Stage]) -> str | None:
        """Execute the stages while statements that name `view` wait; then it is as `shown`.

        Why it could not begin, which may pass; None once it is done.
        """
        return gate.switch(self.engine, view, shown, stages, self._lock_timeout)

    def objection(
        self, connection: Connection, step: AskExpression | AskForeignKey | AskIndex
    ) -> Refused | None:
        """Why the server would not take what is asked for; None where it would."""
        return objection(connection, step, self._server)

    def hindrance(
        self, connection: Connection, walks: Sequence[Sequence[Step]], tables: Sequence[Table]
    ) -> Refused | None:
        """Why the server could not go through with the walks, as its settings and the tables are; None where
        it can. Raises Refused for a step that it has no statement for.
        """
        return (
            binary_log.objection(connection)
            or hindrance(connection, walks, tables, self._server)
            or row_keys.objection(connection, walks)
            or tried_indexes.of_walks(self.engine, walks, tables, self._server)
        )

    def lacking(self, connection: Connection, step: AskStanding) -> tuple[Lack, ...]:
        """What of all that `step` asks for does not stand, or is not used."""
        return standing.lacking(connection, step, self._server)

    def load(self, connection: Connection) -> Load:
        """How the server is, now."""
        return watching.load(connection)

    def blocker(self, error: DBAPIError, tables: Sequence[str]) -> str | None:
        """The oldest transaction that holds a lock on one of the tables, where `error` is about a lock."""
        if faults.number(error) not in _NO_LOCK:
            return None
        with suppress(DBAPIError), self.engine.connect() as connection:
            return watching.oldest(connection, tables)
        return None

    def sessions(self, connection: Connection, namespaces: Sequence[str]) -> int:
        """How many other sessions have one of the namespaces for their database, as far as it can be seen."""
        return watching.sessions(connection, namespaces)

    def held(self, connection: Connection, tables: Sequence[str]) -> Held | None:
        """The oldest transaction of another session that holds a lock on one of the tables, right now."""
        return watching.held(connection, tables)

    def troubleshooting(self, evolution: str, tables: Sequence[TableName]) -> tuple[tuple[str, str], ...]:
        """Queries that change nothing and tell where an evolution hangs: each its title and its SQL."""
        return troubleshooting.queries(evolution, tables, self._server.journal)

    def copying(self) -> MariaDB:
        """The same database, where a statement may copy a table or keep its writers waiting."""
        allowing = replace(self._server, allow_copy=True)
        return MariaDB(self.engine, allowing, self.server, round(self._lock_timeout * 1000))

    def remedy(self, error: DBAPIError) -> str | None:
        """What to do where the server would copy a table, or keep writers waiting."""
        if faults.number(error) not in _COPIES:
            return None
        return (
            "the server can't do this without copying the table or keeping its writers waiting: roll back, "
            "then start again with --allow-copy, where that may be"
        )

    def had_at_once(self, connection: Connection, statement: Statement) -> bool:
        """Whether a brief change of metadata was executed without queueing."""
        return not self._server.mysql and brief.had_at_once(connection, statement)

    def passing(self, error: DBAPIError) -> str | None:
        """Why `error` may pass when the work is tried again, or None where it will not."""
        return _PASSING.get(faults.number(error))


def _set_up(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION " + ", ".join(f"{key} = {value}" for key, value in _SETTINGS.items()))


def _hear_everything(connection: Connection) -> None:
    """A transaction begins with the sync on, and of no version: variables outlive a transaction."""
    connection.exec_driver_sql("SET @crossfade_sync = NULL, @crossfade_version = NULL")
