"""A row of a lookup changes or goes while others begin to refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from crossfade import EnumToReference, Evolution, commands
from crossfade.commands import ground
from crossfade.dialects import connect
from tests.concurrency.watching import DEADLINE, Session, came_to, crossfade_blocked, opened, until, value

LEGACY = """
CREATE TABLE kinds (id int PRIMARY KEY, code text NOT NULL, label text{});
INSERT INTO kinds VALUES (1, 'A'), (2, 'B'), (3, 'B');
CREATE TABLE jobs (id int PRIMARY KEY, kind text NOT NULL);
INSERT INTO jobs VALUES (1, 'a');
"""
EVOLUTION = Evolution(
    "refer",
    changes=[
        EnumToReference(
            "jobs",
            "kind",
            "kind_id",
            "kinds",
            {"a": {"id": 1, "code": "A"}, "b": {"id": 2, "code": "B"}},
            backward={"code": {"A": "a", "B": "b"}},
            match="id",
        )
    ],
)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"


@pytest.fixture(params=["", ", UNIQUE (code, id)"], ids=["plain", "unique"])
def old(request: pytest.FixtureRequest, database: str) -> Iterator[Session]:
    with opened(database) as session:
        session.execute(LEGACY.format(request.param))
        commands.start(EVOLUTION, database)
        yield session


def test_an_edit_waits_for_a_row_that_has_just_come_to_use_it(database: str, old: Session) -> None:
    with (
        opened(database, version="refer", autocommit=False) as writer,
        opened(database, version="refer") as editor,
        ThreadPoolExecutor(1) as pool,
    ):
        writer.execute("INSERT INTO jobs VALUES (2, 3)")
        edit = pool.submit(editor.execute, "UPDATE kinds SET code = 'A' WHERE id = 3")
        until(lambda: value(old, WAITING, editor.info.backend_pid), "the edit waits for the writer", edit)
        writer.commit()
        came_to(edit)
    assert value(old, "SELECT kind FROM jobs WHERE id = 2") == "a"
    assert commands.verify("refer", database).mismatches == 0


def test_a_row_that_begins_to_use_it_waits_for_an_edit(database: str, old: Session) -> None:
    with (
        opened(database, version="refer") as writer,
        opened(database, version="refer", autocommit=False) as editor,
        ThreadPoolExecutor(1) as pool,
    ):
        editor.execute("UPDATE kinds SET code = 'A' WHERE id = 3")
        write = pool.submit(writer.execute, "INSERT INTO jobs VALUES (2, 3)")
        until(lambda: value(old, WAITING, writer.info.backend_pid), "the writer waits for the edit", write)
        editor.commit()
        came_to(write)
    assert value(old, "SELECT kind FROM jobs WHERE id = 2") == "a"
    assert commands.verify("refer", database).mismatches == 0


def test_under_repeatable_read_the_later_one_fails_and_nothing_is_lost(database: str, old: Session) -> None:
    with (
        opened(database, version="refer", autocommit=False) as writer,
        opened(database, version="refer") as editor,
    ):
        writer.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        value(writer, "SELECT count(*) FROM jobs")
        editor.execute("UPDATE kinds SET code = 'A' WHERE id = 3")
        with pytest.raises(psycopg.errors.SerializationFailure):
            writer.execute("INSERT INTO jobs VALUES (2, 3)")
    assert commands.verify("refer", database).mismatches == 0


@pytest.mark.parametrize("purged", [False, True], ids=["retired", "purged"])
def test_an_edit_while_a_batch_of_the_revert_waits_is_not_written_over(
    database: str, old: Session, purged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch has seen the lookup as it was; the edit has changed the old side of a row of the batch."""
    monkeypatch.setattr(ground, "connect", partial(connect, lock_timeout_ms=int(DEADLINE * 1000)))
    commands.complete("refer", database)
    if purged:
        commands.purge("refer", database)
    with (
        opened(database, version="refer", autocommit=False) as holder,
        opened(database, version="refer") as editor,
        ThreadPoolExecutor(1) as pool,
    ):
        editor.execute("UPDATE jobs SET kind_id = 2 WHERE id = 1")
        editor.execute("INSERT INTO jobs VALUES (2, 3), (3, 1)")
        holder.execute("SELECT FROM jobs WHERE id = 1 FOR NO KEY UPDATE")
        revert = pool.submit(commands.revert, "refer", database)
        crossfade_blocked(old, revert, by=holder)
        editor.execute("UPDATE kinds SET code = 'A' WHERE id = 3")
        holder.commit()
        came_to(revert)
    assert value(old, "SELECT array_agg(kind ORDER BY id) FROM jobs") == ["b", "a", "a"]
    assert commands.verify("refer", database).mismatches == 0


def test_who_only_reads_names_is_in_nobodys_way(database: str, old: Session) -> None:
    """Where what tells is part of a unique index, an edit of anything else waits for no writer."""
    unique = value(
        old, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'kinds'::regclass AND contype = 'u'"
    )
    with (
        opened(database, version="refer", autocommit=False) as writer,
        opened(database, version="refer") as editor,
    ):
        writer.execute("INSERT INTO jobs VALUES (2, 3)")
        editor.execute("SET lock_timeout = '200ms'")
        edit = "UPDATE kinds SET label = 'x' WHERE id = 3"
        if unique:
            editor.execute(edit)
        else:
            with pytest.raises(psycopg.errors.LockNotAvailable):
                editor.execute(edit)
        writer.commit()
