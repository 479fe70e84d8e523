"""AddColumn on a server: what its default is, and what is said of the column."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, NullPool, String, Text, create_engine, func, text

from crossfade import AddColumn, Evolution, commands

LEGACY = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
INSERT INTO orders (note) SELECT 'n ' || n FROM generate_series(1, 3) n;
CREATE SEQUENCE drawn;
CREATE SCHEMA shop;
CREATE FUNCTION shop.ticket() RETURNS text LANGUAGE sql AS $$ SELECT 'T' || nextval('drawn') $$;
CREATE FUNCTION shop."Ticket of"(int) RETURNS text LANGUAGE sql AS $$ SELECT 'T' || nextval('drawn') $$
"""


@pytest.fixture
def legacy(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY)
        yield connection


def tickets(connection: Connection) -> list[str | None]:
    return list(connection.scalars(text("SELECT ticket FROM orders ORDER BY id")))


def file_of(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT pg_relation_filepath('orders')")))


@pytest.mark.parametrize("default", ["shop.ticket()", 'upper(shop."Ticket of"(1))'])
def test_a_default_of_the_users_own_that_differs_at_each_call_is_backfilled(
    default: str, legacy: Connection, database: str
) -> None:
    """Taken for a constant it would rewrite the table, under a lock that keeps everybody out."""
    column = Column("ticket", Text, nullable=False, server_default=text(default))
    evolution = Evolution("tickets", changes=[AddColumn("orders", column)])
    before = file_of(legacy)
    assert legacy.scalar(text("SELECT is_called FROM drawn")) is False
    preview = commands.preview(evolution, database)
    assert "backfill public.orders" in [step.title for step in preview.start]
    assert legacy.scalar(text("SELECT is_called FROM drawn")) is False  # who asks draws no ticket

    commands.start(evolution, database)
    assert file_of(legacy) == before
    legacy.exec_driver_sql("INSERT INTO orders (note) VALUES ('old')")
    legacy.exec_driver_sql("INSERT INTO public__tickets.orders (note) VALUES ('new')")
    assert tickets(legacy) == ["T1", "T2", "T3", "T4", "T5"]
    legacy.exec_driver_sql("UPDATE public__tickets.orders SET ticket = 'mine' WHERE id = 2")

    commands.rollback(evolution, database)
    legacy.exec_driver_sql("INSERT INTO orders (note) VALUES ('old')")
    commands.start(evolution, database)
    assert tickets(legacy)[:5] == ["T1", "mine", "T3", "T4", "T5"]
    commands.complete(evolution, database)
    legacy.exec_driver_sql("INSERT INTO orders (note) VALUES ('after')")
    assert len(set(tickets(legacy))) == 7


def test_a_volatile_default_beside_a_constant_fill(legacy: Connection, database: str) -> None:
    column = Column("ticket", Text, server_default=func.shop.ticket())
    evolution = Evolution("tickets", changes=[AddColumn("orders", column, fill="'none'")])
    commands.start(evolution, database)
    legacy.exec_driver_sql("INSERT INTO orders (note) VALUES ('old')")
    legacy.exec_driver_sql("INSERT INTO public__tickets.orders (note) VALUES ('new')")
    assert tickets(legacy) == ["none", "none", "none", "none", "T1"]
    commands.rollback(evolution, database)
    commands.start(evolution, database)
    assert tickets(legacy) == ["none", "none", "none", "none", "T1"]


@pytest.mark.parametrize("fill", [None, "'web'", "upper(note)", "NULL"])
def test_a_columns_comment_is_that_of_the_column(fill: str | None, legacy: Connection, database: str) -> None:
    comment = "where it's from"
    evolution = Evolution(
        "channels", changes=[AddColumn("orders", Column("channel", String(9), comment=comment), fill=fill)]
    )
    said = text("SELECT col_description('orders'::regclass, attnum) FROM pg_attribute "
                "WHERE attrelid = 'orders'::regclass AND attname = 'channel'")  # fmt: skip
    commands.start(evolution, database)
    assert legacy.scalar(said) == comment
    commands.complete(evolution, database)
    assert legacy.scalar(said) == comment


@pytest.mark.parametrize("fill", [None, "'web'", "upper(note)"])
def test_a_column_with_a_collation(fill: str | None, legacy: Connection, database: str) -> None:
    column = Column("channel", String(9, collation="C"), server_default="shop")
    evolution = Evolution("channels", changes=[AddColumn("orders", column, fill=fill)])
    collation = text(
        "SELECT collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'channel'"
    )
    commands.start(evolution, database)
    assert legacy.scalar(collation) == "C"
    legacy.exec_driver_sql("UPDATE public__channels.orders SET channel = 'mine' WHERE id = 2")
    commands.rollback(evolution, database)
    commands.start(evolution, database)
    assert legacy.scalar(text("SELECT channel FROM orders WHERE id = 2")) == "mine"
    commands.complete(evolution, database)
    assert legacy.scalar(collation) == "C"
