"""What the harness needs to say to a database, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

    from crossfade.casebook.extents import Extent, Seeds

__all__ = ["PLACE", "Database", "Drop", "Embedded"]

PLACE = "_place"
"""What a dump calls the key of a row: no case has a column of that name."""


class Embedded(Protocol):
    """A private server."""

    @property
    def version(self) -> str:
        """Such as "18.4"."""

    def create_database(self, name: str) -> str:
        """Create the database `name`, empty, and return its URL."""


class Drop(NamedTuple):
    """What is dropped when a case is over: its kind, its name, and the statement."""

    kind: str
    name: str
    statement: str


class Database(Protocol):
    """A database as the harness speaks to it."""

    name: str
    title: str
    passes_over: bool  # whether an application whose namespace is gone finds the plain tables

    def embedded(self) -> AbstractContextManager[Embedded]:
        """A private server for a block."""

    def spoken(self, url: URL) -> URL:
        """The URL with the driver that the old applications, and the harness, speak."""

    def asynchronous(self, url: URL, arguments: Mapping[str, Any]) -> tuple[URL, dict[str, Any]]:
        """The URL, and the arguments of connecting, with a driver for asynchronous applications."""

    def namespace(self, evolution: str, schema: str) -> dict[str, Any]:
        """The arguments of connecting by which an application speaks the new version."""

    def limits(self, seconds: int, application: str) -> Sequence[str]:
        """Statements by which a new connection gives up a statement that takes longer."""

    def version(self, connection: Connection) -> str:
        """The server, such as "postgresql 18.4"."""

    def schema(self, connection: Connection) -> str:
        """Where tables are made."""

    def journal(self, schema: str) -> str:
        """What holds the journal: a schema, or a database."""

    def exists(self, connection: Connection, kind: str, name: str) -> bool:
        """Whether there is a "table", "view", "type", "function" or "schema" of that name."""

    def retired(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        evolution: str,
    ) -> Sequence[str]:
        """Statements that drop what a walk may have left of these where it ended in between."""

    def drops(
        self,
        schema: str,
        views: Sequence[str],
        tables: Sequence[str],
        functions: Sequence[str],
        types: Sequence[str],
        evolution: str,
    ) -> Sequence[Drop]:
        """What a case, and its evolution but for the journal, have made."""

    def drop_journal(self, schema: str) -> Drop:
        """The journal."""

    def snapshot(self, connection: Connection) -> Connection:
        """The connection, reading one state of the database for as long as it takes."""

    def lines(self, extent: Extent, *, clocks: bool) -> str:
        """A query for one text for each row, in the order of the first part's bytes: key, owner, digest and
        shown values, between tabs; without clock columns if not `clocks`.
        """

    def seeded(self, seeds: Seeds) -> str:
        """A query for the key (as texts) and the owner of each row whose key is in :values."""

    def may_silence_triggers(self, engine: Engine) -> bool:
        """Whether the application's own triggers are silent while the backfill writes, or there are none."""
