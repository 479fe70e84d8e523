from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from crossfade.casebook.chat_templates.case import CASE
from crossfade.casebook.databases import DATABASES
from crossfade.casebook.premises import premises
from crossfade.casebook.run_ledger.case import CASE as LEDGER
from crossfade.errors import DatabaseFailed, Refused, UsageError
from crossfade.reports import Status
from crossfade.testing import PostgresServer

CATALOG = """
SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
UNION SELECT 'table ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def run(url: str, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def catalog(url: str) -> frozenset[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return frozenset(connection.scalars(text(CATALOG)))


def nothing_known(_: str) -> Sequence[Status]:
    return ()


@pytest.mark.one_server
@pytest.mark.parametrize("asked", [None, "postgresql"])
def test_without_a_database_a_server_is_embedded(asked: str | None) -> None:
    said: list[str] = []
    with premises(CASE, asked, rows=50, seed=1, say=said.append, status=nothing_known) as place:
        assert place.rows == {"workflow_templates": 50, "workflow_executions": 25}
        assert place.server.startswith("postgresql 1")
        assert any("embedded" in line for line in said)


def test_a_given_database_is_left_as_it_was(database: str) -> None:
    before = catalog(database)
    said: list[str] = []
    with premises(CASE, database, rows=50, seed=1, say=said.append, status=nothing_known) as place:
        run(place.url, "CREATE SCHEMA crossfade", f"CREATE SCHEMA public__{CASE.evolution.name}")
        assert "table workflow_templates" in catalog(database)
    assert catalog(database) == before
    assert "dropped" in said[-1]
    assert "table workflow_templates" in said[-1]


@pytest.mark.one_server
def test_it_is_left_as_it_was_after_an_error_too(database: str) -> None:
    before = catalog(database)
    with (
        pytest.raises(KeyboardInterrupt),
        premises(CASE, database, rows=50, seed=1, say=lambda _: None, status=nothing_known),
    ):
        raise KeyboardInterrupt
    assert catalog(database) == before


@pytest.mark.one_server
@pytest.mark.parametrize(
    ("there", "named"),
    [
        ("CREATE TABLE workflow_executions (id int)", "table workflow_executions"),
        ("CREATE TYPE workflowtype AS ENUM ('a')", "type workflowtype"),
        (f"CREATE SCHEMA public__{CASE.evolution.name}", f"schema public__{CASE.evolution.name}"),
    ],
)
def test_what_is_there_already_is_not_touched(database: str, there: str, named: str) -> None:
    run(database, there)
    before = catalog(database)
    with (
        pytest.raises(Refused, match=named),
        premises(CASE, database, rows=50, seed=1, say=lambda _: None, status=nothing_known),
    ):
        pass
    assert catalog(database) == before


@pytest.mark.one_server
def test_a_journal_that_was_there_stays(database: str) -> None:
    run(database, "CREATE SCHEMA crossfade")
    said: list[str] = []
    with premises(CASE, database, rows=50, seed=1, say=said.append, status=nothing_known):
        pass
    assert "schema crossfade" in catalog(database)
    assert any("left alone" in line for line in said)


@pytest.mark.one_server
def test_a_journal_that_knows_the_evolution_is_refused(database: str) -> None:
    run(database, "CREATE SCHEMA crossfade")
    before = catalog(database)
    now = datetime.now(UTC)
    known = Status(
        evolution=CASE.evolution.name,
        summary="",
        state="completed",
        fingerprint="",
        tables=(),
        started_at=now,
        changed_at=now,
    )
    with (
        pytest.raises(Refused, match=CASE.evolution.name),
        premises(CASE, database, rows=50, seed=1, say=lambda _: None, status=lambda _: (known,)),
    ):
        pass
    assert catalog(database) == before


@pytest.mark.one_server
def test_other_databases_are_refused() -> None:
    unreachable = ("postgresql:///x?host=/nowhere", DatabaseFailed)
    others = [(asked, UsageError) for asked in ("mysql://u@h/d", "mariadb", "sqlite://", "no URL")]
    for asked, error in (*others, unreachable):
        with (
            pytest.raises(error),
            premises(LEDGER, asked, rows=50, seed=1, say=lambda _: None, status=nothing_known),
        ):
            pass


@pytest.fixture
def owned(postgresql: PostgresServer, database: str) -> Iterator[str]:
    """The database, owned by a role that may do nothing else, and its URL for that role."""
    name = make_url(database).database
    run(postgresql.url, "CREATE ROLE plain_role LOGIN", f"ALTER DATABASE {name} OWNER TO plain_role")
    yield make_url(database).set(username="plain_role").render_as_string(hide_password=False)
    run(postgresql.url, f"ALTER DATABASE {name} OWNER TO postgres")
    run(database, "DROP OWNED BY plain_role", "DROP ROLE plain_role")


def test_a_role_that_is_no_superuser_can_own_the_case(owned: str) -> None:
    before = catalog(owned)
    with premises(CASE, owned, rows=50, seed=1, say=lambda _: None, status=nothing_known) as place:
        engine = create_engine(place.url, poolclass=NullPool)
        assert not DATABASES["postgresql"].may_silence_triggers(engine)
    assert catalog(owned) == before


def test_a_superuser_may_silence_triggers(database: str) -> None:
    engine = create_engine(database, poolclass=NullPool)
    assert DATABASES["postgresql"].may_silence_triggers(engine)
