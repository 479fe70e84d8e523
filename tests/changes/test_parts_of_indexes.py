"""An index of a partitioned table consists of its partitions' indexes: they go by its name."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, String, create_engine, text

from crossfade import Evolution, OpenEnum, commands

LEGACY = """
CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE TYPE way AS ENUM ('post', 'self');
CREATE SCHEMA archive;
CREATE TABLE orders (id bigint PRIMARY KEY, status order_status NOT NULL, way way) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (1) TO (10);
CREATE TABLE archive.orders_2 PARTITION OF orders FOR VALUES FROM (10) TO (100);
CREATE INDEX by_status ON orders (status, way);
INSERT INTO orders VALUES (1, 'new', 'post'), (10, 'paid', NULL)
"""
FIRST = Evolution("open_statuses", changes=[OpenEnum("orders", "status", String(20))])
SECOND = Evolution("open_ways", changes=[OpenEnum("orders", "way", String(20))])
WHOLE = ["archive.by_status_p1", "by_status", "by_status_p2"]  # partitions are in the order of their names
SERVERS_OWN = ["archive.orders_2_status_way_idx", "by_status", "orders_1_status_way_idx"]


@pytest.fixture
def legacy(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY)
        yield connection


def parts(connection: Connection) -> list[str]:
    """The index and what it consists of."""
    query = "SELECT relid::text FROM pg_partition_tree('by_status') ORDER BY 1"
    return list(connection.scalars(text(query)))


def test_the_parts_take_over_the_name_and_give_it_back(legacy: Connection, database: str) -> None:
    assert parts(legacy) == SERVERS_OWN
    commands.start(FIRST, database)
    commands.complete(FIRST, database)
    assert parts(legacy) == WHOLE
    commands.revert(FIRST, database)
    assert parts(legacy) == SERVERS_OWN
    commands.complete(FIRST, database)
    assert parts(legacy) == WHOLE
    commands.purge(FIRST, database)
    commands.revert(FIRST, database)
    assert parts(legacy) == WHOLE  # built again by us, since purge dropped the server's
    commands.rollback(FIRST, database)
    assert parts(legacy) == WHOLE


def test_the_next_evolution_finds_the_names_its_own(legacy: Connection, database: str) -> None:
    for evolution in (FIRST, SECOND):
        commands.start(evolution, database)
        commands.complete(evolution, database)
        assert parts(legacy) == WHOLE
        commands.purge(evolution, database)
        assert parts(legacy) == WHOLE
