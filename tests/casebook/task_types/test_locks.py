"""A command that must wait for a reader of the catalogue keeps nobody, and not that reader, from the jobs."""

import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from crossfade import commands
from crossfade.casebook.task_types.evolution import evolution
from tests.casebook.task_types.states import legacy, walked

pytestmark = pytest.mark.one_server

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE NOT granted AND relname = :table AND mode LIKE '%ExclusiveLock'
"""
BEFORE = {"complete": "live", "revert": "completed"}


def until_somebody_waits(connection: Connection, table: str) -> None:
    deadline = time.monotonic() + 20
    while not connection.scalar(text(WAITING), {"table": table}):
        assert time.monotonic() < deadline, f"nobody waits for {table}"


@pytest.mark.parametrize("command", BEFORE)
def test_a_reader_goes_on_while_the_command_waits_for_it(database: str, command: str) -> None:
    legacy(database)
    walked(database, BEFORE[command])
    engine = create_engine(database, poolclass=NullPool)
    done: list[object] = []
    runner = threading.Thread(target=lambda: done.append(getattr(commands, command)(evolution, database)))
    with (
        engine.connect() as reader,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher,
    ):
        reader.execute(text("SELECT FROM task_type"))  # its lock is held until the transaction ends
        reader.execute(text("SET LOCAL lock_timeout = '50ms'"))
        runner.start()
        for _ in range(3):
            until_somebody_waits(watcher, "task_type")
            reader.execute(text("SELECT FROM batch_job"))
        reader.rollback()
    runner.join(30)
    assert done


def test_who_has_read_a_table_may_write_it_while_a_rollback_waits(database: str) -> None:
    """It closes the table to writers, then takes it whole: it must not wait for the one with the other."""
    legacy(database)
    walked(database, "live")
    engine = create_engine(database, poolclass=NullPool)
    done: list[object] = []
    runner = threading.Thread(target=lambda: done.append(commands.rollback(evolution, database)))
    with (
        engine.connect() as application,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher,
    ):
        application.execute(text("SELECT FROM batch_job"))
        runner.start()
        until_somebody_waits(watcher, "batch_job")
        application.execute(text("UPDATE batch_job SET priority = priority + 1"))
        application.commit()
    runner.join(30)
    assert done


def test_whatever_stops_the_syncs_takes_the_tables_in_one_order(database: str) -> None:
    legacy(database)
    document = commands.preview(evolution, database, counts=False)
    for steps in (document.complete, document.revert, document.rollback):
        assert [step.title for step in steps if step.title.startswith(("let ", "stop "))] == [
            "let public.task_type alone",
            "stop the sync of public.batch_job",
            "stop the sync of public.rcm_trace",
        ]


def test_where_each_statement_commits_what_is_asked_goes_after_those_who_ask(mariadb_database: str) -> None:
    """A trace's trigger reads the jobs, a job's asks the catalogue's routines."""
    legacy(mariadb_database)
    document = commands.preview(evolution, mariadb_database, counts=False)

    def order(steps: Iterable[Any]) -> list[str]:
        every = [step.title.rpartition(".")[2] for step in steps if step.title.startswith(("let ", "stop "))]
        return [each.split()[0] for each in every]

    assert order(document.complete) == ["rcm_trace", "batch_job", "task_type"]
    assert order(document.rollback) == ["rcm_trace", "batch_job", "task_type"]
    assert order(document.revert) == ["batch_job", "rcm_trace"], "the catalogue's guard stays"
