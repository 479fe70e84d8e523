"""The oracle of chat_templates on MariaDB: every sabotage is caught (on PostgreSQL: test_walk.py)."""

from dataclasses import replace

import pytest
from sqlalchemy import make_url

from crossfade import names
from crossfade.casebook.chat_templates.case import CASE
from crossfade.dialects.mariadb.quoting import ident, journal
from tests.casebook.walking import Sabotage, sabotaged

NEW_TYPE = ident(names.successor("workflow_type", CASE.evolution.name))
TRIGGERS = "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND ACTION_TIMING = 'BEFORE'"


def changed(columns: str, where: str = "TRUE") -> str:
    """Behind the sync, and without moving the clock."""
    update = f"UPDATE workflow_templates SET {columns}, updated_at = updated_at WHERE {where}"
    return f"BEGIN NOT ATOMIC SET @crossfade_sync = 'off'; {update}; SET @crossfade_sync = NULL; END"


def each_hook(done: str) -> str:
    return f"BEGIN NOT ATOMIC FOR hook IN (SELECT * FROM {TRIGGERS}) DO {done}; END FOR; END"


def forgetful(said: str, instead: str) -> str:
    """Have the sync say something else."""
    made = (
        "CONCAT('CREATE OR REPLACE TRIGGER `', hook.TRIGGER_NAME, '` BEFORE ', hook.EVENT_MANIPULATION,"
        f" ' ON workflow_templates FOR EACH ROW ', REPLACE(hook.ACTION_STATEMENT, {said}, {instead}))"
    )
    return (
        f"BEGIN NOT ATOMIC FOR hook IN (SELECT * FROM {TRIGGERS}) DO EXECUTE IMMEDIATE {made}; END FOR; END"
    )


def dropped(event: str) -> str:
    drop = "EXECUTE IMMEDIATE CONCAT('DROP TRIGGER `', hook.TRIGGER_NAME, '`')"
    return each_hook(f"IF hook.EVENT_MANIPULATION = '{event}' THEN {drop}; END IF")


SABOTAGES = (
    Sabotage("there is no sync of updates", "start", dropped("UPDATE"), ("stale", "lost"), last="both"),
    Sabotage("there is no sync of inserts", "start", dropped("INSERT"), ("stale", "lost"), last="both"),
    Sabotage(
        "the sync forgets the new side's types",
        "start",
        forgetful("'THEN ''rag'''", "'THEN ''plain'''"),
        ("stale", "lost"),
        last="both",
        seconds=8.0,
    ),
    Sabotage(
        "the sync forgets the old side's labels",
        "start",
        forgetful("'THEN ''rag_chat'''", "'THEN ''simple_chat'''"),
        ("stale", "lost"),
        last="both",
        seconds=8.0,
    ),
    Sabotage(
        "the backfill wrote a wrong type",
        "start",
        changed(f"{NEW_TYPE} = 'rag_chat'", f"{NEW_TYPE} = 'simple_chat'"),
        ("lost", "mismatches"),
        last="verify",
        seconds=0.8,
    ),
    Sabotage(
        "the backfill forgot the pattern",
        "start",
        changed("execution_pattern = NULL"),
        ("lost",),
        seconds=0.8,
    ),
    Sabotage(
        "the backfill moved clocks",
        "start",
        "UPDATE workflow_templates SET updated_at = NOW(6) WHERE id MOD 10 = 0",
        ("start",),
        seconds=0.8,
    ),
    Sabotage(
        "an execution was not counted",
        "both",
        changed("usage_count = usage_count - 1", "id = 1"),
        ("lost",),
        seconds=0.8,
    ),
    Sabotage(
        "a seed is there twice",
        "both",
        "INSERT INTO workflow_templates (owner_id, name, workflow_type) SELECT 0, 'rag_chat_builtin', 'rag'",
        ("lost",),
        seconds=0.8,
    ),
    Sabotage(
        "the rollback changed the case of a letter",
        "rollback",
        changed("category = 'Legal'", "category = 'legal'"),
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "nothing comes back",
        "rollback",
        "DELETE FROM {journal}.complement",
        ("restart", "lost"),
        last="restart",
        seconds=4.0,
    ),
    Sabotage(
        "complete changed the new side",
        "complete",
        changed("is_dynamic = NOT is_dynamic", "id MOD 10 = 0"),
        ("complete",),
        seconds=0.8,
    ),
    Sabotage(
        "the revert forgot a column of the old side",
        "revert",
        changed("version = 99", "id MOD 10 = 0"),
        ("revert",),
        seconds=0.8,
    ),
)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught_on_mariadb(mariadb_database: str, sabotage: Sabotage) -> None:
    own = ident(journal(str(make_url(mariadb_database).database)))
    statement = sabotage.statement.replace("{journal}", own)
    counts = sabotaged(CASE, mariadb_database, replace(sabotage, statement=statement), rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)
