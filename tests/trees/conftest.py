"""A ledger of each test's own, sessions of its applications, and commands that run in the background."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from crossfade.testing import PostgresServer
from tests.concurrency.watching import Session, opened
from tests.trees.stock import Stock

pytest.register_assert_rewrite("tests.trees.oracle")  # so that what differs is shown


@pytest.fixture(scope="session")
def stock(postgresql: PostgresServer) -> Stock:
    return Stock(postgresql)


@pytest.fixture
def old(stock: Stock) -> Iterator[str]:
    """The URL of a filled ledger that nothing has been done to."""
    database = stock.copy("old")
    yield database
    stock.drop(database)


@pytest.fixture
def live(stock: Stock) -> Iterator[str]:
    """The URL of a filled ledger, of which both versions are live."""
    database = stock.copy("live")
    yield database
    stock.drop(database)


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Threads for commands and for traffic; the test ends when they have."""
    with ThreadPoolExecutor(max_workers=16) as threads:
        yield threads


@pytest.fixture
def sessions(background: ThreadPoolExecutor) -> Iterator[Callable[..., Session]]:
    """Opens sessions, which are closed first of all: what waits for one in the background goes on."""
    every: list[Session] = []

    def session(database: str, *, autocommit: bool = True) -> Session:
        every.append(opened(database, autocommit=autocommit))
        return every[-1]

    yield session
    for each in every:
        each.close()
