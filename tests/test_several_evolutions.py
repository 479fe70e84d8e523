"""Several evolutions live at once on different tables, in any order, with applications of every mix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count, product

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import Column, Text
from sqlalchemy.engine import make_url

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows, commands, connect_args

LEGACY = """
CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, status order_status);
INSERT INTO customers SELECT n, 'name ' || n FROM generate_series(1, 20) n;
INSERT INTO orders SELECT n, n, 'new' FROM generate_series(1, 20) n;
"""
SAID = {"new": "fresh", "paid": "paid in full"}
STATUSES = Evolution(
    "statuses", changes=[OpenEnum("orders", "status", values=SAID, unknown="paid", nullable=True)]
)
REGIONS = Evolution("regions", changes=[AddColumn("customers", Column("region", Text), fill="upper(name)")])
BOTH = (STATUSES, REGIONS)
Connection = psycopg.Connection[tuple[object, ...]]
Versions = frozenset[str]  # the names of the evolutions whose new versions an application speaks


def joined(connection: Connection, columns: str, order: int) -> tuple[object, ...] | None:
    return connection.execute(
        f"SELECT {columns} FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = %s", (order,)
    ).fetchone()


class Shop:
    """The database, and an application for each mix of versions that it can serve at the moment."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url, self._stack, self._numbers = url, stack, count(100)
        self._connections: dict[Versions, Connection] = {}
        self._reached: dict[str, str] = {}
        self.connect(frozenset()).execute(LEGACY)

    def connect(self, versions: Versions) -> Connection:
        if versions not in self._connections:
            address = make_url(self.url)
            place = make_conninfo(
                host=str(address.query["host"]),
                port=str(address.query["port"]),
                user="postgres",
                dbname=address.database,
            )
            given = connect_args(*sorted(versions)) if versions else {}
            self._connections[versions] = self._stack.enter_context(
                psycopg.connect(place, autocommit=True, **given)
            )
        return self._connections[versions]

    def walk(self, command: str, evolution: Evolution) -> None:
        target = evolution if command == "start" else evolution.name
        getattr(commands, command)(target, self.url)
        self._reached[evolution.name] = command
        if command == "purge":  # it drops the enum: whoever spoke the old version has been stopped before
            for gone in self._connections.keys() - set(self.speaks()):
                self._connections.pop(gone).close()
        self.everyone_writes()

    def speaks(self) -> list[Versions]:
        """The mixes of versions that are served now: both of a live evolution, one of any other."""
        sides = {
            "start": (True, False),
            "revert": (True, False),
            "complete": (True,),
            "purge": (True,),
        }
        choices = [sides.get(self._reached.get(each.name, ""), (False,)) for each in BOTH]
        return [
            frozenset(each.name for each, new in zip(BOTH, chosen, strict=True) if new)
            for chosen in product(*choices)
        ]

    def everyone_writes(self) -> None:
        """In one transaction each: a customer, an order, and a change of both; everyone else reads it."""
        for writer in self.speaks():
            connection, number = self.connect(writer), next(self._numbers)
            status, said = ("paid", SAID["paid"])  # as the old version shows it, and the new one
            region = f"NAME {number}"
            with connection.transaction():
                connection.execute(
                    "INSERT INTO customers (id, name) VALUES (%s, %s)", (number, f"name {number}")
                )
                connection.execute(
                    "INSERT INTO orders (id, customer_id, status) VALUES (%s, %s, %s)",
                    (number, number, SAID["new"] if "statuses" in writer else "new"),
                )
                if "statuses" in writer:
                    said = f"said by {number}"
                written = said if "statuses" in writer else status
                connection.execute("UPDATE orders SET status = %s WHERE id = %s", (written, number))
                if "regions" in writer:
                    region = f"region of {number}"
                    connection.execute("UPDATE customers SET region = %s WHERE id = %s", (region, number))
            for reader in self.speaks():
                shown = [said if "statuses" in reader else status, f"name {number}"]
                shown += [region] if "regions" in reader else []
                columns = f"o.status::text, c.name{', c.region' if 'regions' in reader else ''}"
                assert joined(self.connect(reader), columns, number) == tuple(shown), (writer, reader)


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(database, stack)


ENDINGS = (("rollback",), ("complete", "purge"), ("complete", "revert", "rollback"))
ORDERS = {"first in, first out": BOTH, "first in, last out": BOTH[::-1]}


@pytest.mark.one_server
@pytest.mark.parametrize("second", ENDINGS, ids=" ".join)
@pytest.mark.parametrize("first", ENDINGS, ids=" ".join)
@pytest.mark.parametrize("order", ORDERS)
def test_each_goes_its_way_while_the_other_is_live(
    shop: Shop, order: str, first: Sequence[str], second: Sequence[str]
) -> None:
    for evolution in BOTH:
        shop.walk("start", evolution)
    assert len(shop.speaks()) == 4
    for evolution, ending in zip(ORDERS[order], (first, second), strict=True):
        for command in ending:
            shop.walk(command, evolution)
        for each in commands.status(shop.url):
            assert each.state != "live" or commands.verify(each.evolution, shop.url).mismatches == 0


def test_their_commands_may_be_interleaved(shop: Shop) -> None:
    taken = "start rollback start complete revert complete purge revert rollback"
    for command in taken.split():
        for evolution in BOTH:
            shop.walk(command, evolution)
    assert [each.state for each in commands.status(shop.url)] == ["rolled back"] * 2


def test_a_seed_that_the_rows_of_another_evolution_refer_to_is_left(database: str) -> None:
    """A table that seeds refer to is not theirs: both evolutions are live, and neither loses a row."""
    with ExitStack() as stack:
        shop = Shop(database, stack)
        house = Evolution("house", changes=[SeedRows("customers", "id", [{"id": -1, "name": "the house"}])])
        gifts = Evolution("gifts", changes=[SeedRows("orders", "id", [{"id": -1, "customer_id": -1}])])
        for evolution in (house, gifts):
            commands.start(evolution, database)
        assert joined(shop.connect(frozenset({"house", "gifts"})), "c.name", -1) == ("the house",)
        assert commands.rollback(house, database).seeds_kept == 1
        assert commands.rollback(gifts, database).removed_seeds == ({"id": "-1"},)
        assert joined(shop.connect(frozenset()), "c.name", -1) is None
        assert commands.start(house, database).seeded == 0  # it is there still
