"""A small SQLite file that several processes may use, from asynchronous code.

What was committed outlives the process, however that ends; every write takes its turn (``BEGIN IMMEDIATE``).
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from crossfade.casebook.benefit_drafts.faults import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SqliteFile"]

T = TypeVar("T")
PATIENCE = 30.0  # seconds for another process's write


class SqliteFile:
    """The file, made with these tables when it is first used."""

    def __init__(self, path: Path, tables: str) -> None:
        self._path = path
        self._tables = tables
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What the work gives, done in one transaction."""
        return await asyncio.to_thread(self._done, work, "BEGIN IMMEDIATE")

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same for work that only reads."""
        return await asyncio.to_thread(self._done, work, "BEGIN")

    async def close(self) -> None:
        """Let the file go."""
        await asyncio.to_thread(self._closed)

    def _done(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        with self._turn:
            try:
                connection = self._opened()
                connection.execute(begin)
                with connection:  # commits, or takes all of it back
                    return work(connection)
            except sqlite3.OperationalError as error:
                raise Unavailable(f"{self._path} can't be used: {error}", remedy="try again") from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            made = sqlite3.connect(
                self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            made.row_factory = sqlite3.Row
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = NORMAL")
            made.executescript(self._tables)
            self._connection = made
        return self._connection

    def _closed(self) -> None:
        with self._turn:
            if self._connection is not None:
                with closing(self._connection):
                    self._connection = None
