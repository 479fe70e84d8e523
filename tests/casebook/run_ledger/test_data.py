import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from crossfade.casebook.run_ledger import data
from crossfade.casebook.run_ledger.data import build, fill, legacy_sql

ROWS = 4100


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
    connection.execute(f"TRUNCATE {', '.join(data.TABLES)}".encode())
    fill(connection, rows, seed)
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    parts = [
        one(connection, f"SELECT string_agg(md5({name}::text), '' ORDER BY id) FROM {name}")
        for name in data.TABLES
    ]
    found = connection.execute("SELECT md5(%s)", ["".join(parts)]).fetchone()
    assert found is not None
    return str(found[0])


def test_the_same_seed_gives_the_same_rows_on_every_server(connection: psycopg.Connection[Any]) -> None:
    assert digest(connection, 300, 1) == "fca6afcce02d4ceff32c6894b7f7db0d"
    assert digest(connection, 300, 2) != digest(connection, 300, 1)


@pytest.mark.one_server
def test_it_loads_as_many_rows_as_it_was_asked_for_and_says_so(connection: psycopg.Connection[Any]) -> None:
    loaded = fill(connection, ROWS)

    assert loaded["workflow_trace"] == ROWS
    assert loaded["workflow_steps"] == pytest.approx(5 * ROWS, rel=0.1)
    assert sum(loaded[name] for name in data.NUMBERED[2:]) == pytest.approx(20 * ROWS, rel=0.1)
    assert loaded.keys() == set(data.TABLES)
    for table, rows in loaded.items():
        assert one(connection, f"SELECT count(*) FROM {table}") == rows
        assert one(connection, f"SELECT reltuples FROM pg_class WHERE relname = '{table}'") == rows


@pytest.mark.parametrize("rows", [0, 1, 2, 13])
@pytest.mark.one_server
def test_few_rows_are_possible(connection: psycopg.Connection[Any], rows: int) -> None:
    assert fill(connection, rows)["workflow_trace"] == rows
    assert one(connection, "SELECT count(*) FROM workflow_trace") == rows


@pytest.mark.one_server
def test_fewer_than_none_are_not(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        fill(connection, -1)


@pytest.mark.one_server
def test_some_installations_never_had_endpoints(database: str) -> None:
    url = make_url(database).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        made = build(connection, 13, endpoints=False)
        assert "workflow_trace_endpoint" not in made
        assert one(connection, "SELECT to_regclass('workflow_trace_endpoint')") is None


@pytest.mark.one_server
def test_it_is_believable(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)
    statuses = {row[0] for row in connection.execute("SELECT status FROM workflow_trace").fetchall()}
    assert statuses == {"queued", "running", "succeeded", "failed", "cancelled", "timed_out"}
    statuses = {row[0] for row in connection.execute("SELECT status FROM workflow_steps").fetchall()}
    assert statuses == {"queued", "running", "done", "failed", "skipped"}
    busiest = "SELECT count(*) AS many FROM workflow_trace GROUP BY workflow_id ORDER BY 1 DESC LIMIT 1"
    assert one(connection, busiest) > ROWS / 5
    for table, columns in {
        "workflow_trace": ("started_at", "ended_at", "error_message", "error_details", "created_by"),
        "workflow_steps": ("node_id", "started_at", "ended_at", "input_data", "output_data", "error_details"),
        "workflow_events": ("message", "payload"),
        "workflow_trace_screenshot": ("width", "thumbnail"),
        "workflow_trace_endpoint": ("status_code", "latency_ms"),
        "workflow_data_bindings": ("value",),
        "workflow_step_retries": ("reason",),
    }.items():
        for column in columns:
            known = one(connection, f"SELECT count({column}) FROM {table}")
            assert 0 < known < one(connection, f"SELECT count(*) FROM {table}"), (table, column)
    for table, column in (("workflow_events", "payload"), ("workflow_data_bindings", "value")):
        assert one(connection, f"SELECT count(*) FROM {table} WHERE {column} = 'null'") > 0
    notes = one(connection, "SELECT string_agg(message, '|') FROM workflow_events")
    assert all(note in notes for note in data.NOTES)


@pytest.mark.one_server
def test_it_is_skewed(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)
    steps = "SELECT count(s.id) AS n FROM workflow_trace t LEFT JOIN workflow_steps s ON trace_id = t.id"
    assert one(connection, f"SELECT array[min(n), max(n)] FROM ({steps} GROUP BY t.id) AS each") == [0, 40]
    events = "SELECT count(*) AS n FROM workflow_events GROUP BY step_id"
    assert one(connection, f"SELECT count(*) FROM ({events}) AS each WHERE n >= 100") >= 5
    inputs = connection.execute(
        "SELECT input_data FROM workflow_steps WHERE octet_length(input_data::text) > 9000"
    )
    sizes = [len(json.dumps(each, ensure_ascii=False).encode()) for (each,) in inputs]
    assert sizes
    assert all(10_000 <= size <= 50_000 for size in sizes)
    assert one(connection, "SELECT max(length(message)) FROM workflow_events") > 5_000


@pytest.mark.one_server
def test_time_is_fine_grained_and_long(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)
    assert one(connection, "SELECT max(created_at) - min(created_at) > '7 years' FROM workflow_trace")
    fine = "SELECT count(*) FROM workflow_trace WHERE date_trunc('milliseconds', created_at) <> created_at"
    assert one(connection, fine) > ROWS / 2
    long = "SELECT count(*) FROM workflow_trace WHERE ended_at - started_at > '30 days'"
    assert 0 < one(connection, long) <= ROWS / data.SLOW_EVERY + 1
    for table in ("workflow_trace", "workflow_steps"):
        assert one(connection, f"SELECT bool_and(ended_at >= started_at) FROM {table}")
        assert one(connection, f"SELECT bool_and(updated_at >= created_at) FROM {table}")
    early = "SELECT count(*) FROM workflow_events e JOIN workflow_events l USING (step_id)"
    assert one(connection, f"{early} WHERE l.id > e.id AND l.occurred_at < e.occurred_at") > 0


@pytest.mark.one_server
def test_it_leaves_nothing_in_the_session(database: str) -> None:
    with connected(database) as connection:
        fill(connection, 10)
        connection.commit()
        temporary = "FROM pg_class WHERE relpersistence = 't'"
        assert one(connection, f"SELECT count(*) {temporary}") == 0
        assert one(connection, "SELECT count(*) FROM pg_proc WHERE pronamespace = pg_my_temp_schema()") == 0


@pytest.mark.one_server
def test_rows_that_are_added_afterwards_have_the_next_ids(connection: psycopg.Connection[Any]) -> None:
    fill(connection, 50)
    added = (
        "INSERT INTO workflow_trace (workflow_id, org_id, channel)"
        " SELECT workflow_id, org_id, channel FROM workflow_trace LIMIT 1 RETURNING id"
    )
    assert one(connection, added) == 51
    last = one(connection, "SELECT max(id) FROM workflow_events")
    added = "INSERT INTO workflow_events (step_id, kind) VALUES (1, 'x') RETURNING id"
    assert one(connection, added) == last + 1
