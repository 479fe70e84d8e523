"""Two hands walk one table: each row is written once, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from crossfade import backfill, commands
from crossfade.errors import CrossfadeError, DatabaseFailed
from crossfade.reports import Outcome
from crossfade.spans import Spans
from crossfade.throttle import Throttle
from tests.concurrency.shop import FILL, NAME, OPEN, SCHEMA
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, opened, rows, until, value

ROWS = 12_000
LOGGED = """
CREATE TABLE written (id bigint, pid int);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO public.written VALUES (NEW.id, pg_backend_pid()); RETURN NULL; END $$;
CREATE TRIGGER note AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE orders ENABLE ALWAYS TRIGGER note;
"""
TWICE = "SELECT id FROM written GROUP BY id HAVING count(*) > 1"
AT_WORK = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'crossfade'
AND state <> 'idle' AND (wait_event_type IS NULL OR wait_event_type <> 'Lock')
"""

WRITE = "UPDATE orders SET revision = revision WHERE id = %s"

Sessions = Callable[..., Session]


@pytest.fixture
def orders(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A table that two hands are at work on, and that notes who writes a row."""
    monkeypatch.setattr(backfill, "WORTH", ROWS)
    with opened(database) as session:
        session.execute(SCHEMA)
        session.execute(FILL.format(rows=ROWS))
        session.execute(LOGGED)
    return database


def assert_whole(database: str, watcher: Session) -> None:
    assert rows(watcher, TWICE) == []
    assert value(watcher, "SELECT count(*) FROM written") == ROWS
    assert commands.verify(NAME, database).mismatches == 0


def holding(application: Session, row: int) -> Watch:
    """The application begins to write the row when the backfill begins, and does not end."""
    return Watch().on("began", "backfill", lambda: application.execute(WRITE, (row,)))


def backfilled(outcome: Outcome) -> int:
    assert outcome.backfill is not None
    return outcome.backfill.rows


def test_both_write_and_every_row_is_counted_once(orders: str, sessions: Sessions) -> None:
    watch, watcher = Watch(), sessions()
    assert backfilled(commands.start(OPEN, orders, observer=watch)) == ROWS
    assert watch.passed["backfill public.orders"][-1] == ROWS
    assert value(watcher, "SELECT count(DISTINCT pid) FROM written") == 2
    assert_whole(orders, watcher)


@pytest.mark.parametrize("hands", [1, 3])
def test_as_many_write_as_start_is_told(orders: str, sessions: Sessions, hands: int) -> None:
    assert backfilled(commands.start(OPEN, orders, hands=hands)) == ROWS
    pids = value(sessions(), "SELECT count(DISTINCT pid) FROM written")
    assert pids == 1 if hands == 1 else 2 <= pids <= hands
    assert_whole(orders, sessions())


def test_where_a_person_wants_fewer_the_others_end_their_batch_and_leave(
    orders: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Throttle, "__post_init__", at_every_batch(Throttle.__post_init__))
    fewer = Watch().on("advanced", "backfill", lambda: commands.throttle(NAME, orders, hands=1))
    assert backfilled(commands.start(OPEN, orders, observer=fewer)) == ROWS
    counts = [each for (each,) in rows(sessions(), "SELECT count(*) FROM written GROUP BY pid ORDER BY 1")]
    assert len(counts) == 1 or counts[0] <= ROWS // 3
    assert_whole(orders, sessions())


def at_every_batch(made: Callable[[Throttle], None]) -> Callable[[Throttle], None]:
    """It looks at what a person has said after each batch, not once a second."""

    def looking(throttle: Throttle) -> None:
        throttle.every = 0.0
        made(throttle)

    return looking


def test_one_that_waits_for_a_row_is_overtaken_and_goes_on(
    orders: str, sessions: Sessions, background: ThreadPoolExecutor
) -> None:
    """What the other one commits meanwhile is in the watermark, and what is in hand is as well."""
    application, watcher = sessions(autocommit=False), sessions()
    start = background.submit(commands.start, OPEN, orders, observer=holding(application, 500))
    crossfade_blocked(watcher, start, by=application)
    until(lambda: value(watcher, f"SELECT count(*) > {ROWS // 2} FROM written"), "the other goes on", start)
    ((mark,),) = rows(watcher, "SELECT watermark FROM crossfade.progress")
    assert mark["left"][0][0] == ["1"]
    assert len(mark["left"]) > 1
    application.rollback()
    assert backfilled(came_to(start)) == ROWS
    assert_whole(orders, watcher)


@pytest.mark.parametrize("row", [500, 11_500], ids=["early", "late"])
def test_where_ones_connection_is_cut_the_next_run_does_what_is_left(
    orders: str, sessions: Sessions, background: ThreadPoolExecutor, row: int
) -> None:
    application, watcher = sessions(autocommit=False), sessions()
    start = background.submit(commands.start, OPEN, orders, observer=holding(application, row))
    watcher.execute("SELECT pg_terminate_backend(%s)", (crossfade_blocked(watcher, start, by=application),))
    with pytest.raises(DatabaseFailed):
        came_to(start)
    assert value(watcher, AT_WORK) == 0  # the other one has stopped as well
    application.rollback()
    passed = value(watcher, "SELECT rows FROM crossfade.progress")
    assert value(watcher, "SELECT count(*) FROM written") == passed
    assert passed < ROWS
    assert backfilled(commands.start(OPEN, orders)) == ROWS
    assert_whole(orders, watcher)


def test_where_the_person_stops_it_both_stop(orders: str, sessions: Sessions) -> None:
    watcher = sessions()

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commands.start(OPEN, orders, observer=Watch().on("advanced", "backfill", stop))
    assert value(watcher, AT_WORK) == 0
    assert value(watcher, "SELECT count(*) FROM written") == value(
        watcher, "SELECT rows FROM crossfade.progress"
    )
    commands.start(OPEN, orders)
    assert_whole(orders, watcher)


def test_a_pause_is_for_both(orders: str, sessions: Sessions) -> None:
    """Nobody writes while it lasts: what is in hand is ended, and then nothing is begun."""
    watcher, counts = sessions(), []

    def look() -> None:
        until(lambda: value(watcher, AT_WORK) == 0, "what was in hand is ended")
        counts.append(value(watcher, "SELECT count(*) FROM written"))

    def go_on() -> None:
        look()
        commands.resume(NAME, orders)

    watch = Watch().on("began", "backfill", lambda: commands.pause(NAME, orders))
    watch.on("waited", "backfill", look).on("waited", "backfill", go_on)
    commands.start(OPEN, orders, observer=watch)
    assert set(watch.reasons) == {"paused by command"}
    before, after = counts
    assert before == after < ROWS
    assert_whole(orders, watcher)


def test_a_lost_lease_stops_both(orders: str, sessions: Sessions) -> None:
    watcher = sessions()
    taken = "UPDATE crossfade.evolution SET lease_holder = 'another', lease_until = now() + interval '1 h'"
    with pytest.raises(CrossfadeError, match="lease"):
        commands.start(
            OPEN, orders, observer=Watch().on("advanced", "backfill", lambda: watcher.execute(taken))
        )
    assert value(watcher, AT_WORK) == 0
    watcher.execute("UPDATE crossfade.evolution SET lease_holder = NULL")
    commands.start(OPEN, orders)
    assert_whole(orders, watcher)


def test_spans_are_cut_from_the_front_and_forgotten_when_done() -> None:
    spans = Spans([(("1",), ("9",))])
    first = spans.take()
    assert first == (("1",), ("9",))
    first = spans.cut(first, ("3",), ("4",))
    second = spans.take()
    assert second == (("4",), ("9",))
    assert spans.take() is None
    second = spans.cut(second, ("9",), None)
    assert spans.without(second) == [(("1",), ("3",))]
    smaller = spans.cut(first, ("2",), ("3",))  # a hand that could not have its locks tries with less
    spans.finish(second)
    assert spans.without(smaller) == [(("3",), ("3",))]
