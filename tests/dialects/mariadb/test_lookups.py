"""Lookups on a real server: a label becomes a reference, and each version sees the other's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from crossfade.dialects.mariadb import lookups
from crossfade.expressions import Held, LookupKey, LookupValue, Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.ranges import limits
from crossfade.schema import TableName
from crossfade.steps import (
    Compare,
    CopyRows,
    CountLookups,
    CountOthers,
    CountUnanswered,
    CreateTable,
    InstallLookup,
    KeepComplement,
    KeepTable,
    RestoreComplement,
)
from tests.dialects.mariadb.stage import NAME, Rows, Stage, column, stage

RENDERED = (lookups,)

OLD = column("status", "enum('new','sent','gone')", nullable=False, enum=("", "orders.status"))
NEW = column("status_id", "int(11)")
KEY = (column("id", "int(11)", nullable=False),)
COLUMNS = ("id", "status", "status_id")
MADE = (
    "CREATE TABLE statuses (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, says VARCHAR(20), rank INT)",
    "INSERT INTO statuses VALUES (7, 'New', 'x', 1), (3, 'Sent', 'x', 2), (9, 'Lost', NULL, 3)",
    "INSERT INTO statuses VALUES (5, 'Late', 'sent', 4)",
    "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, status ENUM('new','sent','gone') NOT NULL)",
    "ALTER TABLE orders ADD COLUMN status_id INT, ADD FOREIGN KEY (status_id) REFERENCES statuses (id)",
)


def held(name: str) -> Held:
    return (("name", name),)


def lens(shop: Stage, *, sql: str = "", unknown: str | None = "gone", null: bool = False) -> RowLens:
    """An enum that becomes a reference; `gone` is any row's that nothing is said of."""
    lookup, told = TableName(shop.database, "statuses"), (column("name", "varchar(20)", nullable=False),)
    rows = (("new", held("New")), ("sent", held("Sent")), ("gone", held("Lost")))
    forward = LookupKey("status", lookup, "id", rows, told, OLD.type, NEW.type, "key_status")
    pairs = tuple((what, value) for value, what in rows)
    backward = LookupValue(
        "status_id",
        lookup,
        "id",
        pairs,
        told,
        NEW.type,
        OLD.type,
        "value_status",
        otherwise=unknown,
        null=null,
    )
    if sql:
        given = Sql(sql, "text", frozenset({"says"}), dialect="mariadb")
        backward = replace(backward, pairs=(), columns=(column("says", "varchar(20)"),), sql=given)
    law = Law.EITHER if sql else Law.BACKWARD
    return RowLens(
        "EnumToReference orders.status", shop.table, (OLD,), (NEW,), ("status_id",),
        (Assignment("status_id", forward),), (Assignment("status", backward),), law,
    )  # fmt: skip


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[Stage]:
    with stage(mariadb_database) as here:
        here.say(*MADE)
        here.shows("id, status_id")
        yield here


def install(shop: Stage, of: RowLens) -> InstallLookup:
    """Install what tells writers, and the sync."""
    (forward,), (backward,) = of.forward, of.backward
    assert isinstance(forward.value, LookupKey)
    assert isinstance(backward.value, LookupValue)
    step = InstallLookup(NAME, shop.table, forward.value, backward.value, unique=False, search_path=())
    shop.does(step)
    shop.does(shop.syncs(of, columns=COLUMNS))
    return step


def both(shop: Stage) -> Rows:
    return shop.read("SELECT CAST(status AS CHAR), status_id FROM orders ORDER BY id")


def says(connection: Connection, *statements: str) -> None:
    for each in statements:
        connection.exec_driver_sql(each, execution_options={"no_parameters": True}).close()


