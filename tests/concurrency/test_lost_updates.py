"""Both versions write the same rows at once: the last committed write is what both of them see."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple

from crossfade import commands
from tests.concurrency.shop import BOTH_SIDES, FORWARD, NAME, OPEN
from tests.concurrency.watching import Session, came_to, rows, value

Sessions = Callable[..., Session]

WRITERS = 8
TIMES = 120
HOT = (1, 2, 3)
BACKWARD = {new: old for old, new in FORWARD.items()}
WRITE = "UPDATE orders SET status = %s, revision = revision + 1 WHERE id = %s RETURNING revision"


class Row(NamedTuple):
    """A status in both versions."""

    old: str
    new: str

    def after(self, status: str, *, by_new: bool) -> "Row":
        """The row after a write: what is not changed moves nothing."""
        if by_new:
            return self if status == self.new else Row(BACKWARD.get(status, "paid"), status)
        return self if status == self.old else Row(status, FORWARD[status])


class Write(NamedTuple):
    status: str
    by_new: bool


Writes = dict[tuple[int, int], Write]  # by the row, and the revision that the write made of it


def written(session: Session, together: Barrier, seed: int, *, by_new: bool) -> Writes:
    """What one writer wrote."""
    chance = random.Random(seed)
    made: Writes = {}
    together.wait()
    for turn in range(TIMES):
        key = chance.choice(HOT)
        known = [*FORWARD.values(), f"of {seed}, {turn}"] if by_new else list(FORWARD)
        status = chance.choice(known)
        made[key, value(session, WRITE, status, key)] = Write(status, by_new)
    return made


def test_no_write_is_lost_under_read_committed(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    commands.start(OPEN, shop)
    watcher, together = sessions(), Barrier(WRITERS)
    first = {key: Row(*rows(watcher, BOTH_SIDES, key)[0][:2]) for key in HOT}
    writers = [
        background.submit(written, sessions(version=NAME if by_new else None), together, seed, by_new=by_new)
        for seed, by_new in enumerate([True, False] * (WRITERS // 2))
    ]
    made: Writes = {}
    for writer in writers:
        of_one = came_to(writer)
        assert not made.keys() & of_one.keys(), "two writes saw the same row: one of them is lost"
        made |= of_one

    for key, row in first.items():
        for revision in range(1, 1 + value(watcher, "SELECT revision FROM orders WHERE id = %s", key)):
            write = made.pop((key, revision))
            row = row.after(write.status, by_new=write.by_new)  # noqa: PLW2901 - its history, from the first on
        assert rows(watcher, BOTH_SIDES, key)[0][:2] == row
    assert not made
    assert commands.verify(NAME, shop).mismatches == 0
