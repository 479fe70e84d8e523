"""What a session is taken for: by its variables, its database, and the names that it writes."""

from __future__ import annotations

from collections.abc import Callable

import pymysql
import pytest
from sqlalchemy import QueuePool, create_engine, make_url

from crossfade import commands, connect_args
from crossfade.commands.ground import opened
from crossfade.session import execute
from crossfade.steps import Statement
from tests.mariadb.sessions import Session
from tests.mariadb.shop import NAME, OPEN

Sessions = Callable[..., Session]
INSERT = "INSERT INTO {} (customer, status, label) VALUES (4711, NULL, NULL)"
MADE = "SELECT status, label FROM {} WHERE customer = 4711"


def test_a_pooled_session_speaks_the_new_version_again_when_it_has_reconnected(shop: str) -> None:
    commands.start(OPEN, shop)
    given = connect_args(NAME, driver="pymysql", database=make_url(shop).database)
    engine = create_engine(
        make_url(shop).update_query_dict({"ssl_disabled": "true"}),
        connect_args=given, poolclass=QueuePool, pool_size=1, pool_pre_ping=True,
    )  # fmt: skip
    numbers = set()
    for _ in range(2):
        with engine.begin() as connection:
            numbers.add(connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())
            connection.exec_driver_sql(INSERT.format("orders"))
            # A NULL that the new side means, which an old session's insert would not be.
            assert connection.exec_driver_sql(MADE.format("orders")).all()[-1][0] is None
        with Session(shop).connection as other, other.cursor() as cursor:
            cursor.execute("SELECT ID FROM information_schema.PROCESSLIST WHERE ID = %s", (max(numbers),))
            assert cursor.fetchall()
            cursor.execute(f"KILL {max(numbers)}")
    assert len(numbers) == 2
    engine.dispose()


def test_a_session_of_the_users_database_that_names_the_view_writes_the_new_side(
    shop: str, sessions: Sessions
) -> None:
    commands.start(OPEN, shop)
    session = sessions()
    view = f"`{session.shop}__{NAME}`.orders"
    session.execute(f"UPDATE {view} SET status = 'refunded', label = 'mine' WHERE id = 1")
    session.execute(f"INSERT INTO {view} (customer, status, label) VALUES (4711, 'gone', 'kept')")
    assert session.rows(MADE.format(view)) == [("gone", "kept")]
    assert session.value("SELECT status FROM orders WHERE customer = 4711") == "paid"
    assert session.value("SELECT status FROM orders WHERE id = 1") == "paid"
    # And without its variable, what it leaves out is the old side's to say.
    session.execute(f"INSERT INTO {view} (customer) VALUES (4712)")
    assert session.rows(f"SELECT status, label FROM {view} WHERE customer = 4712") == [
        ("created", "customer 4712")
    ]
    for walked in (commands.complete, commands.revert):
        walked(OPEN, shop)
        session.execute(f"UPDATE {view} SET status = 'settled' WHERE id = 2")
        assert session.value(f"SELECT status FROM {view} WHERE id = 1") == "refunded"
    assert commands.verify(NAME, shop).mismatches == 0


def test_a_session_of_the_new_version_that_names_the_table_writes_the_old_side(
    shop: str, sessions: Sessions
) -> None:
    commands.start(OPEN, shop)
    session = sessions(version=NAME)
    session.execute(f"UPDATE `{session.shop}`.orders SET status = 'sent' WHERE id = 1")
    session.execute(f"INSERT INTO `{session.shop}`.orders (customer, status) VALUES (4711, 'sent')")
    # The label is no translation of anything that it gave: a NULL is what the new version means by none.
    assert session.rows(MADE.format("orders")) == [("shipped", None)]
    assert session.value("SELECT status FROM orders WHERE id = 1") == "shipped"


def test_other_versions_and_other_words_are_not_this_one(shop: str, sessions: Sessions) -> None:
    """Only a session that says just this name speaks it; nothing but 'off' silences the sync."""
    commands.start(OPEN, shop)
    view = f"`{sessions().shop}__{NAME}`.orders"
    for said in (NAME[:-1], f"{NAME}x", f"x,{NAME.upper()}x", "", "%", "1"):
        session = sessions()
        session.execute("SET @crossfade_version = %s, @crossfade_sync = %s", said, said)
        session.execute("INSERT INTO orders (customer, status) VALUES (4711, 'sent')")
        assert session.rows(f"SELECT status FROM {view} WHERE customer = 4711") == [("shipped",)], said
        session.execute("DELETE FROM orders WHERE customer = 4711")
    several = sessions()
    several.execute("SET @crossfade_version = %s", f"other,{NAME}")
    several.execute(INSERT.format(view))
    assert several.value(f"SELECT status FROM {view} WHERE customer = 4711") is None


def test_crossfade_leaves_no_session_with_the_sync_off(shop: str, sessions: Sessions) -> None:
    """Its own do so for a batch: whatever it executes next on that connection hears again."""
    commands.start(OPEN, shop)
    with opened(shop) as (dialect, _journal, _connection):
        for _ in range(3):
            with dialect.engine.begin() as connection:
                assert connection.exec_driver_sql("SELECT @crossfade_sync").scalar_one() is None
                execute(connection, Statement("SET @crossfade_sync = 'off'"))
        with dialect.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE orders SET status = 'sent' WHERE id = 1")
            connection.commit()
    assert sessions(version=NAME).value("SELECT status FROM orders WHERE id = 1") == "shipped"


def test_the_namespace_is_closed_to_whoever_was_in_it_when_it_goes(shop: str, sessions: Sessions) -> None:
    """A pooled session of a version that is rolled back fails, and never writes the table by mistake."""
    commands.start(OPEN, shop)
    new = sessions(version=NAME)
    new.execute("UPDATE orders SET status = 'refunded' WHERE id = 1")
    commands.rollback(OPEN, shop)
    for statement in ("UPDATE orders SET status = 'sent' WHERE id = 1", "SELECT status FROM orders"):
        with pytest.raises(pymysql.MySQLError):
            new.execute(statement)
    commands.start(OPEN, shop)
    assert new.value("SELECT status FROM orders WHERE id = 1") == "refunded"
