import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, Row, create_engine
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.chat_templates import data
from crossfade.casebook.chat_templates.loading import build, fill, legacy_statements

ROWS = 3000


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with create_engine(database, poolclass=NullPool).begin() as connection:
        for statement in legacy_statements("postgresql"):
            connection.exec_driver_sql(statement)
        yield connection


def rows_of(connection: Connection, query: str) -> list[Row[Any]]:
    return list(connection.exec_driver_sql(query, execution_options={"no_parameters": True}))


def one(connection: Connection, query: str) -> Any:
    return rows_of(connection, query)[0][0]


def digest(rows: int, seed: int) -> str:
    made = data.lines(rows, seed, data.POSTGRESQL)
    return hashlib.sha256("".join([*made.templates, *made.executions]).encode()).hexdigest()


def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    assert digest(2000, 7) == digest(2000, 7)
    assert digest(2000, 7) != digest(2000, 8)


def test_the_rows_are_the_same_on_every_machine() -> None:
    assert digest(2000, 1).startswith("a5a41ac34447e81f")


def test_it_loads_as_many_rows_as_it_was_asked_for_and_says_so(connection: Connection) -> None:
    loaded = fill(connection, ROWS)

    assert loaded == {"workflow_templates": ROWS, "workflow_executions": ROWS // 2}
    for table, rows in loaded.items():
        assert one(connection, f"SELECT count(*) FROM {table}") == rows
        assert one(connection, f"SELECT reltuples FROM pg_class WHERE relname = '{table}'") == rows


@pytest.mark.parametrize("rows", [0, 1, 2, 13])
def test_few_rows_are_possible(connection: Connection, rows: int) -> None:
    assert fill(connection, rows)["workflow_templates"] == rows
    assert one(connection, "SELECT count(*) FROM workflow_templates") == rows


def test_fewer_than_none_are_not(connection: Connection) -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        fill(connection, -1)


def test_a_row_that_is_added_afterwards_has_the_next_id(connection: Connection) -> None:
    fill(connection, 10)

    added = "INSERT INTO workflow_templates (owner_id, name, workflow_type) VALUES (1, 'x', 'rag')"
    assert one(connection, f"{added} RETURNING id") == 11


def test_the_types_are_skewed(connection: Connection) -> None:
    fill(connection, ROWS)

    shares = rows_of(
        connection,
        "SELECT workflow_type, count(*)::float / sum(count(*)) OVER () FROM workflow_templates GROUP BY 1",
    )
    expected = {"plain": 0.60, "tools": 0.20, "rag": 0.15, "full": 0.05}
    assert dict(map(tuple, shares)) == pytest.approx(expected, abs=0.03)


def test_a_few_owners_own_most_and_a_few_templates_are_run_most(connection: Connection) -> None:
    fill(connection, ROWS)

    owners = "SELECT count(*) AS many FROM workflow_templates GROUP BY owner_id ORDER BY 1 DESC LIMIT 3"
    assert one(connection, f"SELECT sum(many) FROM ({owners}) AS owners") > ROWS / 2
    popular = "SELECT usage_count AS many FROM workflow_templates ORDER BY 1 DESC LIMIT 30"
    assert one(connection, f"SELECT sum(many) FROM ({popular}) AS popular") > ROWS / 2 / 4


def test_the_usage_count_of_a_template_is_the_number_of_its_executions(
    connection: Connection,
) -> None:
    fill(connection, ROWS)

    runs = "(SELECT count(*) FROM workflow_executions WHERE template_id = workflow_templates.id)"
    assert one(connection, f"SELECT count(*) FROM workflow_templates WHERE usage_count <> {runs}") == 0


@pytest.mark.parametrize("column", ["description", "category", "default_params", "required_tools"])
def test_columns_that_may_be_null_sometimes_are(connection: Connection, column: str) -> None:
    fill(connection, ROWS)

    assert 0 < one(connection, f"SELECT count({column}) FROM workflow_templates") < ROWS


def test_names_come_in_many_scripts_and_arrive_as_they_are(connection: Connection) -> None:
    fill(connection, ROWS)

    names = {name for (name,) in rows_of(connection, "SELECT DISTINCT name FROM workflow_templates")}
    assert set(data.TITLES) <= names
    assert max(map(len, names)) <= 200


def test_parameters_arrive_as_they_are(connection: Connection) -> None:
    fill(connection, ROWS)

    found = rows_of(
        connection,
        "SELECT DISTINCT default_params ->> 'system_prompt' FROM workflow_templates"
        " WHERE default_params IS NOT NULL",
    )
    prompts = "|".join(prompt for (prompt,) in found)
    assert all(sentence in prompts for sentence in data.SENTENCES)


def test_one_template_in_a_thousand_carries_a_big_document(connection: Connection) -> None:
    fill(connection, ROWS)

    big = rows_of(
        connection,
        "SELECT default_params FROM workflow_templates WHERE octet_length(default_params::text) > 9000",
    )
    sizes = [len(json.dumps(params, ensure_ascii=False).encode()) for (params,) in big]
    assert len(sizes) == (ROWS - data.BIG_AT) // data.BIG_EVERY + 1
    assert all(10_000 <= size <= 50_000 for size in sizes)


def test_some_rows_are_years_old_and_nothing_happens_before_its_time(
    connection: Connection,
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
    connection: Connection,
) -> None:
    fill(connection, ROWS)

    kinds = rows_of(
        connection,
        "SELECT status, count(finished_at) > 0, count(error) > 0 FROM workflow_executions"
        " GROUP BY 1 ORDER BY 1",
    )
    assert list(map(tuple, kinds)) == [
        ("cancelled", True, False),
        ("completed", True, False),
        ("failed", True, True),
        ("running", False, False),
    ]


def test_changing_a_template_moves_its_time_of_update(connection: Connection) -> None:
    fill(connection, 10)
    change = "UPDATE workflow_templates SET name = 'changed' WHERE id = 3"
    assert one(connection, f"{change} RETURNING updated_at = now()")


def plain(column: str, value: Any) -> Any:
    """The value in the same words from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if column in {"default_params", "required_tools"} and isinstance(value, str):
        return json.loads(value)
    return bool(value) if column.startswith("is_") else value


def shown(connection: Connection, table: str) -> list[dict[str, Any]]:
    found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").mappings()
    return [{name: plain(name, value) for name, value in row.items()} for row in found]


def test_mariadb_has_the_same_rows(connection: Connection, mariadb_database: str) -> None:
    made = fill(connection, ROWS)
    with create_engine(mariadb_database, poolclass=NullPool).begin() as mariadb:
        assert build(mariadb, ROWS) == made
        for table in made:
            rows = shown(mariadb, table)
            assert len(rows) == made[table]
            assert rows == shown(connection, table)


@pytest.mark.one_server
def test_mariadb_keeps_the_clock_too_and_gives_ids_that_nobody_chooses(mariadb_database: str) -> None:
    engine = create_engine(mariadb_database, poolclass=NullPool)
    with engine.begin() as connection:
        assert build(connection, 1) == {"workflow_templates": 1, "workflow_executions": 0}
    added = "INSERT INTO workflow_templates (id, owner_id, name, workflow_type) VALUES ({}, 1, 'x', 'rag')"
    changed = "UPDATE workflow_templates SET name = 'changed' WHERE id = 1"
    with engine.begin() as connection:
        connection.exec_driver_sql(added.format(1_500_000_000))
        assert one(connection, f"{added.format('DEFAULT')} RETURNING id >= 2000000000")
        assert one(connection, "SELECT count(*) FROM workflow_templates WHERE updated_at > '2025-09-01'") == 2
        connection.exec_driver_sql(changed)
        assert one(connection, "SELECT count(*) FROM workflow_templates WHERE updated_at > '2025-09-01'") == 3
    with engine.connect() as connection, pytest.raises(IntegrityError):
        fill(connection, 1)


def test_each_statement_of_mariadbs_schema_is_one() -> None:
    statements = legacy_statements("mariadb")
    assert len(statements) == 2
    assert all(each.startswith("CREATE TABLE") and ";" not in each for each in statements)
