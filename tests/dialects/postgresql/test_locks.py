"""The lock that preview tells of a statement is the strongest that the server takes on the user's tables
and indexes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, NullPool, String, Text, Uuid, create_engine, func

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows, commands
from crossfade.reports import PlannedStatement

pytestmark = pytest.mark.every_server

# From the weakest to the strongest (manual, chapter "Explicit Locking").
MODES = (
    "",
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
TOLD = dict(
    zip(
        (
            "",
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ),
        MODES,
        strict=True,
    )
)
LEGACY = """
CREATE TYPE order_status AS ENUM ('new', 'paid');
CREATE TABLE orders (
  id bigint PRIMARY KEY, status order_status NOT NULL DEFAULT 'new' CHECK (status <> 'paid'), note text
);
CREATE TABLE refunds (id int PRIMARY KEY, order_id bigint REFERENCES orders);
CREATE INDEX by_status ON orders (status);
ALTER TABLE orders ADD CONSTRAINT each_once UNIQUE (id, status);
COMMENT ON COLUMN orders.status IS 'where it is';
GRANT SELECT, UPDATE (note, status) ON orders TO PUBLIC;
INSERT INTO orders SELECT n FROM generate_series(1, 9) n;
"""
EVOLUTION = Evolution(
    "open_statuses",
    changes=[
        OpenEnum("orders", "status", String(20)),
        AddColumn("orders", Column("channel", Text), fill="'web'", index=True),
        AddColumn("orders", Column("title", Text, nullable=False, server_default="?"), fill="upper(note)"),
        AddColumn("orders", Column("token", Uuid, server_default=func.gen_random_uuid())),
        SeedRows("orders", "id", [{"id": 10, "note": "x", "channel": "shop"}]),
    ],
)
HELD = """
SELECT mode FROM pg_locks JOIN pg_class c ON c.oid = relation
WHERE pid = pg_backend_pid() AND granted AND c.relkind IN ('r', 'i')
  AND c.relnamespace = 'public'::regnamespace
"""
PARAMETERS = {"lo_0": "1", "hi_0": "10", "batch": 5, "after": "", "upto": "~"}


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY, execution_options={"no_parameters": True})
        yield connection


def taken(connection: Connection, statement: PlannedStatement) -> str:
    """The strongest lock of a transaction that holds the statement alone; committed."""
    connection.exec_driver_sql("BEGIN")
    bound = "%(" in statement.sql
    connection.exec_driver_sql(
        statement.sql,
        PARAMETERS if bound else None,
        execution_options={} if bound else {"no_parameters": True},
    )
    held = connection.exec_driver_sql(HELD).scalars().all()
    connection.exec_driver_sql("COMMIT")
    return max(held, key=MODES.index, default="")


def test_the_lock_that_is_told_is_the_lock_that_is_taken(connection: Connection, database: str) -> None:
    plan = commands.preview(EVOLUTION, database)
    commands.start(EVOLUTION, database)  # the journal's tables are there from here on
    commands.rollback(EVOLUTION, database)
    wrong = []
    for phase in ("start", "rollback", "start", "complete", "revert"):
        for step in getattr(plan, phase):
            for statement in step.statements:
                if "CONCURRENTLY" in statement.sql:  # not in a transaction, and gone when it is done
                    connection.exec_driver_sql(statement.sql)
                    assert statement.lock == "SHARE UPDATE EXCLUSIVE"
                    continue
                mode = taken(connection, statement)
                nothing_there = mode == "" and statement.sql.startswith("DROP TRIGGER IF EXISTS")
                # PostgreSQL 18 looks at the table while it grants, older ones do not; neither is noticed.
                looks = mode == "AccessShareLock" and statement.sql.startswith("GRANT ")
                if TOLD[statement.lock] != mode and not nothing_there and not looks:
                    wrong.append((phase, statement.sql[:200], statement.lock, mode))
    assert wrong == []


@pytest.mark.usefixtures("connection")
def test_only_brief_statements_are_told_to_block_reads(database: str) -> None:
    plan = commands.preview(EVOLUTION, database)
    statements = [
        each
        for steps in (plan.start, plan.rollback, plan.complete, plan.revert, plan.purge)
        for step in steps
        for each in step.statements
    ]
    for each in statements:
        assert ("reads" in each.blocks) == (each.lock == "ACCESS EXCLUSIVE"), each.sql
        if each.lock in {"SHARE", "SHARE ROW EXCLUSIVE"}:
            assert each.blocks == "writes, briefly", each.sql
        assert each.blocks == "nothing" or each.lock, each.sql
