"""The gate: columns get other names, and no statement of the new version fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, create_engine, make_url

from crossfade.dialects.mariadb import gate
from crossfade.schema import TableName
from crossfade.steps import Stage, Statement

PATIENCE = 5.0


@dataclass
class Shop:
    """A table with an old and a new column, and the database that shows the new one."""

    engine: Engine
    name: str
    failed: list[str] = field(default_factory=list)
    done: int = 0

    @property
    def table(self) -> TableName:
        return TableName(self.name, "orders")

    @property
    def view(self) -> TableName:
        return TableName(f"{self.name}__e", "orders")

    def say(self, sql: str) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(sql)

    def read(self, sql: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def shown(self, column: str) -> Statement:
        return Statement(
            f"CREATE OR REPLACE VIEW `{self.name}__e`.orders AS SELECT id, {column} AS status "
            f"FROM `{self.name}`.orders"
        )

    def alters(self, done: str = "") -> tuple[Statement, ...]:
        return (
            Statement(f"DROP TRIGGER IF EXISTS `{self.name}`.keep"),
            Statement(
                f"ALTER TABLE `{self.name}`.orders RENAME COLUMN status TO retired, "
                "RENAME COLUMN fresh TO status, ALGORITHM=INSTANT",
                done=done,
            ),
        )

    def switch(
        self, *, patience: float = PATIENCE, locked: tuple[Statement, ...] | None = None
    ) -> str | None:
        statements = self.alters() if locked is None else locked
        return gate.switch(
            self.engine, self.view, self.shown("status"), (Stage(self.table, statements),), patience
        )

    @contextmanager
    def in_use(self, applications: int = 4) -> Iterator[None]:
        """Applications write and read through the view, and go on for a while after the block."""
        stop = threading.Event()
        begun = threading.Barrier(applications + 1)
        url = make_url(self.engine.url).set(database=f"{self.name}__e")
        engine = create_engine(url, pool_size=applications)

        def work(number: int) -> None:
            begun.wait()
            turn = 0
            while not stop.is_set():
                turn += 1
                try:
                    with engine.begin() as connection:
                        connection.exec_driver_sql(f"INSERT INTO orders (status) VALUES ('{number}-{turn}')")
                        connection.exec_driver_sql("SELECT status FROM orders ORDER BY id DESC LIMIT 3").all()
                    self.done += 1
                except Exception as error:  # noqa: BLE001 - whatever an application sees is told
                    self.failed.append(str(error))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(applications)]
        for each in threads:
            each.start()
        begun.wait()
        try:
            yield
            enough = self.done + 200  # they go on afterwards
            while self.done < enough and not self.failed:
                stop.wait(0.01)
        finally:
            stop.set()
            for each in threads:
                each.join()
            engine.dispose()


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[Shop]:
    engine = create_engine(mariadb_database)
    found = Shop(engine, str(make_url(mariadb_database).database))
    for sql in (
        f"CREATE DATABASE `{found.name}__e`",
        "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, status ENUM ('new', 'paid') NOT NULL)",
        "ALTER TABLE orders ADD COLUMN fresh VARCHAR(40)",
        "CREATE TRIGGER keep BEFORE INSERT ON orders FOR EACH ROW SET NEW.status = 'new'",
        "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'",
        found.shown("fresh").sql,
    ):
        found.say(sql)
    yield found
    engine.dispose()


def test_no_statement_of_the_new_version_fails(shop: Shop) -> None:
    with shop.in_use():
        while (reason := shop.switch()) is not None:
            assert "not to be had" in reason

    assert shop.failed == []
    ((rows, named),) = shop.read("SELECT COUNT(*), COUNT(status) FROM orders")
    assert rows == named
    assert rows == shop.done


def test_without_the_gate_statements_fail(shop: Shop) -> None:
    """What the gate is for."""
    with shop.in_use():
        for statement in shop.alters():
            shop.say(statement.sql)
        while not shop.failed:
            shop.read("SELECT 1")
        shop.say(shop.shown("status").sql)

    assert any("1356" in each or "invalid" in each for each in shop.failed)


def test_a_transaction_that_has_the_view_is_waited_for_and_no_longer_than_said(shop: Shop) -> None:
    with shop.engine.connect() as application:
        application.exec_driver_sql(f"SELECT * FROM `{shop.name}__e`.orders")

        assert shop.switch(patience=0.1) == f"the view {shop.view} was not to be had in time"

        other = shop.read(f"SELECT COUNT(*) FROM `{shop.name}__e`.orders")
        assert other == [(0,)], "who came later does not wait"
    assert shop.switch() is None


def test_a_transaction_that_has_the_table_alone_is_not_waited_for(shop: Shop) -> None:
    with shop.engine.connect() as application:
        application.exec_driver_sql("SELECT * FROM orders")

        assert shop.switch() == f"a lock on {shop.table} was not to be had at once"

    assert shop.read("SHOW COLUMNS FROM orders LIKE 'fresh'"), "nothing was changed"
    assert shop.switch() is None


def test_what_has_been_done_before_a_crash_is_not_done_again(shop: Shop) -> None:
    done = (
        "SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_NAME = 'orders' AND COLUMN_NAME = 'retired' "
        f"AND TABLE_SCHEMA = '{shop.name}'"
    )
    for each in shop.alters():
        shop.say(each.sql)

    assert shop.switch(locked=shop.alters(done)) is None

    assert shop.read(f"SELECT status FROM `{shop.name}__e`.orders") == []


def test_a_statement_that_is_refused_leaves_the_view_as_it_was(shop: Shop) -> None:
    wrong = Statement(f"ALTER TABLE `{shop.name}`.orders RENAME COLUMN nothing TO something")

    with pytest.raises(Exception, match="nothing"):
        shop.switch(locked=(wrong,))

    assert shop.read(f"SELECT status FROM `{shop.name}__e`.orders") == []


@pytest.mark.parametrize("look", [lambda shop: shop.view.schema, lambda shop: shop.name])
def test_nothing_of_the_gate_is_left(shop: Shop, look: Callable[[Shop], str]) -> None:
    assert shop.switch() is None

    found = shop.read(f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{look(shop)}'")
    assert found == [("orders",)]