def test_a_label_is_a_reference_for_the_other_version(shop: Stage) -> None:
    install(shop, lens(shop))
    with shop.old() as old, shop.new() as new:
        says(old, "INSERT INTO orders (status) VALUES ('new'), ('sent')")
        says(new, "INSERT INTO orders (status_id) VALUES (3), (9)", "INSERT INTO orders (status_id) SELECT 5")
        says(old, "UPDATE orders SET status = 'gone' WHERE id = 2")
        says(
            new,
            "UPDATE orders SET status_id = 7 WHERE id = 3",
            "INSERT INTO orders (status_id) VALUES (NULL)",
        )
    assert both(shop) == [("new", 7), ("gone", 9), ("new", 7), ("gone", 9), ("gone", 5), ("gone", None)]


def test_a_row_that_stands_for_nothing_is_refused(shop: Stage) -> None:
    install(shop, lens(shop, unknown=None))
    with shop.new() as new:
        says(new, "INSERT INTO orders (status_id) VALUES (3)")
        for value, write in (
            ("'5'", "INSERT INTO orders (status_id) VALUES (5)"),
            ("'5'", "INSERT IGNORE INTO orders (status_id) VALUES (5)"),
            ("'5'", "UPDATE orders SET status_id = 5"),
            ("NULL", "UPDATE orders SET status_id = NULL"),
        ):
            with pytest.raises(
                IntegrityError, match=f"status_id can't be {value} yet: the old version has no value"
            ):
                says(new, write)
    assert both(shop) == [("sent", 3)]


def test_what_stands_for_a_value_is_guarded(shop: Stage) -> None:
    install(shop, lens(shop))
    with shop.new() as new:
        statuses = f"`{shop.database}`.statuses"
        for write in (
            f"UPDATE {statuses} SET name = 'Fresh' WHERE id = 7",
            f"UPDATE {statuses} SET id = 70 WHERE id = 7",
            f"UPDATE {statuses} SET name = 'NEW' WHERE id = 7",
            f"DELETE FROM {statuses} WHERE id = 7",
        ):
            with pytest.raises(IntegrityError, match=r"stands for 'new' in .*orders, and must stay"):
                says(new, write)
        says(new, f"UPDATE {statuses} SET `rank` = 10 WHERE id = 7", f"DELETE FROM {statuses} WHERE id = 5")
        says(new, f"INSERT INTO {statuses} VALUES (20, 'Other', NULL, NULL)")
    assert shop.read("SELECT id FROM statuses ORDER BY id") == [(3,), (7,), (9,), (20,)]


def test_an_edit_of_another_row_changes_those_who_use_it(shop: Stage) -> None:
    install(shop, lens(shop, sql="CASE WHEN says = 'sent' THEN 'sent' WHEN says = 'new' THEN 'new' END"))
    with shop.old() as old, shop.new() as new:
        says(new, "INSERT INTO orders (status_id) VALUES (5), (5)")
        says(old, "INSERT INTO orders (status) VALUES ('sent')")
        assert both(shop) == [("sent", 5), ("sent", 5), ("sent", 3)]
        says(new, f"UPDATE `{shop.database}`.statuses SET says = 'new' WHERE id = 5")
        assert both(shop) == [("new", 5), ("new", 5), ("sent", 3)]
        says(new, f"UPDATE `{shop.database}`.statuses SET says = NULL WHERE id = 5")
        assert both(shop) == [("gone", 5), ("gone", 5), ("sent", 3)]
        says(old, "UPDATE orders SET status = 'sent' WHERE id = 1")
        assert shop.read("SELECT @crossfade_guard, @crossfade_sync") == [(None, None)]
    assert both(shop) == [("sent", 3), ("gone", 5), ("sent", 3)]


def test_an_edit_that_says_nothing_to_the_old_version_is_refused(shop: Stage) -> None:
    install(shop, lens(shop, sql="NULLIF(says, 'x')", unknown=None))
    with shop.new() as new:
        says(new, "INSERT INTO orders (status_id) VALUES (5)")
        with pytest.raises(IntegrityError, match=r"the old version of .* has no value for it"):
            says(new, f"UPDATE `{shop.database}`.statuses SET says = NULL WHERE id = 5")
    assert both(shop) == [("sent", 5)]


