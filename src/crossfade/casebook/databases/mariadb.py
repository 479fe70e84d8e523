"""MariaDB, as the harness speaks to it. A schema, the namespace and the journal are databases there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from crossfade import connect_args, names
from crossfade.casebook.databases.database import PLACE, Drop
from crossfade.dialects.mariadb.quoting import ident, journal
from crossfade.testing import embedded_mariadb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

    from crossfade.casebook.databases.database import Embedded
    from crossfade.casebook.extents import Extent, Seeds

__all__ = ["MariaDB"]

THERE = {
    "table": "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :name",
    "schema": "information_schema.SCHEMATA WHERE SCHEMA_NAME = :name",
}


class MariaDB:
    """See `Database`."""

    name = "mariadb"
    title = "MariaDB"
    passes_over = False

    def embedded(self) -> AbstractContextManager[Embedded]:
        """A private server for a block."""
        return embedded_mariadb()

    def spoken(self, url: URL) -> URL:
        """Through PyMySQL."""
        return url.set(drivername=f"{url.get_backend_name()}+pymysql")

    def asynchronous(self, url: URL, arguments: Mapping[str, Any]) -> tuple[URL, dict[str, Any]]:
        """Through aiomysql, which calls a database `db`."""
        named = {"db" if name == "database" else name: value for name, value in arguments.items()}
        return url.set(drivername=f"{url.get_backend_name()}+aiomysql"), named

    def namespace(self, evolution: str, schema: str) -> dict[str, Any]:
        """Another database."""
        return connect_args(evolution, driver="pymysql", database=schema)

    def limits(self, seconds: int, application: str) -> Sequence[str]:
        """Statements for a new connection."""
        return (f"SET SESSION max_statement_time = {seconds}, innodb_lock_wait_timeout = {seconds}",)

    def version(self, connection: Connection) -> str:
        """Without the packager's own words."""
        return f"mariadb {str(connection.scalar(text('SELECT VERSION()'))).split('-')[0]}"

    def schema(self, connection: Connection) -> str:
        """The database."""
        return str(connection.scalar(text("SELECT DATABASE()")))

    def journal(self, schema: str) -> str:
        """A database beside."""
        return journal(schema)

    def exists(self, connection: Connection, kind: str, name: str) -> bool:
        """Whether there is one, in the database. The cases have no types and no functions here."""
        if kind not in THERE:
            return False
        return bool(connection.scalar(text(f"SELECT count(*) FROM {THERE[kind]}"), {"name": name}))

    def retired(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        evolution: str,
    ) -> Sequence[str]:
        """Tables that a walk has renamed."""
        every = ", ".join(ident(names.retired(name, evolution)) for name in tables)
        return ("SET SESSION lock_wait_timeout = 10", f"DROP TABLE IF EXISTS {every}")

    def drops(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        types: Sequence[str],
        evolution: str,
    ) -> Sequence[Drop]:
        """The namespace first, whose views are of the tables; with a table go its triggers."""
        namespace = names.namespace(schema, evolution)
        return (
            Drop("database", namespace, f"DROP DATABASE IF EXISTS {ident(namespace)}"),
            *(Drop("table", name, f"DROP TABLE IF EXISTS {ident(name)}") for name in tables),
        )

    def drop_journal(self, schema: str) -> Drop:
        """A database."""
        name = journal(schema)
        return Drop("database", name, f"DROP DATABASE IF EXISTS {ident(name)}")

    def snapshot(self, connection: Connection) -> Connection:
        """One snapshot for all statements, and times in UTC."""
        connection.exec_driver_sql("SET SESSION max_statement_time = 0, time_zone = '+00:00'")
        connection.rollback()  # so that nothing has been read yet
        return connection.execution_options(isolation_level="REPEATABLE READ")

    def lines(self, extent: Extent, *, clocks: bool) -> str:
        """JSON's escapes keep tabs and ends of lines out of the key and the values; owners have none.

        Columns of several character sets and collations stand beside each other: their bytes are taken.
        """
        left_out = () if clocks else extent.clock
        quoted = ", ".join(f"BINARY QUOTE({ident(name)})" for name in extent.columns if name not in left_out)
        key = ", ".join(f"CONVERT({ident(name)} USING utf8mb4)" for name in extent.key)
        shown = ", ".join(f"'{name}', {ident(name)}" for name in extent.shown if name not in left_out)
        owner = f"COALESCE(CONVERT(({extent.owner}) USING utf8mb4), '')"
        told = f"MD5(CONCAT_WS(',', {quoted})), JSON_OBJECT({shown})"
        placed = f"SELECT *, JSON_QUOTE(CONCAT_WS('/', {key})) AS {PLACE} FROM {ident(extent.table)}"
        line = f"CONCAT_WS(CHAR(9), {PLACE}, {owner}, {told})"
        return f"SELECT {line} FROM ({placed}) AS placed ORDER BY BINARY {PLACE}"

    def seeded(self, seeds: Seeds) -> str:
        """By the texts of the key."""
        key = ", ".join(f"CONVERT({ident(column)} USING utf8mb4)" for column in seeds.key)
        owner = f"CONVERT(({seeds.owner}) USING utf8mb4)"
        return f"SELECT {key}, {owner} FROM {ident(seeds.table)} WHERE ({key}) IN :values"

    def may_silence_triggers(self, engine: Engine) -> bool:
        """The cases' clocks are `ON UPDATE CURRENT_TIMESTAMP` here, and no triggers."""
        return True
