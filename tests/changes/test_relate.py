"""Relate on a server: the column, the index and the key, through every command; orphans."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from crossfade import Evolution, commands
from crossfade.errors import SchemaMismatch
from tests.changes.database import execute
from tests.changes.recruiting import LEGACY, delete, deleted, related, relation

COLUMN = """SELECT format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
WHERE attrelid = 'interviews'::regclass AND attname = 'workflow_id' AND NOT attisdropped"""
KEYS = "SELECT conname, convalidated, confdeltype FROM pg_constraint WHERE contype = 'f'"
INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'interviews' ORDER BY 1"
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '~crossfade%'"
LINKS = "SELECT id, workflow_id FROM interviews WHERE workflow_id IS NOT NULL ORDER BY id"


def test_what_stands_from_start_on_and_goes_with_a_rollback(database: str) -> None:
    execute(database, LEGACY)
    evolution = related()
    commands.start(evolution, database)
    for _ in range(2):
        assert execute(database, COLUMN) == [("integer", False)]
        assert execute(database, KEYS) == [("fk_interviews_workflow_id", True, "n")]
        assert execute(database, INDEXES) == ["interviews_pkey", "ix_interviews_workflow_id"]
        assert execute(database, TRIGGERS) == [5]
        commands.complete(evolution, database)
        commands.revert(evolution, database)
    commands.rollback(evolution, database)
    assert execute(database, COLUMN) == []
    assert execute(database, KEYS) == []
    assert execute(database, INDEXES) == ["interviews_pkey"]
    assert execute(database, TRIGGERS) == [0]
    assert execute(database, "SELECT proname FROM pg_proc WHERE proname ~ '^(cascade|let)_'") == []
    commands.start(evolution, database)
    commands.complete(evolution, database)
    commands.purge(evolution, database)
    execute(database, "UPDATE interviews SET workflow_id = 1 WHERE id < 3", delete("processes", "id = 1"))
    assert deleted(database) == [(1, "2020-01-01"), (2, "2020-01-01")]


def test_names_can_be_others(database: str) -> None:
    execute(database, LEGACY)
    commands.start(related(index="by_workflow", foreign_key="of_workflow", on_delete="CASCADE"), database)
    assert execute(database, KEYS) == [("of_workflow", True, "c")]
    assert execute(database, INDEXES) == ["by_workflow", "interviews_pkey"]


@pytest.mark.one_server
def test_a_hard_delete_sets_null_and_nobody_refers_to_nothing(database: str) -> None:
    execute(database, LEGACY)
    commands.start(related(), database)
    execute(database, "UPDATE interviews SET workflow_id = 1 WHERE id < 3", version="related")
    with pytest.raises(IntegrityError, match="fk_interviews_workflow_id"):
        execute(database, "UPDATE interviews SET workflow_id = 99 WHERE id = 3", version="related")
    execute(database, "DELETE FROM processes WHERE id = 1")
    assert execute(database, LINKS) == []


@pytest.mark.one_server
def test_what_the_new_side_said_comes_back_unless_it_refers_to_nothing_by_then(database: str) -> None:
    execute(database, LEGACY)
    evolution = related()
    commands.start(evolution, database)
    execute(database, "UPDATE interviews SET workflow_id = id WHERE id < 4", version="related")
    assert commands.rollback(evolution, database).complement_rows == 3
    execute(database, "DELETE FROM processes WHERE id = 2")
    commands.start(evolution, database)
    assert execute(database, LINKS) == [(1, 1), (3, 3)]
    assert execute(database, KEYS) == [("fk_interviews_workflow_id", True, "n")]
    (kept,) = [each for each in commands.complement(database) if each.change.endswith("orphans")]
    assert (kept.key, kept.old, kept.new) == (("2",), ("2",), (None,))


EXISTING = """ALTER TABLE interviews ADD workflow_id bigint;
UPDATE interviews SET workflow_id = CASE WHEN id < 3 THEN id WHEN id < 7 THEN 100 + id END;"""


def test_orphans_are_counted_and_listed_before_anything_is_added(database: str) -> None:
    execute(database, LEGACY, EXISTING)
    with pytest.raises(SchemaMismatch) as refused:
        commands.start(related(), database)
    assert refused.value.fact == (
        "4 rows refer to nothing in public.processes: "
        + "; ".join(f"(id) = ({n}), (workflow_id) = ({100 + n})" for n in (3, 4, 5, 6))
    )
    assert "orphans='set null'" in refused.value.remedy
    assert refused.value.place == "evolution 'related', Relate interviews.workflow_id"
    assert execute(database, INDEXES) == ["interviews_pkey"]


def test_orphans_are_repaired_where_that_is_asked_for_and_a_rollback_brings_them_back(database: str) -> None:
    execute(database, LEGACY, EXISTING)
    before = execute(database, LINKS)
    evolution = related(orphans="set null")
    (note,) = commands.preview(evolution, database).notes
    assert note.startswith("4 rows refer to nothing in public.processes: (id) = (3), (workflow_id) = (103); ")
    assert note.endswith("; start sets them NULL, and keeps what they held")
    for _ in range(2):
        commands.start(evolution, database)
        kept = [each.old for each in commands.complement(database)]
        assert kept == [(f"{n}",) for n in (103, 104, 105, 106)]
        assert execute(database, LINKS) == [(1, 1), (2, 2)]
        assert execute(database, KEYS) == [("fk_interviews_workflow_id", True, "n")]
        commands.complete(evolution, database)
        commands.revert(evolution, database)
        commands.rollback(evolution, database)
        assert execute(database, LINKS) == before
    commands.start(evolution, database)
    execute(
        database, "UPDATE interviews SET workflow_id = 5 WHERE id = 4", "DELETE FROM interviews WHERE id = 5"
    )
    commands.rollback(evolution, database)
    assert execute(database, LINKS) == [(1, 1), (2, 2), (3, 103), (4, 5), (6, 106)]


@pytest.mark.one_server
def test_many_orphans_in_many_batches(database: str) -> None:
    execute(
        database,
        LEGACY,
        "ALTER TABLE interviews ADD workflow_id int",
        "INSERT INTO interviews (id, workflow_id) SELECT n, n FROM generate_series(11, 30000) n",
    )
    before = execute(database, "SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM interviews i")
    evolution = related(orphans="set null")
    commands.start(evolution, database)
    assert execute(database, LINKS) == []
    assert execute(database, "SELECT count(*) FROM crossfade.complement WHERE state = 'kept'") == [29990]
    commands.rollback(evolution, database)
    assert execute(database, "SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM interviews i") == before


@pytest.mark.one_server
def test_what_stands_already_is_left_and_taken_for_its_own(database: str) -> None:
    execute(
        database,
        LEGACY,
        "ALTER TABLE interviews ADD workflow_id int CONSTRAINT mine REFERENCES processes ON DELETE SET NULL",
        "CREATE INDEX mine_too ON interviews (workflow_id, id)",
    )
    commands.start(related(), database)
    assert execute(database, KEYS) == [("mine", True, "n")]
    assert execute(database, INDEXES) == ["interviews_pkey", "mine_too"]
    assert execute(database, TRIGGERS) == [5]
    found = commands.verify("related", database)
    assert (found.standing, found.lacking) == (1, ())
    commands.rollback("related", database)
    assert execute(database, KEYS) == [("mine", True, "n")]


@pytest.mark.one_server
def test_a_table_that_refers_to_itself_and_one_of_text(database: str) -> None:
    execute(database, LEGACY, 'CREATE TABLE cities (name varchar(40) COLLATE "C" PRIMARY KEY)')
    changes = [
        relation("processes", "origin", "processes", soft_delete=None),
        relation("interviews", "city", "cities", soft_delete=None),
    ]
    commands.start(Evolution("plain", changes=changes), database)
    found = execute(
        database,
        """SELECT a.attname, format_type(atttypid, atttypmod), c.collname FROM pg_attribute a
        JOIN pg_collation c ON c.oid = a.attcollation
        WHERE a.attrelid = 'interviews'::regclass AND attname = 'city'""",
    )
    assert found == [("city", "character varying(40)", "C")]
    assert len(execute(database, KEYS)) == 2
    assert commands.verify("plain", database).lacking == ()


LACKS = {
    "ALTER TABLE interviews DROP CONSTRAINT fk_interviews_workflow_id": "no foreign key of public.interviews",
    "DROP INDEX ix_interviews_workflow_id": "no index begins with public.interviews.workflow_id",
    "ALTER TABLE interviews DISABLE TRIGGER ALL": "disabled",
    "ALTER TABLE processes DISABLE TRIGGER USER": "~crossfade_cascade_",
    """ALTER TABLE interviews DROP CONSTRAINT fk_interviews_workflow_id;
    ALTER TABLE interviews ADD FOREIGN KEY (workflow_id) REFERENCES processes ON DELETE CASCADE""":
        "has ON DELETE CASCADE, not SET NULL",
    """ALTER TABLE interviews DROP CONSTRAINT fk_interviews_workflow_id;
    ALTER TABLE interviews ADD CONSTRAINT fk_interviews_workflow_id FOREIGN KEY (workflow_id)
      REFERENCES processes ON DELETE SET NULL NOT VALID""": "was never validated",
    """DROP INDEX ix_interviews_workflow_id; CREATE INDEX ix_other ON interviews USING brin (workflow_id);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_other'::regclass""": "is not valid",
}  # fmt: skip


@pytest.mark.parametrize("done", LACKS, ids=range(len(LACKS)))
@pytest.mark.one_server
def test_verify_says_what_does_not_stand_and_what_to_run(done: str, database: str) -> None:
    execute(database, LEGACY)
    commands.start(related(), database)
    assert commands.verify("related", database).lacking == ()
    execute(database, done)
    found = commands.verify("related", database).lacking
    assert any(LACKS[done] in each.fact for each in found)
    for each in found:
        assert (each.change, each.table) == ("Relate interviews.workflow_id", "public.interviews")
        execute(database, *each.remedy.split("; "))
    assert commands.verify("related", database).lacking == ()


@pytest.mark.one_server
def test_verify_asks_once_it_is_completed_too(database: str) -> None:
    execute(database, LEGACY)
    commands.start(related(), database)
    commands.complete("related", database)
    assert commands.verify("related", database).lacking == ()
    commands.purge("related", database)
    execute(database, "DROP INDEX ix_interviews_workflow_id")
    assert len(commands.verify("related", database).lacking) == 1
