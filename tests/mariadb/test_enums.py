"""An enum is opened while sixteen sessions write it: nobody ever sees an ordinal, a wrong label or ''."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest
from sqlalchemy import String

from crossfade import Evolution, OpenEnum, commands
from crossfade.errors import SchemaMismatch
from tests.concurrency.watching import came_to
from tests.mariadb.sessions import Session
from tests.mariadb.shop import FORWARD, NAME, OPEN, UNKNOWN
from tests.mariadb.traffic import NEW_VALUES, OLD_LABELS, crew, mapped_back

Sessions = Callable[..., Session]


class Eye:
    """A session that looks at all rows of both versions, in one statement, again and again."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.query = ""
        self.right: Callable[[str | None, str | None], bool] = lambda *_: True
        self.looks = 0
        self.stop = threading.Event()
        self._turn = threading.Lock()

    def __call__(self) -> None:
        while not self.stop.is_set():
            with self._turn:
                query, right = self.query, self.right
                if query:
                    for key, old, new in self.session.rows(query):
                        assert right(old, new), f"{key}: the old version shows {old!r}, the new one {new!r}"
                    self.looks += 1

    def watch(self, query: str, right: Callable[[str | None, str | None], bool]) -> None:
        """Look at this from here on; "" is nothing."""
        with self._turn:
            self.query, self.right = query, right


def test_nobody_ever_sees_an_ordinal_or_a_wrong_label(
    shop: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    view = f"{sessions().shop}__{NAME}.orders"
    old_side = "SELECT id, status, NULL FROM orders"
    both = f"SELECT o.id, o.status, n.status FROM orders o JOIN {view} n USING (id)"
    new_side = f"SELECT id, NULL, status FROM {view}"

    def old_right(old: str | None, _new: str | None) -> bool:
        return old in OLD_LABELS

    def both_right(old: str | None, new: str | None) -> bool:
        return new in NEW_VALUES and old == mapped_back(new)

    def new_right(_old: str | None, new: str | None) -> bool:
        return new in NEW_VALUES

    eye = Eye(sessions())
    with crew(sessions, background, seed) as people:
        looking = background.submit(eye)
        try:
            eye.watch(old_side, old_right)
            people.join("old")
            commands.start(OPEN, shop)
            eye.watch(both, both_right)
            people.join("new")
            people.work(10)
            assert commands.verify(NAME, shop).mismatches == 0
            people.leave("new")
            eye.watch(old_side, old_right)
            commands.rollback(OPEN, shop)
            people.work(5)
            commands.start(OPEN, shop)
            eye.watch(both, both_right)
            people.join("new")
            people.work(10)
            people.leave("old")
            eye.watch(new_side, new_right)
            commands.complete(OPEN, shop)
            people.work(10)
            commands.revert(OPEN, shop)
            eye.watch(both, both_right)
            people.join("old")
            people.work(10)
            people.leave("old")
            people.leave("new")
        finally:
            eye.stop.set()
        came_to(looking)
    assert eye.looks > 10
    assert commands.verify(NAME, shop).mismatches == 0
    there = {key: (old, new) for key, old, new in sessions().rows(f"{both} WHERE o.id >= 1000000")}
    assert there.keys() == people.written().keys()
    for key, (side, value) in people.written().items():
        assert there[key][side == "new"] == value, key
    originals = sessions().rows(f"{both} WHERE o.id < 1000000 ORDER BY o.id")
    assert [new for _, _, new in originals] == [list(FORWARD.values())[key % 3] for key, _, _ in originals]


CLOSED = Evolution(NAME, changes=[OpenEnum("orders", "status", String(40), values=FORWARD)])
REFUSED = {
    "an insert": "INSERT INTO orders (customer, status) VALUES (7777, 'refunded')",
    "an insert that ignores": "INSERT IGNORE INTO orders (customer, status) VALUES (7777, 'refunded')",
    "an ordinal": "INSERT INTO orders (customer, status) VALUES (7777, 2)",
    "an update": "UPDATE orders SET status = 'refunded', customer = 7777 WHERE id = 1",
    "an update that ignores": "UPDATE IGNORE orders SET status = '', customer = 7777 WHERE id = 1",
    "another case": "UPDATE orders SET status = 'Settled', customer = 7777 WHERE id = 1",
    "a space": "UPDATE orders SET status = 'settled ', customer = 7777 WHERE id = 1",
}


def test_what_no_label_stands_for_is_refused_in_every_session(shop: str, sessions: Sessions) -> None:
    commands.start(CLOSED, shop)
    for strict in (True, False):
        new = sessions(version=NAME, strict=strict)
        before = new.rows("SELECT * FROM orders WHERE id = 1")
        for what, statement in REFUSED.items():
            with pytest.raises(pymysql.MySQLError, match="the old version has no value for it"):
                new.execute(statement)
            assert new.rows("SELECT * FROM orders WHERE id = 1 OR customer = 7777") == before, what
    assert commands.verify(NAME, shop).mismatches == 0


def test_what_a_session_that_is_not_strict_wrote_is_told_before_the_start(
    shop: str, sessions: Sessions
) -> None:
    """'' is no label, and stands for nothing in the new version: it is not made one, nor is its ordinal."""
    sessions(strict=False).execute("UPDATE orders SET status = 'nonsense' WHERE id IN (3, 4)")
    with pytest.raises(SchemaMismatch, match=r"'' \(2 rows\)"):
        commands.start(OPEN, shop)
    assert not sessions().rows("SHOW COLUMNS FROM orders LIKE '\\_crossfade%'")
    sessions().execute("UPDATE orders SET status = %s WHERE status = 0", UNKNOWN)
    assert commands.start(OPEN, shop).state == "live"
