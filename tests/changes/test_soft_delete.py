"""The soft-delete cascade on a server: what it takes, what it restores, and whom it leaves alone."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import ProgrammingError

from crossfade import Evolution, SoftDelete, commands
from tests.changes.database import execute
from tests.changes.recruiting import LEGACY, delete, deleted, noted, related, relation, restore

RELATION = "public.interviews.workflow_id"


@pytest.fixture
def shop(database: str) -> str:
    """Interviews 1 to 3 of process 1, 4 to 6 of process 2, the others of none."""
    execute(database, LEGACY)
    commands.start(related(), database)
    execute(database, "UPDATE interviews SET workflow_id = 1 + (id - 1) / 3 WHERE id < 7")
    return database


@pytest.mark.parametrize("version", [None, "related"])
def test_live_children_go_and_come_back_with_either_application(version: str | None, shop: str) -> None:
    execute(shop, delete("processes", "id = 1"), version=version)
    assert deleted(shop) == [(1, "2020-01-01"), (2, "2020-01-01"), (3, "2020-01-01")]
    assert noted(shop) == [(RELATION, f'["{each}"]', '["1"]') for each in (1, 2, 3)]
    execute(shop, restore("processes", "id = 1"), version=version)
    assert deleted(shop) == []
    assert execute(shop, "SELECT DISTINCT is_deleted FROM interviews") == [False]
    assert noted(shop) == []


def test_children_deleted_earlier_keep_their_own_time_and_stay(shop: str) -> None:
    execute(shop, delete("interviews", "id = 2", "2019-01-01"), delete("processes", "id = 1"))
    assert deleted(shop) == [(1, "2020-01-01"), (2, "2019-01-01"), (3, "2020-01-01")]
    execute(shop, restore("processes", "id = 1"))
    assert deleted(shop) == [(2, "2019-01-01")]


def test_a_child_of_the_same_time_stays_all_the_same(shop: str) -> None:
    engine = create_engine(shop)
    with engine.begin() as connection:  # one transaction, so that now() is the same
        for of, where in (("interviews", "id = 2"), ("processes", "id = 1")):
            connection.exec_driver_sql(delete(of, where, "now").replace("'now'", "now()"))
    engine.dispose()
    assert len({since for _, since in deleted(shop)}) == 1
    execute(shop, restore("processes", "id = 1"))
    assert [row for row, _ in deleted(shop)] == [2]


@pytest.mark.parametrize(
    "touch",
    [
        # restored, and deleted again on its own, even at the same time
        (restore("interviews", "id = 2"), delete("interviews", "id = 2")),
        # deleted once more, on its own
        (delete("interviews", "id = 2", "2021-05-05"),),
        (delete("interviews", "id = 2", None),),
        # put with another process and back
        *(
            (f"UPDATE interviews SET workflow_id = {other} WHERE id = 2",
             "UPDATE interviews SET workflow_id = 1 WHERE id = 2")
            for other in ("2", "NULL")
        ),
        ("DELETE FROM interviews WHERE id = 2",
         "INSERT INTO interviews VALUES (2, 'again', true, '2020-01-01', 1)"),
    ],
)  # fmt: skip
def test_a_child_that_was_touched_since_stays(touch: tuple[str, ...], shop: str) -> None:
    execute(shop, delete("processes", "id = 1"), *touch)
    assert [key for _, key, _ in noted(shop)] == ['["1"]', '["3"]']
    execute(shop, restore("processes", "id = 1"))
    assert [row for row, _ in deleted(shop)] == [2]
    assert noted(shop) == []


@pytest.mark.parametrize(
    "touch",
    [
        ("UPDATE interviews SET note = 'x', is_deleted = is_deleted WHERE id = 2",),
        ("UPDATE interviews SET id = 20 WHERE id = 2",),
        ("UPDATE processes SET title = 'x', deleted_at = '2024-01-01' WHERE id = 1",),
        (delete("processes", "id = 1", "2024-01-01"),),
    ],
)
def test_what_is_not_about_the_deletion_is_no_touch(touch: tuple[str, ...], shop: str) -> None:
    execute(shop, delete("processes", "id = 1"), *touch)
    assert len(noted(shop)) == 3
    execute(shop, restore("processes", "id = 1"))
    assert deleted(shop) == []


def test_keys_that_move_up_by_one_take_their_notes_along(shop: str) -> None:
    execute(
        shop,
        "ALTER TABLE interviews DROP CONSTRAINT interviews_pkey",
        "ALTER TABLE interviews ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED",
        delete("interviews", "id = 4"),
        delete("processes", "id = 1"),
        "UPDATE interviews SET id = id + 1",
    )
    assert [key for _, key, _ in noted(shop)] == ['["2"]', '["3"]', '["4"]']
    execute(shop, restore("processes", "id = 1"))
    assert [row for row, _ in deleted(shop)] == [5]


def test_hard_deletes_and_truncate_leave_no_note(shop: str) -> None:
    execute(shop, delete("processes", "id < 3"), "DELETE FROM interviews WHERE id = 1")
    assert [key for _, key, _ in noted(shop)] == ['["2"]', '["3"]', '["4"]', '["5"]', '["6"]']
    execute(shop, "DELETE FROM processes WHERE id = 1")
    assert [key for _, key, _ in noted(shop)] == ['["4"]', '["5"]', '["6"]']
    assert execute(shop, "SELECT id, is_deleted, workflow_id FROM interviews WHERE id < 4 ORDER BY 1") == [
        (2, True, None), (3, True, None)
    ]  # fmt: skip
    execute(shop, "TRUNCATE interviews")
    assert noted(shop) == []


def test_null_flags_are_live_and_the_current_time_is_for_a_parent_without_one(shop: str) -> None:
    execute(
        shop,
        "UPDATE interviews SET is_deleted = NULL WHERE id = 2",
        "ALTER TABLE processes ALTER is_deleted DROP NOT NULL",
        "UPDATE processes SET is_deleted = NULL WHERE id < 3",
    )
    assert deleted(shop) == []
    execute(shop, delete("processes", "id = 1", None))
    today = execute(shop, "SELECT count(*) FROM interviews WHERE deleted_at > now() - interval '1 hour'")
    assert today == [3]
    execute(shop, "UPDATE processes SET is_deleted = NULL WHERE id = 1")
    assert deleted(shop) == []


def test_one_statement_takes_some_and_restores_others(shop: str) -> None:
    execute(shop, delete("processes", "id = 1"))
    execute(
        shop,
        "UPDATE processes SET is_deleted = NOT is_deleted, deleted_at = "
        "CASE WHEN is_deleted THEN NULL ELSE timestamptz '2022-02-02' END WHERE id < 3",
    )
    assert deleted(shop) == [(4, "2022-02-02"), (5, "2022-02-02"), (6, "2022-02-02")]
    assert len(noted(shop)) == 3


UPSERT = """INSERT INTO processes (id, is_deleted, deleted_at) VALUES (1, true, '2020-01-01'), (7, true, NULL)
ON CONFLICT (id) DO UPDATE SET is_deleted = excluded.is_deleted, deleted_at = excluded.deleted_at"""
FROM = """WITH told AS (SELECT 1 AS id) UPDATE processes p SET is_deleted = true, deleted_at = '2020-01-01'
FROM told WHERE p.id = told.id RETURNING p.id"""


@pytest.mark.parametrize("write", [UPSERT, FROM])
def test_whichever_way_the_flag_is_set(write: str, shop: str) -> None:
    execute(shop, write)
    assert [row for row, _ in deleted(shop)] == [1, 2, 3]


def test_several_levels_and_several_relations(database: str) -> None:
    execute(database, LEGACY)
    changes = [
        relation("todos", "interview_id", "interviews"),
        relation("interviews", "workflow_id", "processes"),
        relation("todos", "workflow_id", "processes"),
        relation("notes", "todo_id", "todos"),
    ]
    commands.start(Evolution("levels", changes=changes), database)
    execute(
        database,
        "UPDATE interviews SET workflow_id = 1 WHERE id < 4",
        "UPDATE todos SET interview_id = id WHERE id < 4",
        "UPDATE todos SET workflow_id = 1 WHERE id IN (1, 4)",
        "UPDATE notes SET todo_id = right(id::text, 1)::int",
        delete("todos", "id = 2", "2018-01-01"),
        delete("processes", "id = 1"),
    )
    assert deleted(database, "todos") == [
        (1, "2020-01-01"), (2, "2018-01-01"), (3, "2020-01-01"), (4, "2020-01-01")
    ]  # fmt: skip
    days = execute(database, "SELECT deleted_at::date::text FROM notes ORDER BY id")
    assert days == ["2020-01-01", "2018-01-01", "2020-01-01", "2020-01-01"]
    # Of two relations that would take todo 1 the first one takes it, and one note is enough.
    assert len([each for each in noted(database) if each[1] == '["1"]' and "todos" in each[0]]) == 1
    execute(database, restore("processes", "id = 1"))
    assert deleted(database) == []
    assert deleted(database, "todos") == [(2, "2018-01-01")]
    assert execute(database, "SELECT count(*) FROM notes WHERE is_deleted") == [1]
    assert [each[0] for each in noted(database)] == ["public.notes.todo_id"]
    execute(database, restore("todos", "id = 2"))
    assert noted(database) == []


def test_who_may_not_write_the_children_takes_them_by_deleting_the_parent(shop: str) -> None:
    execute(
        shop,
        "DROP ROLE IF EXISTS childrens_clerk",
        "CREATE ROLE childrens_clerk LOGIN",
        "GRANT SELECT, UPDATE ON processes TO childrens_clerk",
    )
    engine = create_engine(shop, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET ROLE childrens_clerk")
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(delete("interviews", "id = 1"))
        connection.exec_driver_sql(delete("processes", "id = 1"))
        # Nor can he say that his own rows were deleted ones of the parent.
        connection.exec_driver_sql(
            "CREATE TEMP TABLE mine (id int, is_deleted boolean, deleted_at timestamptz)"
        )
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql(
                "CREATE TRIGGER mine AFTER UPDATE ON mine REFERENCING OLD TABLE AS crossfade_old "
                f"NEW TABLE AS crossfade_new FOR EACH STATEMENT EXECUTE FUNCTION {_routine(shop)}()"
            )
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql("REVOKE ALL ON processes FROM childrens_clerk")
        connection.exec_driver_sql("DROP TABLE mine")
        connection.exec_driver_sql("DROP ROLE childrens_clerk")
    engine.dispose()
    assert [row for row, _ in deleted(shop)] == [1, 2, 3]


def _routine(database: str) -> str:
    (name,) = execute(database, "SELECT proname FROM pg_proc WHERE proname LIKE 'cascade%'")
    return f"crossfade.{name}"


def test_an_operator_of_the_users_is_not_taken(shop: str) -> None:
    execute(
        shop,
        "CREATE SCHEMA evil",
        "CREATE FUNCTION evil.never(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.never)",
        "SET search_path = evil, public, pg_catalog; " + delete("processes", "id < 2"),
    )
    assert [row for row, _ in deleted(shop)] == [1, 2, 3]


def test_a_hundred_thousand_at_once_after_one_in_the_same_session(shop: str) -> None:
    execute(
        shop,
        "INSERT INTO processes (id) SELECT n FROM generate_series(11, 20000) n",
        "INSERT INTO interviews (id, workflow_id) SELECT n, n FROM generate_series(11, 20000) n",
        "ANALYZE",
        *([delete("processes", "id = 11"), restore("processes", "id = 11")] * 6),  # plans are kept by then
        delete("processes", "id > 10"),
    )
    assert execute(shop, "SELECT count(*) FROM interviews WHERE is_deleted") == [19990]
    execute(shop, restore("processes", "id > 10"))
    assert execute(shop, "SELECT count(*) FROM interviews WHERE is_deleted") == [0]
    assert noted(shop) == []


HOSTILE = '''CREATE SCHEMA "S""; --'";
CREATE TABLE "S""; --'"."gone" ("new" int PRIMARY KEY, "select" boolean, "at""" timestamptz);
CREATE TABLE "S""; --'"."$crossfade$ ' .x" ("old" text, "c" int, "select" boolean, "at""" timestamp(3),
  PRIMARY KEY ("old", "c"));
