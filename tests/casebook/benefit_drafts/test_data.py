"""The generated drafts: the same for the same seed, and believable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from crossfade.casebook.benefit_drafts.data import NAMES, PEOPLE, build, fill
from crossfade.casebook.benefit_drafts.plans import published_form

ROWS = 3000
DIGEST = "SELECT md5(string_agg(md5(d::text), '' ORDER BY id)) FROM benefit_plan_drafts d"


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with create_engine(database, poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("SET TimeZone = 'UTC'")
        yield connection


def one(connection: Connection, query: str) -> Any:
    return connection.exec_driver_sql(query, execution_options={"no_parameters": True}).scalar_one()


def test_the_same_seed_makes_the_same_rows_and_another_makes_others(connection: Connection) -> None:
    assert build(connection, 500, 1) == {"benefit_plan_drafts": 500}
    first = one(connection, DIGEST)
    assert first == "abfca548991cd49b7de039dfb2ef74d0"  # on every machine and every PostgreSQL
    for seed in (1, 2):
        connection.exec_driver_sql("TRUNCATE benefit_plan_drafts")
        fill(connection, 500, seed)
        assert (one(connection, DIGEST) == first) is (seed == 1)


def test_they_are_believable(connection: Connection) -> None:
    build(connection, ROWS)
    rows = [dict(row) for row in connection.exec_driver_sql("SELECT * FROM benefit_plan_drafts").mappings()]
    statuses = Counter(row["status"] for row in rows)
    assert [each for each, _ in statuses.most_common()] == ["approved", "draft", "submitted", "rejected"]
    authors = Counter(row["created_by"] for row in rows)
    assert set(authors) == set(PEOPLE)
    assert authors.most_common()[0][1] > 5 * authors.most_common()[-1][1]
    assert max(len(json.dumps(row["plan_data"])) for row in rows) > 10_000
    assert {row["plan_data"].get("name", "").removesuffix(" 2020") for row in rows} >= {*NAMES, ""}
    assert sum(row["updated_by"] is None for row in rows) > 10
    submissions = [row["submission_id"] for row in rows if row["submission_id"]]
    assert {each.partition("-")[0] for each in submissions} == {"S", "SUB"}
    for row in rows:
        assert (row["submission_id"] is None) is (row["submitted_at"] is None) is (row["status"] == "draft")
        reviewed = row["status"] in {"approved", "rejected"}
        assert (row["reviewed_at"] is not None) is (row["reviewed_by"] is not None) is reviewed
        moments = [row["created_at"], row["submitted_at"], row["reviewed_at"]]
        there = [each for each in moments if each is not None]
        assert there == sorted(there)
        assert row["updated_at"] == there[-1]
    assert sum(row["rejection_reason"] is None for row in rows if row["status"] == "rejected") > 10


def test_every_plan_is_an_insurance_plan(connection: Connection) -> None:
    build(connection, 1100)
    for made, plan in connection.exec_driver_sql("SELECT id, plan_data FROM benefit_plan_drafts").all():
        published_form(made, plan)  # which raises PlanInvalid for what is none


def test_full_tables_and_negative_numbers_are_refused(connection: Connection) -> None:
    build(connection, 10)
    with pytest.raises(IntegrityError):
        fill(connection, 10)
    with pytest.raises(ValueError, match="-1"):
        fill(connection, -1)
