"""Many write the same steps at once: nothing is lost, and nobody is the victim of a deadlock."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import psycopg
import pytest

from tests.concurrency.watching import Session, came_to, rows, until, value
from tests.trees.gate import settled
from tests.trees.oracle import check

Sessions = Callable[..., Session]

WRITERS = 8
TURNS = 25
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
WORDS = "SELECT e ->> 'words' FROM moves, jsonb_array_elements(lines) AS e WHERE e ->> 'words' LIKE 'by %%'"
LINE = "INSERT INTO lines (task_id, words) VALUES (%s, %s)"
APPEND = """
UPDATE moves SET lines = lines || jsonb_build_array(jsonb_build_object('words', %s::text))
WHERE legacy_task = %s
"""


def inserted(session: Session, together: Barrier, seed: int, tasks: tuple[int, ...], each: int) -> list[str]:
    """What an old writer has inserted: in each transaction, a line into `each` of the tasks, in any order."""
    chance, made = random.Random(seed), []
    together.wait()
    for turn in range(TURNS):
        words = [f"by {seed}, {turn}, {number}" for number in range(each)]
        for task, word in zip(chance.sample(tasks, each), words, strict=True):
            session.execute(LINE, (task, word))
        session.commit()
        made += words
    return made


def appended(session: Session, together: Barrier, seed: int, tasks: tuple[int, ...]) -> list[str]:
    """What a new writer has appended, one element in each transaction."""
    chance, made = random.Random(seed), []
    together.wait()
    for turn in range(TURNS):
        made.append(f"by {seed}, {turn}")
        session.execute(APPEND, (made[-1], chance.choice(tasks)))
        session.commit()
    return made


@pytest.mark.parametrize(("tasks", "each"), [((1,), 1), ((1, 2, 3), 3), ((1, 2, 3, 4, 5, 6), 3)])
def test_old_writers_on_the_same_steps(
    live: str, background: ThreadPoolExecutor, sessions: Sessions, tasks: tuple[int, ...], each: int
) -> None:
    together, watcher = Barrier(WRITERS), sessions(live)
    writers = [
        background.submit(inserted, sessions(live, autocommit=False), together, seed, tasks, each)
        for seed in range(WRITERS)
    ]
    made = [word for writer in writers for word in came_to(writer)]
    assert Counter(word for (word,) in rows(watcher, WORDS)) == Counter(made)
    assert value(watcher, DEADLOCKS) == 0
    check(live)


def test_old_writers_of_every_table_in_any_order(
    live: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """Hot runs and hot steps: each transaction changes several, whatever it does to its own children."""
    together, watcher = Barrier(WRITERS), sessions(live)

    def write(seed: int) -> int:
        chance, session = random.Random(seed), sessions(live, autocommit=False)
        own = f"of {seed}"
        acts = (
            """INSERT INTO marks (job_id, name, value) VALUES ({job}, '{own}', 'x') ON CONFLICT (job_id, name)
               DO UPDATE SET value = marks.value || 'x'""",
            "DELETE FROM marks WHERE job_id = {job} AND name = '{own}'",
            "INSERT INTO lines (task_id, words) VALUES ({task}, '{own}')",
            "UPDATE lines SET amount = 7, task_id = {task} WHERE words = '{own}'",
            "DELETE FROM lines WHERE words = '{own}' AND task_id = {task}",
            "INSERT INTO tries (task_id, attempt, reason) VALUES ({task}, 1, '{own}')",
            "INSERT INTO labels (task_id, name, value) VALUES ({task}, '{own}', '1') ON CONFLICT DO NOTHING",
        )
        together.wait()
        for _ in range(TURNS):
            for act in chance.sample(acts, 4):
                session.execute(act.format(job=chance.randint(1, 3), task=chance.randint(1, 6), own=own))
            session.rollback() if chance.random() < 0.1 else session.commit()
        return TURNS

    assert [came_to(each) for each in [background.submit(write, seed) for seed in range(WRITERS)]] == [
        TURNS
    ] * 8
    assert value(watcher, DEADLOCKS) == 0
    check(live)


def test_old_inserts_and_new_appends_on_the_same_steps(
    live: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    together, watcher = Barrier(WRITERS), sessions(live)
    writers = [
        background.submit(inserted, sessions(live, autocommit=False), together, seed, (1, 2), 2)
        if seed % 2
        else background.submit(appended, sessions(live, autocommit=False), together, seed, (1, 2))
        for seed in range(WRITERS)
    ]
    made = [word for writer in writers for word in came_to(writer)]
    assert Counter(word for (word,) in rows(watcher, WORDS)) == Counter(made)
    assert Counter(
        word for (word,) in rows(watcher, "SELECT words FROM lines WHERE words LIKE 'by %%'")
    ) == Counter(made)
    assert value(watcher, DEADLOCKS) == 0
    check_but_order(live, watcher)


def check_but_order(database: str, watcher: Session) -> None:
    """`check`, where who came first decides on the order of an array."""
    order = rows(
        watcher,
        "SELECT legacy_task, array_agg((e ->> 'id')::bigint ORDER BY n) "
        "FROM moves, jsonb_array_elements(lines) WITH ORDINALITY AS l(e, n) GROUP BY 1",
    )
    check(database, {("moves", key): {"lines": ids} for key, ids in order})


BESIDE = {
    "the old one inserts": "INSERT INTO lines (task_id, words) VALUES (1, 'beside')",
    "the old one changes another element": "UPDATE lines SET words = 'beside' WHERE id = 1",
    "the old one deletes another element": "DELETE FROM lines WHERE id = 1",
    "the old one changes another array": "UPDATE tries SET reason = 'beside' WHERE task_id = 1",
    "the old one moves an element away": "UPDATE lines SET task_id = 6 WHERE id = 1",
}


@pytest.mark.parametrize("write", BESIDE)
def test_a_new_append_beside_an_open_old_transaction(live: str, sessions: Sessions, write: str) -> None:
    """It does not wait for what it does not touch, and what the old one does is not undone."""
    old_one, new_one, watcher = sessions(live, autocommit=False), sessions(live), sessions(live)
    new_one.execute("SET lock_timeout = '3s'")
    old_one.execute(BESIDE[write])
    new_one.execute(APPEND, ("appended", 1))
    old_one.commit()
    lines = dict(rows(watcher, "SELECT words, id FROM lines WHERE task_id = 1"))
    assert "appended" in lines
    assert ("line 1" in lines) == ("insert" in write or "array" in write)
    check_but_order(live, watcher)


@pytest.mark.parametrize("write", BESIDE)
def test_an_old_commit_beside_an_open_new_append(
    live: str, background: ThreadPoolExecutor, sessions: Sessions, write: str
) -> None:
    """It waits for the new one, and then sees what that has appended."""
    old_one, new_one, watcher = sessions(live), sessions(live, autocommit=False), sessions(live)
    new_one.execute(APPEND, ("appended", 1))
    writing = background.submit(old_one.execute, BESIDE[write])
    settled(writing, old_one, watcher)
    assert not writing.done()
    new_one.commit()
    came_to(writing)
    assert value(watcher, "SELECT count(*) FROM lines WHERE words = 'appended' AND task_id = 1") == 1
    assert value(watcher, DEADLOCKS) == 0
    check_but_order(live, watcher)


def test_two_old_commits_the_second_sees_what_the_first_wrote(
    live: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """Without the lock before the recomputation, the second commit would not see the first's line."""
    first, second, watcher = (
        sessions(live, autocommit=False),
        sessions(live, autocommit=False),
        sessions(live),
    )
    first.execute(LINE, (6, "by the first"))
    second.execute(LINE, (6, "by the second"))
    first.execute(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # worked off: it holds the step, as in the midst of a commit
    committing = background.submit(second.commit)
    settled(committing, second, watcher)
    assert not committing.done()
    first.commit()
    came_to(committing)
    assert {word for (word,) in rows(watcher, WORDS)} == {"by the first", "by the second"}
    check(live)


def test_a_child_of_a_source_that_goes(live: str, background: ThreadPoolExecutor, sessions: Sessions) -> None:
    """The foreign key decides, as it always has, and the new side follows who came first."""
    goes, comes, watcher = sessions(live, autocommit=False), sessions(live), sessions(live)
    goes.execute("DELETE FROM tasks WHERE id = 1")
    coming = background.submit(comes.execute, LINE, (1, "in vain"))
    settled(coming, comes, watcher)
    assert not coming.done()
    goes.commit()
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        came_to(coming)
    check(live)

    comes.execute("BEGIN")
    comes.execute(LINE, (2, "in time"))
    going = background.submit(goes.execute, "DELETE FROM jobs WHERE id = 1")
    settled(going, goes, watcher)
    assert not going.done()
    comes.execute("COMMIT")
    came_to(going)
    goes.commit()
    check(live)


def test_a_source_that_both_sides_delete(
    live: str, background: ThreadPoolExecutor, sessions: Sessions
) -> None:
    """One of them deletes it, the other finds it gone; or one is told of a deadlock, and tries again."""
    old_one, new_one = sessions(live, autocommit=False), sessions(live)
    watcher = sessions(live)
    old_one.execute("DELETE FROM tasks WHERE id = 1")
    deleting = background.submit(new_one.execute, "DELETE FROM moves WHERE legacy_task = 1")
    settled(deleting, new_one, watcher)
    try:
        old_one.commit()
    except psycopg.errors.DeadlockDetected:
        old_one.rollback()
    with suppress(psycopg.errors.DeadlockDetected):
        came_to(deleting)
    until(lambda: value(watcher, "SELECT count(*) FROM moves WHERE legacy_task = 1") == 0, "it is gone")
    check(live)
