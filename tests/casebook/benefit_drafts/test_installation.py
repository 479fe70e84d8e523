"""The schema as it was, and how the new definitions follow on it: old callers and readers are not broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import OperationalError

from crossfade.casebook.benefit_drafts import installation
from crossfade.casebook.benefit_drafts.models import Base, SummaryRow


def columns(connection: Connection, name: str) -> list[tuple[str, str]]:
    return [(each["name"], str(each["type"])) for each in inspect(connection).get_columns(name)]


def value(connection: Connection, sql: str) -> Any:
    return connection.exec_driver_sql(sql).scalar_one()


def test_the_old_application_s_day(database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        installation.install_legacy(connection)
        made = [value(connection, """SELECT create_draft('{"name": "Gold"}', 'ann')""") for _ in range(2)]
        for each in made:
            assert value(connection, f"SELECT submit_draft_for_approval('{each}', 'ann')").startswith("SUB-")
        value(connection, f"SELECT approve_draft('{made[0]}', 'eve')")
        value(connection, f"SELECT reject_draft(draft_id => '{made[1]}', rejected_by => 'eve')")
        seen = connection.exec_driver_sql("SELECT plan_name, status, reviewed_by FROM draft_summary").all()
        assert sorted(map(tuple, seen)) == [("Gold", "approved", "eve"), ("Gold", "rejected", "eve")]
    for refused in (
        "approve_draft('{}', 'x')",
        "reject_draft('{}', 'x')",
        "submit_draft_for_approval('{}', 'x')",
    ):
        with (
            engine.begin() as connection,
            pytest.raises(OperationalError, match="is not there to be") as said,
        ):
            value(connection, "SELECT " + refused.format(made[0]))
        assert getattr(said.value.orig, "sqlstate", None) == "55000"
    engine.dispose()


def test_the_new_view_has_the_old_one_s_columns_first(database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        installation.install_legacy(connection)
        before = columns(connection, "draft_summary")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        installation.install(connection)
        after = columns(connection, "draft_summary")
    engine.dispose()
    assert after[: len(before)] == before
    assert [name for name, _ in after[len(before) :]] == ["camunda_process_id", "workflow_status"]


def test_the_models_are_what_is_installed(database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        installation.install(connection)
        for table in (*Base.metadata.tables.values(), SummaryRow.metadata.tables["draft_summary"]):
            assert {each.name for each in table.columns} == {
                name for name, _ in columns(connection, table.name)
            }
        there = {each["name"] for each in inspect(connection).get_indexes("benefit_plan_drafts")}
        assert {each.name for each in Base.metadata.tables["benefit_plan_drafts"].indexes} <= there
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT 1 FROM benefit_plan_drafts WHERE submission_metadata @> '{\"published\": true}'"
        ).all()
        assert "ix_benefit_plan_drafts_submission_metadata" in str(plan)
    engine.dispose()


def test_each_file_holds_one_definition() -> None:
    for each in installation.NEW:
        text = (Path(installation.__file__).parent / each).read_text(encoding="utf-8")
        assert text.upper().count("CREATE ") == 1
        assert Path(each).stem in text
