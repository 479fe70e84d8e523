"""The generated rows: the same for the same seed, the same on both databases, and believable."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.task_types import data
from crossfade.casebook.task_types.data import TABLES, build, fill, legacy

ROWS = 4000


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with create_engine(database, poolclass=NullPool).connect() as connection:
        legacy(connection)
        yield connection


def one(connection: Connection, query: str) -> Any:
    return connection.exec_driver_sql(query).scalar_one()


def digest(connection: Connection, rows: int, seed: int) -> str:
    connection.exec_driver_sql("TRUNCATE batch_job CASCADE")
    fill(connection, rows, seed)
    connection.exec_driver_sql("SET LOCAL TimeZone = 'UTC'")
    jobs = one(connection, "SELECT string_agg(md5(batch_job::text), '' ORDER BY id) FROM batch_job")
    traces = one(connection, "SELECT string_agg(md5(rcm_trace::text), '' ORDER BY id) FROM rcm_trace")
    return hashlib.md5((jobs + traces).encode(), usedforsecurity=False).hexdigest()


def plain(column: str, value: Any) -> Any:
    """The value in the same words from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if column in {"payload", "detail"} and isinstance(value, str):
        return json.loads(value)
    return str(value) if column.endswith("id") else value


def rows_of(url: str, rows: int, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table, in the order of their ids' texts."""
    found = {}
    with create_engine(url, poolclass=NullPool).begin() as connection:
        made = build(connection, rows, seed)
        for table in TABLES:
            every = connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()
            said = [{name: plain(name, value) for name, value in row.items()} for row in every]
            found[table] = sorted(said, key=lambda row: str(row["id"]))
            assert len(said) == made[table]
    return found


@pytest.mark.one_server
def test_both_databases_have_the_same_rows(database: str, mariadb_database: str) -> None:
    assert rows_of(database, 1100) == rows_of(mariadb_database, 1100)


@pytest.mark.one_server
def test_another_seed_makes_other_rows(database: str, mariadb_database: str) -> None:
    assert rows_of(database, 50, 1)["batch_job"] != rows_of(mariadb_database, 50, 2)["batch_job"]


@pytest.mark.one_server
@pytest.mark.parametrize("rows", [0, 1, 13])
def test_few_rows_are_possible_on_either(url: str, rows: int) -> None:
    assert len(rows_of(url, rows)["batch_job"]) == rows


@pytest.mark.one_server
def test_what_can_not_be_filled_is_an_error(url: str) -> None:
    rows_of(url, 5)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        with pytest.raises(ValueError, match="must not be negative, got -1"):
            fill(connection, -1)
        with pytest.raises(IntegrityError):
            fill(connection, 5)


@pytest.mark.every_server
def test_the_same_seed_gives_the_same_rows_on_every_server(connection: Connection) -> None:
    assert digest(connection, 500, 1) == "d20c709e2e61afa30418159f12aef649"
    assert digest(connection, 500, 2) != digest(connection, 500, 1)


def test_it_loads_as_many_rows_as_it_was_asked_for_and_says_so(connection: Connection) -> None:
    loaded = fill(connection, ROWS)

    assert loaded["batch_job"] == ROWS
    assert loaded["task_type"] == 5
    assert loaded["rcm_trace"] == pytest.approx(2 * ROWS, rel=0.1)
    for table, rows in loaded.items():
        assert one(connection, f"SELECT count(*) FROM {table}") == rows
        assert one(connection, f"SELECT reltuples FROM pg_class WHERE relname = '{table}'") == rows


@pytest.mark.one_server
def test_it_is_believable(connection: Connection) -> None:
    fill(connection, ROWS)
    shares = connection.exec_driver_sql(
        "SELECT workflow_type, count(*)::float / sum(count(*)) OVER () FROM batch_job GROUP BY 1"
    )
    expected = {"claim_status": 0.55, "eligibility": 0.30, "prior_auth": 0.15}
    assert dict(shares.all()) == pytest.approx(expected, abs=0.03)
    orgs = "SELECT count(*) AS many FROM batch_job GROUP BY org_id ORDER BY 1 DESC LIMIT 2"
    assert one(connection, f"SELECT sum(many) FROM ({orgs}) AS orgs") > ROWS / 4
    for column in ("claimed_by", "payload", "error", "finished_at"):
        assert 0 < one(connection, f"SELECT count({column}) FROM batch_job") < ROWS
    assert (
        0
        < one(connection, "SELECT count(detail) FROM rcm_trace")
        < one(connection, "SELECT count(*) FROM rcm_trace")
    )
    names = one(connection, "SELECT string_agg(name, '|') FROM batch_job")
    assert all(name in names for name in data.NAMES)
    notes = one(connection, "SELECT string_agg(payload ->> 'note', '|') FROM batch_job")
    assert all(note in notes for note in data.NOTES)


@pytest.mark.one_server
def test_one_job_in_a_thousand_carries_a_big_document(connection: Connection) -> None:
    fill(connection, ROWS)

    big = connection.exec_driver_sql("SELECT payload FROM batch_job WHERE octet_length(payload::text) > 9000")
    sizes = [len(json.dumps(payload, ensure_ascii=False).encode()) for (payload,) in big]
    assert len(sizes) == (ROWS - data.BIG_AT) // data.BIG_EVERY + 1
    assert all(10_000 <= size <= 50_000 for size in sizes)


@pytest.mark.one_server
def test_some_jobs_are_years_old_and_nothing_happens_before_its_time(
    connection: Connection,
) -> None:
    fill(connection, ROWS)

    assert one(connection, "SELECT max(created_at) - min(created_at) > '7 years' FROM batch_job")
    assert one(connection, "SELECT max(updated_at) <= '2025-09-01 00:00+00' FROM batch_job")
    assert one(
        connection,
        "SELECT bool_and(created_at <= updated_at AND created_at <= coalesce(finished_at, created_at))"
        " FROM batch_job",
    )
    assert one(
        connection,
        "SELECT bool_and(created_at <= occurred_at) FROM rcm_trace"
        " JOIN batch_job ON batch_job.id = batch_job_id",
    )


@pytest.mark.one_server
def test_some_traces_say_what_their_job_no_longer_is(connection: Connection) -> None:
    fill(connection, ROWS)

    other = one(
        connection,
        "SELECT count(*) FROM rcm_trace t JOIN batch_job b ON b.id = t.batch_job_id"
        " WHERE t.workflow_type <> b.workflow_type",
    )
    assert 0 < other < ROWS / 40


@pytest.mark.one_server
def test_it_leaves_nothing_in_the_session_that_would_hold_the_type(connection: Connection) -> None:
    fill(connection, 10)
    connection.commit()
    connection.exec_driver_sql("DROP TABLE rcm_trace, batch_job; DROP TYPE workflow_type")


@pytest.mark.one_server
def test_a_trace_that_is_added_afterwards_has_the_next_id(connection: Connection) -> None:
    fill(connection, 10)

    job = one(connection, "SELECT id FROM batch_job LIMIT 1")
    added = (
        f"INSERT INTO rcm_trace (batch_job_id, workflow_type, event) VALUES ('{job}', 'prior_auth', 'sent')"
    )
    assert one(connection, f"{added} RETURNING id") == 81
