"""A runner is killed anywhere; the same command, given again, comes to what it would have come to."""

import pytest

from crossfade import commands
from crossfade.errors import Busy, CrossfadeError
from tests.concurrency.watching import Watch, crossfade_blocked, opened
from tests.crash.course import Walk
from tests.crash.picture import picture
from tests.crash.press import Press, Stop
from tests.crash.resuming import assert_resumes, assert_resumes_anywhere, expire, told
from tests.crash.statuses import OPEN, ROWS, STAGES, WALKS
from tests.crash.victim import Victims

pytestmark = pytest.mark.together("crash")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("walk", WALKS[1:-1], ids=str)  # the first and the last are of the same units
def test_killed_between_any_two_units_or_batches(press: Press, victims: Victims, walk: Walk) -> None:
    assert_resumes_anywhere(press, victims, walk)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("walk", [WALKS[1], WALKS[2], WALKS[-1]], ids=str)
def test_killed_again_and_again_it_gets_there(press: Press, victims: Victims, walk: Walk) -> None:
    """Each runner is killed where none was killed before: it has done one unit, or one batch, at the most."""
    uninterrupted, database = press.uninterrupted(walk), press.copy(walk.stage)
    seen: set[tuple[str, str]] = set()
    while True:
        victim = victims.begin(walk.command, database)
        while (moment := victim.moment()) is not None and moment in seen:
            victim.go_on()
        if moment is None:
            break
        seen.add(moment)
        victim.kill()
        expire(database)
    assert victim.ended == {"outcome": uninterrupted.outcome.state}
    assert seen.issuperset(uninterrupted.moments)
    assert picture(database) == uninterrupted.picture
    press.drop(database)


def test_killed_in_a_start_and_rolled_back_nothing_is_left(press: Press, victims: Victims) -> None:
    """Whatever a start had made is taken away again, and what was kept before it is kept."""
    start = Walk("rolled back", "start")
    untouched = press.copy(start.stage)
    before = rows_and_kept(untouched)
    for stop in press.uninterrupted(start).stops:
        database = press.copy(start.stage)
        victim = victims.begin(start.command, database)
        assert victim.go_to(stop)
        victim.kill()
        expire(database)
        assert commands.rollback(OPEN, database).state == "rolled back"
        assert rows_and_kept(database) == before, stop
        press.drop(database)
    press.drop(untouched)


def rows_and_kept(database: str) -> tuple[str, ...]:
    """The picture without the journal's notes of what was done, and without what is kept of rows on which
    the old application has moved on: the first start that looks at them finds that out.
    """
    return tuple(
        line
        for line in picture(database)
        if not line.startswith(("event ", "evolution "))
        and not (line.startswith("complement ") and (' ["200"] ' in line or ' ["400"] ' in line))
    )


