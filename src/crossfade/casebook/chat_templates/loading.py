"""The legacy database: its schema, and the rows of data.py, sent in blocks by COPY or by long INSERTs."""

from __future__ import annotations

from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING

import psycopg

from crossfade.casebook.chat_templates.data import (
    EXECUTION_COLUMNS,
    MARIADB,
    POSTGRESQL,
    TEMPLATE_COLUMNS,
    lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["build", "fill", "legacy_statements"]

BLOCK = 2_000
"""Lines sent at once."""


def build(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Make the legacy schema in an empty database and fill it; returns the rows of each table."""
    for statement in legacy_statements(connection.dialect.name):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    return fill(connection, rows, seed)


def legacy_statements(database: str) -> list[str]:
    """The legacy schema of this database ("postgresql" or "mariadb"), as it is to be executed."""
    if database == "postgresql":
        return [_file("legacy.sql")]
    text = _file("legacy_mariadb.sql")
    code = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("--"))
    return [each.strip() for each in code.split(";\n") if each.strip()]


def fill(connection: Connection, rows: int, seed: int = 1) -> dict[str, int]:
    """Load ``rows`` templates and half as many executions into the empty legacy tables.

    The planner's statistics are brought up to date. The transaction is left to the caller, but for what
    MariaDB's ANALYZE commits. Returns the rows of each table by name. Raises ``ValueError`` if ``rows`` is
    negative, and the database's error of a key that is there twice if the tables are not empty.
    """
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the case speaks COPY, so psycopg
        return _copied(driver, rows, seed)
    return _inserted(connection, rows, seed)


def _copied(connection: psycopg.Connection, rows: int, seed: int) -> dict[str, int]:
    templates, executions, executed = lines(rows, seed, POSTGRESQL)
    with connection.cursor() as cursor:
        _copy(cursor, f"workflow_templates ({TEMPLATE_COLUMNS})", templates)
        _copy(cursor, f"workflow_executions ({EXECUTION_COLUMNS})", executions)
        if rows:
            cursor.execute("SELECT setval(pg_get_serial_sequence('workflow_templates', 'id'), %s)", [rows])
        cursor.execute("ANALYZE workflow_templates, workflow_executions")
    return {"workflow_templates": rows, "workflow_executions": executed}


def _copy(cursor: psycopg.Cursor, target: str, rows: Iterator[str]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        while block := "".join(islice(rows, BLOCK)):
            copy.write(block)


def _inserted(connection: Connection, rows: int, seed: int) -> dict[str, int]:
    templates, executions, executed = lines(rows, seed, MARIADB)
    _insert(connection, f"workflow_templates ({TEMPLATE_COLUMNS})", templates)
    _insert(connection, f"workflow_executions ({EXECUTION_COLUMNS})", executions)
    connection.exec_driver_sql("ANALYZE TABLE workflow_templates, workflow_executions").close()
    return {"workflow_templates": rows, "workflow_executions": executed}


def _insert(connection: Connection, target: str, rows: Iterator[str]) -> None:
    while block := ", ".join(map(_tuple, islice(rows, BLOCK))):
        statement = f"INSERT INTO {target} VALUES {block}"
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _tuple(line: str) -> str:
    """A line of COPY's as a tuple of literals: they are escaped alike, but for quotes and NULL.

    In a value, what follows a backslash is never N.
    """
    quoted = line[:-1].replace("'", "''").replace("\t", "', '")
    return f"('{quoted}')".replace("'\\N'", "NULL")


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
