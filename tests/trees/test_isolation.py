"""Eight old writers on one step, at every level of isolation: what is refused is tried again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from psycopg import IsolationLevel
from psycopg.errors import SerializationFailure

from tests.concurrency.watching import Session, came_to, rows, value
from tests.trees.oracle import check

Sessions = Callable[..., Session]

WRITERS = 8
TURNS = 8
LEVELS = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
by_level = pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name.lower())
strict = pytest.mark.parametrize("level", LEVELS[1:], ids=lambda level: level.name.lower())
LINE = "INSERT INTO lines (task_id, words) VALUES (1, %s)"
APPEND = """
UPDATE moves SET lines = lines || jsonb_build_array(jsonb_build_object('words', %s::text))
WHERE legacy_task = 1
"""


def insisted(
    session: Session, level: IsolationLevel, together: Barrier, texts: list[str], statement: str
) -> int:
    """Execute the statement with each of the texts, each until it is committed; how often it was refused."""
    session.isolation_level = level
    refused = 0
    together.wait()
    for text in texts:
        while True:
            try:
                session.execute(statement, (text,))
                session.commit()
                break
            except SerializationFailure:  # anything else ends the writer, and the test
                session.rollback()
                refused += 1
    return refused


def texts(seed: int) -> list[str]:
    return [f"by {seed}, {turn}" for turn in range(TURNS)]


@by_level
def test_eight_old_writers(
    live: str, background: ThreadPoolExecutor, sessions: Sessions, level: IsolationLevel
) -> None:
    together = Barrier(WRITERS)
    writers = [
        background.submit(insisted, sessions(live, autocommit=False), level, together, texts(seed), LINE)
        for seed in range(WRITERS)
    ]
    refused = [came_to(writer) for writer in writers]
    found = Counter(
        word for (word,) in rows(sessions(live), "SELECT words FROM lines WHERE words LIKE 'by %%'")
    )
    assert found == Counter(text for seed in range(WRITERS) for text in texts(seed))
    assert level is not IsolationLevel.READ_COMMITTED or not any(refused)
    check(live)


@by_level
def test_old_writers_and_new_ones(
    live: str, background: ThreadPoolExecutor, sessions: Sessions, level: IsolationLevel
) -> None:
    together = Barrier(4)
    writers = [
        background.submit(
            insisted,
            sessions(live, autocommit=False),
            level,
            together,
            texts(seed),
            LINE if seed % 2 else APPEND,
        )
        for seed in range(4)
    ]
    refused = [came_to(writer) for writer in writers]
    session = sessions(live)
    made = Counter(text for seed in range(4) for text in texts(seed))
    shown = (
        "SELECT e ->> 'words' FROM moves, jsonb_array_elements(lines) AS e WHERE e ->> 'words' LIKE 'by %%'"
    )
    for query in (shown, "SELECT words FROM lines WHERE words LIKE 'by %%'"):
        assert Counter(word for (word,) in rows(session, query)) == made
    assert level is not IsolationLevel.READ_COMMITTED or not any(refused)
    ((order,),) = rows(
        session,
        "SELECT array_agg((e ->> 'id')::bigint ORDER BY n) FROM moves, "
        "jsonb_array_elements(lines) WITH ORDINALITY AS l(e, n) WHERE legacy_task = 1",
    )
    check(live, {("moves", 1): {"lines": order}})


@strict
def test_a_snapshot_that_is_too_old_is_refused_and_writes_nothing(
    live: str, sessions: Sessions, level: IsolationLevel
) -> None:
    """The commit is refused, not the new side's row written over with what the snapshot sees."""
    late, other = sessions(live, autocommit=False), sessions(live)
    late.isolation_level = level
    late.execute(LINE, ("late",))
    other.execute(LINE, ("before it",))
    with pytest.raises(SerializationFailure):
        late.commit()
    late.rollback()
    late.execute("DELETE FROM lines WHERE words = 'line 1'")
    other.execute(APPEND, ("before it, by the new one",))
    with pytest.raises(SerializationFailure):
        late.commit()
    late.rollback()
    late.execute(LINE, ("again",))
    late.commit()
    assert value(other, "SELECT jsonb_array_length(lines) FROM moves WHERE legacy_task = 1") == 5
    ((order,),) = rows(
        other,
        "SELECT array_agg((e ->> 'id')::bigint ORDER BY n) FROM moves, "
        "jsonb_array_elements(lines) WITH ORDINALITY AS l(e, n) WHERE legacy_task = 1",
    )
    check(live, {("moves", 1): {"lines": order}})


@strict
def test_a_new_writer_whose_snapshot_is_too_old(live: str, sessions: Sessions, level: IsolationLevel) -> None:
    late, other = sessions(live, autocommit=False), sessions(live)
    late.isolation_level = level
    ((lines,),) = rows(late, "SELECT lines::text FROM moves WHERE legacy_task = 1")
    other.execute(LINE, ("before it",))
    with pytest.raises(SerializationFailure):
        late.execute("UPDATE moves SET lines = %s::jsonb WHERE legacy_task = 1", (lines,))
    late.rollback()
    assert value(other, "SELECT count(*) FROM lines WHERE words = 'before it'") == 1
    check(live)


@strict
def test_steps_that_others_do_not_write_are_not_refused(
    live: str, sessions: Sessions, level: IsolationLevel
) -> None:
    one, other = sessions(live, autocommit=False), sessions(live, autocommit=False)
    one.isolation_level = level
    for session, task in ((one, 1), (other, 2)):
        session.execute("UPDATE tries SET reason = 'own' WHERE task_id = %s", (task,))
        session.execute("UPDATE lines SET words = 'own' WHERE id = %s", (2 * task,))
    other.commit()
    one.commit()
    check(live)


def test_a_read_modify_write_of_the_whole_array_needs_a_lock(live: str, sessions: Sessions) -> None:
    """As among new writers anyway: with FOR UPDATE, the old one's commit waits, and nothing is lost."""
    new_one, old_one = sessions(live, autocommit=False), sessions(live, autocommit=False)
    old_one.execute(LINE, ("meanwhile",))
    ((lines,),) = rows(new_one, "SELECT lines::text FROM moves WHERE legacy_task = 1 FOR UPDATE")
    new_one.execute("UPDATE moves SET lines = %s::jsonb, name = 'written' WHERE legacy_task = 1", (lines,))
    new_one.commit()
    old_one.commit()
    assert value(old_one, "SELECT jsonb_array_length(lines) FROM moves WHERE legacy_task = 1") == 3
    old_one.rollback()
    check(live)
