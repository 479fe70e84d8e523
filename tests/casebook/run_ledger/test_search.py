"""Searches find what there is, and through the GIN indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, event, text

from crossfade.casebook.run_ledger.models import Base
from crossfade.casebook.run_ledger.repository import RunRepository
from crossfade.testing import PostgresServer

pytestmark = pytest.mark.one_server

SEED = """
INSERT INTO organization (id, name) VALUES (md5('o')::uuid, 'x');
INSERT INTO user_workflow (id, org_id, name) VALUES (md5('w')::uuid, md5('o')::uuid, 'x');
INSERT INTO user_workflow_run (run_id, workflow_id, org_id, channel, context, endpoints_used)
SELECT md5('r' || n)::uuid, md5('w')::uuid, md5('o')::uuid, 'web',
    jsonb_build_object('patient', 'P-' || n, CASE WHEN mod(n, 1500) = 7 THEN 'hold' ELSE 'free' END, NULL),
    jsonb_build_array(jsonb_build_object('id', n, 'method', 'GET', 'url', 'https://a/' || mod(n, 1000)))
FROM generate_series(1, 3000) AS n;
INSERT INTO user_workflow_run_step (run_id, step_number, events)
SELECT md5('r' || n)::uuid, place, jsonb_build_array(jsonb_build_object('id', n, 'kind', 'began'),
    jsonb_build_object('kind', CASE WHEN mod(n, 1000) = 9 THEN 'escalated' ELSE 'ended' END, 'payload', n))
FROM generate_series(1, 3000) AS n, generate_series(1, 2) AS place;
"""


@pytest.fixture(scope="module")
def engine(postgresql: PostgresServer) -> Iterator[Engine]:
    engine = create_engine(postgresql.create_database("run_ledger_search"))
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text(SEED))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE user_workflow_run, user_workflow_run_step"))
    yield engine
    engine.dispose()
    postgresql.drop_database("run_ledger_search")


def runs_of(engine: Engine, *numbers: int) -> set[UUID]:
    wanted = text("SELECT md5('r' || n)::uuid FROM unnest(CAST(:numbers AS integer[])) AS n")
    with engine.connect() as connection:
        return set(connection.scalars(wanted, {"numbers": list(numbers)}))


def plan(engine: Engine, ask: Callable[[RunRepository], object]) -> str:
    """How the server answers the one query that this asks."""
    asked: list[tuple[str, Any]] = []

    def saw(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", saw)
    ask(RunRepository(engine))
    event.remove(engine, "before_cursor_execute", saw)
    ((statement, parameters),) = asked
    with engine.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())


SEARCHES: list[tuple[str, tuple[Any, ...], str, tuple[int, ...]]] = [
    ("find_by_context", ("hold",), "ix_user_workflow_run_context", (7, 1507)),
    ("find_by_context", ("patient", {"patient": "P-41"}), "ix_user_workflow_run_context", (41,)),
    ("find_by_context", ("hold", {"hold": None}), "ix_user_workflow_run_context", (7, 1507)),
    ("find_by_event", ("escalated",), "ix_user_workflow_run_step_events", (9, 1009, 2009)),
    ("find_by_endpoint", ("https://a/5",), "ix_user_workflow_run_endpoints_used", (5, 1005, 2005)),
]


@pytest.mark.parametrize(("search", "given", "index", "found"), SEARCHES, ids=lambda value: str(value)[:30])
def test_a_search_uses_its_index(
    engine: Engine, search: str, given: tuple[Any, ...], index: str, found: tuple[int, ...]
) -> None:
    explained = plan(engine, lambda runs: getattr(runs, search)(*given))
    assert f"Bitmap Index Scan on {index}" in explained
    assert "Seq Scan" not in explained


@pytest.mark.parametrize(("search", "given", "index", "found"), SEARCHES, ids=lambda value: str(value)[:30])
def test_a_search_finds_what_there_is(
    engine: Engine, search: str, given: tuple[Any, ...], index: str, found: tuple[int, ...]
) -> None:
    answer = getattr(RunRepository(engine), search)(*given)
    assert {run.run_id for run in answer} == runs_of(engine, *found)


def test_a_search_finds_nothing_where_there_is_nothing(engine: Engine) -> None:
    runs = RunRepository(engine)
    assert runs.find_by_context("litigation") == []
    assert runs.find_by_context("patient", {"patient": "P-0"}) == []
    assert runs.find_by_event("escal") == []
    assert runs.find_by_endpoint("https://a/") == []


def test_no_more_are_found_than_asked_for(engine: Engine) -> None:
    assert len(RunRepository(engine).find_by_context("patient", limit=3)) == 3


def test_a_whole_run_is_found_by_its_key(engine: Engine) -> None:
    (known,) = runs_of(engine, 41)
    for ask in (lambda runs: runs.get(known), lambda runs: runs.by_legacy_id(41)):
        explained = plan(engine, ask)
        assert "user_workflow_run_pkey" in explained
        assert "Seq Scan" not in explained
