"""An application as MariaDB sees it: one connection, one version, and the statements that it sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import DictCursor
from sqlalchemy import make_url

from crossfade import connect_args
from tests.conformance.columns import Column, Row
from tests.conformance.entry import EVOLUTION, Entry
from tests.conformance.pair import NUMBER
from tests.conformance.writer import DEFAULT, NAMED, NEW, Writer

# A constraint's: no default for what was left out (in an INSERT, in one through a view), and a check.
_REFUSALS = frozenset({1364, 1423, 4025})
_LACKS = frozenset({1054, 1146, 1305, 1318})


class Application:
    """`writer` at work on the table of `entry` in the database at `url`, which has the name `schema`."""

    error: type[Exception] = pymysql.MySQLError

    def __init__(self, url: str, writer: Writer, entry: Entry, schema: str) -> None:
        self.writer = writer
        self.entry = entry
        new = writer.side == "new"
        table = entry.renamed if new and entry.renamed is not None else entry.table
        self.table = name(f"{schema}__{EVOLUTION}", table) if writer is NAMED else name(table)
        self._called = {} if new else entry.called
        known = [each for each in entry.columns if each.half(writer.side)]
        self.columns = [each.name for each in known]
        self._read = {each.name: _reader(each) for each in known}
        self._everything = f"SELECT {self.listed(self.columns)} FROM {self.table}"
        self._url, self._options = url, _options(writer, schema)

    @cached_property
    def connection(self) -> pymysql.Connection[DictCursor]:
        """The connection, made at the first statement: before `start` there is no namespace to connect to."""
        return connect(self._url, **self._options)

    def name(self, column: str) -> str:
        """The column, as the writer's version calls it."""
        return name(self._called.get(column, column))

    def names(self, columns: Iterable[str]) -> str:
        """Columns, separated by commas."""
        return ", ".join(map(self.name, columns))

    def listed(self, columns: Iterable[str]) -> str:
        """Columns that are read, separated by commas."""
        return ", ".join(f"{self.name(each)} AS {name(each)}" for each in columns)

    def read(self) -> list[Row]:
        """Every row, as its version shows it."""
        return self.send(self._everything)

    def ask(self, query: str) -> list[Row]:
        """The rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def send(self, statement: str, values: Iterable[Any] = ()) -> list[Row]:
        """Execute a statement; the rows that it returns."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, list(map(_given, values)))
            found = cursor.fetchall() if cursor.description else ()
        return [{column: self._read[column](value) for column, value in row.items()} for row in found]

    def insert(self, rows: Sequence[Row], tail: str = "", verb: str = "INSERT") -> list[Row]:
        """One INSERT for all rows, in which DEFAULT may stand for a value; or, as `verb`, a REPLACE."""
        columns = list(rows[0])
        marks = (f"({', '.join(_mark(row[each]) for each in columns)})" for row in rows)
        values = [row[each] for row in rows for each in columns if row[each] is not DEFAULT]
        insert = f"{verb} INTO {self.table} ({self.names(columns)}) VALUES {', '.join(marks)} {tail}"
        return self.send(insert, values)

    def insert_many(self, rows: Sequence[Row]) -> None:
        """The driver's bulk insert, which makes one statement of all rows."""
        columns = list(rows[0])
        marks = ", ".join("%s" for _ in columns)
        insert = f"INSERT INTO {self.table} ({self.names(columns)}) VALUES ({marks})"
        with self.connection.cursor() as cursor:
            cursor.executemany(insert, [list(map(_given, row.values())) for row in rows])

    def insert_selected(self, rows: Sequence[Row]) -> None:
        """INSERT … SELECT."""
        columns = list(rows[0])
        selects = " UNION ALL ".join(f"SELECT {', '.join('%s' for _ in columns)}" for _ in rows)
        values = [row[each] for row in rows for each in columns]
        self.send(f"INSERT INTO {self.table} ({self.names(columns)}) {selects}", values)

    def load(self, rows: Sequence[Row]) -> None:
        """LOAD DATA LOCAL INFILE."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rows"
            file.write_text("".join("\t".join(map(_loaded, row.values())) + "\n" for row in rows))
            self.send(
                f"LOAD DATA LOCAL INFILE %s INTO TABLE {self.table} CHARACTER SET utf8mb4 "
                f"({self.names(rows[0])})",
                [str(file)],
            )

    def upsert(self, row: Row, written: Sequence[str]) -> list[Row]:
        """INSERT … ON DUPLICATE KEY UPDATE of the columns `written`."""
        given = ", ".join(f"{self.name(each)} = VALUES({self.name(each)})" for each in written)
        return self.insert([row], f"ON DUPLICATE KEY UPDATE {given}")

    def update(self, given: Row, where: Row) -> list[Row]:
        """UPDATE of the columns `given`, of the rows `where` columns equal values."""
        statement = f"UPDATE {self.table} SET {self._equal(given, ', ')} WHERE {self._equal(where, ' AND ')}"
        return self.send(statement, [*given.values(), *where.values()])

    def update_some(self, given: Row, numbers: Sequence[int], limit: int) -> None:
        """UPDATE … ORDER BY … LIMIT: the rows of the highest of these numbers."""
        chosen = f"{name(NUMBER)} IN ({_marks(numbers)}) ORDER BY {name(NUMBER)} DESC LIMIT {limit}"
        statement = f"UPDATE {self.table} SET {self._equal(given, ', ')} WHERE {chosen}"
        self.send(statement, [*given.values(), *numbers])

    def update_joined(self, given: Mapping[int, Row]) -> None:
        """UPDATE … JOIN: each row gets values of its own."""
        columns = list(next(iter(given.values())))
        listed = ", ".join(f"%s AS {name(each)}" for each in (NUMBER, *columns))
        rows = " UNION ALL ".join(f"SELECT {listed}" for _ in given)
        became = ", ".join(f"t.{self.name(each)} = given.{name(each)}" for each in columns)
        self.send(
            f"UPDATE {self.table} AS t JOIN ({rows}) AS given ON given.{name(NUMBER)} = t.{name(NUMBER)} "
            f"SET {became}",
            [value for number, row in given.items() for value in (number, *row.values())],
        )

    def delete(self, where: Row, tail: str = "") -> list[Row]:
        """DELETE of the rows `where` columns equal values."""
        statement = f"DELETE FROM {self.table} WHERE {self._equal(where, ' AND ')} {tail}"
        return self.send(statement, where.values())

    def delete_each(self, numbers: Sequence[int]) -> None:
        """One DELETE of the rows that have these numbers."""
        if numbers:
            self.send(f"DELETE FROM {self.table} WHERE {name(NUMBER)} IN ({_marks(numbers)})", numbers)

    def truncate(self, table: str) -> None:
        """TRUNCATE of `table`."""
        self.send(f"TRUNCATE TABLE {table}")

    def refuses(self, error: Exception) -> bool:
        """Whether a constraint has refused the write."""
        return isinstance(error, pymysql.IntegrityError) or error.args[0] in _REFUSALS

    def lacks(self, error: Exception) -> bool:
        """Whether there is no such view, column or function, or none of so many arguments."""
        return error.args[0] in _LACKS

    def state(self, error: Exception) -> str | None:
        """The number of an error of the server."""
        return str(error.args[0]) if error.args else None

    def close(self) -> None:
        """End the connection."""
        if "connection" in vars(self):
            self.connection.close()

    def _equal(self, row: Row, separator: str) -> str:
        return separator.join(f"{self.name(each)} = %s" for each in row)


def name(*parts: str) -> str:
    """An identifier; the driver looks for its own marks in it."""
    return ".".join(f"`{part.replace('`', '``').replace('%', '%%')}`" for part in parts)


def connect(url: str, **arguments: Any) -> pymysql.Connection[DictCursor]:
    """A connection in autocommit, which reads rows as dictionaries; settings are as the server ships them."""
    address = make_url(url)
    return pymysql.connect(
        unix_socket=str(address.query["unix_socket"]),
        user=address.username,
        charset="utf8mb4",
        autocommit=True,
        cursorclass=DictCursor,
        local_infile=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
        **arguments,
    )


def _options(writer: Writer, schema: str) -> Mapping[str, Any]:
    if writer is NEW:
        return connect_args(EVOLUTION, driver="pymysql", database=schema)
    return {} if writer is NAMED else {"database": schema}


def _reader(column: Column) -> Callable[[Any], Any]:
    """What makes of a value that the driver reads what the model has: it knows neither JSON nor UUID."""
    values = [value for half in (column.old, column.new) if half is not None for value in half.values]
    if any(isinstance(value, dict) for value in values):
        return lambda value: None if value is None else json.loads(value)
    if any(isinstance(value, UUID) for value in values):
        return lambda value: None if value is None else UUID(value)
    return lambda value: value


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value) if isinstance(value, UUID) else value


def _loaded(value: Any) -> str:
    """A value as it stands in a file that is loaded."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return str(int(value))
    text = str(_given(value)).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n")


def _mark(value: object) -> str:
    return "DEFAULT" if value is DEFAULT else "%s"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("%s" for _ in values)
