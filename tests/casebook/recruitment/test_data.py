"""The generated rows: the same for the same seed, the same on both databases, and believable."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.recruitment.data import (
    BIG_AT,
    NEWCOMERS,
    TABLES,
    build,
    counts,
    fill,
    legacy_statements,
)
from crossfade.casebook.recruitment.old_app import NODES, PROCESSES

ROWS = 600


def built(url: str, rows: int = ROWS, seed: int = 1) -> dict[str, int]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        return build(connection, rows, seed)


def plain(column: str, value: Any) -> Any:
    """The value in the same words from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if column == "feedback" and isinstance(value, str):
        return json.loads(value)
    return bool(value) if column.startswith("is_") else value


def rows_of(url: str, table: str) -> list[dict[str, Any]]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").mappings()
        return [{name: plain(name, value) for name, value in row.items()} for row in found]


@pytest.mark.one_server
def test_both_databases_have_the_same_rows(database: str, mariadb_database: str) -> None:
    assert built(database) == built(mariadb_database)
    for table in TABLES:
        assert rows_of(database, table) == rows_of(mariadb_database, table)


@pytest.mark.one_server
def test_another_seed_makes_other_rows(database: str, mariadb_database: str) -> None:
    built(database, seed=1)
    built(mariadb_database, seed=2)
    assert rows_of(database, "interviews") != rows_of(mariadb_database, "interviews")


def test_the_rows_are_as_many_as_was_asked_for_and_believable(database: str) -> None:
    made = built(database, 1100)
    asked = counts(1100)
    assert made["interviews"] == asked["interviews"] == 1100
    assert (made["users"], made["todos"], made[PROCESSES]) == (
        asked["users"],
        asked["todos"],
        asked["processes"],
    )
    assert 3 * made[PROCESSES] <= made[NODES] <= 6 * made[PROCESSES]
    for table in (PROCESSES, "interviews", "todos"):
        rows = rows_of(database, table)
        deleted = [row for row in rows if row["is_deleted"]]
        assert 0.02 < len(deleted) / len(rows) < 0.15
        assert all((row["deleted_at"] is not None) is row["is_deleted"] for row in rows)
        assert all(row["deleted_at"] > row["created_at"] for row in deleted)
        assert min(row["user_id"] for row in rows) > NEWCOMERS
        assert len({row["created_at"].year for row in rows}) >= 6
    interviews = rows_of(database, "interviews")
    assert len(json.dumps(interviews[BIG_AT - 1]["feedback"], ensure_ascii=False).encode()) > 5_000
    assert any(row["feedback"] is None for row in interviews)
    assert any(not row["title"].isascii() for row in interviews)
    owners = [row["user_id"] for row in interviews]
    assert max(map(owners.count, set(owners))) > 10 * len(owners) / len(set(owners)), "a few have most"


@pytest.mark.one_server
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_next_row_gets_the_next_key(database: str, mariadb_database: str, kind: str) -> None:
    url = database if kind == "postgresql" else mariadb_database
    built(url, 1)
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for table in TABLES:
            last = connection.exec_driver_sql(f"SELECT max(id) FROM {table}").scalar_one()
            given = {
                "users": "(email, name) VALUES ('x', 'x')",
                PROCESSES: "(user_id, company, job_title) VALUES (1, 'x', 'x')",
                NODES: "(process_id, name, node_type, place) VALUES (1, 'x', 'call', 1)",
                "interviews": "(user_id, title, mode) VALUES (1, 'x', 'video')",
                "todos": "(user_id, title) VALUES (1, 'x')",
            }[table]
            connection.exec_driver_sql(f"INSERT INTO {table} {given}")
            assert connection.exec_driver_sql(f"SELECT max(id) FROM {table}").scalar_one() == last + 1


@pytest.mark.one_server
def test_what_can_not_be_filled_is_an_error(database: str) -> None:
    built(database, 5)
    with create_engine(database, poolclass=NullPool).connect() as connection:
        with pytest.raises(ValueError, match="positive"):
            fill(connection, 0)
        with pytest.raises(IntegrityError):
            fill(connection, 5)


def test_each_statement_of_the_schema_is_one() -> None:
    assert len(legacy_statements("mariadb")) == len(TABLES)
    assert all(each.startswith("CREATE TABLE") for each in legacy_statements("mariadb"))
