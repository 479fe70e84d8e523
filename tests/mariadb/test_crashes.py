"""A runner is killed around any statement; the same command, given again, comes to what it would have."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Barrier

import pymysql
import pytest
from sqlalchemy import Engine, event

from crossfade import commands
from crossfade.errors import Busy, CrossfadeError, DatabaseFailed, WrongState
from crossfade.reports import Outcome
from crossfade.testing import MariadbServer
from tests import turns
from tests.concurrency.watching import came_to
from tests.mariadb import shop
from tests.mariadb.picture import picture, without_journal
from tests.mariadb.sessions import Session, opened
from tests.mariadb.shop import EVERYTHING, FORWARD, NAME, OPEN
from tests.mariadb.victims import Victims
from tests.memory import quick_mariadb

RATE = 0.05
NEW = f"crashes__{NAME}"

# What only the new side can say, kept by a rollback; a seed that is changed, one that is referred to.
WRITES = f"""
UPDATE {NEW}.orders SET status = 'refunded', channel = 'shop', touched = touched WHERE id % 200 = 0;
UPDATE {NEW}.orders SET status = NULL, touched = touched WHERE id = 7;
UPDATE {NEW}.orders SET revision = 1, touched = touched WHERE label = 'test';
INSERT INTO items (order_) SELECT id FROM {NEW}.orders WHERE label = 'demo';
INSERT INTO orders (id, customer, status, touched) VALUES (50001, 5001, 'sent', '2003-03-03 03:03:03');
INSERT INTO {NEW}.orders (id, customer, status, label, touched)
VALUES (50002, 5002, 'lost', 'of the new one', '2003-03-03 03:03:04');
"""
OLD_WRITES = """
UPDATE orders SET status = 'new', touched = touched WHERE id = 200;
DELETE FROM orders WHERE id = 400;
"""
RETURNED = "UPDATE orders SET status = 'returned', touched = touched WHERE id = {}"

# Each command, from where the one before has led; then the applications write.
WALK = (
    ("start", WRITES),
    ("rollback", OLD_WRITES),
    ("start", ""),
    ("complete", RETURNED.format(9)),
    ("revert", ""),
    ("complete", RETURNED.format(11)),
    ("purge", RETURNED.format(13)),
    ("revert", ""),
    ("rollback", ""),
)


Chance = Callable[[], bool]


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Chance:
    """Whether a runner is to be killed now: now and then, or always where nothing is left to chance."""
    if turns.in_full(request.config):
        return lambda: True
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    rolled = random.Random(seed)
    return lambda: rolled.random() < RATE


@pytest.fixture
def crashes(mariadb: MariadbServer) -> Iterator[str]:
    """The URL of a database that is made anew for each walk, under one name."""
    yield mariadb.create_database("crashes")
    mariadb.drop_database("crashes")


@pytest.fixture(scope="module")
def uninterrupted(mariadb: MariadbServer) -> tuple[tuple[str, ...], ...]:
    """What the database is after each command that nothing interrupts."""
    database = mariadb.create_database("crashes")
    came = []
    with filled(database) as session:
        for command, writes in WALK:
            getattr(commands, command)(EVERYTHING, database)
            came.append(picture(session))
            session.script(writes)
    mariadb.drop_database("crashes")
    return tuple(came)


@contextmanager
def filled(database: str, rows: int = 600) -> Iterator[Session]:
    """A session on the shop, which is filled in a small way."""
    with opened(database) as session:
        session.script(shop.SCHEMA)
        session.script(shop.FILL.format(rows=rows))
        yield session


def has_journal(session: Session) -> bool:
    """Whether the journal is there, so far that it may know of evolutions."""
    there = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_NAME = 'evolution'"
    return bool(session.rows(there, f"_crossfade_{session.shop}"))


def expire(session: Session) -> None:
    """Let the time pass for which a dead runner keeps its lease."""
    if has_journal(session):
        past = "lease_until = NOW() - INTERVAL 1 SECOND"
        session.execute(f"UPDATE _crossfade_{session.shop}.evolution SET {past}")


def differences(one: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    """The lines that only one of the two has."""
    here, there = Counter(one), Counter(other)
    gone, come = there - here, here - there
    return [*(f"- {each}" for each in gone.elements()), *(f"+ {each}" for each in come.elements())]


def killed(victims: Victims, command: str, session: Session, database: str, chance: Chance) -> int:
    """Give the command until one comes to its end; how many were killed. Each is killed at a moment that none
    was at before, by chance, or it goes on.
    """
    seen: set[tuple[str, str]] = set()
    kills = 0
    while True:
        victim = victims.begin(command, database)
        while (moment := victim.moment()) is not None and (moment in seen or not chance()):
            seen.add(moment)
            victim.go_on()
        if moment is None:
            break
        seen.add(moment)
        victim.kill()
        kills += 1
        expire(session)
    assert "outcome" in (victim.ended or {}), (command, victim.ended)
    return kills


def test_killed_around_any_statement_it_gets_there(
    crashes: str, victims: Victims, uninterrupted: tuple[tuple[str, ...], ...], chance: Chance
) -> None:
    """With `--every-schema`, around every statement: each runner has then sent one at the most."""
    with filled(crashes) as session:
        for (command, writes), expected in zip(WALK, uninterrupted, strict=True):
            killed(victims, command, session, crashes, chance)
            assert differences(picture(session), expected) == [], command
            session.script(writes)


def test_killed_in_a_start_and_rolled_back_nothing_is_left(
    crashes: str, victims: Victims, chance: Chance
) -> None:
    """Whatever a start had made is taken away again, though that is killed as well."""
    with filled(crashes) as session:
        before = without_journal(session)
        for moment in range(10, 130, 24):
            victim = victims.begin("start", crashes)
            for _ in range(moment):
                assert victim.moment() is not None
                victim.go_on()
            assert victim.moment() is not None
            victim.kill()
            expire(session)
            if has_journal(session) and session.rows("SELECT 1 FROM _crossfade_crashes.evolution"):
                killed(victims, "rollback", session, crashes, chance)
            assert differences(without_journal(session), before) == [], moment


def test_a_dead_runners_lease_keeps_others_away_until_it_ends(crashes: str, victims: Victims) -> None:
    with filled(crashes) as session:
        victim = victims.begin("start", crashes)
        while (moment := victim.moment()) is not None and not moment[1].startswith("ALTER"):
            victim.go_on()
        with pytest.raises(Busy, match="another runner is at work"):
            commands.start(EVERYTHING, crashes)
        victim.kill()
        for command in (commands.start, commands.rollback):
            with pytest.raises(Busy, match="another runner is at work"):
                command(EVERYTHING, crashes)
        expire(session)
    assert commands.start(EVERYTHING, crashes).state == "live"


def test_of_runners_that_start_at_once_one_does_it(shop: str, background: ThreadPoolExecutor) -> None:
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
    with opened(shop) as session:
        doubled = (
            f"SELECT command, step FROM _crossfade_{session.shop}.event WHERE kind = 'ended' "
            "AND step NOT LIKE 'compare%' GROUP BY run, command, position, step HAVING COUNT(*) > 1"
        )
        assert session.rows(doubled) == []
    assert commands.verify(NAME, shop).mismatches == 0


# The walk to where the server is killed, the command, and the statement before which it is.
SERVER_CRASHES = (
    ((), "start", "UPDATE `crashes`.`orders`"),
    ((), "start", "CREATE TRIGGER"),
    (("start",), "complete", "DROP TRIGGER"),
    (("start",), "complete", "ALTER TABLE `crashes`.`orders` RENAME COLUMN `_crossfade_new"),
    (("start",), "complete", "UNLOCK TABLES"),
    (("start", "complete"), "revert", "ALTER TABLE `crashes`.`orders` RENAME COLUMN `_crossfade_old"),
    (("start", "complete"), "revert", "UNLOCK TABLES"),
)


@pytest.fixture(scope="module")
def fragile() -> Iterator[MariadbServer]:
    """A server that may be killed."""
    with quick_mariadb() as server:
        yield server


def test_the_server_crashes_and_no_view_shows_what_it_should_not(fragile: MariadbServer) -> None:
    """In the middle of a batch, of the sync's triggers, of a switch: the view then shows the new version, or
    can't be read; and the command, given again, comes to its end.
    """
    for before, command, statement in SERVER_CRASHES:
        database = fragile.create_database("crashes")
        with filled(database, 300):
            pass
        for each in before:
            getattr(commands, each)(EVERYTHING, database)
        with crash_at(statement, fragile), pytest.raises(DatabaseFailed):
            getattr(commands, command)(EVERYTHING, database)
        fragile.restart()
        with opened(database) as session:
            if before:
                with suppress(pymysql.OperationalError):  # 1356: it can't be read now
                    shown = {
                        status for (status,) in session.rows(f"SELECT DISTINCT status FROM {NEW}.orders")
                    }
                    assert shown <= {*FORWARD.values(), "internal"}, (command, statement)
            expire(session)
        assert getattr(commands, command)(EVERYTHING, database).state in {"live", "completed"}
        with opened(database) as session:
            wrong = (
                f"SELECT COUNT(*) FROM {NEW}.orders WHERE id <= 300 "
                "AND status <> ELT(id % 3 + 1, 'created', 'settled', 'shipped')"
            )
            assert session.value(wrong) == 0
        if command != "complete":
            assert commands.verify(EVERYTHING, database).mismatches == 0
        fragile.drop_database("crashes")


@contextmanager
def crash_at(statement: str, server: MariadbServer) -> Iterator[None]:
    """The server is killed before the first statement that begins so."""
    left = [statement]

    def before(_conn: object, _cursor: object, sql: str, *_rest: object) -> None:
        if left and sql.startswith(left[0]):
            left.clear()
            server.kill()

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert not left, f"{statement} was never sent"
