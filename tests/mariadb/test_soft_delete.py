"""The soft-delete cascade on MariaDB: what it takes, what it restores, and whom it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest

from crossfade import commands
from tests.concurrency.watching import came_to, until
from tests.mariadb.recruiting import LEGACY, delete, deleted, execute, noted, related, restore, several
from tests.mariadb.sessions import Session, opened

Sessions = Callable[..., Session]
GONE, BACK = delete("processes", "id = 1"), restore("processes", "id = 1")


@pytest.fixture
def recruiting(mariadb_database: str) -> str:
    """Interviews 1 to 3 of process 1, 4 to 6 of process 2, the others of none."""
    with opened(mariadb_database) as session:
        session.script(LEGACY)
    commands.start(related(), mariadb_database)
    execute(mariadb_database, "UPDATE interviews SET workflow_id = 1 + (id - 1) DIV 3 WHERE id < 7")
    return mariadb_database


@pytest.mark.parametrize("version", [None, "related"])
def test_live_children_go_and_come_back_with_either_application(version: str | None, recruiting: str) -> None:
    execute(recruiting, GONE, version=version)
    assert deleted(recruiting) == [(1, "2020-01-01"), (2, "2020-01-01"), (3, "2020-01-01")]
    assert noted(recruiting) == [(f'["{each}"]', '["1"]') for each in (1, 2, 3)]
    execute(recruiting, BACK, version=version)
    assert deleted(recruiting) == []
    assert noted(recruiting) == []


def test_children_deleted_earlier_keep_their_own_time_and_stay(recruiting: str) -> None:
    with opened(recruiting, autocommit=False) as session:
        for each in (delete("interviews", "id = 2"), GONE):  # of one transaction, and the same time
            session.execute(each)
        session.commit()
    assert [row for row, _ in deleted(recruiting)] == [1, 2, 3]
    execute(recruiting, BACK)
    assert deleted(recruiting) == [(2, "2020-01-01")]


@pytest.mark.parametrize(
    "touch",
    [
        (restore("interviews", "id = 2"), delete("interviews", "id = 2")),
        (delete("interviews", "id = 2", "2021-05-05"),),
        (delete("interviews", "id = 2", None),),
        (
            "UPDATE interviews SET workflow_id = 2 WHERE id = 2",
            "UPDATE interviews SET workflow_id = 1 WHERE id = 2",
        ),
        (
            "DELETE FROM interviews WHERE id = 2",
            "INSERT INTO interviews (id, is_deleted, deleted_at, workflow_id) VALUES (2, 1, '2020-01-01', 1)",
        ),
    ],
)
def test_a_child_that_was_touched_since_stays(touch: tuple[str, ...], recruiting: str) -> None:
    execute(recruiting, GONE, *touch)
    assert [key for key, _ in noted(recruiting)] == ['["1"]', '["3"]']
    execute(recruiting, BACK)
    assert [row for row, _ in deleted(recruiting)] == [2]
    assert noted(recruiting) == []


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE interviews SET note = 'x', is_deleted = is_deleted WHERE id = 2",
        "UPDATE interviews SET id = id + 100 WHERE id < 4 ORDER BY id DESC",
        delete("processes", "id = 1", "2024-01-01"),
    ],
)
def test_what_is_not_about_the_deletion_is_no_touch(touch: str, recruiting: str) -> None:
    execute(recruiting, GONE, touch)
    assert len(noted(recruiting)) == 3
    execute(recruiting, BACK)
    assert deleted(recruiting) == []


def test_hard_deletes_leave_no_note(recruiting: str) -> None:
    execute(recruiting, delete("processes", "id < 3"), "DELETE FROM interviews WHERE id = 1")
    assert [key for key, _ in noted(recruiting)] == ['["2"]', '["3"]', '["4"]', '["5"]', '["6"]']
    execute(recruiting, "DELETE FROM processes WHERE id = 1")
    assert [key for key, _ in noted(recruiting)] == ['["4"]', '["5"]', '["6"]']
    rows = execute(recruiting, "SELECT id, is_deleted, workflow_id FROM interviews WHERE id < 4 ORDER BY 1")
    assert rows == [(2, 1, None), (3, 1, None)]


def test_null_flags_are_live_and_the_current_time_is_for_a_parent_without_one(recruiting: str) -> None:
    execute(
        recruiting,
        "UPDATE interviews SET is_deleted = NULL WHERE id = 2",
        delete("processes", "id = 1", None),
    )
    now = "SELECT COUNT(*) FROM interviews WHERE deleted_at > NOW() - INTERVAL 1 HOUR"
    assert execute(recruiting, now) == [3]
    execute(recruiting, BACK)
    assert deleted(recruiting) == []


def test_an_upsert_and_several_at_once(recruiting: str) -> None:
    execute(
        recruiting,
        delete("processes", "id = 1"),
        "INSERT INTO processes (id, is_deleted) VALUES (1, FALSE), (2, TRUE), (3, FALSE) "
        "ON DUPLICATE KEY UPDATE is_deleted = VALUES(is_deleted), deleted_at = '2022-02-02'",
    )
    assert deleted(recruiting) == [(4, "2022-02-02"), (5, "2022-02-02"), (6, "2022-02-02")]


def test_several_levels_and_several_relations(mariadb_database: str) -> None:
    with opened(mariadb_database) as session:
        session.script(LEGACY)
    commands.start(several(), mariadb_database)
    execute(
        mariadb_database,
        "UPDATE interviews SET workflow_id = 1 WHERE id < 4",
        "UPDATE todos SET interview_id = id WHERE id < 4",
        "UPDATE todos SET workflow_id = 1 WHERE id IN (1, 4)",
        delete("todos", "id = 2", "2018-01-01"),
        delete("processes", "id = 1", "2020-01-01 10:20:30.123456"),
    )
    days = [(1, "2020-01-01"), (2, "2018-01-01"), (3, "2020-01-01"), (4, "2020-01-01")]
    assert deleted(mariadb_database, "todos") == days
    assert len(noted(mariadb_database)) == 6
    execute(mariadb_database, "SET time_zone = '+05:00'", BACK)
    assert deleted(mariadb_database) == []
    assert deleted(mariadb_database, "todos") == [(2, "2018-01-01")]
    assert noted(mariadb_database) == []


def test_who_may_not_write_the_children_takes_them_by_deleting_the_parent(recruiting: str) -> None:
    with opened(recruiting) as session:
        shop = session.shop
        session.execute("CREATE OR REPLACE USER clerk@localhost IDENTIFIED BY 'x'")
        session.execute(f"GRANT SELECT, UPDATE ON `{shop}`.processes TO clerk@localhost")
        socket = session.value("SELECT @@socket")
        given = {"user": "clerk", "password": "x", "database": shop}
        clerk = pymysql.connect(unix_socket=socket, autocommit=True, ssl_disabled=True, **given)
        with clerk.cursor() as cursor:
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                cursor.execute(delete("interviews", "id = 1"))
            cursor.execute(GONE)
        clerk.close()
        session.execute("DROP USER clerk@localhost")
    assert [row for row, _ in deleted(recruiting)] == [1, 2, 3]


def test_a_statement_that_reads_the_children_too_is_the_servers_to_refuse(recruiting: str) -> None:
    """Error 1442, which docs/changes/relate.md tells of; whatever does not set the flag passes."""
    reading = "UPDATE processes p JOIN interviews i ON i.workflow_id = p.id SET p.{} WHERE i.id = 1"
    with pytest.raises(pymysql.err.OperationalError) as refused:
        execute(recruiting, reading.format("is_deleted = TRUE"))
    assert refused.value.args[0] == 1442
    execute(recruiting, reading.format("title = 'x'"))
    assert deleted(recruiting) == []
    (note,) = [each for each in commands.preview(related(), recruiting).notes if "1442" in each]
    assert "processes" in note
    assert "interviews" in note


def test_a_rollback_keeps_the_notes_and_a_start_forgets_those_that_no_longer_hold(recruiting: str) -> None:
    execute(recruiting, delete("processes", "id < 3"))
    commands.rollback("related", recruiting)
    assert len(noted(recruiting)) == 6
    execute(
        recruiting,
        restore("interviews", "id < 3"),
        delete("interviews", "id = 2", "2021-01-01"),
        restore("processes", "id = 2"),
    )
    commands.start(related(), recruiting)
    assert [key for key, _ in noted(recruiting)] == ['["3"]']
    execute(recruiting, BACK)
    assert [row for row, _ in deleted(recruiting)] == [2, 4, 5, 6]


def test_complete_revert_and_purge_leave_it_alone(recruiting: str) -> None:
    execute(recruiting, GONE)
    for command in (commands.complete, commands.revert, commands.complete, commands.purge):
        command("related", recruiting)
        assert commands.verify("related", recruiting).lacking == ()
    assert len(noted(recruiting)) == 3
    execute(recruiting, BACK, delete("processes", "id = 2"))
    assert [row for row, _ in deleted(recruiting)] == [4, 5, 6]


@pytest.fixture
def at_once(
    recruiting: str, background: ThreadPoolExecutor, sessions: Sessions
) -> Callable[[str, str, bool], None]:
    """Has `second` wait for what `first` has done, then ends that."""

    def run(first: str, second: str, commits: bool) -> None:
        holder, waiting, watcher = sessions(autocommit=False), sessions(), sessions()
        holder.execute(first)
        running = background.submit(waiting.execute, second)
        # Not INNODB_TRX, which shows the same as before where it was looked at a moment ago.
        waits = (
            "SELECT VARIABLE_VALUE > 0 FROM information_schema.GLOBAL_STATUS "
            "WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'"
        )
        until(lambda: watcher.value(waits), "the second waits for the first", running)
        holder.commit() if commits else holder.rollback()
        came_to(running)

    return run


OWN = delete("interviews", "id = 2", "2021-01-01")
CASES = [
    ("INSERT INTO interviews (id, workflow_id) VALUES (20, 1)", (), [1, 2, 3, 20], [1, 2, 3], []),
    ("UPDATE interviews SET workflow_id = 1 WHERE id = 9", (), [1, 2, 3, 9], [1, 2, 3], []),
    (OWN, (), [1, 2, 3], [1, 2, 3], [2]),
]


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize(("first", "given", "taken", "else_", "left"), CASES)
def test_what_comes_first_is_seen_by_the_delete(
    first: str, given: tuple[str, ...], taken: list[int], else_: list[int], left: list[int], commits: bool,
    recruiting: str, at_once: Callable[[str, str, bool], None],
) -> None:  # fmt: skip
    execute(recruiting, *given) if given else None
    at_once(first, GONE, commits)
    assert [row for row, _ in deleted(recruiting)] == (taken if commits else else_)
    execute(recruiting, BACK)
    assert [row for row, _ in deleted(recruiting)] == (left if commits else [])


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize(
    ("touch", "left"),
    [
        (OWN, [2]),
        (restore("interviews", "id = 2"), []),
        ("UPDATE interviews SET workflow_id = 2 WHERE id = 2", [2]),
        ("DELETE FROM interviews WHERE id = 2", []),
        ("UPDATE interviews SET note = 'x' WHERE id = 2", []),
    ],
)
def test_a_child_that_is_being_touched_while_its_parent_is_restored(
    touch: str, left: list[int], commits: bool, recruiting: str, at_once: Callable[[str, str, bool], None]
) -> None:
    execute(recruiting, GONE)
    at_once(touch, BACK, commits)
    assert [row for row, _ in deleted(recruiting)] == (left if commits else [])
    assert noted(recruiting) == []


def test_a_link_that_comes_second_waits_and_comes_after_the_delete(
    recruiting: str, at_once: Callable[[str, str, bool], None]
) -> None:
    at_once(GONE, "UPDATE interviews SET workflow_id = 1 WHERE id = 9", True)
    assert [row for row, _ in deleted(recruiting)] == [1, 2, 3]


def test_a_snapshot_from_before_sees_no_less(recruiting: str, sessions: Sessions) -> None:
    """REPEATABLE READ, the server's own: what is read to be written is read as it is now."""
    early = sessions(autocommit=False)
    early.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    assert early.value("SELECT COUNT(*) FROM interviews WHERE workflow_id = 1") == 3
    execute(recruiting, "UPDATE interviews SET workflow_id = 1 WHERE id = 9", OWN)
    early.execute(GONE)
    early.commit()
    assert [row for row, _ in deleted(recruiting)] == [1, 2, 3, 9]
    execute(recruiting, BACK)
    assert [row for row, _ in deleted(recruiting)] == [2]
