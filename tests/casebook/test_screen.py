import io

import pytest
from rich.console import Console

from crossfade.casebook.desk import Notes
from crossfade.casebook.journey import Journey, Passed
from crossfade.casebook.latency import Sample
from crossfade.casebook.screen import Lines, Screen, watcher
from crossfade.casebook.stages import WALK
from crossfade.casebook.words import Fault, Finding, Side


@pytest.fixture
def journey() -> Journey:
    made = Journey("chat_templates", "postgresql 18.4", {})
    samples = [Sample("both", side, "get", 2.0) for side in Side for _ in range(10)]
    made.take(Notes(samples=samples, statements=1234))
    made.find([Finding(Fault.STALE, "both", Side.NEW, "check", "7", "a", "b")])
    return made


def shown(screen: Lines, journey: Journey) -> None:
    """What a walk tells: a stage with traffic and a command with a long step."""
    both = next(stage for stage in WALK if stage.name == "both")
    screen.entered(both, 5, 14)
    screen.observer.began("backfill t", 3, 8)
    screen.observer.advanced(500, 2000, 1000.0)
    screen.observer.waited("a lock was not to be had", 0.5, 2)
    screen.pulse(both, journey)


def test_lines_are_plain(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossfade.casebook.screen.LINE_EVERY", 0.0)
    text = io.StringIO()
    with watcher(Console(file=text, width=120)) as screen:
        shown(screen, journey)
        screen.observer.ended("backfill t", 2.0)
        screen.left(Passed("both", "both applications", 3.0, 0.0))
    lines = text.getvalue()
    assert "\x1b" not in lines
    for expected in (
        "5/14  both applications",
        "old application: 0 operations/s, p50 2.0 ms, p99 2.0 ms, longest 2.0 ms",
        "new application:",
        "3/8 backfill t: 500 of about 2,000 rows, 1,000 rows/s, 2 s left",
        "waits 0.50 s, attempt 2: a lock was not to be had",
        "1,234 statements: 0 failed, 0 lost, 1 stale",
        "backfill t: 500 rows in 2.00 s",
    ):
        assert expected in lines


def test_a_terminal_has_a_live_display(journey: Journey) -> None:
    text = io.StringIO()
    console = Console(file=text, width=120, force_terminal=True)
    with watcher(console) as screen:
        assert isinstance(screen, Screen)
        screen.entered(WALK[0], 1, 14)
        screen.left(Passed("arrive", "the old application arrives", 1.0, 0.0))
        shown(screen, journey)
        console.print(screen._render())
    for expected in ("✓", "the old application arrives", "operations/s", "backfill t", "1 stale"):
        assert expected in text.getvalue()
