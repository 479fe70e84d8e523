"""What preview lists is what the runner executes, statement by statement, in the order of first appearance.

The statements of a plan reach the server as they stand (`Connection.exec_driver_sql`). All else that
Crossfade sends, to its journal and to the server's catalogue, is built of SQLAlchemy's constructs and
names nothing of the user's: `executed` checks that of each, so that nothing is done to a user's table that
neither rule sees.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Column, Engine, NullPool, String, Text, Uuid, create_engine, event, func

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows, commands, dialects
from crossfade.errors import VerificationFailed
from crossfade.reports import PlannedStep, Preview
from tests.documents import parcels, shop

LEGACY = """
CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent');
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY, status order_status NOT NULL DEFAULT 'new',
  customer_id int REFERENCES customers, note text, PRIMARY KEY (id),
  CONSTRAINT known CHECK (status <> 'sent' OR note IS NOT NULL)
) %s;
CREATE INDEX by_status ON orders (status, id);
COMMENT ON COLUMN orders.status IS 'where it is';
GRANT SELECT ON orders TO PUBLIC;
INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');
INSERT INTO orders (status, customer_id, note)
  SELECT (ARRAY['new', 'paid', 'sent'])[n %% 3 + 1]::order_status, n %% 2 + 1, 'n ' || n
  FROM generate_series(1, 30) n;
"""
PARTITIONED = """PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (1) TO (11);
CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM (11) TO (1000)"""

EVOLUTION = Evolution(
    "open_statuses",
    "Statuses are open",
    [
        OpenEnum("orders", "status", String(20), values={"new": "open", "paid": "paid", "sent": "sent"}),
        AddColumn("orders", Column("channel", Text), fill="'web'", index=True),
        AddColumn("orders", Column("title", Text, nullable=False, server_default="?"), fill="upper(note)"),
        AddColumn("orders", Column("token", Uuid, nullable=False, server_default=func.gen_random_uuid())),
        SeedRows("customers", "name", [{"id": 3, "name": "Eve", "score": 7}]),
        AddColumn("customers", Column("score", Text), index=True),
    ],
)

COMMANDS = ("start", "verify", "rollback", "start", "complete", "revert", "complete", "purge", "revert")
USERS = re.compile(
    r"\b(public|orders\w*|customers|order_status|parcel\w*|stop\w*|shipment|leg)\b"
)  # all that is the user's


@contextmanager
def executed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The plan's statements as they reach the server while the block runs."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        _, _, statement, _, context, _ = arguments
        if context.compiled is None:
            statements.append(statement)
        else:
            assert not USERS.search(statement), statement

    def connect(database: str) -> dialects.SchemaDialect:
        dialect = dialects.connect(database)
        event.listen(dialect.engine, "before_cursor_execute", note)
        return dialect

    with monkeypatch.context() as patch:
        patch.setattr("crossfade.commands.ground.connect", connect)
        yield statements


def listed(steps: Iterable[PlannedStep]) -> list[str]:
    return [statement.sql for step in steps for statement in step.statements]


def first_appearances(statements: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(statements))


def samples(preview: Preview) -> set[str]:
    """The statements that read mismatches, which a walk without mismatches has no use for."""
    return {
        step.statements[-1].sql
        for steps in (preview.start, preview.complete, preview.revert)
        for step in steps
        if step.title.startswith("compare ")
    }


def brought_back(steps: Iterable[PlannedStep]) -> set[str]:
    """The statements that bring kept values back, which are executed where some were found."""
    return {
        statement.sql
        for step in steps
        for statement in step.statements[1:]
        if step.title.startswith("bring back the kept ")
    }


@pytest.fixture(params=["", PARTITIONED], ids=["plain", "partitioned"], name="legacy")
def _legacy(request: pytest.FixtureRequest, database: str) -> Iterator[Engine]:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY % request.param, execution_options={"no_parameters": True})
    yield engine
    engine.dispose()


@pytest.mark.usefixtures("legacy")
def test_each_command_executes_what_preview_lists(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    walk(EVOLUTION, database, monkeypatch)


def test_each_command_about_tables_that_become_one_does(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run(database, parcels.LEGACY)
    walk(parcels.EVOLUTION, database, monkeypatch)


def walk(evolution: Evolution, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walk every command; each executes what was listed before it."""
    with executed(monkeypatch) as statements:
        preview = commands.preview(evolution, database)
    asked = (*preview.checks, *preview.questions)  # which change nothing
    assert first_appearances(statements) == first_appearances(listed(asked))

    for command in COMMANDS:
        shown = commands.preview(evolution, database)
        with executed(monkeypatch) as statements:
            if command == "start":
                commands.start(evolution, database)
            else:
                getattr(commands, command)(evolution.name, database)
        verify = [step for step in shown.complete if step.phase == "verify"]
        steps = verify if command == "verify" else getattr(shown, command)
        if command == "start":
            steps = (*shown.checks, *steps)
        passed_over = samples(shown) | (brought_back(steps) - set(statements))
        expected = [each for each in first_appearances(listed(steps)) if each not in passed_over]
        assert first_appearances(statements) == expected, command
        for part in ("start", "rollback", "complete", "purge"):  # the plan is one, from first to last
            assert listed(getattr(shown, part)) == listed(getattr(preview, part))


def test_mismatches_are_read_by_the_statement_that_preview_lists(
    legacy: Engine, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.start(EVOLUTION, database)
    with legacy.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = 'replica'")
        connection.exec_driver_sql("SET crossfade.sync = 'off'")
        connection.exec_driver_sql("UPDATE orders SET status = 'new' WHERE status <> 'new'")
    shown = commands.preview(EVOLUTION, database)
    with executed(monkeypatch) as statements, pytest.raises(VerificationFailed):
        commands.complete(EVOLUTION, database)
    comparison = [step for step in shown.complete if step.title == "compare both sides of public.orders"]
    assert first_appearances(statements) == first_appearances(listed(comparison))


@pytest.mark.usefixtures("legacy")
def test_preview_says_of_each_batch_that_it_is_repeated(database: str) -> None:
    shown = commands.preview(EVOLUTION, database)
    repeated = {
        statement.sql.split()[0]
        for step in shown.start
        for statement in step.statements
        if statement.repeated and step.title == "backfill public.orders"
    }
    once = [
        statement.sql
        for step in shown.start
        for statement in step.statements
        if not statement.repeated and step.title == "backfill public.orders"
    ]
    assert repeated == {"SET", "SELECT", "UPDATE"}
    assert [each.rpartition("ORDER BY ")[2] for each in once] == ["t.id LIMIT 1", "t.id DESC LIMIT 1"]
