"""Two sessions at a soft delete: whoever came first is seen by the other, and nobody is the victim."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from crossfade import Evolution, commands
from tests.changes.database import execute
from tests.changes.recruiting import LEGACY, delete, deleted, noted, related, relation, restore
from tests.concurrency.watching import Session, came_to, opened, until, value

Sessions = Callable[..., Session]
Background = ThreadPoolExecutor

GONE, BACK = delete("processes", "id = 1"), restore("processes", "id = 1")
OWN = delete("interviews", "id = 2", "2021-01-01")
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
def recruiting(database: str) -> str:
    """Interviews 1 to 3 of process 1; the evolution is live."""
    execute(database, LEGACY)
    commands.start(related(), database)
    execute(database, "UPDATE interviews SET workflow_id = 1 WHERE id < 4")
    return database


@pytest.fixture
def at_once(recruiting: str, background: Background, sessions: Sessions) -> Callable[..., None]:
    """Has `second` wait for what `first` has done and not ended, then ends that."""

    def run(first: str, second: str, *, end: str = "COMMIT") -> None:
        holder, waiting, watcher = sessions(autocommit=False), sessions(), sessions()
        holder.execute(first)
        running = background.submit(waiting.execute, second)
        waits_for(watcher, waiting, holder, running)
        holder.execute(end)
        came_to(running)

    return run


def waits_for(watcher: Session, waiting: Session, holder: Session, running: Future[Any]) -> None:
    query = "SELECT %s = ANY (pg_blocking_pids(%s))"
    pids = (holder.info.backend_pid, waiting.info.backend_pid)
    until(lambda: value(watcher, query, *pids), "the second waits for the first", running)


LINKS = (
    "INSERT INTO interviews (id, workflow_id) VALUES (20, 1)",
    "UPDATE interviews SET workflow_id = 1 WHERE id = 9",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_child_that_is_being_linked_is_waited_for_and_taken(
    link: str, recruiting: str, at_once: Callable[..., None]
) -> None:
    at_once(link, GONE)
    assert len(deleted(recruiting)) == len(noted(recruiting)) == 4
    execute(recruiting, BACK)
    assert deleted(recruiting) == []


def test_a_link_that_does_not_come_is_waited_for_and_not_taken(
    recruiting: str, at_once: Callable[..., None]
) -> None:
    at_once(LINKS[1], GONE, end="ROLLBACK")
    assert [row for row, _ in deleted(recruiting)] == [1, 2, 3]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_who_links_a_child_waits_for_the_delete_and_comes_after_it(
    link: str, end: str, recruiting: str, at_once: Callable[..., None]
) -> None:
    at_once(GONE, link, end=end)
    taken = [1, 2, 3] if end == "COMMIT" else []
    assert [row for row, _ in deleted(recruiting)] == taken
    assert len(execute(recruiting, "SELECT FROM interviews WHERE workflow_id = 1")) == 4


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_child_that_is_being_deleted_on_its_own(
    end: str, recruiting: str, at_once: Callable[..., None]
) -> None:
    at_once(OWN, GONE, end=end)
    since = "2021-01-01" if end == "COMMIT" else "2020-01-01"
    assert deleted(recruiting)[1] == (2, since)
    execute(recruiting, BACK)
    assert [row for row, _ in deleted(recruiting)] == ([2] if end == "COMMIT" else [])


@pytest.mark.parametrize(
    ("touch", "left"),
    [
        (OWN, [2]),
        (restore("interviews", "id = 2"), []),
        ("UPDATE interviews SET workflow_id = 2 WHERE id = 2", [2]),
        ("UPDATE interviews SET workflow_id = NULL WHERE id = 2", [2]),
        ("DELETE FROM interviews WHERE id = 2", []),
        ("UPDATE interviews SET note = 'x' WHERE id = 2", []),
    ],
)
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_child_that_is_being_touched_while_its_parent_is_restored(
    touch: str, left: list[int], end: str, recruiting: str, at_once: Callable[..., None]
) -> None:
    execute(recruiting, GONE)
    at_once(touch, BACK, end=end)
    assert [row for row, _ in deleted(recruiting)] == (left if end == "COMMIT" else [])
    assert noted(recruiting) == []


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_child_is_deleted_on_its_own_while_its_parent_is_restored(
    end: str, recruiting: str, at_once: Callable[..., None]
) -> None:
    execute(recruiting, GONE)
    at_once(BACK, OWN, end=end)
    assert deleted(recruiting)[0 if end == "COMMIT" else 1] == (2, "2021-01-01")
    assert '["2"]' not in [key for _, key, _ in noted(recruiting)]


def test_a_delete_and_a_restore_of_one_parent(recruiting: str, at_once: Callable[..., None]) -> None:
    at_once(GONE, BACK)
    assert deleted(recruiting) == []
    at_once(GONE, BACK, end="ROLLBACK")
    assert deleted(recruiting) == []
    assert noted(recruiting) == []


def test_a_hard_delete_of_the_parent_comes_first(recruiting: str, at_once: Callable[..., None]) -> None:
    at_once("DELETE FROM processes WHERE id = 1", GONE)
    assert deleted(recruiting) == []


def traffic(database: str, background: Background, tables: dict[str, int]) -> None:
    """Four sessions that delete and restore rows of the tables one by one; todos they only delete."""

    def work(seed: int) -> None:
        chance, session = random.Random(seed), opened(database)
        for _ in range(80):
            of = chance.choice(list(tables))
            doing = delete if of == "todos" else chance.choice([delete, restore])
            session.execute(doing(of, f"id = {chance.randint(1, tables[of])}"))
        session.close()

    for running in [background.submit(work, seed) for seed in range(4)]:
        came_to(running)


TODOS = "INSERT INTO todos (id) SELECT n FROM generate_series(5, 60) n"
LIES = """
SELECT t.relation, t.child_key FROM crossfade.taken t WHERE NOT EXISTS (
  SELECT FROM todos c LEFT JOIN processes p ON p.id = c.workflow_id
    LEFT JOIN interviews i ON i.id = c.interview_id
  WHERE jsonb_build_array(c.id::text)::text = t.child_key AND c.is_deleted
    AND CASE t.relation WHEN 'public.todos.workflow_id' THEN p.is_deleted ELSE i.is_deleted END)
