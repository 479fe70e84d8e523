"""An application as PostgreSQL sees it: one connection, one version, and the statements that it sends."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.errors import UndefinedColumn, UndefinedFunction, UndefinedTable
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder
from psycopg.types.json import JsonbDumper
from sqlalchemy import make_url

from crossfade import connect_args
from tests.conformance.columns import Row
from tests.conformance.entry import EVOLUTION, Entry
from tests.conformance.pair import NUMBER
from tests.conformance.writer import DEFAULT, NAMED, Writer

NOTHING = SQL("")


def name(*parts: str) -> Identifier:
    """An identifier; the driver looks for its own marks in it."""
    return Identifier(*(part.replace("%", "%%") for part in parts))


class Application:
    """`writer` at work on the table of `entry` in `schema`, in the database at `url`."""

    error: type[Exception] = psycopg.Error

    def __init__(self, url: str, writer: Writer, entry: Entry, schema: str) -> None:
        self.writer = writer
        self.entry = entry
        new = writer.side == "new"
        table = entry.renamed if new and entry.renamed is not None else entry.table
        self.table = name(f"{schema}__{EVOLUTION}", table) if writer is NAMED else name(table)
        self._called = {} if new else entry.called
        self.columns = [each.name for each in entry.columns if each.half(writer.side)]
        everything = SQL("SELECT {} FROM {}").format(self.listed(self.columns), self.table)
        self._everything = everything.as_string()
        self.connection = connect(url, **_options(writer, schema))

    def name(self, column: str) -> Identifier:
        """The column, as the writer's version calls it."""
        return name(self._called.get(column, column))

    def names(self, columns: Iterable[str]) -> Composed:
        """Columns, separated by commas."""
        return SQL(", ").join(map(self.name, columns))

    def listed(self, columns: Iterable[str]) -> Composed:
        """Columns that are read, separated by commas."""
        said = (SQL("{} AS {}").format(self.name(each), name(each)) for each in columns)
        return SQL(", ").join(said)

    def read(self) -> list[Row]:
        """Every row, as its version shows it."""
        return self.connection.execute(self._everything, ()).fetchall()

    def ask(self, query: str) -> list[Row]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def send(self, statement: Composable, values: Sequence[Any] = ()) -> list[Row]:
        """Execute a statement; the rows that it returns."""
        cursor = self.connection.execute(statement.as_string(), values)
        return cursor.fetchall() if cursor.description else []

    def insert(self, rows: Sequence[Row], tail: Composable = NOTHING) -> list[Row]:
        """One INSERT for all rows, in which DEFAULT may stand for a value."""
        columns = list(rows[0])
        marks = [SQL("({})").format(SQL(", ").join(_mark(row[each]) for each in columns)) for row in rows]
        values = [row[each] for row in rows for each in columns if row[each] is not DEFAULT]
        insert = SQL("INSERT INTO {} ({}) VALUES {} {}")
        return self.send(insert.format(self.table, self.names(columns), SQL(", ").join(marks), tail), values)

    def insert_many(self, rows: Sequence[Row]) -> None:
        """The driver's bulk insert: one statement, prepared once, executed for each row."""
        columns = list(rows[0])
        insert = SQL("INSERT INTO {} ({}) VALUES ({})").format(
            self.table, self.names(columns), SQL(", ").join(Placeholder() for _ in columns)
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(insert.as_string(), [list(row.values()) for row in rows])

    def upsert(self, row: Row, written: Sequence[str]) -> list[Row]:
        """INSERT … ON CONFLICT DO UPDATE of the columns `written`."""
        excluded = SQL(", ").join(
            SQL("{} = excluded.{}").format(self.name(each), self.name(each)) for each in written
        )
        conflict = self.names(self.entry.conflict)
        return self.insert([row], SQL("ON CONFLICT ({}) DO UPDATE SET {}").format(conflict, excluded))

    def update(self, given: Row, where: Row, tail: Composable = NOTHING) -> list[Row]:
        """UPDATE of the columns `given`, of the rows `where` columns equal values."""
        update = SQL("UPDATE {} SET {} WHERE {} {}")
        statement = update.format(self.table, self._equal(given, ", "), self._equal(where, " AND "), tail)
        return self.send(statement, [*given.values(), *where.values()])

    def delete(self, where: Row, tail: Composable = NOTHING) -> list[Row]:
        """DELETE of the rows `where` columns equal values."""
        statement = SQL("DELETE FROM {} WHERE {} {}").format(self.table, self._equal(where, " AND "), tail)
        return self.send(statement, list(where.values()))

    def delete_each(self, numbers: Sequence[int]) -> None:
        """One DELETE of the rows that have these numbers."""
        delete = SQL("DELETE FROM {} WHERE {} = ANY (%s)").format(self.table, name(NUMBER))
        self.send(delete, [list(numbers)])

    def merge(self, row: Row, where: Row, given: Row) -> list[Row]:
        """MERGE: the row `where` gets `given`; where there is none, `row` is inserted."""
        statement = SQL(
            "MERGE INTO {} AS t USING (SELECT 1) AS once ON {} WHEN MATCHED THEN UPDATE SET {} "
            "WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})"
        ).format(
            self.table,
            SQL(" AND ").join(SQL("t.{} = %s").format(self.name(each)) for each in where),
            self._equal(given, ", "),
            self.names(row),
            SQL(", ").join(Placeholder() for _ in row),
        )
        return self.send(statement, [*where.values(), *given.values(), *row.values()])

    def copy(self, rows: Sequence[Row], table: Composable) -> None:
        """COPY … FROM STDIN into `table`."""
        statement = SQL("COPY {} ({}) FROM STDIN").format(table, self.names(rows[0]))
        with self.connection.cursor().copy(statement.as_string().replace("%%", "%")) as copying:
            for row in rows:
                copying.write_row(list(row.values()))

    def truncate(self, table: Composable) -> None:
        """TRUNCATE of `table`."""
        self.send(SQL("TRUNCATE {}").format(table))

    def refuses(self, error: Exception) -> bool:
        """Whether a constraint has refused the write."""
        return isinstance(error, psycopg.IntegrityError)

    def lacks(self, error: Exception) -> bool:
        """Whether there is no such view, column or function."""
        return isinstance(error, UndefinedTable | UndefinedColumn | UndefinedFunction)

    def state(self, error: Exception) -> str | None:
        """The SQLSTATE of an error of the driver."""
        return error.sqlstate if isinstance(error, psycopg.Error) else None

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def _equal(self, row: Row, separator: str) -> Composed:
        return SQL(separator).join(SQL("{} = {}").format(self.name(each), Placeholder()) for each in row)


def connect(url: str, **arguments: Any) -> psycopg.Connection[Row]:
    """A connection in autocommit, which reads rows as dictionaries."""
    address = make_url(url)
    connection = psycopg.connect(
        host=str(address.query["host"]),
        port=str(address.query["port"]),
        user=address.username,
        dbname=address.database,
        autocommit=True,
        row_factory=dict_row,
        **arguments,
    )
    connection.adapters.register_dumper(dict, JsonbDumper)
    return connection


def _options(writer: Writer, schema: str) -> Mapping[str, Any]:
    if writer.on_path:
        return connect_args(EVOLUTION, schemas=[schema])
    # A writer that names the namespace has nothing of the user's on its path.
    return {"options": "-c search_path=pg_catalog" if writer is NAMED else f'-c search_path="{schema}"'}


def _mark(value: object) -> Composable:
    return SQL("DEFAULT") if value is DEFAULT else Placeholder()
