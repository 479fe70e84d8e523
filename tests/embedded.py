"""Embedded servers as they look from outside: where they are, what runs there, and what they answer."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, NullPool, create_engine


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def ask(url: str, sql: str) -> object:
    with connected(url) as connection:
        result = connection.exec_driver_sql(sql)
        return result.scalar_one() if result.returns_rows else None


def folder_of(url: str) -> Path:
    query = parse_qs(urlsplit(url).query)
    return Path(query["host"][0]) if "host" in query else Path(query["unix_socket"][0]).parent


def processes_in(folder: Path) -> list[int]:
    """The processes that were started with something in the folder as an argument."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended
        if os.fsencode(folder) in arguments:
            found.append(int(process.name))
    return found


def ends(process_id: int, *, within: float = 0) -> bool:
    """Whether the process has ended, or does within that many seconds; true of one that nobody has reaped."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within)[0])
    finally:
        os.close(descriptor)


def tcp_ports(process_id: int) -> set[int]:
    """The ports on which the process listens or is connected."""
    sockets = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        with suppress(FileNotFoundError):  # that of looking at this folder itself
            sockets.add(str(descriptor.readlink()))
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in sockets:
                ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
