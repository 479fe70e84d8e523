"""The old application writes while a batch of the backfill is open: nothing is lost, no row is left over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.errors import SerializationFailure

from crossfade import commands
from tests.concurrency.watching import Session, Watch, came_to, crossfade_blocked, opened, value
from tests.trees.gate import gate, settled
from tests.trees.ledger import EVOLUTION
from tests.trees.oracle import check

Sessions = Callable[..., Session]

WRITES = {
    "a child is born": "INSERT INTO lines (task_id, words) VALUES (1, 'born')",
    "a child goes": "DELETE FROM lines WHERE task_id = 1",
    "a child is changed": "UPDATE lines SET words = 'changed' WHERE task_id = 1",
    "a child moves": "UPDATE lines SET task_id = 6 WHERE task_id = 1",
    "every child goes": "TRUNCATE lines, labels",
    "a source is born": "INSERT INTO tasks (id, job_id, place) VALUES (50, 1, 1)",
    "a source goes": "DELETE FROM tasks WHERE id = 1",
    "a source is changed": "UPDATE tasks SET name = 'changed', job_id = 3 WHERE id = 1",
    "a source with all of its own goes": "DELETE FROM jobs WHERE id = 1",
    "a source goes, and another of its key comes": (
        "DELETE FROM tasks WHERE id = 1; INSERT INTO tasks (id, job_id, place) VALUES (1, 2, 1)"
    ),
    "all at once": (
        "DELETE FROM tasks WHERE id = 2; INSERT INTO jobs (id, title) VALUES (9, 'x'); "
        "UPDATE tasks SET job_id = 9; INSERT INTO marks (job_id, name) SELECT id, 'x' FROM jobs; "
        "UPDATE lines SET task_id = 4; DELETE FROM tries"
    ),
    "nothing in the end": "BEGIN; DELETE FROM jobs; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK",
}


WHERE = [("moves", each) for each in WRITES]
WHERE += [("missions", each) for each in ("a source with all of its own goes", "all at once")]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("moment", ["BEFORE", "AFTER"])
@pytest.mark.parametrize(("table", "write"), WHERE)
def test_a_write_while_a_batch_is_open(
    old: str, background: ThreadPoolExecutor, sessions: Sessions, write: str, table: str, moment: str
) -> None:
    application, watcher = sessions(old), sessions(old)
    with gate(old, table, moment) as held:
        watch = Watch().on("began", f"backfill public.{table}", held.close)
        starting = background.submit(commands.start, EVOLUTION, old, observer=watch)
        held.reached(starting)
        writing = background.submit(application.execute, WRITES[write])
        settled(writing, application, watcher)
        held.open()
        came_to(writing)
        came_to(starting)
    check(old)


ENDS = [("COMMIT", each) for each in WRITES if "TRUNCATE" not in WRITES[each]]
ENDS += [("ROLLBACK", each) for each in ("a source is born", "all at once")]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("ends", "write"), ENDS)
def test_a_batch_while_a_write_is_open(
    old: str, background: ThreadPoolExecutor, sessions: Sessions, write: str, ends: str
) -> None:
    """What is worked off already, and not committed: the batch waits for it, or passes it by."""
    application, watcher = sessions(old, autocommit=False), sessions(old)

    def begin() -> None:
        application.execute(WRITES[write].removeprefix("BEGIN; ").removesuffix("; ROLLBACK"))
        application.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with gate(old, "moves", "AFTER") as held:  # for its patience only
        watch = Watch().on("began", "backfill public.missions", begin)
        starting = background.submit(commands.start, EVOLUTION, old, observer=watch)
        crossfade_blocked(watcher, starting, by=application)
        application.execute(ends)
        came_to(starting)
        held.end()
    check(old)


@pytest.mark.parametrize("write", ["a child is born", "a source is changed"])
def test_a_snapshot_from_before_the_batch_writes_after_it(old: str, sessions: Sessions, write: str) -> None:
    """It can't see the batch's rows, so its commit is refused as any late one is; tried again, it passes."""
    application = sessions(old, autocommit=False)

    def begin() -> None:
        application.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        application.execute(WRITES[write])

    def end() -> None:
        with pytest.raises(SerializationFailure):
            application.commit()

    watch = Watch().on("began", "backfill public.missions", begin).on("ended", "backfill public.moves", end)
    commands.start(EVOLUTION, old, observer=watch)
    check(old)
    application.rollback()
    application.execute(WRITES[write])
    application.commit()
    check(old)


@pytest.mark.parametrize(
    "title", ["backfill public.missions", "backfill public.moves", "build index", "compare"]
)
def test_every_write_at_every_stage_of_a_start(old: str, title: str) -> None:
    """Whatever is there of the new side already."""

    def write() -> None:
        with opened(old) as session:
            for each in ("a child is born", "a source is born", "a source is changed", "a child moves"):
                session.execute(WRITES[each])
            session.execute(
                "INSERT INTO marks (job_id, name) VALUES (3, 'new'); DELETE FROM jobs WHERE id = 2"
            )

    commands.start(EVOLUTION, old, observer=Watch().on("began", title, write))
    with opened(old) as session:
        assert value(session, "SELECT count(*) FROM jobs") == 2
    check(old)
