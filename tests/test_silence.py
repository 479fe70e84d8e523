from __future__ import annotations

from datetime import timedelta

import pytest

from crossfade.errors import Busy
from crossfade.progress import Silent
from crossfade.silence import wait_for_silence


class _Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _wait(counts: list[int], quiet_for: float) -> float:
    """Wait on a counter that reads `counts` and then stands still; the seconds that it took."""
    time = _Time()
    left = iter(counts)
    last = counts[-1]

    def count() -> int:
        return next(left, last)

    wait_for_silence(
        count,
        timedelta(seconds=quiet_for),
        place="evolution 'x'",
        observer=Silent(),
        clock=time.clock,
        sleep=time.sleep,
    )
    return time.now


def test_a_silent_side_is_waited_for_once() -> None:
    assert _wait([7], 20) == pytest.approx(20)


def test_a_write_starts_the_wait_anew() -> None:
    assert _wait([7, 7, 7, 8], 20) == pytest.approx(23)


def test_no_wait_is_asked_for() -> None:
    assert _wait([7], 0) == 0


def test_a_side_that_never_falls_silent_is_busy() -> None:
    with pytest.raises(Busy, match="the old version is still writing: 201 writes in 201 s"):
        _wait(list(range(1_000)), 20)
