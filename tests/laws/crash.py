"""A runner that dies at a chosen statement: the server ends its connection there, in the runner's own thread.

Quicker than a process that is killed, and as honest to the database, which sees the same: a connection that
is gone in the middle of a transaction, or before its COMMIT. Of a dead runner nothing more comes, so that
its lease stays; one that was only cut off connects again and gives it back.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url


class Blow:
    """Strikes at the `number`-th point (from 1) of a command since it asked for the lease: a statement or
    a COMMIT; where `at` is given, a statement in which that pattern is found.
    """

    def __init__(self, number: int, *, dead: bool, at: str = "") -> None:
        self.number, self.dead, self._at = number, dead, at
        self.points = 0
        self._armed = False
        self._thread = threading.get_ident()

    @property
    def fell(self) -> bool:
        """Whether the command came that far."""
        return self.points >= self.number

    def statement(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        self._armed = self._armed or "SET lease_holder=" in statement
        self._point(connection, counted=re.search(self._at, statement) is not None)

    def commit(self, connection: Connection) -> None:
        self._point(connection, counted=not self._at)

    def _point(self, connection: Connection, *, counted: bool) -> None:
        if not self._armed or threading.get_ident() != self._thread:
            return
        if not (counted or (self.dead and self.fell)):
            return
        self.points += 1
        if self.points == self.number or (self.dead and self.fell):
            _end(connection)


def _end(connection: Connection) -> None:
    driver = cast("psycopg.Connection[object]", connection.connection.dbapi_connection)
    address = (
        make_url(connection.engine.url).set(drivername="postgresql").difference_update_query(["options"])
    )
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 10000)", (driver.info.backend_pid,))


@contextmanager
def struck(blow: Blow) -> Iterator[None]:
    """Let the blow fall on a command that is called within."""
    listeners = (("before_cursor_execute", blow.statement), ("commit", blow.commit))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
