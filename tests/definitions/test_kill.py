"""A runner is killed anywhere; the same command comes to the same functions, views, columns and rows."""

import pytest

from crossfade import commands
from crossfade.errors import SchemaMismatch
from tests.concurrency.watching import crossfade_blocked, opened
from tests.crash.course import Walk
from tests.crash.press import Press
from tests.crash.resuming import assert_resumes, assert_resumes_anywhere, expire
from tests.crash.victim import Victims
from tests.definitions.course import COURSE
from tests.definitions.dump import dump

pytestmark = pytest.mark.together("definitions")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("walk", COURSE.walks, ids=str)
def test_killed_between_any_two_units_or_batches(press: Press, victims: Victims, walk: Walk) -> None:
    assert_resumes_anywhere(press, victims, walk)


def test_killed_in_a_start_and_rolled_back_nothing_is_left(press: Press, victims: Victims) -> None:
    start = Walk("absent", "start")
    untouched = press.copy(start.stage)
    before = dump(untouched)
    press.drop(untouched)
    for stop in press.uninterrupted(start).stops:
        database = press.copy(start.stage)
        victim = victims.begin(start.command, database)
        assert victim.go_to(stop), stop
        victim.kill()
        expire(database)
        assert commands.rollback(COURSE.evolution, database).state == "rolled back"
        assert dump(database) == before, stop
        press.drop(database)


# In the transaction that retires, drops or makes again: what is held lets it begin, and not end.
MIDDLES = (
    Walk("live", "complete"),
    Walk("completed", "revert"),
    Walk("completed", "purge"),
    Walk("reverted", "purge"),
    Walk("purged", "revert"),
)


@pytest.mark.parametrize("walk", MIDDLES, ids=str)
def test_killed_in_the_middle_of_a_unit(press: Press, victims: Victims, walk: Walk) -> None:
    uninterrupted = press.uninterrupted(walk)
    stop = [each for each in uninterrupted.stops if each.kind == "began"][-1]
    database = press.copy(walk.stage)
    victim = victims.begin(walk.command, database)
    assert victim.go_to(stop)
    with opened(database, autocommit=False) as application, opened(database) as watcher:
        application.execute("LOCK TABLE summary IN ACCESS SHARE MODE")
        victim.go_on()
        crossfade_blocked(watcher, by=application)
        victim.kill()
        application.rollback()
    assert_resumes(COURSE, database, walk, uninterrupted, stop)
    press.drop(database)


def test_killed_once_all_is_done_but_the_note_that_it_is(press: Press, victims: Victims) -> None:
    """The names of what was retired are the new ones' by then, on which others of the evolution depend."""
    walk = Walk("live", "complete")
    uninterrupted = press.uninterrupted(walk)
    database = press.copy(walk.stage)
    victim = victims.begin(walk.command, database)
    assert victim.go_to(uninterrupted.stops[-1])
    victim.kill()
    assert_resumes(COURSE, database, walk, uninterrupted, "the end")
    press.drop(database)


def test_what_was_bound_to_an_old_one_after_its_runner_died_is_refused(
    press: Press, victims: Victims
) -> None:
    walk = Walk("live", "complete")
    uninterrupted = press.uninterrupted(walk)
    database = press.copy(walk.stage)
    victim = victims.begin(walk.command, database)
    assert victim.go_to([each for each in uninterrupted.stops if each.kind == "began"][-1])
    victim.kill()
    with opened(database) as session:
        session.execute("CREATE VIEW late AS SELECT id FROM summary")
        expire(database)
        with pytest.raises(SchemaMismatch, match=r"view public\.late depends on view public\.summary"):
            commands.complete(COURSE.evolution, database)
        session.execute("DROP VIEW late")
    assert_resumes(COURSE, database, walk, uninterrupted, "late")
    press.drop(database)
