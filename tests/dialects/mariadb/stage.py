"""A shop on a real server whose statuses open: steps are executed as by a runner, and both versions write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url

from crossfade import names
from crossfade.dialects.mariadb import rows
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.journal.tables import complement, seed
from crossfade.lens import RowLens
from crossfade.schema import Column, TableName
from crossfade.session import execute, stands, tallied
from crossfade.steps import InstallSync, Mode, Role, Statement, Step, Tally

NAME = "open_statuses"
STRICT = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
DEFAULT = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
MODES = {"strict": STRICT, "default": DEFAULT, "not strict": "NO_ENGINE_SUBSTITUTION"}

NEVER = "SELECT 1 WHERE FALSE"  # of a statement that may be executed again and again
RENDERED = (rows,)  # what renders steps when it is loaded

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Stage:
    """The database of one test, whose table `orders` is evolved; `engine` is set up as the runner's is."""

    engine: Engine
    database: str

    @property
    def server(self) -> Server:
        return Server((10, 11), self.database)

    @property
    def table(self) -> TableName:
        return TableName(self.database, "orders")

    @property
    def namespace(self) -> str:
        return names.namespace(self.database, NAME)

    def of(self, lens: RowLens) -> RowLens:
        """The lens, of the table here."""
        return replace(lens, table=self.table)

    def say(self, *statements: str) -> None:
        """Execute statements, each by itself."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for each in statements:
                connection.exec_driver_sql(each, execution_options={"no_parameters": True})

    def read(self, query: str) -> Rows:
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql(query, execution_options={"no_parameters": True})
            return [tuple(row) for row in found]

    def journal(self) -> None:
        """The journal's database, with what a rollback keeps."""
        self.say(
            f"CREATE DATABASE IF NOT EXISTS `{self.server.journal}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        )
        with self.engine.begin() as connection:
            there = connection.execution_options(**self._there)
            for each in (complement, seed):
                each.create(there, checkfirst=True)

    def shows(self, columns: str) -> None:
        """The new version's view of the table."""
        self.say(
            f"CREATE DATABASE IF NOT EXISTS `{self.namespace}`",
            f"CREATE OR REPLACE VIEW `{self.namespace}`.orders AS "
            f"SELECT {columns} FROM `{self.database}`.orders",
        )

    def syncs(self, *lenses: RowLens, columns: Sequence[str], one_sided: bool = False) -> InstallSync:
        """The step that installs the sync of these lenses."""
        mine = tuple(map(self.of, lenses))
        watched = tuple(dict.fromkeys(column for lens in mine for column in (*lens.old, *lens.new)))
        return InstallSync(
            NAME, self.table, mine, tuple(columns), watched, self.namespace, (), one_sided=one_sided
        )

    def does(self, step: Step) -> None:
        """Execute a step whose statements commit by themselves."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in render(step, self.server):
                if not stands(connection, statement):
                    execute(connection, statement)
                    if statement.done and statement.done != NEVER:
                        assert stands(connection, statement), statement.sql

    def does_again(self, step: Step) -> None:
        """Execute a step whose statements say of none that its effect stands."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in render(step, self.server):
                assert not stands(connection, statement)
                execute(connection, statement)

    def batch(
        self, step: Step, values: Mapping[str, object], *, roles: Sequence[Role] = (Role.SETTING, Role.WORK)
    ) -> Tally:
        """One batch of a step, in a transaction; of one that is drained, the next."""
        with self.engine.begin() as connection:
            statements = [each for role in roles for each in _of(step, role, self.server)]
            if step.mode is Mode.DRAIN:
                values = {"after": "", **values}
                for each in _of(step, Role.NEXT, self.server):
                    values = {**values, "upto": execute(connection, each, values).scalar_one()}
            return tallied(connection, statements, values)

    def asks(self, step: Step, role: Role = Role.WORK, /, **values: object) -> Rows:
        """What the statements of a role say, in a transaction with the step's settings."""
        with self.engine.begin() as connection:
            for each in _of(step, Role.SETTING, self.server):
                execute(connection, each, values)
            return [
                tuple(row)
                for each in _of(step, role, self.server)
                for row in execute(connection, each, values)
            ]

    @contextmanager
    def old(self, mode: str = STRICT, user: str = "") -> Iterator[Connection]:
        """A session of the old application, in which every statement commits."""
        with self._session(self.database, mode, user) as connection:
            yield connection

    @contextmanager
    def new(self, mode: str = STRICT) -> Iterator[Connection]:
        """A session of the new application."""
        with self._session(self.namespace, mode) as connection:
            connection.exec_driver_sql(f"SET @crossfade_version = 'another,{NAME}'")
            yield connection

    @property
    def _there(self) -> dict[str, Any]:
        return {"schema_translate_map": {names.JOURNAL: self.server.journal}}

    @contextmanager
    def _session(self, database: str, mode: str, user: str = "") -> Iterator[Connection]:
        url = self.engine.url.set(database=database)
        url = url.set(username=user) if user else url
        engine = create_engine(url, connect_args={"local_infile": True}, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SET SESSION sql_mode = '{mode}'")
            yield connection
        engine.dispose()


@contextmanager
def stage(url: str) -> Iterator[Stage]:
    """The stage at an empty database."""
    made = make_url(url).update_query_dict({"charset": "utf8mb4"})
    engine = create_engine(
        made,
        isolation_level="READ COMMITTED",
        connect_args={"init_command": f"SET SESSION sql_mode = '{STRICT}', time_zone = '+00:00'"},
    )
    here = Stage(engine, str(made.database))
    here.journal()
    yield here
    engine.dispose()


def _of(step: Step, role: Role, server: Server) -> list[Statement]:
    return [each for each in render(step, server) if each.role is role]


def column(name: str, type_: str, **more: Any) -> Column:
    """A column of a shop's table."""
    return Column(name, type_, **more)
