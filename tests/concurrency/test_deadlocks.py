"""Applications lock rows and tables in whatever order they like: it is never they who get the error."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from crossfade import commands
from tests.concurrency.shop import NAME, OPEN, ROWS
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, until, value

Sessions = Callable[..., Session]

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def test_a_batch_gives_way_to_a_transaction_that_locks_the_other_way_round(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    application, watcher = sessions(autocommit=False), sessions()
    touch = "UPDATE orders SET revision = revision + 1 WHERE id = %s"
    watch = Watch().on("began", "backfill", lambda: application.execute(touch, (900,)))

    running = background.submit(commands.start, OPEN, shop, observer=watch)
    crossfade_blocked(watcher, running, by=application)  # it holds rows 1 to 899, and waits for 900
    application.execute(touch, (1,))
    application.commit()

    came_to(running)
    assert watch.refusals >= 1
    # It did not come to a deadlock, whose victim might be either: Crossfade's patience ends long before.
    assert value(watcher, DEADLOCKS) == 0
    assert value(watcher, "SELECT sum(revision) FROM orders") == 2


def test_a_batch_that_is_refused_is_tried_again_with_fewer_rows(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """Where transactions overlap with most batches of one size, smaller ones find their way between them."""
    application = sessions(autocommit=False)
    touch = "UPDATE orders SET revision = revision + 1 WHERE id = 900"
    watch = Watch().on("began", "backfill", lambda: application.execute(touch))
    running = background.submit(commands.start, OPEN, shop, observer=watch)
    # The third try is of 250 rows, and none of them is the one that is held.
    until(lambda: watch.refusals >= 3, "the batch was refused", running)
    application.commit()
    came_to(running)
    first, *_ = watch.passed["backfill public.orders"]
    assert first <= 500


def test_transactions_in_descending_order_never_fail(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    stop = threading.Event()

    def descend(seed: int) -> int:
        chance, transactions = random.Random(seed), 0
        session = sessions(autocommit=False)
        while not stop.is_set():
            for key in sorted(chance.sample(range(1, ROWS + 1), 12), reverse=True):
                session.execute("UPDATE orders SET revision = revision + 1 WHERE id = %s", (key,))
            session.commit()
            transactions += 1
        return transactions

    flowing = [background.submit(descend, seed) for seed in range(3)]
    try:
        for command in (commands.start, commands.rollback, commands.start, commands.complete):
            command(OPEN, shop)
    finally:
        stop.set()
    transactions = sum(came_to(each) for each in flowing)
    assert transactions > 0
    assert value(sessions(), "SELECT sum(revision) FROM orders") == 12 * transactions


def test_an_index_build_that_a_deadlock_ends_is_made_anew(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    application, watcher = sessions(autocommit=False), sessions()
    write = "UPDATE orders SET revision = 1 WHERE id = 1"
    watch = Watch().on("began", "build index", lambda: application.execute(write))

    running = background.submit(commands.start, OPEN, shop, observer=watch)
    crossfade_blocked(watcher, running, by=application)
    # It waits for the build, which waits for it, and never looks for deadlocks: so the build is ended.
    application.execute("SET LOCAL deadlock_timeout = '10min'")
    application.execute("LOCK TABLE orders IN SHARE MODE")
    until(lambda: watch.refusals, "the index build was ended by the server", running)
    application.commit()

    came_to(running)
    indexes = "SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'orders'::regclass"
    assert value(watcher, indexes) is True
    assert commands.verify(NAME, shop).mismatches == 0
