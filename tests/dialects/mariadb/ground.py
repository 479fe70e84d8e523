"""A database on a real server, and names that are hard to write; steps executed as the runner does it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, create_engine, make_url

from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import NEVER, Server, render
from crossfade.schema import TableName
from crossfade.session import execute, stands, tallied
from crossfade.steps import Role, Statement, Step, Tally
from tests.dialects.mariadb import golden

ODD = 'order `items`\'s 100% \\n "x"'
GROESSE = "Grö`ße' \\%s"
_SETUP = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO', "
    "time_zone = '+00:00', lock_wait_timeout = 2"
)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Ground:
    """The database of one test, and a session like the runner's, in which every statement commits."""

    database: str
    connection: Connection

    @property
    def server(self) -> Server:
        assert golden.FILES
        return Server((10, 11), self.database, collation="utf8mb4_unicode_ci")

    def table(self, name: str) -> TableName:
        return TableName(self.database, name)

    def say(self, *statements: str) -> None:
        for each in statements:
            execute(self.connection, Statement(each)).close()

    def read(self, query: str) -> Rows:
        return [tuple(row) for row in execute(self.connection, Statement(query))]

    def walk(self, step: Step) -> None:
        """Execute the step: the effect of a statement of DDL does not stand before it, and stands after."""
        for statement in render(step, self.server):
            assert not stands(self.connection, statement), statement.done
            execute(self.connection, statement).close()
            told = statement.done not in {"", NEVER}
            assert stands(self.connection, statement) == told, statement.done

    def walk_again(self, step: Step) -> None:
        """Execute a step of which nothing tells that its effect stands, because once more is as good."""
        for statement in render(step, self.server):
            for _ in range(2):
                assert not stands(self.connection, statement), statement.done
                execute(self.connection, statement).close()

    def there_and_back(self, step: Step) -> None:
        """Walk the step and its undo: the catalogue is as it was."""
        before = self.catalogue()
        self.walk(step)
        assert self.catalogue() != before
        undo = step.undo()
        assert undo is not None
        self.walk(undo)
        assert self.catalogue() == before

    def together(self, step: Step) -> Tally:
        """Execute the step in one transaction, and tally it."""
        statements = render(step, self.server)
        with self.connection.engine.connect() as connection, connection.begin():
            return tallied(connection, statements)

    def asked(self, step: Step) -> Rows:
        """What the last statement of a question says."""
        with self.connection.engine.connect() as connection:
            *before, question = render(step, self.server)
            for each in before:
                assert each.role is Role.SETTING
                execute(connection, each)
            return [tuple(row) for row in execute(connection, question)]

    def catalogue(self) -> list[Rows]:
        """What the server knows of the database and of those beside it."""
        like = f"LIKE '{self.database.replace('_', chr(92) + '_')}%'"
        tables = self.read(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES "
            f"WHERE TABLE_SCHEMA {like} ORDER BY 1, 2"
        )
        made = [
            self.read(f"SHOW CREATE {'VIEW' if kind == 'VIEW' else 'TABLE'} {ident(schema)}.{ident(name)}")
            for schema, name, kind in tables
        ]
        rights = [
            self.read(
                f"SELECT * FROM information_schema.{each}_PRIVILEGES "
                f"WHERE REPLACE(TABLE_SCHEMA, '\\\\', '') {like} ORDER BY GRANTEE, PRIVILEGE_TYPE"
            )
            for each in ("SCHEMA", "TABLE", "COLUMN")
        ]
        databases = self.read(
            f"SELECT * FROM information_schema.SCHEMATA WHERE SCHEMA_NAME {like} ORDER BY 2"
        )
        return [databases, tables, *made, *rights]

    def columns(self, of: TableName) -> dict[str, tuple[Any, ...]]:
        """Of each column: its type, whether it is nullable, its default, its collation, its comment."""
        found = self.read(
            "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, COLLATION_NAME, COLUMN_COMMENT "
            f"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {literal(of.schema)} "
            f"AND TABLE_NAME = {literal(of.name)} ORDER BY ORDINAL_POSITION"
        )
        return {row[0]: row[1:] for row in found}


@contextmanager
def ground(url: str, *statements: str) -> Iterator[Ground]:
    """The ground at an empty database, after these statements."""
    made = make_url(url).update_query_dict({"charset": "utf8mb4"})
    engine = create_engine(made, isolation_level="READ COMMITTED", connect_args={"init_command": _SETUP})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        here = Ground(str(made.database), connection)
        here.say(*statements)
        yield here
    engine.dispose()


def quoted(of: TableName, columns: Sequence[str] = ()) -> str:
    """A table, and some of its columns, in SQL."""
    return f"{table(of)} ({', '.join(map(ident, columns))})" if columns else table(of)
