"""The server goes away under a runner: the command says so, and the next one goes on from what was kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from crossfade import commands
from crossfade.errors import DatabaseFailed
from crossfade.testing import PostgresServer
from tests.concurrency.watching import Watch, came_to, crossfade_blocked, opened, rows, value
from tests.crash.course import Walk
from tests.crash.picture import picture
from tests.crash.press import Press
from tests.crash.resuming import assert_resumes, expire
from tests.crash.statuses import OPEN, STATUSES
from tests.memory import quick_postgresql

pytestmark = pytest.mark.together("crash")

START = Walk("absent", "start")
BATCH = "UPDATE orders SET revision = revision WHERE id = 900"
BUILD = "UPDATE orders SET revision = revision WHERE id = 1"


@pytest.fixture(scope="module")
def fragile(postgresql: PostgresServer) -> Iterator[PostgresServer]:
    """A server of the same version, which may be killed."""
    with quick_postgresql(postgresql.version.partition(".")[0]) as server:
        yield server


@pytest.fixture(scope="module")
def fragile_press(fragile: PostgresServer) -> Press:
    return Press(fragile, STATUSES)


@pytest.mark.parametrize(
    ("walk", "kind", "title"),
    [
        (START, "began", "analyze"),
        (START, "advanced", "backfill"),
        (START, "began", "build index"),
        (START, "began", "seed"),
        (Walk("live", "rollback"), "advanced", "keep what only"),
        (Walk("live", "complete"), "began", "stop the sync"),
        (Walk("completed", "revert"), "advanced", "backfill"),
    ],
    ids=str,
)
def test_the_server_crashes(
    fragile: PostgresServer, fragile_press: Press, walk: Walk, kind: str, title: str
) -> None:
    uninterrupted = fragile_press.uninterrupted(walk)
    database = fragile_press.copy(walk.stage)
    watch = Watch().on(kind, title, fragile.kill)
    with pytest.raises(DatabaseFailed) as caught:
        STATUSES.walked(walk.command, database, observer=watch)
    assert caught.value.fact
    assert caught.value.remedy
    fragile.restart()
    assert_resumes(STATUSES, database, walk, uninterrupted, title)
    fragile_press.drop(database)


def test_a_batch_and_its_watermark_are_lost_together_or_not_at_all(
    fragile: PostgresServer, fragile_press: Press
) -> None:
    """A batch does not wait for the disk: after a crash of the server the last ones may never have been."""
    database = fragile_press.copy("absent")
    batches = 0

    def crash() -> None:
        nonlocal batches
        batches += 1
        watch.on("advanced", "backfill", crash) if batches < 2 else fragile.kill()

    watch = Watch().on("advanced", "backfill", crash)
    with pytest.raises(DatabaseFailed):
        commands.start(OPEN, database, observer=watch)
    fragile.restart()
    with opened(database) as session:
        marks = rows(session, "SELECT rows FROM crossfade.progress WHERE step LIKE 'backfill%%'")
        filled = value(session, "SELECT count(*) FROM orders WHERE label IS NOT NULL")
    assert filled == (marks[0][0] if marks else 0)
    expire(database)
    assert commands.start(OPEN, database).state == "live"
    fragile_press.drop(database)


@pytest.mark.parametrize(("title", "held"), [("backfill", BATCH), ("build index", BUILD)])
def test_the_server_crashes_in_the_middle_of_a_statement(
    fragile: PostgresServer, fragile_press: Press, title: str, held: str
) -> None:
    uninterrupted = fragile_press.uninterrupted(START)
    database = fragile_press.copy("absent")
    application, watcher = opened(database, autocommit=False), opened(database)
    watch = Watch().on("began", title, lambda: application.execute(held))
    with ThreadPoolExecutor(1) as background, closing(application), closing(watcher):
        running = background.submit(commands.start, OPEN, database, observer=watch)
        crossfade_blocked(watcher, running, by=application)
        fragile.kill()
        with pytest.raises(DatabaseFailed, match=title):
            came_to(running)
    fragile.restart()
    assert_resumes(STATUSES, database, START, uninterrupted, title)
    fragile_press.drop(database)


@pytest.mark.parametrize(("title", "held"), [("backfill", BATCH), ("build index", BUILD)])
def test_the_connection_is_cut(press: Press, title: str, held: str) -> None:
    """The lease is given back on another one: nobody has to wait for its end."""
    uninterrupted = press.uninterrupted(START)
    database = press.copy("absent")
    application, watcher = opened(database, autocommit=False), opened(database)
    watch = Watch().on("began", title, lambda: application.execute(held))
    with ThreadPoolExecutor(1) as background, closing(application), closing(watcher):
        running = background.submit(commands.start, OPEN, database, observer=watch)
        process_id = crossfade_blocked(watcher, running, by=application)
        watcher.execute("SELECT pg_terminate_backend(%s)", (process_id,))
        with pytest.raises(DatabaseFailed, match="terminating connection"):
            came_to(running)
    assert commands.start(OPEN, database).state == "live"
    assert picture(database) == uninterrupted.picture
    press.drop(database)
