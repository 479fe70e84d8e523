import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from crossfade.casebook.task_types import data
from crossfade.casebook.task_types.data import fill, legacy_sql

ROWS = 4000


def connected(database: str) -> psycopg.Connection[Any]:
    url = make_url(database).set(drivername="postgresql")
    connection = psycopg.connect(url.render_as_string(hide_password=False))
    connection.execute(legacy_sql().encode())
    return connection


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    with connected(database) as connection:
        yield connection


def one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def digest(connection: psycopg.Connection[Any], rows: int, seed: int) -> str:
    connection.execute("TRUNCATE batch_job CASCADE")
    fill(connection, rows, seed)
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    jobs = one(connection, "SELECT string_agg(md5(batch_job::text), '' ORDER BY id) FROM batch_job")
    traces = one(connection, "SELECT string_agg(md5(rcm_trace::text), '' ORDER BY id) FROM rcm_trace")
    found = connection.execute("SELECT md5(%s)", [jobs + traces]).fetchone()
    assert found is not None
    return str(found[0])


@pytest.mark.every_server
def test_the_same_seed_gives_the_same_rows_on_every_server(connection: psycopg.Connection[Any]) -> None:
    assert digest(connection, 500, 1) == "d20c709e2e61afa30418159f12aef649"
    assert digest(connection, 500, 2) != digest(connection, 500, 1)


def test_it_loads_as_many_rows_as_it_was_asked_for_and_says_so(connection: psycopg.Connection[Any]) -> None:
    loaded = fill(connection, ROWS)

    assert loaded["batch_job"] == ROWS
    assert loaded["task_type"] == 5
    assert loaded["rcm_trace"] == pytest.approx(2 * ROWS, rel=0.1)
    for table, rows in loaded.items():
        assert one(connection, f"SELECT count(*) FROM {table}") == rows
        assert one(connection, f"SELECT reltuples FROM pg_class WHERE relname = '{table}'") == rows


@pytest.mark.parametrize("rows", [0, 1, 2, 13])
@pytest.mark.one_server
def test_few_rows_are_possible(connection: psycopg.Connection[Any], rows: int) -> None:
    assert fill(connection, rows)["batch_job"] == rows
    assert one(connection, "SELECT count(*) FROM batch_job") == rows


@pytest.mark.one_server
def test_fewer_than_none_are_not(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        fill(connection, -1)


@pytest.mark.one_server
def test_it_is_believable(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)
    shares = connection.execute(
        "SELECT workflow_type, count(*)::float / sum(count(*)) OVER () FROM batch_job GROUP BY 1"
    )
    expected = {"claim_status": 0.55, "eligibility": 0.30, "prior_auth": 0.15}
    assert dict(shares.fetchall()) == pytest.approx(expected, abs=0.03)
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
def test_one_job_in_a_thousand_carries_a_big_document(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    big = connection.execute("SELECT payload FROM batch_job WHERE octet_length(payload::text) > 9000")
    sizes = [len(json.dumps(payload, ensure_ascii=False).encode()) for (payload,) in big]
    assert len(sizes) == (ROWS - data.BIG_AT) // data.BIG_EVERY + 1
    assert all(10_000 <= size <= 50_000 for size in sizes)


@pytest.mark.one_server
def test_some_jobs_are_years_old_and_nothing_happens_before_its_time(
    connection: psycopg.Connection[Any],
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
def test_some_traces_say_what_their_job_no_longer_is(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    other = one(
        connection,
        "SELECT count(*) FROM rcm_trace t JOIN batch_job b ON b.id = t.batch_job_id"
        " WHERE t.workflow_type <> b.workflow_type",
    )
    assert 0 < other < ROWS / 40


@pytest.mark.one_server
def test_it_leaves_nothing_in_the_session_that_would_hold_the_type(database: str) -> None:
    with connected(database) as connection, connection.cursor() as cursor:
        fill(connection, 10)
        connection.commit()
        cursor.execute("DROP TABLE rcm_trace, batch_job; DROP TYPE workflow_type")


@pytest.mark.one_server
def test_a_trace_that_is_added_afterwards_has_the_next_id(connection: psycopg.Connection[Any]) -> None:
    fill(connection, 10)

    job = one(connection, "SELECT id FROM batch_job LIMIT 1")
    added = (
        f"INSERT INTO rcm_trace (batch_job_id, workflow_type, event) VALUES ('{job}', 'prior_auth', 'sent')"
    )
    assert one(connection, f"{added} RETURNING id") == 81
