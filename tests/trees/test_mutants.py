"""The rule of concurrency, broken on purpose: each break is caught by a scenario, which passes unbroken.

The rule: lock first, recompute in a later statement, all of it in one order, at commit. One child that
belongs behind all others is appended to what is there by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest

from crossfade import commands
from crossfade.errors import VerificationFailed
from crossfade.steps import CopyTree
from tests.concurrency.watching import Session, Watch, came_to, opened, rows, value
from tests.laws.saboteur import Saboteur
from tests.trees.gate import gate, settled
from tests.trees.ledger import EVOLUTION
from tests.trees.oracle import check

pytestmark = pytest.mark.one_server

LINE = "INSERT INTO lines (task_id, words) VALUES (%s, %s)"
FUNCTION = """
SELECT pg_get_functiondef(oid) FROM pg_proc
WHERE proname LIKE '{}\\_%' AND pronamespace = 'crossfade'::regnamespace
"""
PULL, APPEND = (FUNCTION.format(each) for each in ("pull", "append"))
COMMIT = """
SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '~crossfade_commit'
"""


class Deadlock(AssertionError):
    """One of two transactions was the victim."""


def two_commits(database: str) -> None:
    """The second of two that write one step waits for the first, and then sees what that has written."""
    _waits(database, "INSERT INTO lines (task_id, words) VALUES (%s, %s), (6, 'and by the second')")


def two_appends(database: str) -> None:
    """The same, where the second has but one line."""
    _waits(database, LINE)


def out_of_order(database: str) -> None:
    """One line that belongs before others."""
    with closing(opened(database)) as session:
        session.execute(f"{LINE}, (6, 'the next')", (6, "the last"))
        session.execute(
            "INSERT INTO lines (task_id, words, taken) VALUES (6, 'the first', '2001-01-01 00:00+00')"
        )
    check(database)


def _waits(database: str, written: str) -> None:
    with (
        ThreadPoolExecutor(1) as background,
        closing(opened(database, autocommit=False)) as first,
        closing(opened(database, autocommit=False)) as second,
        closing(opened(database)) as watcher,
    ):
        first.execute(LINE, (6, "by the first"))
        second.execute(written.encode(), (6, "by the second"))
        first.execute("SET CONSTRAINTS ALL IMMEDIATE")  # worked off, as in the midst of its commit
        committing = background.submit(second.commit)
        settled(committing, second, watcher)
        first.commit()
        came_to(committing)
        found = rows(
            watcher, "SELECT e ->> 'words' FROM moves, jsonb_array_elements(lines) e WHERE legacy_task = 6"
        )
        assert {("by the first",), ("by the second",)} <= {*found}
    check(database)


def crosswise(database: str) -> None:
    """Two that write two steps in opposite orders."""
    with (
        ThreadPoolExecutor(1) as background,
        closing(opened(database, autocommit=False)) as first,
        closing(opened(database, autocommit=False)) as second,
        closing(opened(database)) as watcher,
    ):
        first.execute(LINE, (1, "by the first"))
        second.execute(LINE, (2, "by the second"))
        going = background.submit(first.execute, LINE, (2, "by the first"))
        settled(going, first, watcher)
        try:
            second.execute(LINE, (1, "by the second"))
            second.commit()
            came_to(going)
            first.commit()
        except psycopg.errors.DeadlockDetected as error:
            raise Deadlock from error
    check(database)


def source_that_goes(database: str) -> None:
    """A source's row is deleted while the batch that copies it is open."""
    with (
        ThreadPoolExecutor(2) as background,
        closing(opened(database)) as application,
        closing(opened(database)) as watcher,
        gate(database, "moves", "AFTER") as held,
    ):
        watch = Watch().on("began", "backfill public.moves", held.close)
        starting = background.submit(commands.start, EVOLUTION, database, observer=watch)
        held.reached(starting)
        deleting = background.submit(application.execute, "DELETE FROM tasks WHERE id = 1")
        settled(deleting, application, watcher)
        held.open()
        came_to(deleting)
        came_to(starting)
        assert value(watcher, "SELECT count(*) FROM moves") == 5
    check(database)


def without_the_lock(session: Session) -> None:
    """The routine recomputes without having locked the target's rows."""
    text = value(session, PULL)
    broken, times = re.subn(r"PERFORM FROM [^;]* FOR NO KEY UPDATE;", "NULL;", text)
    assert times, "there is no such lock any more"
    session.execute(broken)


def behind_whatever(session: Session) -> None:
    """A child is appended whatever it belongs behind."""
    text = value(session, APPEND)
    broken, times = re.subn(r" AND \(t\.lines = '\[\]' OR [^;]*;", ";", text)
    assert times, "there is no such condition any more"
    session.execute(broken)


def to_what_was_read(session: Session) -> None:
    """A child is appended to what the statement has read, not to what is there by then."""
    text = value(session, APPEND)
    read = "(SELECT x.lines FROM public.moves AS x WHERE x.move_id = t.move_id)"
    broken, times = re.subn(r"SET lines = t\.lines \|\|", f"SET lines = {read} ||", text)
    assert times, "nothing is appended any more"
    session.execute(broken)


def at_once(session: Session) -> None:
    """What is noted is worked off by each statement, not in order at commit."""
    for of, text in rows(session, COMMIT):
        broken = text.replace("DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE INITIALLY IMMEDIATE")
        assert broken != text, "it is not deferred any more"
        session.execute(f'DROP TRIGGER "~crossfade_commit" ON {of}; {broken}')
        session.execute(f'ALTER TABLE {of} ENABLE ALWAYS TRIGGER "~crossfade_commit"')


def unlocked_source(patch: pytest.MonkeyPatch) -> Saboteur:
    """A batch copies rows that it does not hold."""
    saboteur = Saboteur(patch)
    saboteur.sql(CopyTree, " FOR KEY SHARE OF s", "")
    return saboteur


@dataclass(frozen=True)
class Mutant:
    """A break of the live database, the scenario that catches it, and what that says."""

    broken: Callable[[Session], None]
    scenario: Callable[[str], None]
    caught: type[AssertionError]


MUTANTS = (
    Mutant(without_the_lock, two_commits, AssertionError),
    Mutant(to_what_was_read, two_appends, AssertionError),
    Mutant(behind_whatever, out_of_order, AssertionError),
    Mutant(at_once, crosswise, Deadlock),
)
by_name = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.broken.__name__)


@by_name
def test_it_passes_unbroken(live: str, mutant: Mutant) -> None:
    mutant.scenario(live)


@by_name
def test_a_mutant_is_caught(live: str, mutant: Mutant) -> None:
    with opened(live) as session:
        mutant.broken(session)
    with pytest.raises(mutant.caught):
        mutant.scenario(live)


def test_a_batch_that_does_not_hold_its_rows_is_caught(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    saboteur = unlocked_source(monkeypatch)
    with pytest.raises((AssertionError, VerificationFailed)):
        source_that_goes(old)
    assert saboteur.done


def test_a_batch_that_holds_its_rows_leaves_no_orphan(old: str) -> None:
    source_that_goes(old)
