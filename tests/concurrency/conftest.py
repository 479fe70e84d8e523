"""A shop of each test's own, sessions of its applications, and commands that run in the background."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.concurrency import shop as shop_
from tests.concurrency.watching import Session, opened


@pytest.fixture
def shop(database: str) -> str:
    """The URL of a database with a filled shop."""
    with opened(database) as session:
        session.execute(shop_.SCHEMA)
        session.execute(shop_.FILL.format(rows=shop_.ROWS))
    return database


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Threads for commands and for traffic; the test ends when they have."""
    with ThreadPoolExecutor(max_workers=16) as threads:
        yield threads


@pytest.fixture
def sessions(database: str, background: ThreadPoolExecutor) -> Iterator[Callable[..., Session]]:
    """Opens sessions, which are closed first of all: what waits for one in the background goes on."""
    every: list[Session] = []

    def session(*, version: str | None = None, autocommit: bool = True) -> Session:
        every.append(opened(database, version=version, autocommit=autocommit))
        return every[-1]

    yield session
    for each in every:
        each.close()
