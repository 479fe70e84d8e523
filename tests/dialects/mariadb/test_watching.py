"""How the server is, who is in the way, and the queries for a person who wonders."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from crossfade.dialects.dialect import Held, Load
from crossfade.dialects.mariadb import troubleshooting, watching
from crossfade.dialects.mariadb.quoting import ident, journal
from crossfade.journal import Journal
from crossfade.names import JOURNAL
from crossfade.schema import TableName
from crossfade.testing import MariadbServer
from tests.memory import quick_mariadb

PATIENCE = 20.0
PLUGIN = "metadata_lock_info.so"
UNTOLD = "of whose locks this server tells no tables: its plugin METADATA_LOCK_INFO would"


@pytest.fixture
def engine(mariadb_database: str) -> Iterator[Engine]:
    engine = create_engine(mariadb_database, poolclass=NullPool)
    with engine.begin() as connection:
        for name in ("orders", "refunds", "o`d'd \"x"):
            connection.exec_driver_sql(f"CREATE TABLE {ident(name)} (id INT PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1)")
    yield engine
    engine.dispose()


@pytest.fixture
def watcher(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def process(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())


def until(true: Callable[[], bool]) -> None:
    """Wait for it. The server looks at its transactions anew once nobody has for a tenth of a second."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.12)


def held_by(watcher: Connection, *tables: str) -> int | None:
    """The process that `held` names."""
    seen = watching.held(watcher, tables)
    return None if seen is None else int(seen.who.split(",")[0].removeprefix("process "))


def age(watcher: Connection, table: str) -> float:
    seen = watching.held(watcher, [table])
    return 0.0 if seen is None or seen.seconds is None else seen.seconds


def test_a_server_where_all_is_well(watcher: Connection) -> None:
    until(lambda: watching.load(watcher).blocked_sessions == 0)
    before = watching.load(watcher)
    watcher.exec_driver_sql("INSERT INTO refunds VALUES (1)")
    after = watching.load(watcher)
    assert (before.replica_lag, before.blocked_sessions) == (0.0, 0)
    assert after.log_position > before.log_position > 0


