"""One runner at a time: the lease lets one in, and whoever has lost it commits nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from crossfade import Evolution, commands, lease
from crossfade.commands.admission import fitting_plan
from crossfade.errors import Busy, CrossfadeError, WrongState
from crossfade.journal import leases
from crossfade.reports import Outcome
from tests.concurrency.shop import NAME, OPEN, ROWS
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, rows, until, value

Sessions = Callable[..., Session]

# What each command notes exactly once, however many runners tried.
DOUBLED = """
SELECT command, step FROM crossfade.event WHERE kind = 'ended' AND step NOT LIKE 'compare%'
GROUP BY run, command, position, step HAVING count(*) > 1
"""
TAKEN = "UPDATE crossfade.evolution SET lease_holder = {holder}, lease_until = now() + interval '{seconds} s'"
FILLED = "SELECT count(*) FROM orders WHERE label IS NOT NULL"


def test_of_runners_that_start_at_once_one_does_it(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    together = Barrier(4)

    def run() -> Outcome | CrossfadeError:
        together.wait()
        try:
            return commands.start(OPEN, shop)
        except (Busy, WrongState) as error:
            return error

    came = [came_to(each) for each in [background.submit(run) for _ in range(4)]]
    (outcome,) = [each for each in came if isinstance(each, Outcome)]
    assert outcome.state == "live"
    watcher = sessions()
    assert rows(watcher, DOUBLED) == []
    assert rows(watcher, "SELECT run, state, lease_holder FROM crossfade.evolution") == [(1, "live", None)]
    assert commands.verify(NAME, shop).mismatches == 0


@pytest.mark.parametrize("command", [commands.start, commands.rollback, commands.complete])
def test_a_second_runner_is_turned_away_at_every_step(
    shop: str, sessions: Sessions, command: Callable[..., Outcome]
) -> None:
    turned_away: list[type[CrossfadeError]] = []

    def try_too() -> None:
        watch.on("began", "", try_too)
        for other in (commands.start, commands.rollback, commands.complete):
            with pytest.raises((Busy, WrongState)) as caught:
                other(OPEN, shop)
            turned_away.append(caught.type)

    if command is not commands.start:
        commands.start(OPEN, shop)
    watch = Watch().on("began", "", try_too)
    command(OPEN, shop, observer=watch)
    assert turned_away.count(Busy) >= len(turned_away) / 3
    assert rows(sessions(), DOUBLED) == []


def test_a_runner_that_looked_before_another_began_is_turned_away(
    shop: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It found no such evolution in the journal; by the time it has looked at the tables, there is one."""
    sessions().execute(
        "DROP INDEX ix_orders_status"
    )  # building one would wait for the runner that waits here

    def late(*arguments: object) -> object:
        monkeypatch.undo()
        commands.start(OPEN, shop)
        return fitting_plan(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("crossfade.commands.outset.fitting_plan", late)
    with pytest.raises((Busy, WrongState)):
        commands.start(OPEN, shop)
    assert rows(sessions(), DOUBLED) == []
    assert commands.verify(NAME, shop).mismatches == 0


LOST = {
    "to a runner at work": TAKEN.format(holder="'another'", seconds=3600),
    "to a runner that has died since": TAKEN.format(holder="'another'", seconds=-1),
    "to a runner that is done": TAKEN.format(holder="NULL", seconds=0),
}


@pytest.mark.parametrize("lost", LOST)
def test_a_runner_that_lost_its_lease_commits_nothing_more(shop: str, sessions: Sessions, lost: str) -> None:
    watcher = sessions()
    seen: list[tuple[int, object]] = []

    def take() -> None:
        watcher.execute(LOST[lost])
        seen.append((value(watcher, FILLED), value(watcher, "SELECT watermark FROM crossfade.progress")))

    with pytest.raises(Busy) as caught:
        commands.start(OPEN, shop, observer=Watch().on("advanced", "backfill", take))
    assert NAME in str(caught.value)
    ((filled, mark),) = seen
    assert 0 < filled < ROWS
    assert (value(watcher, FILLED), value(watcher, "SELECT watermark FROM crossfade.progress")) == (
        filled,
        mark,
    )
    holder, state = rows(watcher, "SELECT lease_holder, state FROM crossfade.evolution")[0]
    assert (holder, state) == ("another" if "another" in LOST[lost] else None, "starting")

    watcher.execute("UPDATE crossfade.evolution SET lease_holder = NULL")
    assert commands.start(OPEN, shop).backfill is not None
    assert value(watcher, FILLED) == ROWS


def test_a_runner_that_wakes_up_after_another_is_done_writes_nothing(shop: str, sessions: Sessions) -> None:
    """It was paused in mid-backfill for longer than its lease. The new application is at work by now."""
    watcher = sessions()

    def all_is_done_meanwhile() -> None:
        watcher.execute("UPDATE crossfade.evolution SET lease_until = now() - interval '1 s'")
        commands.start(OPEN, shop)
        # Values that the sleeper, which knows of no new side yet, would take for rows to fill.
        watcher.execute(f"UPDATE public__{NAME}.orders SET status = NULL, label = NULL WHERE id > 2000")

    with pytest.raises(Busy):
        commands.start(OPEN, shop, observer=Watch().on("advanced", "backfill", all_is_done_meanwhile))
    nulls = f"SELECT count(*) FROM public__{NAME}.orders WHERE status IS NULL AND label IS NULL"
    assert value(watcher, nulls) == ROWS - 2000
    assert [each.state for each in commands.status(shop)] == ["live"]
    assert rows(watcher, DOUBLED) == []


def test_a_runner_keeps_its_lease_while_one_statement_takes_long(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (leases, lease):
        monkeypatch.setattr(module, "LEASE_SECONDS", 0.6)
    long, watcher = sessions(autocommit=False), sessions()
    write = "UPDATE orders SET revision = 1 WHERE id = 1"
    watch = Watch().on("began", "build index", lambda: long.execute(write))
    running = background.submit(commands.start, OPEN, shop, observer=watch)
    crossfade_blocked(watcher, running, by=long)

    ends = value(watcher, "SELECT lease_until FROM crossfade.evolution")
    for _ in range(2):  # twice over, the lease would have ended
        late = "SELECT clock_timestamp() > %s::timestamptz + interval '0.6 s'"
        until(partial(value, watcher, late, ends), "the lease's end", running)
        ends = value(watcher, "SELECT clock_timestamp()")
        with pytest.raises(Busy, match="another runner is at work"):
            came_to(background.submit(commands.start, OPEN, shop))
    long.commit()
    assert came_to(running).state == "live"


def test_the_lease_of_a_dead_runner_ends(shop: str, sessions: Sessions) -> None:
    class Death(BaseException):
        """What ends the runner without giving it the time to give its lease back."""

    watcher = sessions()

    def die() -> None:
        watcher.execute(TAKEN.format(holder="'the dead'", seconds=0.4))
        raise Death

    with pytest.raises(Death):
        commands.start(OPEN, shop, observer=Watch().on("advanced", "backfill", die))
    with pytest.raises(Busy, match="another runner is at work: the dead"):
        commands.start(OPEN, shop)
    until(
        lambda: value(watcher, "SELECT lease_until < clock_timestamp() FROM crossfade.evolution"), "its end"
    )
    assert commands.start(OPEN, shop).state == "live"


def test_an_evolution_that_holds_the_table_is_named_before_its_traces_are(shop: str) -> None:
    """Its triggers and columns would be refused otherwise, as if they were the user's to drop."""
    commands.start(OPEN, shop)
    other = Evolution("other_statuses", changes=OPEN.changes[:1])
    for command in (commands.preview, commands.start):
        with pytest.raises(WrongState, match=f"evolution '{NAME}' is live on public.orders"):
            command(other, shop)
