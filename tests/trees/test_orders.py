"""The order of an array is the old side's, until the new application chooses one."""

from collections.abc import Callable

import psycopg
import pytest

from tests.concurrency.watching import Session, rows
from tests.trees.oracle import check

Sessions = Callable[..., Session]

K = "moves"


def test_an_order_of_the_new_side_survives_what_the_old_one_writes(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    session.execute(
        "UPDATE moves SET lines = jsonb_build_array(lines -> 1, lines -> 0) WHERE legacy_task = 1"
    )
    session.execute("UPDATE lines SET words = 'again', taken = '2020-01-01' WHERE task_id = 1")
    check(live, {(K, 1): {"lines": [1, 2]}})
    session.execute("INSERT INTO lines (task_id, taken) VALUES (1, '2021-01-01'), (1, '2020-01-01')")
    check(live, {(K, 1): {"lines": [1, 2, 12, 11]}})  # at the end, in the old side's own order
    session.execute("UPDATE lines SET task_id = 6 WHERE id = 1; UPDATE tasks SET name = 'x' WHERE id = 1")
    check(live, {(K, 1): {"lines": [2, 12, 11]}})
    # The new side gives its order up: what the old one writes comes in its place again.
    session.execute("UPDATE moves SET lines = '[]' WHERE legacy_task = 1")
    session.execute("INSERT INTO lines (task_id, taken) VALUES (1, '2021-01-01')")
    session.execute("INSERT INTO lines (task_id, taken) VALUES (1, '2020-01-01')")
    check(live)


def test_an_order_does_not_outlive_its_row(live: str, sessions: Sessions) -> None:
    session = sessions(live)
    turned = "UPDATE moves SET lines = jsonb_build_array(lines -> 1, lines -> 0) WHERE legacy_task = %s"
    for key, gone in ((1, "DELETE FROM tasks WHERE id = 1"), (2, "DELETE FROM moves WHERE legacy_task = 2")):
        session.execute(turned, (key,))
        session.execute(gone)
        session.execute("INSERT INTO tasks (id, job_id, place) VALUES (%s, 1, 1)", (key,))
        session.execute(
            "INSERT INTO lines (id, task_id, taken) VALUES (%s, %s, '2021-01-01')", (100 * key, key)
        )
        session.execute("INSERT INTO lines (task_id, taken) VALUES (%s, '2020-01-01')", (key,))
        check(live)


def test_both_sides_of_a_row_in_one_transaction(live: str, sessions: Sessions) -> None:
    """The new side does not show yet what the old one has written: it is refused, or asked for first."""
    session = sessions(live, autocommit=False)
    session.execute("INSERT INTO lines (task_id, words) VALUES (6, 'old')")
    session.execute("UPDATE moves SET name = 'another row' WHERE legacy_task = 1")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="SET CONSTRAINTS ALL IMMEDIATE"):
        session.execute("""UPDATE moves SET lines = lines || '[{"words": "new"}]' WHERE legacy_task = 6""")
    session.rollback()
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    session.execute("INSERT INTO lines (task_id, words) VALUES (6, 'old')")
    session.execute(
        """UPDATE moves SET lines = lines || '[{"words": "new"}]', name = 'new' WHERE legacy_task = 6"""
    )
    session.execute("UPDATE tasks SET place = 60 WHERE id = 6; DELETE FROM tries WHERE task_id = 1")
    session.execute("DELETE FROM moves WHERE legacy_task = 2")
    session.execute("INSERT INTO tasks (id, job_id, place) VALUES (2, 1, 2)")
    session.commit()
    found = rows(
        session,
        "SELECT words, place, name FROM lines JOIN tasks t ON t.id = task_id WHERE t.id = 6 ORDER BY 1",
    )
    assert found == [("new", 60, "new"), ("old", 60, "new")]
    check(live)
