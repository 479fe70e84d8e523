"""What the suite does behind the applications' backs: the legacy schema, rows put back, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.conformance.entry import Entry
from tests.conformance.mariadb.application import connect

# Everything that a rollback must leave as it was, a line for each, beside the table's definition. What is the
# journal's own is left out.
CATALOGUE = """
SELECT CONCAT('index ', INDEX_NAME, ': CREATE ', IF(NON_UNIQUE, '', 'UNIQUE '), INDEX_TYPE, ' (',
  GROUP_CONCAT(CONCAT(COLUMN_NAME, IFNULL(CONCAT('(', SUB_PART, ')'), ''), IFNULL(CONCAT(' ', COLLATION), ''))
    ORDER BY SEQ_IN_INDEX SEPARATOR ', '), ')') AS said
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = %(schema)s AND TABLE_NAME = %(table)s
GROUP BY INDEX_NAME, NON_UNIQUE, INDEX_TYPE
UNION ALL SELECT CONCAT('constraint ', CONSTRAINT_NAME) FROM information_schema.TABLE_CONSTRAINTS t
WHERE TABLE_SCHEMA = %(schema)s AND TABLE_NAME = %(table)s
AND NOT EXISTS (SELECT 1 FROM information_schema.CHECK_CONSTRAINTS c WHERE c.LEVEL = 'Column'
                AND c.CONSTRAINT_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
                AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME)
UNION ALL SELECT CONCAT('trigger ', TRIGGER_NAME) FROM information_schema.TRIGGERS
WHERE TRIGGER_SCHEMA = %(schema)s OR TRIGGER_SCHEMA LIKE %(namespaces)s
UNION ALL SELECT CONCAT('schema ', SCHEMA_NAME) FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME LIKE %(namespaces)s
UNION ALL SELECT CONCAT('relation ', TABLE_NAME, ' ', TABLE_TYPE) FROM information_schema.TABLES
WHERE TABLE_SCHEMA = %(schema)s
UNION ALL SELECT CONCAT('function ', ROUTINE_NAME) FROM information_schema.ROUTINES
WHERE ROUTINE_SCHEMA IN (%(schema)s, %(journal)s)
UNION ALL SELECT CONCAT('sequence ', TABLE_NAME) FROM information_schema.TABLES
WHERE TABLE_SCHEMA = %(journal)s AND TABLE_TYPE = 'SEQUENCE'
UNION ALL SELECT CONCAT('right ', GRANTEE, ' ', PRIVILEGE_TYPE, ' ', TABLE_SCHEMA)
FROM information_schema.SCHEMA_PRIVILEGES WHERE REPLACE(TABLE_SCHEMA, '\\\\', '') LIKE %(namespaces)s
ORDER BY said
"""


class Stagehand:
    """Root's connection to the database at `url`, named `schema`, where the table of `entry` is."""

    def __init__(self, url: str, entry: Entry, schema: str) -> None:
        self.connection = connect(url, database=schema)
        self._schema, self._entry = schema, entry
        with self.connection.cursor() as cursor:
            cursor.execute(entry.legacy)
            while cursor.nextset():
                pass
        (said,) = self._read("SELECT VERSION() AS version")
        numbers = re.findall(r"\d+", said["version"])
        self.version: tuple[int, ...] = tuple(map(int, numbers[:2]))

    @property
    def table(self) -> str:
        """The table's name, as it is now."""
        there = {
            row["TABLE_NAME"]
            for row in self._read(
                "SELECT TABLE_NAME FROM information_schema.TABLES "
                "WHERE TABLE_SCHEMA = %(schema)s AND TABLE_TYPE = 'BASE TABLE'"
            )
        }
        return next(each for each in (self._entry.renamed, self._entry.table) if each and each in there)

    @property
    def place(self) -> tuple[str, str]:
        """The database, and the table's name as it is now."""
        return self._schema, self.table

    def catalogue(self) -> list[str]:
        """A line for each thing that the database has for the table."""
        table = self.table
        lines = [str(row["said"]) for row in self._read(CATALOGUE, table=table)]
        (shown,) = self._read(f"SHOW CREATE TABLE {_ident(table)}".replace("%", "%%"))
        definition = re.sub(r" AUTO_INCREMENT=\d+", "", shown["Create Table"])
        # What a column bears is called after it; in information_schema, after the name that it had once.
        borne = re.findall(r"^  `((?:[^`]|``)+)` .* CHECK \(", definition, re.MULTILINE)
        lines += (f"constraint {each}" for each in borne)
        return _ordered([*lines, *(f"definition {line.rstrip(',')}" for line in definition.splitlines())])

    def settled(self, lines: list[str]) -> list[str]:
        """The catalogue's lines, where checks have become a part of their columns and have those names."""
        found = dict.fromkeys(lines)
        for check, column in self._entry.nameless.items():
            bare = re.escape(f"definition   CONSTRAINT `{check}` ")
            (whole,) = (line for line in found if re.match(bare, line))
            (bearer,) = (line for line in found if line.startswith(f"definition   `{column}` "))
            for line in (whole, bearer, f"constraint {check}"):
                del found[line]
            found |= {f"{bearer} {re.sub(bare, '', whole)}": None, f"constraint {column}": None}
        return _ordered(found)

    def quoted(self, name: str) -> str:
        """A name as the catalogue's lines have it."""
        return name

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    @contextmanager
    def puts_back(self) -> Iterator[None]:
        """Whatever happens to the table's rows within, they are put back as they were, both sides."""
        table, columns = _ident(self.table), self._stored()
        self._send(f"CREATE TEMPORARY TABLE kept AS SELECT {columns} FROM {table}")
        try:
            yield
        finally:
            self._send("SET @crossfade_sync = 'off', foreign_key_checks = 0")
            self._send("START TRANSACTION")
            self._send(f"DELETE FROM {table}")
            self._send(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept")
            self._send("COMMIT")
            self._send("SET @crossfade_sync = NULL, foreign_key_checks = 1")
            self._send("DROP TEMPORARY TABLE kept")

    def _stored(self) -> str:
        found = self._read(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %(schema)s "
            "AND TABLE_NAME = %(table)s AND GENERATION_EXPRESSION IS NULL",
            table=self.table,
        )
        return ", ".join(_ident(row["COLUMN_NAME"]) for row in found)

    def _read(self, query: str, **values: object) -> list[dict[str, Any]]:
        like = self._schema.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%")
        known = {
            "schema": self._schema,
            "journal": f"_crossfade_{self._schema}",
            "namespaces": rf"{like}\_\_%",
        }
        with self.connection.cursor() as cursor:
            cursor.execute(query, known | values)
            return list(cursor.fetchall())

    def _send(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


def _ordered(lines: Iterable[str]) -> list[str]:
    """By name: a column that was dropped, and is made again, comes last in its table."""
    return sorted(lines)


def _ident(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
