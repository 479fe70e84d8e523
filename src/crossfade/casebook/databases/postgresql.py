"""PostgreSQL, as the harness speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from crossfade import connect_args, names
from crossfade.casebook.databases.database import PLACE, Drop
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.testing import embedded_postgresql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

    from crossfade.casebook.databases.database import Embedded
    from crossfade.casebook.extents import Extent, Seeds

__all__ = ["PostgreSQL"]

DRIVER = "postgresql+psycopg"
OF_OWNERS = """DO $$ DECLARE space text; BEGIN
FOR space IN SELECT nspname FROM pg_namespace
    WHERE starts_with(nspname, {begins}) AND right(nspname, length({ends})) = {ends}
LOOP EXECUTE format('DROP SCHEMA %I CASCADE', space); END LOOP; END $$"""
"""Drops what `names.private` names, for whatever owner."""


class PostgreSQL:
    """See `Database`."""

    name = "postgresql"
    title = "PostgreSQL"
    passes_over = True

    def embedded(self) -> AbstractContextManager[Embedded]:
        """A private server for a block."""
        return embedded_postgresql()

    def spoken(self, url: URL) -> URL:
        """Through psycopg."""
        return url.set(drivername=DRIVER)

    def asynchronous(self, url: URL, arguments: Mapping[str, Any]) -> tuple[URL, dict[str, Any]]:
        """Psycopg is both."""
        return url, dict(arguments)

    def namespace(self, evolution: str, schema: str) -> dict[str, Any]:
        """A search path."""
        return connect_args(evolution, schemas=(schema,))

    def limits(self, seconds: int, application: str) -> Sequence[str]:
        """Statements for a new connection."""
        return (f"SET statement_timeout = '{seconds}s'", f"SET application_name = '{application}'")

    def version(self, connection: Connection) -> str:
        """Without the packager's own words."""
        return f"postgresql {str(connection.scalar(text('SHOW server_version'))).split()[0]}"

    def schema(self, connection: Connection) -> str:
        """The first one of the search path."""
        return str(connection.scalar(text("SELECT current_schema()")))

    def journal(self, schema: str) -> str:
        """A schema."""
        return names.JOURNAL

    def exists(self, connection: Connection, kind: str, name: str) -> bool:
        """Whether there is one, on the search path."""
        lookup = {
            "table": "to_regclass(:name)",
            "view": "to_regclass(:name)",
            "type": "to_regtype(:name)",
            "function": "to_regprocedure(:name)",
            "schema": "to_regnamespace(:name)",
        }[kind]
        return connection.scalar(text(f"SELECT {lookup} IS NOT NULL"), {"name": name}) is True

    def retired(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        evolution: str,
    ) -> Sequence[str]:
        """The namespaces of views' owners; all tables with one statement: they refer to each other."""
        retired = [names.retired(name, evolution) for name in tables]
        shells = [f"{ident(names.JOURNAL)}.{ident(names.shell(schema, name))}" for name in retired]
        every = ", ".join((*map(ident, retired), *shells))
        calls = [each.partition("(") for each in functions]
        return (
            "SET LOCAL lock_timeout = '10s'",
            OF_OWNERS.format(
                begins=literal(f"{names.RESERVED}views_{names.tag(evolution)}_"), ends=literal(f"_{schema}")
            ),
            f"DROP TABLE IF EXISTS {every} CASCADE",
            *(f"DROP VIEW IF EXISTS {ident(names.retired(name, evolution))}" for name in views),
            *(
                f"DROP FUNCTION IF EXISTS {ident(names.retired(name, evolution))}({types}"
                for name, _, types in calls
            ),
        )

    def drops(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        types: Sequence[str],
        evolution: str,
    ) -> Sequence[Drop]:
        """The namespace first, whose views are of the tables."""
        namespace = ident(names.namespace(schema, evolution))
        kinds = [*(("view", ident(name)) for name in views), *(("table", ident(name)) for name in tables)]
        kinds += [("function", name) for name in functions] + [("type", name) for name in types]
        return (
            Drop("schema", namespace, f"DROP SCHEMA IF EXISTS {namespace} CASCADE"),
            *(Drop(kind, name, f"DROP {kind} IF EXISTS {name}") for kind, name in kinds),
        )

    def drop_journal(self, schema: str) -> Drop:
        """A schema."""
        return Drop("schema", names.JOURNAL, f"DROP SCHEMA IF EXISTS {ident(names.JOURNAL)} CASCADE")

    def snapshot(self, connection: Connection) -> Connection:
        """One snapshot for all statements, and times in UTC."""
        reading = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        reading.execute(text("SET LOCAL TimeZone = 'UTC'"))
        reading.execute(text("SET LOCAL statement_timeout = 0"))
        return reading

    def lines(self, extent: Extent, *, clocks: bool) -> str:
        """JSON's escapes keep tabs and ends of lines out of the key and the values; owners have none."""
        left_out = () if clocks else extent.clock
        quoted = ", ".join(ident(name) for name in extent.columns if name not in left_out)
        key = " || '/' || ".join(f"{ident(name)}::text" for name in extent.key)
        shown = ", ".join(f"'{name}', {ident(name)}" for name in extent.shown if name not in left_out)
        told = f"md5(ROW({quoted})::text), json_build_object({shown})::text"
        line = f"coalesce(({extent.owner})::text, ''), {told}"
        placed = f'SELECT *, to_json({key})::text COLLATE "C" AS {PLACE} FROM {ident(extent.table)}'
        return f"SELECT concat_ws(chr(9), {PLACE}, {line}) FROM ({placed}) AS placed ORDER BY {PLACE}"

    def seeded(self, seeds: Seeds) -> str:
        """By the texts of the key."""
        key = ", ".join(f"{ident(column)}::text" for column in seeds.key)
        return f"SELECT {key}, ({seeds.owner})::text FROM {ident(seeds.table)} WHERE ({key}) IN :values"

    def may_silence_triggers(self, engine: Engine) -> bool:
        """Whether this role may set session_replication_role, as the backfill does where it may."""
        with engine.connect() as connection:
            if connection.dialect.server_version_info >= (15,):  # type: ignore[operator]  # connected: not None
                query = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
            else:
                query = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            return bool(connection.scalar(text(query)))
