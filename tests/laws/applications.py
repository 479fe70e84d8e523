"""Both applications, as the database sees them, and the writes that they make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from sqlalchemy.engine import make_url

from crossfade import connect_args
from tests.laws.world import NAME, Row, Side, columns


@dataclass(frozen=True)
class Write:
    """One statement of an application: `kind` is "insert", "update", "save" (of every column, changed or
    not), "upsert" or "delete"; `key` is the row's, which the database makes where it is None.
    """

    side: Side
    kind: str
    table: str
    key: int | None = None
    given: Row = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.table} {self.key} {self.given}"


class Applications:
    """The old and the new application, each with one connection, and one to look behind the curtain."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._stack = ExitStack()
        self._of: dict[Side, psycopg.Connection[dict[str, Any]]] = {}
        self.connect()

    def connect(self) -> None:
        """Connect, anew where it was connected."""
        self._stack.close()
        self._of = {
            "old": self._stack.enter_context(self._connected()),
            "new": self._stack.enter_context(self._connected(**connect_args(NAME))),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self, side: Side, table: str) -> list[Row]:
        """Every row, as that version shows it."""
        shown = SQL(", ").join(map(Identifier, columns(table, side)))
        return self._of[side].execute(SQL("SELECT {} FROM {}").format(shown, Identifier(table))).fetchall()

    def send(self, write: Write) -> int:
        """Make a write; the key of the row. Raises psycopg.Error where it is refused."""
        connection, table = self._of[write.side], Identifier(write.table)
        given = write.given if write.key is None else {"id": write.key, **write.given}
        marks = SQL(", ").join(map(Placeholder, given))
        assigned = SQL(", ").join(
            SQL("{} = {}").format(Identifier(name), Placeholder(name)) for name in write.given
        )
        insert = SQL("INSERT INTO {} ({}) VALUES ({})").format(
            table, SQL(", ").join(map(Identifier, given)), marks
        )
        returning = SQL(" RETURNING id")
        if write.kind == "insert":
            statement = insert + returning
        elif write.kind == "upsert":
            statement = insert + SQL(" ON CONFLICT (id) DO UPDATE SET ") + assigned + returning
        elif write.kind == "delete":
            statement = SQL("DELETE FROM {} WHERE id = %(id)s RETURNING id").format(table)
        else:
            statement = SQL("UPDATE {} SET {} WHERE id = %(id)s RETURNING id").format(table, assigned)
        ((row),) = connection.execute(statement, given).fetchall()
        return int(row["id"])

    def order(self, side: Side, sql: str) -> None:
        """A statement of that application that the model does not know of."""
        self._of[side].execute(SQL(sql))

    @contextmanager
    def transaction(self, side: Side, *, undone: bool) -> Iterator[None]:
        """A transaction, or in one a savepoint, of that application."""
        with self._of[side].transaction(force_rollback=undone):
            yield

    def look(self, query: str) -> list[Row]:
        """What a query finds that no application sends."""
        with self._connected() as connection:
            return connection.execute(SQL(query)).fetchall()

    def _connected(self, **given: Any) -> psycopg.Connection[dict[str, Any]]:
        connection = psycopg.connect(
            self._url, autocommit=True, row_factory=dict_row, prepare_threshold=None, **given
        )
        connection.execute("SET statement_timeout = '30s'")
        return connection
