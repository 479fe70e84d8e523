"""An installation that never had workflow_trace_endpoint: endpoints_used is the new side's own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text

from crossfade import commands
from crossfade.casebook.run_ledger.case import build
from crossfade.casebook.run_ledger.evolution import evolution

pytestmark = pytest.mark.one_server

CALL = '[{"method": "GET", "url": "https://later.example"}]'
ABSENT = "there is no table workflow_trace_endpoint: public.user_workflow_run.endpoints_used stays as the new"


def test_the_table_may_be_missing(database: str) -> None:
    engine = create_engine(database)
    build(engine, 30, 1, endpoints=False)

    def values(query: str) -> list[Any]:
        with engine.begin() as connection:
            return list(connection.scalars(text(query)))

    outcome = commands.start(evolution, database)
    assert any(note.startswith(ABSENT) for note in outcome.notes)
    assert [(each.table, each.rows) for each in outcome.per_table if each.how == "absent"] == [
        ("public.workflow_trace_endpoint", 0)
    ]
    assert values("SELECT DISTINCT endpoints_used::text FROM user_workflow_run") == ["[]"]
    (run,) = values(
        f"UPDATE user_workflow_run SET endpoints_used = '{CALL}' WHERE legacy_trace_id = 3 RETURNING run_id"
    )
    assert values("UPDATE workflow_trace SET error_message = 'late' WHERE id = 3 RETURNING id") == [3]
    assert commands.verify("run_ledger", database).mismatches == 0
    commands.rollback(evolution, database)
    commands.start(evolution, database)
    said = f"endpoints_used = '{CALL}' AND error_message = 'late'"
    kept = f"SELECT {said} FROM user_workflow_run WHERE run_id = '{run}'"
    for command in (None, commands.complete, commands.revert, commands.complete, commands.purge):
        if command is not None:
            command("run_ledger", database)
        assert values(kept) == [True]
    engine.dispose()
