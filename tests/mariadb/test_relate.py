"""Relate on MariaDB: the column, the index and the key, through every command; orphans."""

from __future__ import annotations

import pymysql
import pytest

from crossfade import commands
from crossfade.errors import SchemaMismatch
from tests.mariadb.recruiting import LEGACY, delete, deleted, execute, related
from tests.mariadb.sessions import opened

COLUMN = (
    "SELECT COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
    "AND TABLE_NAME = 'interviews' AND COLUMN_NAME = 'workflow_id'"
)
KEYS = (
    "SELECT CONSTRAINT_NAME, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS "
    "WHERE CONSTRAINT_SCHEMA = DATABASE()"
)
INDEXES = (
    "SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() "
    "AND TABLE_NAME = 'interviews' ORDER BY BINARY INDEX_NAME"
)
TRIGGERS = "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
LINKS = "SELECT id, workflow_id FROM interviews WHERE workflow_id IS NOT NULL ORDER BY id"
CHANGED = "SELECT COUNT(*) FROM interviews WHERE changed > '2000-01-02'"


@pytest.fixture
def recruiting(mariadb_database: str) -> str:
    with opened(mariadb_database) as session:
        session.script(LEGACY)
    return mariadb_database


def test_what_stands_from_start_on_and_goes_with_a_rollback(recruiting: str) -> None:
    evolution = related()
    commands.start(evolution, recruiting)
    for _ in range(2):
        assert execute(recruiting, COLUMN) == [("int(11)", "YES")]
        assert execute(recruiting, KEYS) == [("fk_interviews_workflow_id", "SET NULL")]
        assert execute(recruiting, INDEXES) == ["PRIMARY", "ix_interviews_workflow_id"]
        assert execute(recruiting, TRIGGERS) == [4]
        commands.complete(evolution, recruiting)
        commands.revert(evolution, recruiting)
    execute(recruiting, "UPDATE interviews SET workflow_id = id WHERE id < 4", version="related")
    commands.rollback(evolution, recruiting)
    assert execute(recruiting, COLUMN) == []
    assert execute(recruiting, KEYS) == []
    assert execute(recruiting, INDEXES) == ["PRIMARY"]
    assert execute(recruiting, TRIGGERS) == [0]
    execute(recruiting, "DELETE FROM processes WHERE id = 2")
    commands.start(evolution, recruiting)
    assert execute(recruiting, LINKS) == [(1, 1), (3, 3)]
    (kept,) = [each for each in commands.complement(recruiting) if each.change.endswith("orphans")]
    assert (kept.key, kept.old, kept.new) == (("2",), ("2",), (None,))
    commands.complete(evolution, recruiting)
    commands.purge(evolution, recruiting)
    with pytest.raises(pymysql.err.IntegrityError):
        execute(recruiting, "UPDATE interviews SET workflow_id = 99 WHERE id = 1")
    execute(recruiting, "UPDATE interviews SET workflow_id = 1 WHERE id < 3", delete("processes", "id = 1"))
    assert [row for row, _ in deleted(recruiting)] == [1, 2]
    execute(recruiting, "DELETE FROM processes WHERE id = 1")
    assert execute(recruiting, LINKS) == [(3, 3)]


EXISTING = (
    "ALTER TABLE interviews ADD workflow_id INT",
    "UPDATE interviews SET changed = changed, workflow_id = IF(id < 3, id, 100 + id) WHERE id < 7",
)


