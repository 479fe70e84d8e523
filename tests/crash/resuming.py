"""The same command, given again after its runner has died."""

from __future__ import annotations

from crossfade.reports import Outcome
from tests.concurrency.watching import opened
from tests.crash.course import Course, Walk
from tests.crash.picture import picture
from tests.crash.press import Press, Uninterrupted
from tests.crash.victim import Victims


def expire(database: str) -> None:
    """Let the time pass for which a dead runner keeps its lease."""
    with opened(database) as session:
        session.execute("UPDATE crossfade.evolution SET lease_until = now() - interval '1 s'")


def told(outcome: Outcome) -> dict[str, object]:
    """What a command came to, without its seconds; however often rows were compared, none disagreed."""
    found = outcome.model_dump(exclude={"seconds", "notes", "verification"})
    if outcome.backfill is not None:
        found["backfill"] = outcome.backfill.rows
    mismatches = outcome.verification.mismatches if outcome.verification else None
    return found | {"mismatches": mismatches}


def assert_resumes(
    course: Course, database: str, walk: Walk, uninterrupted: Uninterrupted, after: object
) -> None:
    """The command, given again, comes to what it would have come to."""
    expire(database)
    outcome = course.walked(walk.command, database)
    assert told(outcome) == told(uninterrupted.outcome), after
    assert picture(database) == uninterrupted.picture, after


def assert_resumes_anywhere(press: Press, victims: Victims, walk: Walk) -> None:
    """Killed between any two units or batches of a walk."""
    uninterrupted = press.uninterrupted(walk)
    for stop in uninterrupted.stops:
        database = press.copy(walk.stage)
        victim = victims.begin(walk.command, database)
        assert victim.go_to(stop), stop
        victim.kill()
        assert_resumes(press.course, database, walk, uninterrupted, stop)
        press.drop(database)