def test_sessions_that_wait_for_a_row_or_for_a_name(engine: Engine, watcher: Connection) -> None:
    def wait(statement: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SET lock_wait_timeout = {PATIENCE:.0f}")
            connection.exec_driver_sql(statement)

    with ThreadPoolExecutor(2) as pool, engine.connect() as holder:
        holder.exec_driver_sql("SELECT * FROM orders FOR UPDATE")
        row = pool.submit(wait, "UPDATE orders SET id = 2")
        until(lambda: watching.load(watcher).blocked_sessions == 1)
        name = pool.submit(wait, "ALTER TABLE orders ADD COLUMN a INT")
        until(lambda: watching.load(watcher).blocked_sessions == 2)
        holder.rollback()
        row.result(PATIENCE)
        name.result(PATIENCE)
    until(lambda: watching.load(watcher).blocked_sessions == 0)


def test_nobody_holds_anything(watcher: Connection) -> None:
    until(lambda: watching.held(watcher, ["orders"]) is None)
    assert watching.oldest(watcher, ["orders"]) is None


def test_the_oldest_transaction_of_a_session_at_home_here(engine: Engine, watcher: Connection) -> None:
    with engine.connect() as holder:
        holder.exec_driver_sql("SELECT * FROM refunds").all()
        number = process(holder)
        until(lambda: watching.held(watcher, ["orders"]) is not None)
        found = watching.held(watcher, ["orders"])
        assert found is not None
        assert found.who == f"process {number}, user 'root', asleep, {UNTOLD}"
        assert found.seconds is not None
        assert 0 <= found.seconds < PATIENCE
        told = watching.oldest(watcher, ["orders"])
        assert told is not None
        assert told.startswith(f"{found.who}, its transaction open for ")
        watcher.exec_driver_sql("SET time_zone = '+05:00'")  # the age is one in any
        again = watching.held(watcher, ["orders"])
        assert again is not None
        assert again.seconds is not None
        assert 0 <= again.seconds < PATIENCE


def test_a_session_at_home_elsewhere_is_not_suspected(engine: Engine, watcher: Connection) -> None:
    elsewhere = create_engine(engine.url.set(database="mysql"), poolclass=NullPool)
    with elsewhere.connect() as other, engine.connect() as holder:
        other.exec_driver_sql(f"SELECT * FROM {engine.url.database}.orders").all()
        holder.exec_driver_sql("SELECT * FROM refunds").all()
        number = process(holder)
        until(lambda: held_by(watcher, "orders") == number)


@pytest.fixture(scope="module")
def plugin(mariadb: MariadbServer) -> dict[str, str]:
    """The settings that load it. Debian has it in a package that nothing else here wants."""
    with create_engine(mariadb.url, poolclass=NullPool).connect() as connection:
        there = Path(str(connection.exec_driver_sql("SELECT @@plugin_dir").scalar_one()))
    fetched = (Path(__file__).parents[3] / ".mariadb").glob(f"*{mariadb.version}-*")
    found = next((each for each in (there, *fetched) if (each / PLUGIN).exists()), None)
    if found is None:
        pytest.skip(f"{PLUGIN} is neither in {there} nor fetched by scripts/mariadb_plugin.sh")
    return {"plugin-dir": str(found), "plugin-load-add": PLUGIN.removesuffix(".so")}


def test_who_holds_a_table_where_the_server_tells_it(plugin: dict[str, str]) -> None:
    with watched(plugin) as (engine, watcher):
        exact(engine, watcher)


def test_who_holds_a_table_where_performance_is_watched() -> None:
    settings = {
        "performance-schema": "ON",
        "performance-schema-instrument": "wait/lock/metadata/sql/mdl=ON",
    }
    with watched(settings) as (engine, watcher):
        exact(engine, watcher)


@contextmanager
def watched(settings: dict[str, str]) -> Iterator[tuple[Engine, Connection]]:
    """A server with these settings, its tables, and who watches it."""
    with quick_mariadb(settings=settings) as server:
        engine = create_engine(server.create_database("shop"), poolclass=NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            for name in ("orders", "refunds", "o`d'd \"x"):
                watcher.exec_driver_sql(f"CREATE TABLE {ident(name)} (id INT PRIMARY KEY)")
            yield engine, watcher


def exact(engine: Engine, watcher: Connection) -> None:
    with ExitStack() as stack:
        first, second, hostile = (stack.enter_context(engine.connect()) for _ in range(3))
        second.exec_driver_sql("SELECT * FROM refunds").all()
        until(lambda: held_by(watcher, "refunds") == process(second))
        until(lambda: age(watcher, "refunds") >= 1)  # it tells when a transaction began in whole seconds
        first.exec_driver_sql("SELECT * FROM orders").all()
        hostile.exec_driver_sql(f"SELECT * FROM {ident('o`d' + chr(39) + 'd ' + chr(34) + 'x')}").all()
        until(lambda: held_by(watcher, "orders") == process(first))
        assert held_by(watcher, f"{engine.url.database}.orders") == process(first)
        assert held_by(watcher, "orders", "refunds") == process(second)
        assert held_by(watcher, '"o`d\'d ""x"') == process(hostile)
        assert watching.held(watcher, ["Orders", "órders", "nothing"]) is None
        found = watching.held(watcher, ["orders"])
        assert found == Held(
            f"process {process(first)}, user 'root', asleep", found.seconds if found else None
        )
        # Who waits for the name is in nobody's way yet.
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(alter, engine)
            until(lambda: watching.load(watcher).blocked_sessions == 1)
            assert held_by(watcher, "orders") == process(first)
            first.rollback()
            waiting.result(PATIENCE)
        until(lambda: watching.held(watcher, ["orders"]) is None)


def alter(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET lock_wait_timeout = {PATIENCE:.0f}")
        connection.exec_driver_sql("ALTER TABLE orders ADD COLUMN a INT")


def test_what_the_role_may_not_see_is_nothing(engine: Engine, watcher: Connection) -> None:
    watcher.exec_driver_sql("CREATE USER cf_app@localhost")
    watcher.exec_driver_sql(f"GRANT ALL ON {engine.url.database}.* TO cf_app@localhost")
    try:
        with (
            engine.connect() as holder,
            create_engine(engine.url.set(username="cf_app"), poolclass=NullPool).connect() as application,
        ):
            holder.exec_driver_sql("SELECT * FROM orders").all()
            until(lambda: watching.held(watcher, ["orders"]) is not None)
            assert watching.held(application, ["orders"]) is None
            told = watching.load(application)
            assert told == Load(0.0, 0, told.log_position)
            assert told.log_position > 0
    finally:
        watcher.exec_driver_sql("DROP USER cf_app@localhost")


def test_the_queries_for_a_person_can_be_asked(engine: Engine, watcher: Connection) -> None:
    here = str(engine.url.database)
    tables = [TableName(here, name) for name in ("orders", "o`d'd \"x")]
    own = journal(here)
    translated = engine.execution_options(schema_translate_map={JOURNAL: own})
    with translated.begin() as connection:
        Journal().install(connection)
    asked = troubleshooting.queries("grow%_'x", tables, own)
    assert len({title for title, _ in asked}) == len(asked)
    for title, query in asked:
        if "METADATA_LOCK_INFO" in query:
            with pytest.raises(DBAPIError, match="Unknown table"):  # as its title says
                watcher.exec_driver_sql(query, execution_options={"no_parameters": True})
        else:
            rows = watcher.exec_driver_sql(query, execution_options={"no_parameters": True}).all()
            if title == "How large are the tables?":
                assert {row.TABLE_NAME for row in rows} == {each.name for each in tables}
    watcher.exec_driver_sql(f"DROP DATABASE {ident(own)}")


def test_the_query_for_locks_tells_who_holds_one(plugin: dict[str, str]) -> None:
    asked = dict(troubleshooting.queries("grow", [TableName("shop", "orders")], journal("shop")))
    (query,) = (text for text in asked.values() if "METADATA_LOCK_INFO" in text)
    with watched(plugin) as (engine, watcher), engine.connect() as holder:
        holder.exec_driver_sql("SELECT * FROM orders").all()
        rows = watcher.exec_driver_sql(query, execution_options={"no_parameters": True}).all()
        assert [(row.TABLE_NAME, row.ID) for row in rows] == [("orders", process(holder))]