"""


def test_no_live_child_is_left_under_a_deleted_parent(
    database: str, background: Background, sessions: Sessions
) -> None:
    execute(database, LEGACY, TODOS)
    commands.start(Evolution("one", changes=[relation("todos", "workflow_id", "processes")]), database)
    execute(database, "UPDATE todos SET workflow_id = 1 + id % 5")
    traffic(database, background, {"processes": 5, "todos": 60})
    under = "FROM todos c JOIN processes p ON p.id = c.workflow_id WHERE p.is_deleted"
    assert execute(database, f"SELECT c.id {under} AND NOT c.is_deleted") == []
    noted_ = "jsonb_build_array(c.id::text)::text IN (SELECT child_key FROM crossfade.taken)"
    own = execute(database, f"SELECT c.id FROM todos c WHERE c.is_deleted AND NOT {noted_} ORDER BY 1")
    execute(database, restore("processes", "is_deleted"))
    assert [row for row, _ in deleted(database, "todos")] == own
    assert noted(database) == []
    assert value(sessions(), DEADLOCKS) == 0


def test_two_relations_that_take_the_same_children_in_any_order(
    database: str, background: Background, sessions: Sessions
) -> None:
    execute(database, LEGACY, TODOS)
    changes = [relation("todos", "workflow_id", "processes"), relation("todos", "interview_id", "interviews")]
    commands.start(Evolution("both", changes=changes), database)
    execute(database, "UPDATE todos SET workflow_id = 1 + id % 5, interview_id = 10 - id % 10")
    traffic(database, background, {"processes": 5, "interviews": 10, "todos": 60})
    assert execute(database, LIES) == []
    twice = "SELECT child_key FROM crossfade.taken GROUP BY 1 HAVING count(*) > 1"
    assert execute(database, twice) == []
    execute(database, restore("processes", "is_deleted"), restore("interviews", "is_deleted"))
    assert noted(database) == []
    assert value(sessions(), DEADLOCKS) == 0
