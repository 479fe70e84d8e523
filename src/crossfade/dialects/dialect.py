"""What every database must be able to do for Crossfade: reflect, render, connect, judge an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from crossfade.errors import Refused
from crossfade.schema import Draft, Redefinition, Schema, StandIn, Table, TableName
from crossfade.steps import AskExpression, AskForeignKey, AskIndex, AskStanding, Stage, Statement, Step


@dataclass(frozen=True)
class Load:
    """How the server is: the slowest replica's lag in seconds, sessions that wait for a lock, and how
    far its write-ahead log has come, in bytes. What the role may not see is 0.
    """

    replica_lag: float = 0.0
    blocked_sessions: int = 0
    log_position: int = 0


@dataclass(frozen=True)
class Held:
    """Who holds a lock on a table, in words that tell nobody's data, and the seconds that its
    transaction is open; None where the role may not see that.
    """

    who: str
    seconds: float | None


@dataclass(frozen=True)
class Lack:
    """Something that must stand and does not, or is not used; `remedy` is what to run."""

    fact: str
    remedy: str


class SchemaDialect(Protocol):
    """One database. It knows steps and lenses, never changes."""

    @property
    def engine(self) -> Engine:
        """Makes connections that are set up for Crossfade."""
        ...

    @property
    def server(self) -> str:
        """The server for people, such as `postgresql 18.4`."""
        ...

    @property
    def transactions(self) -> str:
        """Where the server tells of open transactions, for people."""
        ...

    def reflect(self, connection: Connection, tables: Iterable[str], drafts: Sequence[Draft] = ()) -> Schema:
        """The schema around the tables, as a user writes their names, with what bears the names of drafts."""
        ...

    def redefinitions(
        self,
        connection: Connection,
        schema: Schema,
        evolution: str,
        drafts: Sequence[Draft],
        stand_ins: Sequence[StandIn],
    ) -> tuple[Redefinition, ...]:
        """What the drafts make, in the order of making, where `stand_ins` show the new version.

        Leaves the connection in a transaction to be rolled back. Raises Refused for what the server would not
        take, with the change as its place.
        """
        ...

    def opening(
        self, tables: Sequence[TableName] = (), raised: Sequence[TableName] = ()
    ) -> tuple[Statement, ...]:
        """What each transaction that takes locks begins with; `tables` are those whose lock would keep
        others waiting.
        """
        ...

    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        ...

    def switch(self, view: TableName, shown: Statement, stages: Sequence[Stage]) -> str | None:
        """Execute the stages while statements that name `view` wait; then it is as `shown`.

        Why it could not begin, which may pass; None once it is done.
        """
        ...

    def objection(
        self, connection: Connection, step: AskExpression | AskForeignKey | AskIndex
    ) -> Refused | None:
        """Why the server would not take what is asked for, to be raised with its place; None where it would.

        Executes the statements of `step`; leaves the connection in a transaction to be rolled back.
        """
        ...

    def hindrance(
        self, connection: Connection, walks: Sequence[Sequence[Step]], tables: Sequence[Table]
    ) -> Refused | None:
        """Why the server could not go through with the walks, as its settings and the tables are; None where
        it can.
        """
        ...

    def lacking(self, connection: Connection, step: AskStanding) -> tuple[Lack, ...]:
        """What of all that `step` asks for does not stand, or is not used."""
        ...

    def load(self, connection: Connection) -> Load:
        """How the server is, now."""
        ...

    def had_at_once(self, connection: Connection, statement: Statement) -> bool:
        """Whether what commits by itself was executed without queueing for a lock; False where it is to be
        executed as it stands.
        """
        ...

    def blocker(self, error: DBAPIError, tables: Sequence[str]) -> str | None:
        """Who holds the lock on one of the tables that `error` is about; None where that can't be told."""
        ...

    def sessions(self, connection: Connection, namespaces: Sequence[str]) -> int:
        """How many other sessions are at home in one of the namespaces; 0 where none can be."""
        ...

    def held(self, connection: Connection, tables: Sequence[str]) -> Held | None:
        """The oldest transaction of another session that holds a lock on one of the tables, right now."""
        ...

    def troubleshooting(self, evolution: str, tables: Sequence[TableName]) -> tuple[tuple[str, str], ...]:
        """Queries that change nothing and tell where an evolution hangs: each its title and its SQL."""
        ...

    def copying(self) -> SchemaDialect:
        """The same database, where a statement may copy a table or keep its writers waiting."""
        ...

    def remedy(self, error: DBAPIError) -> str | None:
        """What to do about `error`, where the database knows more than that its cause is to be mended."""
        ...

    def passing(self, error: DBAPIError) -> str | None:
        """Why `error` may pass when the work is tried again, or None where it will not."""
        ...
