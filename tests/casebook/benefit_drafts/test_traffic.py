"""The oracle of benefit_drafts on the engine itself: a walk holds, and every sabotage is caught."""

from __future__ import annotations

import pytest

from crossfade.casebook.benefit_drafts.case import CASE
from tests.casebook.walking import QUIETLY, Sabotage, sabotaged, walked

COLUMNS = "d.id, d.plan_data ->> 'name' AS plan_name, d.status, d.submission_id, d.created_by, d.reviewed_by"
VIEW = f"CREATE OR REPLACE VIEW draft_summary AS SELECT {COLUMNS}, d.updated_at FROM benefit_plan_drafts AS d"
SABOTAGES = (
    Sabotage(
        "the old view says something else",
        "start",
        VIEW.replace("d.reviewed_by", "d.created_by AS reviewed_by"),
        ("start", "lost"),
        seconds=0.8,
    ),
    Sabotage(
        "the old view shows the new columns",
        "start",
        VIEW.replace("d.updated_at", "d.updated_at, d.camunda_process_id"),
        ("lost",),
        last="both",
    ),
    Sabotage(
        "the old function is gone",
        "start",
        "DROP FUNCTION submit_draft_for_approval(uuid, varchar)",
        ("failed",),
        last="both",
    ),
    Sabotage(
        "the new function says nothing of the process",
        "start",
        "DO $$ DECLARE said text := pg_get_functiondef('public__engine_tracking.submit_draft_for_approval'"
        "::regproc); BEGIN EXECUTE replace(said, 'camunda_process_id = camunda_process_id,', ''); END $$",
        ("lost",),
        last="both",
    ),
    Sabotage(
        "metadata are written over",
        "both",
        f"{QUIETLY} UPDATE benefit_plan_drafts SET submission_metadata = '{{}}' WHERE submission_metadata"
        " IS NOT NULL",
        ("lost",),
    ),
    Sabotage(
        "no process comes back",
        "rollback",
        "DELETE FROM crossfade.complement",
        ("restart", "lost"),
        last="restart",
    ),
    Sabotage(
        "the rollback touched clocks",
        "rollback",
        "UPDATE benefit_plan_drafts SET status = status WHERE status = 'approved'",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "a draft of everybody's vanished",
        "both",
        "DELETE FROM benefit_plan_drafts WHERE id = (SELECT id FROM benefit_plan_drafts"
        " WHERE created_by LIKE 'intake%' LIMIT 1)",
        ("lost",),
    ),
    Sabotage(
        "complete moved a process",
        "complete",
        "UPDATE benefit_plan_drafts SET camunda_process_id = 'x' WHERE status = 'approved'",
        ("complete",),
        seconds=0.8,
    ),
    Sabotage(
        "the revert brought another view",
        "revert",
        VIEW.replace("d.status", "'draft'::varchar(20) AS status"),
        ("revert", "lost"),
        seconds=0.8,
    ),
)


@pytest.mark.one_server
def test_a_walk_holds_to_its_end(database: str) -> None:
    journey, summary = walked(CASE, database, "final", rows=500, seconds=2.0)
    assert summary.ok, (summary.failures, journey.notes.findings)


@pytest.mark.one_server
@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught(database: str, sabotage: Sabotage) -> None:
    counts = sabotaged(CASE, database, sabotage, rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)
