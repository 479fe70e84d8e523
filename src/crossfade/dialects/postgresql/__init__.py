"""PostgreSQL, 13 to 18."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.dialect import Held, Lack, Load
from crossfade.dialects.postgresql import scripts, standing, troubleshooting
from crossfade.dialects.postgresql.blockers import held, oldest
from crossfade.dialects.postgresql.catalogue import LOAD
from crossfade.dialects.postgresql.ddl import Renderer
from crossfade.dialects.postgresql.drafts import ask
from crossfade.dialects.postgresql.objections import objection
from crossfade.dialects.postgresql.reflection import reflect
from crossfade.errors import Refused, Unsupported
from crossfade.schema import Draft, Redefinition, Schema, StandIn, Table, TableName
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, AskStanding, Stage, Statement, Step

OLDEST = 13

# Values travel as text and must read the same in every session. Row security must never hide rows
# from a copy or a comparison: with `off` the server fails instead.
_SETTINGS = {
    "application_name": "crossfade",
    "bytea_output": "hex",
    "client_min_messages": "warning",
    "datestyle": "ISO",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "row_security": "off",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "timezone": "UTC",
}
_NO_LOCK = "55P03"
_PASSING = {
    _NO_LOCK: "a lock was not to be had in time",
    "40P01": "a deadlock was broken",
    "40001": "another transaction came first",
}


class PostgreSQL:
    """A PostgreSQL server, as Crossfade uses it."""

    transactions = "pg_stat_activity"

    def __init__(self, engine: Engine, version: tuple[int, ...], server: str, lock_timeout_ms: int) -> None:
        self.engine = engine
        self.server = server
        self._version = version
        self._renderer = Renderer(version, lock_timeout_ms)

    @classmethod
    def connect(cls, url: URL, lock_timeout_ms: int) -> PostgreSQL:
        """The server at `url`. Raises Unsupported for one that is too old."""
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        options = " ".join(f"-c {key}={value}" for key, value in _SETTINGS.items())
        given = url.query.get("options")
        if isinstance(given, str):
            options = f"{given} {options}"
            url = url.difference_update_query(["options"])
        engine = create_engine(url, pool_size=4, connect_args={"options": options, "prepare_threshold": None})
        with engine.connect() as connection:
            number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
            shown = str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0]
        version = (number // 10000, number % 10000)
        if version < (OLDEST,):
            engine.dispose()
            raise Unsupported(
                f"PostgreSQL {shown} is not supported",
                place="server",
                remedy=f"upgrade to PostgreSQL {OLDEST} or newer",
            )
        return cls(engine, version, f"postgresql {shown}", lock_timeout_ms)

    @staticmethod
    def demanded(evolution: str, states: Sequence[str]) -> str:
        """A statement that fails unless the evolution is in one of these states."""
        return scripts.demanded(evolution, states)

    def reflect(self, connection: Connection, tables: Iterable[str], drafts: Sequence[Draft] = ()) -> Schema:
        """The schema around the tables, as a user writes their names, with what bears the names of drafts."""
        return reflect(connection, tables, self._version, drafts)

    def redefinitions(
        self,
        connection: Connection,
        schema: Schema,
        evolution: str,
        drafts: Sequence[Draft],
        stand_ins: Sequence[StandIn],
    ) -> tuple[Redefinition, ...]:
        """What the drafts make, in an order in which they can be made."""
        return ask(connection, schema, evolution, drafts, stand_ins)

    def opening(
        self, tables: Sequence[TableName] = (), raised: Sequence[TableName] = ()
    ) -> tuple[Statement, ...]:
        """What each transaction that takes locks begins with; `tables` are those that it locks for long
        enough to be in anybody's way.
        """
        return self._renderer.opening(tables, raised)

    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        return self._renderer.render(step)

    def switch(
        self,
        view: TableName,
        shown: Statement,
        stages: Sequence[Stage],
    ) -> str | None:
        """Execute all in one transaction."""
        with self.engine.begin() as connection:
            for statement in (*(each for stage in stages for each in stage.statements), shown):
                connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})
        return None

    def objection(
        self, connection: Connection, step: AskExpression | AskForeignKey | AskIndex
    ) -> Refused | None:
        """Why the server would not take what is asked for; None where it would."""
        return objection(connection, step)

    def hindrance(
        self, connection: Connection, walks: Sequence[Sequence[Step]], tables: Sequence[Table]
    ) -> Refused | None:
        """Nothing that is not refused elsewhere."""
        return None

    def lacking(self, connection: Connection, step: AskStanding) -> tuple[Lack, ...]:
        """What of all that `step` asks for does not stand, or is not used."""
        return standing.lacking(connection, step)

    def load(self, connection: Connection) -> Load:
        """How the server is, now."""
        row = connection.execute(text(LOAD)).one()
        return Load(float(row.replica_lag), int(row.blocked_sessions), int(row.log_position))

    def had_at_once(self, connection: Connection, statement: Statement) -> bool:
        """Never: who holds a lock of the table here gets another before those who wait."""
        return False

    def blocker(self, error: DBAPIError, tables: Sequence[str]) -> str | None:
        """The oldest transaction that holds a lock on one of the tables, where `error` is about a lock."""
        if getattr(error.orig, "sqlstate", None) != _NO_LOCK:
            return None
        with suppress(DBAPIError), self.engine.connect() as connection:
            return oldest(connection, tables)
        return None

    def sessions(self, connection: Connection, namespaces: Sequence[str]) -> int:
        """None that can be seen: nobody else's search path is told."""
        return 0

    def held(self, connection: Connection, tables: Sequence[str]) -> Held | None:
        """The oldest transaction of another session that holds a lock on one of the tables, right now."""
        return held(connection, tables)

    def troubleshooting(self, evolution: str, tables: Sequence[TableName]) -> tuple[tuple[str, str], ...]:
        """Queries that change nothing and tell where an evolution hangs: each its title and its SQL."""
        return troubleshooting.queries(evolution, tables)

    def copying(self) -> PostgreSQL:
        """The same: no statement of Crossfade's copies a table here."""
        return self

    def remedy(self, error: DBAPIError) -> str | None:
        """Nothing more than what the server says."""
        return None

    def passing(self, error: DBAPIError) -> str | None:
        """Why `error` may pass when the work is tried again, or None where it will not."""
        return _PASSING.get(getattr(error.orig, "sqlstate", None) or "")