def test_an_error_in_the_guard_leaves_the_sync_on(shop: Stage) -> None:
    install(shop, lens(shop, sql="says"))
    with shop.new() as new:
        says(new, "INSERT INTO orders (status_id) VALUES (5)")
        shop.say(
            "CREATE TRIGGER no AFTER UPDATE ON orders FOR EACH ROW "
            "IF NEW.status = 'new' THEN SIGNAL SQLSTATE '45000'; END IF"
        )
        with pytest.raises(DBAPIError):
            says(new, f"UPDATE `{shop.database}`.statuses SET says = 'new' WHERE id = 5")
        says(new, f"UPDATE `{shop.database}`.orders SET status = 'gone'")
    assert both(shop) == [("gone", 9)]


def test_an_edit_waits_for_who_refers_to_the_row(shop: Stage) -> None:
    """Else each would be right about what it saw, and the old side wrong."""
    install(shop, lens(shop, sql="says"))
    with shop.new() as writer, shop.new() as editor:
        says(writer, "START TRANSACTION", "INSERT INTO orders (status_id) VALUES (5)")
        says(editor, "SET innodb_lock_wait_timeout = 1")
        with pytest.raises(DBAPIError, match="Lock wait timeout"):
            says(editor, f"UPDATE `{shop.database}`.statuses SET says = 'new' WHERE id = 5")
        says(writer, "COMMIT")
        says(editor, f"UPDATE `{shop.database}`.statuses SET says = 'new' WHERE id = 5")
    assert both(shop) == [("new", 5)]


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "READ COMMITTED", "SERIALIZABLE"])
def test_a_writer_with_an_old_snapshot_is_told_of_the_row_as_it_is(shop: Stage, isolation: str) -> None:
    install(shop, lens(shop, sql="says"))
    with shop.new() as writer, shop.new() as editor:
        says(writer, f"SET SESSION TRANSACTION ISOLATION LEVEL {isolation}", "START TRANSACTION")
        says(writer, "SELECT * FROM orders")
        says(editor, f"UPDATE `{shop.database}`.statuses SET says = 'new' WHERE id = 5")
        says(writer, "INSERT INTO orders (status_id) VALUES (5)", "COMMIT")
    assert both(shop) == [("new", 5)]


def test_writers_need_no_right_to_read_the_lookup(shop: Stage) -> None:
    install(shop, lens(shop))
    user = f"writer_{shop.database}"
    try:
        shop.say(
            f"CREATE USER {user}@localhost",
            f"GRANT SELECT, INSERT, UPDATE ON `{shop.database}`.orders TO {user}@localhost",
        )
        with shop.old(user=user) as session:
            says(
                session,
                "INSERT INTO orders (status) VALUES ('sent')",
                "INSERT INTO orders (status_id) VALUES (9)",
            )
    finally:
        shop.say(f"DROP USER IF EXISTS {user}@localhost")
    assert both(shop) == [("sent", 3), ("gone", 9)]


def test_without_a_row_for_a_value_nothing_is_installed(shop: Stage) -> None:
    shop.say("UPDATE statuses SET name = 'NEW' WHERE id = 7")
    with pytest.raises(DBAPIError, match=r"no row of .*statuses stands for 'new'"):
        install(shop, lens(shop))


def test_done_again_and_taken_back(shop: Stage) -> None:
    step = install(shop, lens(shop))
    for each in (step, step.undo(), step.undo()):
        shop.does(each)
    assert (
        shop.read(
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES "
            f"WHERE ROUTINE_SCHEMA = '{shop.server.journal}'"
        )
        == []
    )
    assert shop.read("SHOW TRIGGERS LIKE 'statuses'") == []


