"""Database servers for the tests, started when a test first asks and kept until the worker ends.

A test that takes `database` (the URL of an empty database, dropped afterwards) runs on one of the chosen
servers, by turns (turns.py), and on each with `--every-schema`: `test_x[postgresql-18]`. `--postgresql=18,15`
chooses; without it, the newest of the wheel's servers and all of Debian's; `--postgresql=all` takes the
others too.

A test that takes `mariadb_database` (the same of MariaDB) runs on the worker's own MariaDB server. Where none
is installed it fails, and says what to install.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from hypothesis import settings

from crossfade.testing import MariadbServer, PostgresServer, available_mariadb, available_postgresql
from tests import turns
from tests.conformance import pairing
from tests.memory import quick_mariadb, quick_postgresql

SERVERS = pytest.StashKey[tuple[str, ...]]()

# A statement's time is the database's business: examples are judged by what they show, not by how long.
settings.register_profile("crossfade", deadline=None, print_blob=True)
settings.load_profile("crossfade")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", metavar="VERSIONS", default="", help="such as 18,15; or all")
    parser.addoption(
        "--every-schema",
        action="store_true",
        help="each test on every server, each conformance entry in every schema",
    )


def pytest_configure(config: pytest.Config) -> None:
    available = available_postgresql()
    asked = str(config.getoption("--postgresql"))
    chosen = tuple(asked.split(",")) if asked else tuple(v for v in available if v != "16")
    chosen = available if asked == "all" else chosen
    missing = [version for version in chosen if version not in available]
    if missing or not chosen:
        there = ", ".join(available) or "none"
        raise pytest.UsageError(f"no PostgreSQL {', '.join(missing)} to test on here; there is: {there}")
    config.stash[SERVERS] = chosen
    pairing.said()  # before there are workers


def pytest_report_header(config: pytest.Config) -> str:
    chosen = config.stash[SERVERS]
    where = "each test on every one" if turns.in_full(config) else "each test on one, by turns of the seed"
    pairs = f"pairs of changes: {pairing.VARIABLE}='{pairing.said()}' ('all' and a seed: every one)"
    mariadb = next(iter(available_mariadb()), "none is installed, the tests that ask for it will fail")
    return f"postgresql: {', '.join(chosen)}; {where}\nmariadb: {mariadb}\n{pairs}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if turns.in_full(config):
        return
    servers = config.stash[SERVERS]
    taken = list(turns.of_many(item for item in items if turns.its_turn(item, servers)))
    kept = set(taken)
    config.hook.pytest_deselected(items=[each for each in items if each not in kept])
    items[:] = taken


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "postgresql" in metafunc.fixturenames:
        chosen = metafunc.config.stash[SERVERS]
        if metafunc.definition.get_closest_marker("one_server"):
            chosen = chosen[:1]
        ids = [f"postgresql-{version}" for version in chosen]
        metafunc.parametrize("postgresql", chosen, ids=ids, indirect=True, scope="session")


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], PostgresServer]]:
    """The worker's own server of a version."""
    with ExitStack() as stack:
        running: dict[str, PostgresServer] = {}

        def server(version: str) -> PostgresServer:
            if version not in running:
                running[version] = stack.enter_context(quick_postgresql(version))
            return running[version]

        yield server


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest, servers: Callable[[str], PostgresServer]) -> PostgresServer:
    """Each of the chosen servers in turn. Shared: a test that stops or restarts one starts its own."""
    return servers(request.param)


@pytest.fixture(scope="session")
def database_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def database(postgresql: PostgresServer, database_numbers: Iterator[int]) -> Iterator[str]:
    """The URL (postgresql+psycopg, superuser) of a database of the test's own, empty."""
    name = f"test_{next(database_numbers)}"
    yield postgresql.create_database(name)
    postgresql.drop_database(name)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariadbServer]:
    """The worker's own MariaDB server. Shared: a test that stops or restarts one starts its own."""
    with quick_mariadb() as server:
        yield server


@pytest.fixture
def mariadb_database(mariadb: MariadbServer, database_numbers: Iterator[int]) -> Iterator[str]:
    """The URL (mariadb+pymysql, root) of a database of the test's own, empty.

    Those that Crossfade makes beside it are dropped with it.
    """
    name = f"test_{next(database_numbers)}"
    yield mariadb.create_database(name)
    mariadb.drop_database(name)
