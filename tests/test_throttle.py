"""Real servers: a runner that is paused, resumed, slowed and given another target while it works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Column, String, create_engine, text

from crossfade import AddColumn, Evolution, commands
from crossfade.dialects import Load
from crossfade.progress import Silent
from crossfade.reports import Status
from crossfade.throttle import Limits, reasons

EVOLUTION = Evolution("channels", changes=[AddColumn("orders", Column("channel", String(20)), fill="name")])
ROWS = 30_000


@pytest.fixture
def orders(database: str) -> str:
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id bigint PRIMARY KEY, name text NOT NULL)"))
        connection.execute(
            text("INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, :rows) n"),
            {"rows": ROWS},
        )
    engine.dispose()
    return database


class _Person(Silent):
    """Says something when the backfill begins, and looks at the status while the runner waits."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.waits: list[str] = []
        self.seen: list[Status] = []
        self.batches: list[int] = []

    def began(self, title: str, position: int, total: int) -> None:
        if title.startswith("backfill"):
            commands.pause(EVOLUTION, self.database)
            commands.throttle(EVOLUTION, self.database, target=timedelta(seconds=0.001))

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        self.waits.append(reason)
        self.seen += commands.status(self.database)
        commands.resume(EVOLUTION, self.database)

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self.batches.append(rows)


def test_a_paused_runner_waits_says_why_and_goes_on(orders: str) -> None:
    person = _Person(orders)
    outcome = commands.start(EVOLUTION, orders, observer=person)
    assert outcome.state == "live"
    assert person.waits == ["paused by command"]
    (seen,) = person.seen
    assert (seen.state, seen.paused, seen.slowed) == ("starting", True, "paused by command")
    assert seen.progress is not None
    assert 0 < seen.progress.rows < ROWS
    (after,) = commands.status(orders)
    assert (after.paused, after.slowed) == (False, None)


@pytest.mark.one_server
def test_another_target_changes_the_batches_of_the_runner_at_work(orders: str) -> None:
    person = _Person(orders)
    commands.start(EVOLUTION, orders, observer=person)
    sizes = [after - before for before, after in zip([0, *person.batches], person.batches, strict=False)]
    assert sizes[0] == 1_000
    assert min(sizes[3:-1]) < sizes[0], "a target of one millisecond makes the batches small"


@pytest.mark.parametrize(
    ("load", "log_rate", "batch_seconds", "reason"),
    [
        (Load(replica_lag=6.04), 0, 0, "replica lag: 6.0 s"),
        (Load(blocked_sessions=11), 0, 0, "blocked sessions: 11 wait for a lock"),
        (Load(), 201e6, 0, "write-ahead log: 201 MB/s"),
        (Load(), 0, 2.5, "batch latency: 2.5 s"),
    ],
)
def test_each_signal_has_a_name_and_its_figure(
    load: Load, log_rate: float, batch_seconds: float, reason: str
) -> None:
    assert reasons(Limits(), load, log_rate, batch_seconds) == (reason,)


def test_a_database_that_is_well_slows_nothing() -> None:
    assert reasons(Limits(), Load(5.0, 10), 200e6, 2.0) == ()
