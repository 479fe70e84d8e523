"""What the suite does behind the applications' backs: the legacy schema, rows put back, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.sql import SQL, Composable, Identifier

from tests.conformance.entry import Entry
from tests.conformance.postgresql.application import connect

# Everything that a rollback must leave as it was, a line for each. The journal's own are left out.
CATALOGUE = r"""
SELECT kind || ' ' || said FROM (
  SELECT 'column', format('%%s %%s %%s%%s %%s', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT 'index', format('%%s: %%s', c.relname, split_part(pg_get_indexdef(c.oid), ' WHERE ', 1))
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE indrelid = %(table)s::regclass
  UNION ALL SELECT CASE contype WHEN 'n' THEN 'not null' ELSE 'constraint' END, conname FROM pg_constraint
  WHERE conrelid = %(table)s::regclass
  UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
  UNION ALL SELECT 'schema', nspname FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\_%%' AND nspname NOT IN ('crossfade', 'information_schema')
  UNION ALL SELECT 'function', proname FROM pg_proc p WHERE pronamespace = to_regnamespace('crossfade')
  AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                  WHERE t.tgfoid = p.oid AND c.relnamespace = p.pronamespace)
  UNION ALL SELECT 'routine', concat_ws(' ', pg_get_functiondef(p.oid), pg_get_userbyid(proowner), proacl)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
  WHERE prokind IN ('f', 'p') AND nspname NOT LIKE 'pg\_%%'
  AND nspname NOT IN ('crossfade', 'information_schema')
  UNION ALL SELECT 'view', concat_ws(' ', c.oid::regclass, pg_get_viewdef(c.oid), pg_get_userbyid(relowner),
    relacl, reloptions)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind = 'v' AND nspname NOT LIKE 'pg\_%%' AND nspname NOT IN ('crossfade', 'information_schema')
  UNION ALL SELECT 'sequence', relname FROM pg_class c
  WHERE relkind = 'S'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))
) found (kind, said) ORDER BY 1
"""


class Stagehand:
    """A superuser's connection to the database at `url`, where the table of `entry` is in `schema`."""

    def __init__(self, url: str, entry: Entry, schema: str) -> None:
        self.connection = connect(url, options=f'-c search_path="{schema}"')
        self.connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
        self.connection.execute(entry.legacy)
        self.version: tuple[int, ...] = (self.connection.info.server_version // 10000,)
        named = Identifier(schema, entry.table).as_string()
        (self._oid,) = (
            self.connection.execute("SELECT %s::regclass::oid::int8", [named]).fetchall()[0].values()
        )

    @property
    def place(self) -> tuple[str, str]:
        """The table's schema and name, as they are now."""
        found = self.connection.execute(
            "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE c.oid = %s",
            [self._oid],
        )
        schema, table = found.fetchall()[0].values()
        return schema, table

    @property
    def table(self) -> Identifier:
        """The table, by the name that it has now."""
        return Identifier(*self.place)

    def catalogue(self) -> list[str]:
        """A line for each thing that the database has for the table."""
        found = self.connection.execute(CATALOGUE, {"table": self.table.as_string()})
        return [str(next(iter(row.values()))) for row in found]

    def settled(self, lines: list[str]) -> list[str]:
        """The catalogue's lines, as they are."""
        return lines

    def quoted(self, name: str) -> str:
        """A name as the catalogue's lines have it."""
        return name if re.fullmatch("[a-z_]+", name) else '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    @contextmanager
    def puts_back(self) -> Iterator[None]:
        """Whatever happens to the table's rows within, they are put back as they were, both sides."""
        columns = self._stored()
        self.connection.execute(SQL("CREATE TEMPORARY TABLE kept AS TABLE {}").format(self.table))
        back = SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kept")
        try:
            yield
        finally:
            with self.connection.transaction():
                self.connection.execute("SET LOCAL session_replication_role = 'replica'")
                self.connection.execute("SET LOCAL crossfade.sync = 'off'")  # no trigger of either's fires
                self.connection.execute(SQL("DELETE FROM {}").format(self.table))
                self.connection.execute(back.format(self.table, columns, columns))
                self.connection.execute("DROP TABLE kept")

    def _stored(self) -> Composable:
        found = self.connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = ''",
            [self.table.as_string()],
        )
        return SQL(", ").join(Identifier(row["attname"]) for row in found)
