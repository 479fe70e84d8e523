"""A command that must wait for a reader of the catalogue keeps nobody, and not that reader, from the jobs."""

import threading
import time

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


def test_whatever_stops_the_syncs_takes_the_tables_in_one_order(database: str) -> None:
    legacy(database)
    document = commands.preview(evolution, database, counts=False)
    for steps in (document.complete, document.revert, document.rollback):
        assert [step.title for step in steps if step.title.startswith(("let ", "stop "))] == [
            "let public.task_type alone",
            "stop the sync of public.batch_job",
            "stop the sync of public.rcm_trace",
        ]