def test_rows_are_filled_compared_and_brought_back(shop: Stage) -> None:
    of = lens(shop, sql="says")
    install(shop, of)
    everything = limits(("1",), ("9",))
    with shop.old() as session:
        says(session, "SET @crossfade_sync = 'off'", "TRUNCATE orders",
             "INSERT INTO orders (status) VALUES ('new'), ('sent'), ('gone')")  # fmt: skip
    copy = CopyRows(shop.table, KEY, (of,), COLUMNS, 3, skip_triggers=False)
    assert shop.batch(copy, everything).changed == 3
    assert both(shop) == [("new", 7), ("sent", 3), ("gone", 9)]
    compare = Compare(NAME, shop.table, KEY, (of,), COLUMNS, 3)
    assert shop.asks(compare, **everything) == [(3, 0)]
    with shop.new() as new:
        says(new, "UPDATE orders SET status_id = 5 WHERE id = 1")
    assert both(shop)[0] == ("sent", 5)
    keep = KeepComplement(NAME, shop.table, KEY, (of,), COLUMNS, 3)
    assert shop.batch(keep, everything).changed == 1
    restore = RestoreComplement(NAME, shop.table, KEY, (of,), COLUMNS, 3, skip_triggers=False)
    with shop.old() as session:
        says(session, "SET @crossfade_sync = 'off'", "UPDATE orders SET status_id = NULL")
    assert shop.batch(restore, {"batch": 10}).returned == {("restored",): 1}
    assert shop.read("SELECT status_id FROM orders ORDER BY id") == [(5,), (None,), (None,)]
    shop.say(
        f"UPDATE `{shop.server.journal}`.complement SET state = 'kept'",
        "UPDATE statuses SET says = 'new' WHERE id = 5",
    )
    with shop.old() as session:
        says(session, "SET @crossfade_sync = 'off'", "UPDATE orders SET status_id = NULL, status = 'sent'")
    assert shop.batch(restore, {"batch": 10}).returned == {("superseded",): 1}
    repair = CopyRows(shop.table, KEY, (of.inverse(),), COLUMNS, 3, skip_triggers=False, repair=True)
    with shop.old() as session:
        says(session, "SET @crossfade_sync = 'off'", "UPDATE orders SET status_id = 5, status = 'gone'")
    assert shop.batch(repair, everything).changed == 3
    assert both(shop) == [("new", 5)] * 3


def test_a_table_is_put_away_and_comes_back(shop: Stage) -> None:
    named = TableName(shop.database, "kinds")
    columns = "id INTEGER NOT NULL AUTO_INCREMENT, name VARCHAR(20), PRIMARY KEY (id)"
    create = f"CREATE TABLE `{shop.database}`.kinds ({columns})"
    index = f"CREATE UNIQUE INDEX ix_kinds ON `{shop.database}`.kinds (name)"
    step = CreateTable(NAME, named, create, (index,), dialect="mariadb")
    for each in (step, step):
        shop.does(each)
    shop.say("INSERT INTO kinds (name) VALUES ('a')")
    undo = step.undo()
    assert isinstance(undo, KeepTable)
    for again in (undo, undo, step, step):
        shop.does(again)
    assert shop.read("SELECT id, name FROM kinds") == [(1, "a")]
    assert shop.read("SHOW INDEX FROM kinds WHERE Key_name = 'ix_kinds'") != []


def test_what_is_counted(shop: Stage) -> None:
    shop.say("INSERT INTO statuses VALUES (8, 'New', NULL, NULL)")
    lookup = TableName(shop.database, "statuses")
    rows = (("new", held("New")), ("sent", held("sent")), ("gone", held("Lost")))
    assert shop.asks(CountLookups("x", lookup, rows, ("rank",))) == [("new", 2), ("sent", 0)]
    assert shop.asks(CountLookups("x", lookup, rows, ())) == [("new", 2)]
    assert shop.asks(CountOthers("x", lookup, "name", ("New", "Sent", "late"))) == [("Late", 1), ("Lost", 1)]
    value = lens(shop, unknown=None).backward[0].value
    assert isinstance(value, LookupValue)
    shop.say(
        "INSERT INTO orders (status, status_id) VALUES ('new', 5), ('new', 5), ('new', NULL), ('new', 7)"
    )
    count = CountUnanswered("x", shop.table, "status_id", value)
    assert shop.asks(count) == [('5 {"name": "Late"}', 2, 3), ("NULL", 1, 3)]
    assert shop.asks(replace(count, value=replace(value, null=True))) == [('5 {"name": "Late"}', 2, 2)]
