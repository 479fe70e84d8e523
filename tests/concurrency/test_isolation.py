"""Applications at stricter levels of isolation live through a start as they live beside any writer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import IsolationLevel
from psycopg.errors import SerializationFailure

from crossfade import commands
from tests.concurrency.shop import BOTH_SIDES, NAME, OPEN, ROWS
from tests.concurrency.watching import Session, Watch, came_to, rows, until, value

Sessions = Callable[..., Session]

LEVELS = [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
by_level = pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name.lower())


@by_level
def test_no_write_is_lost_and_the_only_errors_are_serialization_failures(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, level: IsolationLevel
) -> None:
    stop = threading.Event()

    def write(seed: int, done: list[int]) -> int:
        """Read-modify-write of rows all over the table; what was not serializable is tried again."""
        session, turn = sessions(autocommit=False), 0
        session.isolation_level = level
        while not stop.is_set():
            turn += 1
            key = 1 + (turn * 7 + seed) % ROWS
            try:
                ((revision, status),) = rows(
                    session, "SELECT revision, status FROM orders WHERE id = %s", key
                )
                following = {"new": "paid", "paid": "sent", "sent": "new"}[status]
                session.execute(
                    "UPDATE orders SET revision = %s, status = %s WHERE id = %s",
                    (revision + 1, following, key),
                )
                session.commit()
            except SerializationFailure:  # anything else ends the writer, and the test
                session.rollback()
                continue
            done.append(key)
        return len(done)

    done: list[list[int]] = [[], [], []]
    writers = [background.submit(write, seed, each) for seed, each in enumerate(done)]
    try:
        until(lambda: all(len(each) > 10 for each in done), "writes flow before")
        for command in (commands.start, commands.rollback, commands.start):
            command(OPEN, shop)
            before = [len(each) for each in done]
            until(lambda: all(map(int.__gt__, map(len, done), before)), "writes flow after")  # noqa: B023
    finally:
        stop.set()
    written = sum(came_to(each) for each in writers)
    assert value(sessions(), "SELECT sum(revision) FROM orders") == written
    assert commands.verify(NAME, shop).mismatches == 0


@by_level
def test_a_snapshot_from_before_the_start_is_read_to_the_end(
    shop: str, sessions: Sessions, level: IsolationLevel
) -> None:
    reader = sessions(autocommit=False)
    reader.isolation_level = level
    # The snapshot is taken by a look at another table: on this one, the reader would hold up the start.
    reader.execute("SELECT count(*) FROM pg_namespace")
    writer = sessions()
    watch = Watch().on("began", "backfill", lambda: writer.execute("UPDATE orders SET status = 'sent'"))
    # An index is built when everyone who could still miss it is gone: this test's reader never is.
    writer.execute("DROP INDEX ix_orders_status")
    commands.start(OPEN, shop, observer=watch)

    before = "SELECT count(*), count(*) FILTER (WHERE status = 'sent') FROM orders"
    assert rows(reader, before) == [(ROWS, ROWS // 3)]
    # Its writes are late by the rules of the level: the row is another one since, as after any writer.
    with pytest.raises(SerializationFailure):
        reader.execute("UPDATE orders SET revision = 1 WHERE id = 3")
    reader.rollback()
    reader.execute("UPDATE orders SET revision = 1, status = 'new' WHERE id = 3")
    reader.commit()
    assert rows(writer, BOTH_SIDES, 3)[0][:2] == ("new", "created")
