"""A runner is killed anywhere; the same command, given again, comes to what it would have come to."""

import pytest

from crossfade.reports import Outcome
from tests.concurrency.watching import opened
from tests.crash.picture import picture
from tests.crash.press import OPEN, WALKS, Press, Uninterrupted, Walk, walked
from tests.crash.victim import Moment, Victims

by_walk = pytest.mark.parametrize("walk", WALKS, ids=str)


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


def assert_resumes(database: str, walk: Walk, uninterrupted: Uninterrupted, after: object) -> None:
    expire(database)
    outcome = walked(walk.command)(OPEN, database)
    assert told(outcome) == told(uninterrupted.outcome), after
    assert picture(database) == uninterrupted.picture, after


@by_walk
def test_killed_between_any_two_units_or_batches(press: Press, victims: Victims, walk: Walk) -> None:
    uninterrupted = press.uninterrupted(walk)
    for stop in uninterrupted.stops:
        database = press.copy(walk.stage)
        victim = victims.begin(walk.command, database)
        assert victim.go_to(stop)
        victim.kill()
        assert_resumes(database, walk, uninterrupted, stop)
        press.drop(database)
