"""The backfill never writes over a newer write, and ends under any number of inserts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from crossfade import commands
from tests.concurrency.shop import BOTH_SIDES, NAME, OPEN, ROWS
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, rows, value

Sessions = Callable[..., Session]

WRITES = {
    # An old value that the sync carries over before the batch can.
    "the evolved column": (
        "UPDATE orders SET status = 'sent' WHERE id = %s",
        ("sent", "shipped", "customer 900"),
    ),
    # Nothing that the sync looks at: the batch must fill the row from its newest version.
    "what the fill reads": ("UPDATE orders SET customer = 7 WHERE id = %s", ("new", "created", "customer 7")),
    # A value of the new side, whose final name the table already has.
    "the new column": ("UPDATE orders SET label = 'mine' WHERE id = %s", ("new", "created", "mine")),
    "an unrelated column": (
        "UPDATE orders SET revision = 5 WHERE id = %s",
        ("new", "created", "customer 900"),
    ),
    "all of them": (
        "UPDATE orders SET status = 'paid', customer = 8, label = 'ours' WHERE id = %s",
        ("paid", "settled", "ours"),
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_batch_that_waits_for_a_write_does_not_write_over_it(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, write: str
) -> None:
    statement, expected = WRITES[write]
    application, watcher = sessions(autocommit=False), sessions()
    watch = Watch().on("began", "backfill", lambda: application.execute(statement, (900,)))

    starting = background.submit(commands.start, OPEN, shop, observer=watch)
    crossfade_blocked(watcher, starting, by=application)
    application.commit()

    came_to(starting)
    assert rows(watcher, BOTH_SIDES, 900) == [expected]
    assert commands.verify(NAME, shop).mismatches == 0


def test_a_write_to_a_row_that_the_backfill_has_passed_is_carried_over_by_itself(
    shop: str, sessions: Sessions
) -> None:
    application, watcher = sessions(), sessions()

    def write() -> None:
        assert value(watcher, "SELECT label FROM orders WHERE id = 1") == "customer 1"
        assert value(watcher, "SELECT label FROM orders WHERE id = %s", ROWS) is None
        application.execute("UPDATE orders SET status = 'sent' WHERE id IN (1, %s)", (ROWS,))

    commands.start(OPEN, shop, observer=Watch().on("advanced", "backfill", write))
    for passed_or_not in (1, ROWS):
        assert rows(watcher, BOTH_SIDES, passed_or_not)[0][:2] == ("sent", "shipped")


def test_the_backfill_ends_while_rows_are_inserted_faster_than_it_copies(
    shop: str, sessions: Sessions
) -> None:
    application = sessions()
    watch = Watch()
    inserted = 0

    def insert() -> None:
        nonlocal inserted
        assert inserted < 40 * ROWS, "the backfill follows the inserts"
        application.execute(
            "INSERT INTO orders (customer) SELECT n FROM generate_series(1, %s) n", (2 * ROWS,)
        )
        inserted += 2 * ROWS
        watch.on("advanced", "backfill", insert)

    watch.on("advanced", "backfill", insert)
    outcome = commands.start(OPEN, shop, observer=watch)
    assert inserted >= 2 * 2 * ROWS
    assert outcome.backfill is not None
    assert outcome.backfill.rows == ROWS
    assert outcome.verification is not None
    assert (outcome.verification.rows, outcome.verification.mismatches) == (ROWS + inserted, 0)
