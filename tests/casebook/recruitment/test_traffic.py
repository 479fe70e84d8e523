"""The oracle of recruitment on the engine itself: on both databases every sabotage is caught."""

from dataclasses import replace

import pytest
from sqlalchemy import NullPool, create_engine

from crossfade.casebook.recruitment.case import CASE
from crossfade.dialects.mariadb.quoting import ident, journal
from tests.casebook.walking import QUIETLY, Sabotage, sabotaged

NO_CASCADE = """
DO $do$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT tgname FROM pg_trigger
        WHERE tgrelid = 'recruitment_processes'::regclass AND tgname LIKE '%cascade%' LOOP
        EXECUTE format('DROP TRIGGER %I ON recruitment_processes', each.tgname);
    END LOOP;
END $do$
"""
FORGET_TAKEN = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER forget BEFORE INSERT ON crossfade.taken FOR EACH ROW EXECUTE FUNCTION forget();
"""
SABOTAGES = (
    Sabotage(
        "nobody is deleted with a workflow", "start", NO_CASCADE, ("stale", "lost"), last="both", seconds=12.0
    ),
    Sabotage("nobody is given back", "start", FORGET_TAKEN, ("stale", "lost"), last="both", seconds=20.0),
    Sabotage(
        "those who were deleted before are given back",
        "both",
        f"{QUIETLY} UPDATE interviews SET is_deleted = false, deleted_at = NULL WHERE workflow_id IS NULL",
        ("lost",),
        seconds=1.0,
    ),
    Sabotage(
        "a child has another time",
        "both",
        f"{QUIETLY} UPDATE todos SET deleted_at = deleted_at + interval '1 microsecond' WHERE is_deleted",
        ("lost",),
        seconds=1.0,
    ),
    Sabotage(
        "an interview under a shared workflow vanished",
        "both",
        "DELETE FROM interviews WHERE id = (SELECT max(id) FROM interviews WHERE user_id = 40)",
        ("lost",),
        seconds=10.0,
    ),
    Sabotage(
        "the rollback deleted somebody",
        "rollback",
        "UPDATE todos SET is_deleted = true, deleted_at = now() WHERE id % 7 = 0 AND NOT is_deleted",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "nobody belongs to a workflow again",
        "rollback",
        "DELETE FROM crossfade.complement",
        ("restart", "lost"),
        last="restart",
    ),
    Sabotage(
        "complete lost who belongs to whom",
        "complete",
        f"{QUIETLY} UPDATE interviews SET workflow_id = NULL WHERE workflow_id IS NOT NULL",
        ("complete", "lost"),
    ),
    Sabotage(
        "the revert touched clocks",
        "revert",
        f"{QUIETLY} UPDATE recruitment_processes SET updated_at = now() WHERE id % 5 = 0",
        ("revert",),
        seconds=0.8,
    ),
)


NO_CASCADE_ON_MARIADB = """
BEGIN NOT ATOMIC
    FOR hook IN (SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        AND EVENT_OBJECT_TABLE = 'recruitment_processes' AND ACTION_TIMING = 'AFTER') DO
        EXECUTE IMMEDIATE CONCAT('DROP TRIGGER `', hook.TRIGGER_NAME, '`');
    END FOR;
END
"""
ON_MARIADB = (
    Sabotage(
        "nobody is deleted with a workflow",
        "start",
        NO_CASCADE_ON_MARIADB,
        ("stale", "lost"),
        last="both",
        seconds=12.0,
    ),
    Sabotage("nobody is given back", "start", "{forget}", ("stale", "lost"), last="both", seconds=20.0),
    Sabotage(
        "a child has another time",
        "both",
        "UPDATE todos SET deleted_at = deleted_at + INTERVAL 1 MICROSECOND WHERE is_deleted",
        ("lost",),
        seconds=1.0,
    ),
    Sabotage(
        "an interview under a shared workflow vanished",
        "both",
        "DELETE FROM interviews WHERE user_id = 40 ORDER BY id DESC LIMIT 1",
        ("lost",),
        seconds=10.0,
    ),
    Sabotage(
        "the rollback touched clocks",
        "rollback",
        "UPDATE recruitment_processes SET updated_at = NOW(6) WHERE id MOD 5 = 0",
        ("rollback",),
        seconds=0.8,
    ),
    Sabotage(
        "nobody belongs to a workflow again",
        "rollback",
        "DELETE FROM {journal}.complement",
        ("restart", "lost"),
        last="restart",
    ),
)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", ON_MARIADB, ids=str)
def test_sabotage_is_caught_on_mariadb(mariadb_database: str, sabotage: Sabotage) -> None:
    engine = create_engine(mariadb_database, poolclass=NullPool)
    own = ident(journal(str(engine.url.database)))
    forget = f"CREATE TRIGGER {own}.forget BEFORE INSERT ON {own}.taken FOR EACH ROW SET NEW.relation = 'x'"
    statement = sabotage.statement.format(journal=own, forget=forget)
    counts = sabotaged(CASE, mariadb_database, replace(sabotage, statement=statement), rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)


@pytest.mark.one_server
@pytest.mark.one_in(6)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_sabotage_is_caught(database: str, sabotage: Sabotage) -> None:
    counts = sabotaged(CASE, database, sabotage, rows=500)
    for figure in sabotage.figures:
        assert counts.get(figure, 0) > 0, (figure, counts)
