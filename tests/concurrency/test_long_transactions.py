"""A long transaction of the application holds up Crossfade, and nobody else."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from crossfade import commands
from crossfade.reports import Outcome
from tests.concurrency.shop import NAME, OPEN
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, until, value

Sessions = Callable[..., Session]
LONGEST = 5.0  # seconds; without `lock_timeout` a statement would wait for the long transaction's end

HELD = {
    "a lock on the table": "SELECT count(*) FROM orders",
    "locks on rows": "UPDATE orders SET revision = 1 WHERE id IN (1, 2400)",
}
COMMANDS: dict[str, tuple[Callable[..., Outcome], tuple[Callable[..., Outcome], ...]]] = {
    "start": (commands.start, ()),
    "rollback": (commands.rollback, (commands.start,)),
    "complete": (commands.complete, (commands.start,)),
}


class Traffic:
    """An application's short statements, one after the other, and how long the longest took."""

    def __init__(self, session: Session) -> None:
        self.done = 0
        self.longest = 0.0
        self.stop = threading.Event()
        self._session = session

    def __call__(self) -> None:
        statements = (
            "SELECT customer FROM orders WHERE id = %s",
            "UPDATE orders SET customer = customer + 1 WHERE id = %s",
            "SELECT count(*) FROM orders WHERE id < %s",
            "INSERT INTO orders (customer) VALUES (%s)",
        )
        while not self.stop.is_set():
            began = time.monotonic()
            # Rows that the long transaction does not hold: it is Crossfade that must not be waited for.
            self._session.execute(statements[self.done % 4], (10 + self.done % 2_000,))
            self.longest = max(self.longest, time.monotonic() - began)
            self.done += 1


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("command", COMMANDS)
def test_statements_flow_while_crossfade_tries_again(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, command: str, held: str
) -> None:
    walked, before = COMMANDS[command]
    sessions().execute(
        "DROP INDEX ix_orders_status"
    )  # no step waits in a patient way, as the next test's does
    for each in before:
        each(OPEN, shop)
    long = sessions(autocommit=False)
    long.execute(HELD[held])
    traffic = Traffic(sessions())
    flowing = background.submit(traffic)
    watch = Watch()
    try:
        running = background.submit(walked, OPEN, shop, observer=watch)
        until(lambda: watch.refusals >= 1, "Crossfade gave up on a lock", running)
        first = traffic.done
        until(lambda: watch.refusals >= 3, "Crossfade tried again", running)
        while_trying = traffic.done - first
        assert not running.done()
        long.commit()
        assert came_to(running).state in {"live", "rolled back", "completed"}
    finally:
        traffic.stop.set()
        long.rollback()
    came_to(flowing)
    assert while_trying > 20
    assert traffic.longest < LONGEST


def test_statements_flow_while_an_index_build_waits_for_a_long_transaction(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    long, watcher = sessions(autocommit=False), sessions()
    watch = Watch().on(
        "began", "build index", lambda: long.execute("UPDATE orders SET revision = 2 WHERE id = 1")
    )
    traffic = Traffic(sessions())
    flowing = background.submit(traffic)
    try:
        running = background.submit(commands.start, OPEN, shop, observer=watch)
        crossfade_blocked(watcher, running, by=long)
        first = traffic.done
        until(lambda: traffic.done > first + 100, "statements flow beside the index build")
        assert not running.done()
        long.commit()
        came_to(running)
        assert watch.refusals == 0  # it waits: tried again, it would begin anew
    finally:
        traffic.stop.set()
        long.rollback()
    came_to(flowing)
    assert traffic.longest < LONGEST
    assert commands.verify(NAME, shop).mismatches == 0
    invalid = "SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass AND NOT indisvalid"
    assert value(watcher, invalid) == 0
