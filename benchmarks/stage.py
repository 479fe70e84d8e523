"""The stage: a private server that holds each size's data once, and copies of it to measure on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import NullPool, create_engine, make_url

from crossfade import commands, connect_args
from crossfade.casebook.chat_templates.case import CASE
from crossfade.progress import Silent
from crossfade.testing import PostgresServer

SEED = 1
TABLE = "workflow_templates"
BACKFILL = "backfill "  # what the title of the step begins with

# Durable servers' settings but for fsync: how fast a disk says that it has written is not what is measured.
# Nothing of the server's own begins in the middle of a measurement: each one starts after a checkpoint and
# ends before the next is due, and autovacuum rests.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "shared_buffers": "1GB",
    "min_wal_size": "2GB",
    "max_wal_size": "32GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}


class Stage:
    """Databases of the case chat_templates, before, in the middle of and after the start of its evolution.

    Each is made when it is first asked for, vacuumed and analyzed, and only ever copied.
    """

    def __init__(self, server: PostgresServer, say: Callable[[str], None]) -> None:
        self.server = server
        self.say = say
        self._numbers = count(1)
        self._templates: set[str] = set()

    def legacy(self, rows: int) -> str:
        """The name of a database with the legacy schema and that many templates."""
        name = f"legacy_{rows}"
        if name not in self._templates:
            self.say(f"filling the legacy schema with {rows:,} rows")
            self._make(name, "template1", _fill(rows))
        return name

    def live(self, rows: int) -> str:
        """The name of a database in which both versions are live."""
        name = f"live_{rows}"
        if name not in self._templates:
            legacy = self.legacy(rows)
            self.say(f"starting the evolution on {rows:,} rows")
            self._make(name, legacy, lambda url: commands.start(CASE.evolution, url))
        return name

    def halted(self, rows: int) -> str:
        """The name of a database in which `start` has been stopped before the first row of its backfill."""
        name = f"halted_{rows}"
        if name not in self._templates:
            self._make(name, self.legacy(rows), _halt)
        return name

    def other(self, name: str, template: str, build: Callable[[str], object]) -> str:
        """The name of a database of another case, built on a copy of `template` when first asked for."""
        if name not in self._templates:
            self.say(f"making {name}")
            self._make(name, template, build)
        return name

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The URL of a fresh copy of one of these, dropped afterwards; nothing is left to write down."""
        name = f"copy_{next(self._numbers)}"
        url = self._copied(template, name)
        self.checkpoint()
        try:
            yield url
        finally:
            self.server.drop_database(name)

    def checkpoint(self) -> None:
        """Have the server write down all that is left to write."""
        self.execute(self.server.url, "CHECKPOINT")

    def execute(self, url: str, statement: str) -> None:
        """Execute a statement outside any transaction, on a connection of its own."""
        with connect(url) as connection:
            connection.execute(statement)

    def forget(self, rows: int) -> None:
        """Drop the databases of that size: the larger ones need their room."""
        for name in self._templates.intersection({f"legacy_{rows}", f"live_{rows}", f"halted_{rows}"}):
            self.server.drop_database(name)
            self._templates.remove(name)

    def _make(self, name: str, template: str, build: Callable[[str], object]) -> None:
        url = self._copied(template, name)
        build(url)
        self.execute(url, "VACUUM (ANALYZE)")
        self._templates.add(name)

    def _copied(self, template: str, name: str) -> str:
        # Files are copied as files: through the log, a gigabyte would take as long as what is measured.
        strategy = " STRATEGY file_copy" if int(self.server.version.partition(".")[0]) >= 15 else ""
        self.execute(self.server.url, f"CREATE DATABASE {name} TEMPLATE {template}{strategy}")
        return make_url(self.server.url).set(database=name).render_as_string(hide_password=False)


def connect(url: str, *, new: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of the old application, or of the new one; each statement commits by itself."""
    where = make_url(url)
    options = connect_args(CASE.evolution.name) if new else {}
    return psycopg.connect(
        host=str(where.query["host"]),
        port=str(where.query["port"]),
        user=where.username,
        dbname=where.database,
        autocommit=True,
        **options,
    )


class BackfillBegins(Exception):
    """The rows would be next."""


class Halt(Silent):
    """Stops the runner where the backfill begins, as a crash would."""

    def began(self, title: str, position: int, total: int) -> None:
        """Raises BackfillBegins where it does."""
        if title.startswith(BACKFILL):
            raise BackfillBegins


def _halt(url: str) -> None:
    try:
        commands.start(CASE.evolution, url, observer=Halt())
    except BackfillBegins:
        return
    raise AssertionError("start went through without a backfill")


def _fill(rows: int) -> Callable[[str], object]:
    def build(url: str) -> None:
        engine = create_engine(url, poolclass=NullPool)
        CASE.build(engine, rows, SEED)

    return build


def rounds(rows: int) -> int:
    """How often a measurement on that many rows is repeated: small ones are noisy, and cheap."""
    return max(1, min(7, 3_000_000 // rows))