INSERT INTO "S""; --'"."gone" VALUES (1, false, NULL);
INSERT INTO "S""; --'"."$crossfade$ ' .x" VALUES ('it\'\'s "a"', 1, false, NULL),('b', 2, false, NULL);'''


def test_hostile_names(database: str) -> None:
    execute(
        database,
        HOSTILE,
    )
    schema = '"S""; --\'"'
    child = schema + '."$crossfade$ \' .x"'
    change = relation(child, "per%cent's", schema + ".gone", soft_delete=SoftDelete("select", 'at"'))
    commands.start(Evolution("hostile", changes=[change]), database)
    at = '"at"""'
    gone = f'UPDATE {schema}.gone SET "select" = %s, {at} = %s'
    execute(
        database,
        f"""UPDATE {child} SET "per%cent's" = 1""",
        gone % ("true", "'2020-01-01 12:00:00.123456+00'"),
    )
    times = f'SELECT "old", {at}::text FROM {child} WHERE "select" ORDER BY 1'
    assert [row[0] for row in execute(database, times)] == ["b", 'it\'s "a"']
    execute(database, f'UPDATE {child} SET "select" = false WHERE "c" = 2', gone % ("false", "NULL"))
    assert execute(database, times) == []
    assert noted(database) == []
    assert commands.verify("hostile", database).lacking == ()
    commands.rollback("hostile", database)


def test_a_rollback_keeps_the_notes_and_a_start_forgets_those_that_no_longer_hold(shop: str) -> None:
    execute(shop, delete("processes", "id < 3"))
    commands.rollback("related", shop)
    assert len(noted(shop)) == 6
    execute(
        shop,
        restore("interviews", "id = 1"),  # touched, and nobody looked
        restore("interviews", "id = 2") + "; " + delete("interviews", "id = 2", "2021-01-01"),
        restore("processes", "id = 2"),  # restored without its children
    )
    commands.start(related(), shop)
    assert [key for _, key, _ in noted(shop)] == ['["3"]']
    execute(shop, restore("processes", "id = 1"))
    assert [row for row, _ in deleted(shop)] == [2, 4, 5, 6]


def test_complete_revert_and_purge_leave_it_alone(shop: str) -> None:
    execute(shop, delete("processes", "id = 1"))
    for command in (commands.complete, commands.revert, commands.complete, commands.purge):
        command("related", shop)
    assert len(noted(shop)) == 3
    execute(shop, restore("processes", "id = 1"), delete("processes", "id = 2"))
    assert [row for row, _ in deleted(shop)] == [4, 5, 6]
