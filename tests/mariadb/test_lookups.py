"""What tells of a lookup comes, changes and goes statement by statement, while applications work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from crossfade import commands
from crossfade import session as runners
from crossfade.steps import Statement
from tests.concurrency.watching import Watch, came_to, until
from tests.mariadb.dispatch import EVOLUTION, NAME, SCHEMA, Day, day
from tests.mariadb.sessions import Session, opened

Sessions = Callable[..., Session]


@pytest.fixture
def dispatch(mariadb_database: str) -> str:
    with opened(mariadb_database) as session:
        session.script(SCHEMA)
    return mariadb_database


class Between:
    """An observer that lets a day of the applications pass after each statement, each step and each batch."""

    def __init__(self, of: Day) -> None:
        self._day, self._title = of, "nothing yet"

    def began(self, title: str, position: int, total: int) -> None:
        self._title = title

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self._day(f"a batch of {self._title}")

    def ended(self, title: str, seconds: float) -> None:
        self._day(title)

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        raise AssertionError(f"{self._title}: {reason}")


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Walks a command; the day passes between any two of its statements that commit by themselves."""
    outside = runners.Session.outside
    passing: list[Day] = []

    def halting(self: runners.Session, title: str, statements: Iterable[Statement]) -> None:
        def each() -> Iterator[Statement]:
            locked = False
            for statement in statements:
                yield statement
                locked = statement.sql.startswith("LOCK TABLES") or (
                    locked and statement.sql != "UNLOCK TABLES"
                )
                if passing and not locked:
                    passing[-1](statement.sql)

        outside(self, title, each())

    def walked(command: Callable[..., Any], database: str, of: Day) -> Any:
        passing.append(of)
        of("nothing yet")
        found = command(EVOLUTION, database, observer=Between(of))
        passing.clear()
        of("all of it")
        return found

    monkeypatch.setattr(runners.Session, "outside", halting)
    return walked


def agree(database: str) -> None:
    found = commands.verify(NAME, database)
    assert (found.mismatches, found.lacking) == (0, ())


def test_nothing_fails_at_start_and_rollback(
    dispatch: str, sessions: Sessions, walk: Callable[..., Any]
) -> None:
    for _ in range(2):
        old = day(sessions, "old")
        walk(commands.start, dispatch, old)
        assert old.times > 20
        day(sessions, "old", "new")("start")
        agree(dispatch)
        walk(commands.rollback, dispatch, old)


def test_nothing_fails_at_complete_and_revert(
    dispatch: str, sessions: Sessions, walk: Callable[..., Any]
) -> None:
    commands.start(EVOLUTION, dispatch)
    new = day(sessions, "new")
    for _ in range(2):
        walk(commands.complete, dispatch, new)
        walk(commands.revert, dispatch, new)
        day(sessions, "old", "new")("revert")
        agree(dispatch)


def test_nothing_fails_on_the_tables_themselves(
    dispatch: str, sessions: Sessions, walk: Callable[..., Any]
) -> None:
    commands.start(EVOLUTION, dispatch)
    plain = day(sessions, "plain")
    walk(commands.complete, dispatch, plain)
    walk(commands.revert, dispatch, plain)
    agree(dispatch)
    commands.complete(EVOLUTION, dispatch)
    walk(commands.purge, dispatch, plain)
    walk(commands.revert, dispatch, plain)
    agree(dispatch)
    day(sessions, "old", "new")("revert")
    agree(dispatch)


WAITING = """
SELECT 1 FROM information_schema.GLOBAL_STATUS
WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS' AND VARIABLE_VALUE > 0
"""


def test_who_edits_a_row_of_the_lookup_meets_no_batch_of_the_revert(
    dispatch: str, sessions: Sessions, background: ThreadPoolExecutor
) -> None:
    """He holds a row that the batch will ask for. Were it then to hold rows of the table that the edit is
    carried over to, he would be the one to give way: he has done less.
    """
    commands.start(EVOLUTION, dispatch)
    commands.complete(EVOLUTION, dispatch)
    editor, watcher = sessions(version=NAME, autocommit=False), sessions()
    watcher.execute("UPDATE jobs SET kind_id = 3 - kind_id WHERE id < 39")
    watcher.execute("UPDATE jobs SET kind_id = 3 WHERE id = 39")
    watch = Watch().on(
        "began", "backfill", lambda: editor.execute("UPDATE kinds SET title = 'mine' WHERE id = 3")
    )
    revert = background.submit(commands.revert, EVOLUTION, dispatch, observer=watch)
    until(lambda: watcher.rows(WAITING), "a batch waits for the row of the lookup", revert)
    editor.execute("UPDATE kinds SET domain = 'prior' WHERE id = 3")
    editor.commit()
    assert came_to(revert).state == "live"
    assert watcher.value("SELECT kind FROM jobs WHERE id = 39") == "prior"
    agree(dispatch)


def test_who_edits_a_row_of_the_lookup_meets_no_restore_of_kept_values(
    dispatch: str, sessions: Sessions, background: ThreadPoolExecutor
) -> None:
    """As with the batch of a revert, where the rows that a rollback kept refer to the row that he holds."""
    commands.start(EVOLUTION, dispatch)
    new = sessions(version=NAME)
    new.execute("INSERT INTO kinds (id, domain, action) VALUES (4, 'claim', 'call')")
    new.execute("UPDATE jobs SET kind_id = IF(id < 20, 3, 4) WHERE kind_id = 1")
    assert commands.rollback(EVOLUTION, dispatch).complement_rows > 20
    editor, watcher = sessions(autocommit=False), sessions()
    watch = Watch().on(
        "began", "bring back", lambda: editor.execute("UPDATE kinds SET title = 'mine' WHERE id = 4")
    )
    start = background.submit(commands.start, EVOLUTION, dispatch, observer=watch)
    until(lambda: watcher.rows(WAITING), "the restore waits for the row of the lookup", start)
    editor.execute("UPDATE kinds SET domain = 'prior' WHERE id = 4")
    editor.commit()
    assert came_to(start).state == "live"
    found = watcher.rows("SELECT DISTINCT kind_id FROM jobs WHERE kind = 'claim' ORDER BY kind_id")
    assert [key for (key,) in found] == [1, 3]  # row 4 stands for another value by now
    agree(dispatch)


def test_a_row_of_the_lookup_that_nobody_uses_holds_up_no_batch_of_the_revert(
    dispatch: str, sessions: Sessions
) -> None:
    commands.start(EVOLUTION, dispatch)
    commands.complete(EVOLUTION, dispatch)
    editor = sessions(version=NAME, autocommit=False)
    edit = "UPDATE kinds SET domain = 'prior' WHERE id = 3"
    watch = Watch().on("began", "backfill", lambda: editor.execute(edit))
    watch.on("waited", "", editor.commit).on("ended", "backfill", editor.commit)
    assert commands.revert(EVOLUTION, dispatch, observer=watch).state == "live"
    assert watch.reasons == []
