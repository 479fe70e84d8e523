"""Servers whose folders are in memory: a database is made there in a tenth of the time that a disk takes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from crossfade.testing import MariadbServer, PostgresServer, embedded_mariadb, embedded_postgresql

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system like any other, and what is made there has a name of its own
ROOM = 1 << 30  # bytes that must be free: several servers run at a time
SMALL_LOG = {"max_wal_size": "64MB", "min_wal_size": "32MB"}  # it would grow to a gigabyte


@contextmanager
def quick_postgresql(version: str) -> Iterator[PostgresServer]:
    """A private server of that version, in memory where there is room, else where all of them are."""
    with ExitStack() as stack:
        with _folders_in_memory():
            server = stack.enter_context(embedded_postgresql(version, settings=SMALL_LOG))
        yield server


@contextmanager
def quick_mariadb(*, settings: Mapping[str, str] = {}) -> Iterator[MariadbServer]:
    """A private MariaDB server, in memory where there is room; `settings` as for `embedded_mariadb`."""
    with ExitStack() as stack:
        with _folders_in_memory():
            server = stack.enter_context(embedded_mariadb(settings=settings))
        yield server


@contextmanager
def _folders_in_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if _fits():
            patch.setattr("crossfade.testing.watcher.tempfile.mkdtemp", _folder)
        yield


def _fits() -> bool:
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return False
    # Where root can't let the server's account read the installation, a copy in the folder is executed.
    return shutil.disk_usage(MEMORY).free > ROOM and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC


def _folder(prefix: str, dir: str) -> str:
    return mkdtemp(prefix=prefix, dir=MEMORY)