# Inside a unit's transaction, or inside a statement that runs outside any: the application holds what it
# needs, so that it is somewhere in the middle; (the walk, the unit, what the application does).
WRITE = "UPDATE orders SET revision = revision WHERE id = 1"
MIDDLES = {
    "the new columns": (
        Walk("absent", "start"),
        "create namespace",
        "LOCK TABLE orders IN ACCESS SHARE MODE",
    ),
    "a batch": (Walk("absent", "start"), "backfill", "UPDATE orders SET revision = revision WHERE id = 900"),
    "an index build": (Walk("absent", "start"), "build index", WRITE),
    "a validation": (
        Walk("absent", "start"),
        "validate check",
        "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE",
    ),
    "a comparison": (Walk("absent", "start"), "compare", "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"),
    "seeding": (Walk("absent", "start"), "seed", "LOCK TABLE orders IN SHARE MODE"),
    "bringing kept values back": (
        Walk("rolled back", "start"),
        "bring back",
        "UPDATE orders SET revision = revision WHERE id = 600",
    ),
    "taking seeds back": (
        Walk("live", "rollback"),
        "take back",
        "UPDATE orders SET revision = 1 WHERE label = 'house'",
    ),
    "keeping values": (
        Walk("live", "rollback"),
        "keep what",
        "LOCK TABLE crossfade.complement IN SHARE MODE",
    ),
    "dropping an index": (Walk("live", "rollback"), "drop index", WRITE),
    "dropping the columns": (
        Walk("live", "rollback"),
        "stop the sync",
        "LOCK TABLE orders IN ACCESS SHARE MODE",
    ),
    "the switch": (Walk("live", "complete"), "stop the sync", "LOCK TABLE orders IN ACCESS SHARE MODE"),
    "switching back": (
        Walk("completed", "revert"),
        "stop the sync",
        "LOCK TABLE orders IN ACCESS SHARE MODE",
    ),
    "dropping for good": (Walk("completed", "purge"), "withdraw", "LOCK TABLE orders IN ACCESS SHARE MODE"),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("middle", MIDDLES)
def test_killed_in_the_middle_of_a_unit(press: Press, victims: Victims, middle: str) -> None:
    walk, title, held = MIDDLES[middle]
    uninterrupted = press.uninterrupted(walk)
    stop = next(each for each in uninterrupted.stops if each.kind == "began" and title in each.title)
    database = press.copy(walk.stage)
    victim = victims.begin(walk.command, database)
    assert victim.go_to(stop)
    with opened(database, autocommit=False) as application, opened(database) as watcher:
        application.execute(held)
        victim.go_on()
        crossfade_blocked(watcher, by=application)
        victim.kill()
        # The server's process for it still waits, and will find out later that nobody listens.
        application.rollback()
    assert_resumes(press.course, database, walk, uninterrupted, stop)
    press.drop(database)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("walk", [WALKS[0], WALKS[2], WALKS[3]], ids=str)
def test_killed_between_the_work_and_the_note_that_it_is_done(
    press: Press, victims: Victims, walk: Walk
) -> None:
    """There is no such moment: whoever writes to the journal does so in the transaction of the work."""
    uninterrupted = press.uninterrupted(walk)
    for stop in uninterrupted.stops:
        if stop.kind != "began" or stop.title.startswith("compare"):
            continue
        database = press.copy(walk.stage)
        victim = victims.begin(walk.command, database)
        assert victim.go_to(stop), stop
        with opened(database, autocommit=False) as clerk, opened(database) as watcher:
            clerk.execute("LOCK TABLE crossfade.event IN SHARE MODE")
            victim.go_on()
            crossfade_blocked(watcher, by=clerk)
            victim.kill()
            clerk.rollback()
        if stop.title.startswith("seed"):  # sequences go on: what is inserted again gets other keys
            expire(database)
            assert told(press.course.walked(walk.command, database)) == told(uninterrupted.outcome)
            assert len(picture(database)) == len(uninterrupted.picture)
        else:
            assert_resumes(press.course, database, walk, uninterrupted, stop)
        press.drop(database)


def test_at_most_one_batch_is_done_again(press: Press, victims: Victims) -> None:
    database = press.copy("absent")
    victim = victims.begin("start", database)
    assert victim.go_to(Stop("advanced", "backfill public.orders"))
    with opened(database, autocommit=False) as application, opened(database) as watcher:
        ((passed,),) = watcher.execute("SELECT rows FROM crossfade.progress").fetchall()
        application.execute("UPDATE orders SET revision = revision WHERE id = %s", (ROWS,))
        victim.go_on()
        crossfade_blocked(watcher, by=application)  # in the second batch, whose other rows it has filled
        victim.kill()
        application.rollback()
        query = "SELECT id, xmin::text FROM orders WHERE label IS NOT NULL ORDER BY id"
        filled = watcher.execute(query).fetchall()
        assert len(filled) == passed == filled[-1][0]
        expire(database)
        watch = Watch()
        commands.start(OPEN, database, observer=watch)
        again = watcher.execute(
            "SELECT id, xmin::text FROM orders WHERE id <= %s ORDER BY id", (passed,)
        ).fetchall()
    assert again == filled  # nobody has written them since
    assert watch.passed["backfill public.orders"][0] > passed
    press.drop(database)


def test_a_dead_runners_lease_keeps_others_away_until_it_ends(press: Press, victims: Victims) -> None:
    database = press.copy("absent")
    victim = victims.begin("start", database)
    assert victim.go_to(Stop("began", "analyze public.orders"))
    victim.kill()
    for command in (commands.start, commands.rollback):
        with pytest.raises(Busy, match="another runner is at work"):
            command(OPEN, database)
    expire(database)
    assert commands.start(OPEN, database).state == "live"
    press.drop(database)


@pytest.mark.parametrize("stage", ["absent", *STAGES])
def test_a_killed_command_is_the_only_one_that_fits_but_for_a_rollback(
    press: Press, victims: Victims, stage: str
) -> None:
    for walk in WALKS:
        if walk.stage != stage:
            continue
        database = press.copy(stage)
        victim = victims.begin(walk.command, database)
        assert victim.go_to(press.uninterrupted(walk).stops[0])
        victim.kill()
        expire(database)
        for other in {"start", "complete", "revert", "purge"} - {walk.command}:
            with pytest.raises(CrossfadeError, match="does not fit"):
                press.course.walked(other, database)
        press.drop(database)
