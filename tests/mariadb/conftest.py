"""A shop of each test's own, sessions of its applications, and commands that run in the background."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.mariadb import shop as shop_
from tests.mariadb.sessions import Session, opened
from tests.mariadb.victims import Victims
from tests.mariadb.victims import victims as victims_


@pytest.fixture
def shop(mariadb_database: str) -> str:
    """The URL of a database with a filled shop."""
    with opened(mariadb_database) as session:
        session.script(shop_.SCHEMA)
        session.script(shop_.FILL.format(rows=shop_.ROWS))
    return mariadb_database


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Threads for commands and for traffic; the test ends when they have."""
    with ThreadPoolExecutor(max_workers=16) as threads:
        yield threads


@pytest.fixture
def sessions(mariadb_database: str, background: ThreadPoolExecutor) -> Iterator[Callable[..., Session]]:
    """Opens sessions, which are closed first of all: what waits for one in the background goes on."""
    every: list[Session] = []

    def session(**options: object) -> Session:
        every.append(Session(mariadb_database, **options))  # type: ignore[arg-type]
        return every[-1]

    yield session
    for each in every:
        each.close()


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    with victims_() as forking:
        yield forking
