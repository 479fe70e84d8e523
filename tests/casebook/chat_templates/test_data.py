import hashlib
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from crossfade.casebook.chat_templates import data
from crossfade.casebook.chat_templates.data import fill, legacy_sql

ROWS = 3000


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    url = make_url(database).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(legacy_sql())
        yield connection


def one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def digest(rows: int, seed: int) -> str:
    created, executed = data._creation_times(rows, seed), data._executed_templates(rows, seed)
    lines = [*data._templates(created, executed, seed), *data._executions(created, executed, seed)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    assert digest(2000, 7) == digest(2000, 7)
    assert digest(2000, 7) != digest(2000, 8)


def test_the_rows_are_the_same_on_every_machine() -> None:
    assert digest(2000, 1).startswith("a5a41ac34447e81f")


def test_it_loads_as_many_rows_as_it_was_asked_for_and_says_so(connection: psycopg.Connection[Any]) -> None:
    loaded = fill(connection, ROWS)

    assert loaded == {"workflow_templates": ROWS, "workflow_executions": ROWS // 2}
    for table, rows in loaded.items():
        assert one(connection, f"SELECT count(*) FROM {table}") == rows
        assert one(connection, f"SELECT reltuples FROM pg_class WHERE relname = '{table}'") == rows


@pytest.mark.parametrize("rows", [0, 1, 2, 13])
def test_few_rows_are_possible(connection: psycopg.Connection[Any], rows: int) -> None:
    assert fill(connection, rows)["workflow_templates"] == rows
    assert one(connection, "SELECT count(*) FROM workflow_templates") == rows


def test_fewer_than_none_are_not(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        fill(connection, -1)


def test_a_row_that_is_added_afterwards_has_the_next_id(connection: psycopg.Connection[Any]) -> None:
    fill(connection, 10)

    added = "INSERT INTO workflow_templates (owner_id, name, workflow_type) VALUES (1, 'x', 'rag')"
    assert one(connection, f"{added} RETURNING id") == 11


def test_the_types_are_skewed(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    shares = connection.execute(
        "SELECT workflow_type, count(*)::float / sum(count(*)) OVER () FROM workflow_templates GROUP BY 1"
    )
    expected = {"plain": 0.60, "tools": 0.20, "rag": 0.15, "full": 0.05}
    assert dict(shares.fetchall()) == pytest.approx(expected, abs=0.03)


def test_a_few_owners_own_most_and_a_few_templates_are_run_most(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    owners = "SELECT count(*) AS many FROM workflow_templates GROUP BY owner_id ORDER BY 1 DESC LIMIT 3"
    assert one(connection, f"SELECT sum(many) FROM ({owners}) AS owners") > ROWS / 2
    popular = "SELECT usage_count AS many FROM workflow_templates ORDER BY 1 DESC LIMIT 30"
    assert one(connection, f"SELECT sum(many) FROM ({popular}) AS popular") > ROWS / 2 / 4


def test_the_usage_count_of_a_template_is_the_number_of_its_executions(
    connection: psycopg.Connection[Any],
) -> None:
    fill(connection, ROWS)

    runs = "(SELECT count(*) FROM workflow_executions WHERE template_id = workflow_templates.id)"
    assert one(connection, f"SELECT count(*) FROM workflow_templates WHERE usage_count <> {runs}") == 0


@pytest.mark.parametrize("column", ["description", "category", "default_params", "required_tools"])
def test_columns_that_may_be_null_sometimes_are(connection: psycopg.Connection[Any], column: str) -> None:
    fill(connection, ROWS)

    assert 0 < one(connection, f"SELECT count({column}) FROM workflow_templates") < ROWS


def test_names_come_in_many_scripts_and_arrive_as_they_are(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    names = {name for (name,) in connection.execute("SELECT DISTINCT name FROM workflow_templates")}
    assert set(data.TITLES) <= names
    assert max(map(len, names)) <= 200


def test_parameters_arrive_as_they_are(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    found = connection.execute(
        "SELECT DISTINCT default_params ->> 'system_prompt' FROM workflow_templates"
        " WHERE default_params IS NOT NULL"
    )
    prompts = "|".join(prompt for (prompt,) in found)
    assert all(sentence in prompts for sentence in data.SENTENCES)


def test_one_template_in_a_thousand_carries_a_big_document(connection: psycopg.Connection[Any]) -> None:
    fill(connection, ROWS)

    big = connection.execute(
        "SELECT default_params FROM workflow_templates WHERE octet_length(default_params::text) > 9000"
    )
    sizes = [len(json.dumps(params, ensure_ascii=False).encode()) for (params,) in big]
    assert len(sizes) == (ROWS - data.BIG_AT) // data.BIG_EVERY + 1
    assert all(10_000 <= size <= 50_000 for size in sizes)


def test_some_rows_are_years_old_and_nothing_happens_before_its_time(
    connection: psycopg.Connection[Any],
) -> None:
    fill(connection, ROWS)

    assert one(connection, "SELECT max(created_at) - min(created_at) > '7 years' FROM workflow_templates")
    assert one(connection, "SELECT bool_and(created_at <= updated_at) FROM workflow_templates")
    assert one(connection, "SELECT max(updated_at) <= '2025-09-01 00:00+00' FROM workflow_templates")
    assert one(
        connection,
        "SELECT bool_and(created_at <= started_at AND started_at <= coalesce(finished_at, started_at))"
        " FROM workflow_executions JOIN workflow_templates ON workflow_templates.id = template_id",
    )


def test_only_a_running_execution_has_no_end_and_only_a_failed_one_an_error(
    connection: psycopg.Connection[Any],
) -> None:
    fill(connection, ROWS)

    kinds = connection.execute(
        "SELECT status, count(finished_at) > 0, count(error) > 0 FROM workflow_executions"
        " GROUP BY 1 ORDER BY 1"
    )
    assert kinds.fetchall() == [
        ("cancelled", True, False),
        ("completed", True, False),
        ("failed", True, True),
        ("running", False, False),
    ]


def test_changing_a_template_moves_its_time_of_update(connection: psycopg.Connection[Any]) -> None:
    fill(connection, 10)
    connection.commit()

    connection.execute("UPDATE workflow_templates SET name = 'changed' WHERE id = 3")
    assert one(connection, "SELECT updated_at = now() FROM workflow_templates WHERE id = 3")
