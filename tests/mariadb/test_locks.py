"""Who holds a table, or its view, holds up Crossfade, and nobody behind it; a switch fails no statement."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from crossfade import commands
from crossfade.dialects.mariadb import brief, gate
from crossfade.reports import Outcome
from crossfade.steps import Statement
from tests.concurrency.watching import Watch, came_to, until
from tests.mariadb.sessions import Session
from tests.mariadb.shop import NAME, OPEN
from tests.mariadb.traffic import crew

Sessions = Callable[..., Session]

HELD = {
    "a lock on the table's name": ("SELECT COUNT(*) FROM orders", None),
    "locks on rows": ("UPDATE orders SET revision = 1 WHERE id IN (1, 2000)", None),
    "the view": ("SELECT COUNT(*) FROM orders", NAME),
}
COMMANDS: dict[str, tuple[Callable[..., Outcome], tuple[Callable[..., Outcome], ...]]] = {
    "start": (commands.start, ()),
    "rollback": (commands.rollback, (commands.start,)),
    "complete": (commands.complete, (commands.start,)),
    "revert": (commands.revert, (commands.start, commands.complete)),
}


class Traffic:
    """An application's short statements. Each may wait for two seconds: one that Crossfade kept waiting for
    as long as the transaction that it waits for lasts, would fail.
    """

    def __init__(self, session: Session, *, new: bool) -> None:
        session.execute("SET lock_wait_timeout = 2, innodb_lock_wait_timeout = 2")
        self.done = 0
        self.stop = threading.Event()
        self._session = session
        status = "settled" if new else "paid"
        self._statements = (
            "SELECT customer FROM orders WHERE id = %s",
            "UPDATE orders SET customer = customer + 1 WHERE id = %s",
            "SELECT COUNT(*) FROM orders WHERE id < %s",
            f"INSERT INTO orders (customer, status) VALUES (%s, '{status}')",
            f"UPDATE orders SET status = '{status}' WHERE id = %s",
        )

    def __call__(self) -> None:
        while not self.stop.is_set():
            # Rows that the long transaction does not hold: it is Crossfade that must not be waited for.
            self._session.execute(self._statements[self.done % 5], 10 + self.done % 1_500)
            self.done += 1


@pytest.mark.one_in(4)
@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("command", COMMANDS)
def test_statements_flow_while_crossfade_tries_again(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, command: str, held: str
) -> None:
    walked, before = COMMANDS[command]
    statement, version = HELD[held]
    if command == "start" and version is not None:
        pytest.skip("there is no view yet")
    for each in before:
        each(OPEN, shop)
    # In the middle: some of what a command does first needs no lock.
    long = sessions(version=version, autocommit=False)
    long.execute(statement)
    speaks = NAME if command in {"complete", "revert"} else None
    traffic = Traffic(sessions(version=speaks), new=speaks is not None)
    flowing = background.submit(traffic)
    watch = Watch()
    try:
        running = background.submit(walked, OPEN, shop, observer=watch)
        until(lambda: watch.refusals >= 1 or flowing.done(), "Crossfade gave up on a lock", running)
        first = traffic.done
        until(lambda: watch.refusals >= 3 or flowing.done(), "Crossfade tried again", running)
        until(lambda: traffic.done > first + 20 or flowing.done(), "statements flow", running)
        assert not running.done()
        long.commit()
        assert came_to(running).state in {"live", "rolled back", "completed"}
    finally:
        traffic.stop.set()
        long.rollback()
    came_to(flowing)


@pytest.mark.parametrize(
    "read", ["SELECT COUNT(*) FROM orders", "SELECT * FROM orders WHERE id = 1 FOR UPDATE"]
)
def test_who_has_read_a_table_may_write_it(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    """Where an ALTER had queued for the table, the server would have had this transaction give way."""
    application = sessions(autocommit=False)
    refused = threading.Event()
    pause = brief.pause

    def noted() -> None:
        refused.set()
        pause()

    monkeypatch.setattr(brief, "pause", noted)
    monkeypatch.setattr(brief, "LOOKS", 10_000)  # the application takes its time
    application.execute(read)
    starting = background.submit(commands.start, OPEN, shop)
    until(lambda: refused.is_set() or starting.done(), "Crossfade was refused at once", starting)
    application.execute("UPDATE orders SET customer = customer + 1 WHERE id = 1")
    application.commit()
    assert came_to(starting).state == "live"


def test_no_statement_fails_at_a_switch(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """The new application works on, at `complete` and at `revert`."""
    commands.start(OPEN, shop)
    with crew(sessions, background, 1, 8) as people:
        people.join("new")
        for walked in (commands.complete, commands.revert) * 3:
            walked(OPEN, shop)
            people.work(5)
        people.leave("new")
    assert commands.verify(NAME, shop).mismatches == 0


def test_who_looks_at_the_table_in_the_middle_of_a_switch_is_waited_for(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own purge does so at any time, with a lock that goes beside ours, not beside a change."""
    looker, watcher, execute = sessions(), sessions(), gate._execute

    def released() -> None:
        waits = "WHERE STATE = 'Waiting for table metadata lock' AND INFO LIKE %s"
        state = f"SELECT ID FROM information_schema.PROCESSLIST {waits}"
        until(lambda: watcher.rows(state, "ALTER TABLE%"), "the switch waits for who looks")
        looker.execute("BACKUP UNLOCK")

    def in_the_middle(worker: Connection, statement: Statement) -> bool:
        if statement.sql.startswith("ALTER TABLE") and not looked:
            looker.execute("BACKUP LOCK orders")
            looked.append(background.submit(released))
        return execute(worker, statement)

    monkeypatch.setattr(gate, "_execute", in_the_middle)
    commands.start(OPEN, shop)
    for walked in (commands.complete, commands.revert):
        looked: list[Future[None]] = []
        watch = Watch()
        walked(OPEN, shop, observer=watch)
        came_to(looked[0])
        assert watch.reasons == []


def test_the_old_application_works_on_until_it_is_completed(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """Complete gets its lock in spite of sessions that always have one, and what they wrote is there."""
    commands.start(OPEN, shop)
    crowd = [Traffic(sessions(), new=False) for _ in range(6)]
    flowing = [background.submit(each) for each in crowd]
    running = background.submit(commands.complete, OPEN, shop)
    try:
        assert came_to(running).state == "completed"
    finally:
        for each in crowd:
            each.stop.set()
    for running_on in flowing:
        came_to(running_on)
    assert commands.revert(OPEN, shop).state == "live"
    assert commands.verify(NAME, shop).mismatches == 0
