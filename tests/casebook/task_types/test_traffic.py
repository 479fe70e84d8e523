"""The oracle of task_types on the engine itself: on both databases every sabotage is caught."""

from dataclasses import replace

import pytest
from sqlalchemy import make_url

from crossfade.casebook.task_types.case import CASE
from crossfade.dialects.mariadb.quoting import ident, journal
from tests.casebook.walking import QUIETLY, Sabotage, sabotaged

SABOTAGES = (
    Sabotage(
        "the backfill wrote another action",  # of the same domain: both sides agree, and it is wrong
        "start",
        f"{QUIETLY} UPDATE batch_job SET task_type_id = (SELECT id FROM task_type WHERE action = 'submit'"
        " AND domain = 'claim') WHERE workflow_type = 'claim_status'",
        ("lost",),
        seconds=0.8,
    ),
    Sabotage(
        "the backfill wrote another domain",
        "start",
        f"{QUIETLY} UPDATE batch_job SET task_type_id = (SELECT id FROM task_type WHERE action = 'submit'"
        " AND domain = 'claim') WHERE workflow_type = 'prior_auth'",
        ("lost", "mismatches"),
        last="verify",
        seconds=0.8,
    ),
    Sabotage(
        "the sync forgets a task type that moves",
        "both",
        "ALTER TABLE task_type DISABLE TRIGGER USER;"
        " UPDATE task_type t SET domain = CASE domain WHEN 'claim' THEN 'prior_auth' ELSE 'claim' END,"
        " action = action || ' ' || id WHERE action NOT LIKE '%\\_legacy' AND domain <> 'eligibility'"
        " AND id IN (SELECT task_type_id FROM batch_job)",
        ("mismatches",),
        last="verify",
    ),
    Sabotage(
        "a trace vanished",
        "both",
        "DELETE FROM rcm_trace WHERE id = (SELECT max(t.id) FROM rcm_trace t JOIN batch_job b ON b.id ="
        " t.batch_job_id WHERE b.id = (SELECT id FROM batch_job ORDER BY id LIMIT 1))",
        ("lost",),
    ),
    Sabotage(
        "the rollback told traces anew",
        "rollback",
        f"{QUIETLY} UPDATE rcm_trace t SET workflow_type = b.workflow_type FROM batch_job b"
        " WHERE b.id = t.batch_job_id",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "no action comes back",
        "rollback",
        "DELETE FROM crossfade.complement",
        ("restart", "lost"),
        last="restart",
    ),
    Sabotage(
        "the revert told traces anew",
        "revert",
        f"{QUIETLY} UPDATE rcm_trace t SET workflow_type = b.workflow_type FROM batch_job b"
        " WHERE b.id = t.batch_job_id",
        ("revert",),
        seconds=0.8,
    ),
    Sabotage(
        "complete changed a display name",
        "complete",
        "UPDATE task_type SET display_name = 'x' WHERE action = 'submit'",
        ("complete",),
        seconds=0.8,
    ),
)


NO_SYNC = """
BEGIN NOT ATOMIC
    SET SESSION lock_wait_timeout = 5;
    FOR hook IN (SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        AND EVENT_OBJECT_TABLE = 'batch_job' AND EVENT_MANIPULATION = 'UPDATE') DO
        EXECUTE IMMEDIATE CONCAT('DROP TRIGGER `', hook.TRIGGER_NAME, '`');
    END FOR;
END
"""
ON_MARIADB = (
    Sabotage("updates are not carried over", "start", NO_SYNC, ("stale", "lost"), last="both", seconds=12.0),
    Sabotage(
        "the backfill wrote another action",  # of the same domain: both sides agree, and it is wrong
        "start",
        "UPDATE batch_job SET updated_at = updated_at, task_type_id = (SELECT id FROM task_type"
        " WHERE action = 'submit' AND domain = 'claim') WHERE workflow_type = 'claim_status'",
        ("lost",),
        seconds=0.8,
    ),
    Sabotage(
        "a task type moves behind the sync",
        "both",
        "BEGIN NOT ATOMIC SET @crossfade_sync = 'off';"
        " UPDATE task_type SET domain = IF(domain = 'claim', 'prior_auth', 'claim'),"
        " action = CONCAT(action, ' ', id) WHERE action NOT LIKE '%\\_legacy' AND domain <> 'eligibility'"
        " AND id IN (SELECT task_type_id FROM batch_job); SET @crossfade_sync = NULL; END",
        ("mismatches",),
        last="verify",
    ),
    Sabotage(
        "a trace vanished",
        "both",
        "DELETE FROM rcm_trace WHERE batch_job_id = (SELECT MIN(id) FROM batch_job) ORDER BY id DESC LIMIT 1",
        ("lost",),
    ),
    Sabotage(
        "the rollback told traces anew",
        "rollback",
        "UPDATE rcm_trace t JOIN batch_job b ON b.id = t.batch_job_id SET t.workflow_type = b.workflow_type",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "the rollback touched clocks",
        "rollback",
        "UPDATE batch_job SET updated_at = NOW(6) WHERE priority > 0",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "no action comes back",
        "rollback",
        "DELETE FROM {journal}.complement",
        ("restart", "lost"),
        last="restart",
    ),
    Sabotage(
        "complete changed a display name",
        "complete",
        "UPDATE task_type SET display_name = 'x' WHERE action = 'submit'",
        ("complete",),
        seconds=0.8,
    ),
)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", ON_MARIADB, ids=str)
def test_sabotage_is_caught_on_mariadb(mariadb_database: str, sabotage: Sabotage) -> None:
    own = ident(journal(str(make_url(mariadb_database).database)))
    said = replace(sabotage, statement=sabotage.statement.replace("{journal}", own))
    counts = sabotaged(CASE, mariadb_database, said, rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)


@pytest.mark.one_server
@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught(database: str, sabotage: Sabotage) -> None:
    counts = sabotaged(CASE, database, sabotage, rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)