def test_orphans_are_told_and_repaired_only_where_that_is_asked_for(recruiting: str) -> None:
    execute(recruiting, *EXISTING)
    before = execute(recruiting, "SELECT * FROM interviews ORDER BY id")
    with pytest.raises(SchemaMismatch, match=r"4 rows refer to nothing in .*\.processes: \(id\) = \(3\)"):
        commands.start(related(), recruiting)
    assert execute(recruiting, INDEXES) == ["PRIMARY"]
    evolution = related(orphans="set null")
    assert any(
        each.startswith("4 rows refer to nothing") for each in commands.preview(evolution, recruiting).notes
    )
    for _ in range(2):
        commands.start(evolution, recruiting)
        assert execute(recruiting, LINKS) == [(1, 1), (2, 2)]
        assert execute(recruiting, CHANGED) == [0]
        assert [each.old for each in commands.complement(recruiting)] == [
            (f"{n}",) for n in (103, 104, 105, 106)
        ]
        commands.rollback(evolution, recruiting)
        assert execute(recruiting, "SELECT * FROM interviews ORDER BY id") == before
    commands.start(evolution, recruiting)
    execute(recruiting, "UPDATE interviews SET workflow_id = 5 WHERE id = 4")
    commands.rollback(evolution, recruiting)
    assert execute(recruiting, LINKS) == [(1, 1), (2, 2), (3, 103), (4, 5), (5, 105), (6, 106)]


def test_many_orphans_in_many_batches(recruiting: str) -> None:
    execute(
        recruiting,
        EXISTING[0],
        "INSERT INTO interviews (id, workflow_id) SELECT seq, seq FROM seq_11_to_20000",
    )
    before = execute(recruiting, "CHECKSUM TABLE interviews")
    commands.start(related(orphans="set null"), recruiting)
    assert execute(recruiting, LINKS) == []
    commands.rollback("related", recruiting)
    assert execute(recruiting, "CHECKSUM TABLE interviews") == before


LACKS = {
    ("ALTER TABLE interviews DROP FOREIGN KEY fk_interviews_workflow_id",): "no foreign key of",
    (
        "ALTER TABLE interviews DROP FOREIGN KEY fk_interviews_workflow_id",
        "DROP INDEX ix_interviews_workflow_id ON interviews",
    ): "no index begins with",
    (
        "ALTER TABLE interviews DROP FOREIGN KEY fk_interviews_workflow_id",
        "ALTER TABLE interviews ADD FOREIGN KEY (workflow_id) REFERENCES processes (id) ON DELETE CASCADE",
    ): "has ON DELETE CASCADE, not SET NULL",
    ("DROP TRIGGER `{}`",): "of the soft delete, is gone",
}


@pytest.mark.parametrize("done", LACKS, ids=range(len(LACKS)))
def test_verify_says_what_does_not_stand_and_what_to_run(done: tuple[str, ...], recruiting: str) -> None:
    commands.start(related(), recruiting)
    assert commands.verify("related", recruiting).lacking == ()
    (trigger,) = execute(
        recruiting,
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() "
        "AND TRIGGER_NAME LIKE '~crossfade_cascade%'",
    )
    execute(recruiting, *(each.format(trigger) for each in done))
    found = commands.verify("related", recruiting).lacking
    assert any(LACKS[done] in each.fact for each in found)
    for each in found:
        execute(recruiting, *(each.remedy.split("; ") if "TRIGGER" not in each.remedy else [each.remedy]))
    assert commands.verify("related", recruiting).lacking == ()


def test_bulk_soft_delete(recruiting: str) -> None:
    execute(
        recruiting,
        "INSERT INTO processes (id) SELECT seq FROM seq_11_to_5000",
        "INSERT INTO interviews (id) SELECT seq FROM seq_11_to_15000",
    )
    commands.start(related(), recruiting)
    execute(recruiting, "UPDATE interviews SET workflow_id = 11 + id MOD 4990 WHERE id > 10")
    execute(recruiting, delete("processes", "id > 10"))
    assert execute(recruiting, "SELECT COUNT(*) FROM interviews WHERE is_deleted") == [14990]
    execute(recruiting, "UPDATE processes SET is_deleted = FALSE, deleted_at = NULL WHERE id > 10")
    assert execute(recruiting, "SELECT COUNT(*) FROM interviews WHERE is_deleted") == [0]
