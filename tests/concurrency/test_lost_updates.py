"""Both versions write the same rows at once: the last committed write is what both of them see."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple

from crossfade import commands, names
from tests.concurrency.shop import BOTH_SIDES, FORWARD, NAME, OPEN
from tests.concurrency.watching import Session, came_to, rows, value

Sessions = Callable[..., Session]

WRITERS = 8
TIMES = 120
HOT = (1, 2, 3)
BACKWARD = {new: old for old, new in FORWARD.items()}
WRITE = "UPDATE orders SET status = %s, revision = revision + 1 WHERE id = %s RETURNING revision"
BESIDE = "UPDATE orders SET customer = customer + 1, revision = revision + 1 WHERE id = %s RETURNING revision"

# What every write made of the row, on both sides.
HISTORY = f"""
CREATE TABLE history (id bigint, revision integer, old text, new text, PRIMARY KEY (id, revision));
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.history
    VALUES (NEW.id, NEW.revision, NEW.status, NEW.{names.successor("status", NAME)});
    RETURN NULL;
END $$;
CREATE TRIGGER remember AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION remember();
"""


class Row(NamedTuple):
    """A status in both versions."""

    old: str
    new: str

    def after(self, write: "Write") -> "Row":
        """The row after a write: what is not changed moves nothing."""
        if write.status is None:
            return self
        if write.by_new:
            return self if write.status == self.new else Row(BACKWARD.get(write.status, "paid"), write.status)
        return self if write.status == self.old else Row(write.status, FORWARD[write.status])


class Write(NamedTuple):
    """A status that was written, or None where another column was."""

    status: str | None
    by_new: bool


Writes = dict[tuple[int, int], Write]  # by the row, and the revision that the write made of it


def written(session: Session, together: Barrier, seed: int, *, by_new: bool) -> Writes:
    """What one writer wrote."""
    chance = random.Random(seed)
    made: Writes = {}
    together.wait()
    for turn in range(TIMES):
        key = chance.choice(HOT)
        known = [*FORWARD.values(), f"of {seed}, {turn}", f"by {seed}"] if by_new else list(FORWARD)
        status = chance.choice([*known, None])
        revision = value(session, BESIDE, key) if status is None else value(session, WRITE, status, key)
        made[key, revision] = Write(status, by_new)
    return made


def test_no_write_is_lost_under_read_committed(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    commands.start(OPEN, shop)
    watcher, together = sessions(), Barrier(WRITERS)
    watcher.execute(HISTORY)
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
        history = rows(watcher, "SELECT old, new FROM history WHERE id = %s ORDER BY revision", key)
        for revision, found in enumerate(history, 1):
            row = row.after(made.pop((key, revision)))  # noqa: PLW2901 - it goes through its history
            assert found == row
        assert rows(watcher, BOTH_SIDES, key)[0][:2] == row
    assert not made
    assert commands.verify(NAME, shop).mismatches == 0
