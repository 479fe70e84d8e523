"""An index is tried on a temporary table, which nobody else sees: would the server build it, and whole?

A key of more than 3,072 bytes (of fewer, by the table's row format and the server's page size) is cut without
a word where the index is of one column, and becomes one of hashes where it is unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.mariadb import faults
from crossfade.dialects.mariadb.columns import definition
from crossfade.dialects.mariadb.indexes import LOCKING, index_sql
from crossfade.dialects.mariadb.quoting import table
from crossfade.dialects.mariadb.rendering import Server
from crossfade.errors import Refused, SchemaMismatch, Unsupported
from crossfade.names import RESERVED
from crossfade.schema import Column, Index, Table, TableName
from crossfade.steps import AddColumn, CreateIndex, Step

_NO_PRIVILEGE = frozenset({1044, 1142})
_SHORTER = "make its columns shorter, or do without the index"
_REMEDY = f"{_SHORTER}, or choose another method"
_OF = """
SELECT ROW_FORMAT AS row_format, TABLE_COLLATION AS collation FROM information_schema.TABLES
WHERE TABLE_SCHEMA = :schema AND BINARY TABLE_NAME = :name
"""


def asked(of: TableName) -> TableName:
    """The temporary table on which the indexes of a table are tried."""
    return TableName(of.schema, f"{RESERVED}asked")


def making(of: TableName, index: Index, columns: Iterable[Column]) -> str:
    """The statement that makes it."""
    plain = (Column(each.name, each.type, collation=each.collation) for each in columns)
    declared = ", ".join(map(definition, plain))
    return f"CREATE TEMPORARY TABLE {table(asked(of))} ({declared}, {index_sql(index)}) ENGINE=InnoDB"


def objection(
    connection: Connection, of: TableName, index: Index, columns: Sequence[Column], server: Server
) -> Refused | None:
    """Why the server would not build the index on a table of such columns, or not all of it; None where it
    would, and where the account may make no temporary tables: then the step itself will tell.
    """
    try:
        made = making(of, index, columns)
    except Unsupported as error:
        return error
    if index.method in LOCKING:
        return None  # the one can't be on a temporary table, the other wants NOT NULL, which comes later
    name = table(asked(of))
    try:
        _execute(connection, made + _options(connection, of))
        return _cut(of, index, _execute(connection, f"SHOW INDEX FROM {name}"), server)
    except DBAPIError as error:
        if faults.number(error) in _NO_PRIVILEGE:
            return None
        if faults.number(error) in faults.PASSING or error.connection_invalidated:
            raise
        return SchemaMismatch(
            f"index {index.name} of {of} can't be built: {faults.message(error)}", remedy=_REMEDY
        )
    finally:
        with suppress(DBAPIError):
            _execute(connection, f"DROP TEMPORARY TABLE IF EXISTS {name}")


def of_walks(
    engine: Engine, walks: Iterable[Sequence[Step]], tables: Iterable[Table], server: Server
) -> Refused | None:
    """What is said against an index that one of the walks builds, of columns that stand or that it adds."""
    standing = {(table.name, each.name): each for table in tables for each in table.columns}
    tried: set[tuple[TableName, str]] = set()
    for steps in walks:
        added = {(each.table, each.column.name): each.column for each in steps if isinstance(each, AddColumn)}
        known = standing | added
        for step in steps:
            if not isinstance(step, CreateIndex) or (step.table, step.index.name) in tried:
                continue
            tried.add((step.table, step.index.name))
            if all((step.table, each) in known for each in step.index.columns):
                columns = [known[step.table, each] for each in step.index.columns]
                with engine.connect() as apart:  # rolled back at its end
                    found = objection(apart, step.table, step.index, columns, server)
                if found is not None:
                    found.place = f"table {step.table}"
                    return found
    return None


def _options(connection: Connection, of: TableName) -> str:
    """The table's own options, as far as they bound a key. No temporary table can be compressed."""
    row = connection.execute(text(_OF), {"schema": of.schema, "name": of.name}).first()
    if row is None or row.row_format is None or row.collation is None:
        return ""
    word = row.row_format.upper()
    return f" ROW_FORMAT={word if word in {'COMPACT', 'REDUNDANT'} else 'DYNAMIC'} COLLATE={row.collation}"


def _cut(of: TableName, index: Index, rows: Iterable[Row[Any]], server: Server) -> Refused | None:
    asked = dict(zip(index.columns, index.options, strict=False))
    for row in rows:
        if row.Sub_part is not None and not asked.get(row.Column_name, "").startswith("("):
            return SchemaMismatch(
                f"index {index.name} of {of} would hold the first {row.Sub_part} characters of "
                f"{row.Column_name} only: the server indexes no more bytes than that",
                remedy=_SHORTER,
            )
        if row.Index_type == "HASH" and not server.allow_copy:
            return Unsupported(
                f"unique index {index.name} of {of} would be one of hashes, since its columns are longer "
                "than the bytes that the server indexes: without a copy of the table it can't be built, nor "
                "the table be changed later",
                remedy=f"{_SHORTER}; or say --allow-copy",
            )
    return None


def _execute(connection: Connection, sql: str) -> Sequence[Row[Any]]:
    result = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    return result.all() if result.returns_rows else ()
