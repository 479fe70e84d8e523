"""The sync on a real server: both versions write in every way there is, and each sees the other's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, TableName
from crossfade.steps import CloseSide, CountWrites
from tests.dialects.mariadb.stage import MODES, NAME, Rows, Stage, column, stage

ORDERS = TableName("", "orders")
OLD = column("status", "enum('new','sent','it''s')", nullable=False, enum=("", "orders.status"))
NEW = column("status_2", "varchar(50)")
PAIRS = (("new", "open"), ("sent", "Out "), ("it's", "100%"))
COLUMNS = ("id", "status", "total", "note", "touched", NEW.name)

MADE = """
CREATE TABLE orders (
  id INT AUTO_INCREMENT PRIMARY KEY, status ENUM('new','sent','it''s') NOT NULL, total INT NOT NULL DEFAULT 0,
  note VARCHAR(20), touched TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  status_2 VARCHAR(50)
) CHARACTER SET utf8mb4
"""


def status(unknown: str | None = "new", law: Law = Law.BACKWARD, old: Column = OLD) -> RowLens:
    """The lens of a status that opens; without `unknown` its new side is closed to other values."""
    back = tuple((value, label) for label, value in PAIRS)
    return RowLens(
        "OpenEnum orders.status",
        ORDERS,
        (old,),
        (NEW,),
        ("status",),
        (Assignment(NEW.name, ValueMap(old.name, PAIRS, old.type, NEW.type)),),
        (Assignment(old.name, ValueMap(NEW.name, back, NEW.type, old.type, unknown)),),
        law,
    )


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[Stage]:
    """A shop whose new version shows the new status only."""
    with stage(mariadb_database) as here:
        here.say(MADE)
        here.shows("id, status_2 AS status, total, note")
        yield here


def both(shop: Stage) -> Rows:
    """Both sides of every row, in order."""
    return shop.read("SELECT CAST(status AS CHAR), status_2 FROM orders ORDER BY id")


def loads(folder: Path, *rows: str) -> str:
    """The LOAD DATA of one column, out of literals."""
    file = folder / "rows.txt"
    told = (r"\N" if each == "NULL" else each[1:-1].replace("''", "'") for each in rows)
    file.write_text("".join(f"{each}\n" for each in told))
    return f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE orders CHARACTER SET utf8mb4 (status)"


AGAIN = "ON DUPLICATE KEY UPDATE status = VALUES(status)"

# Of each way of writing: the statements, which write the values a, b and c into the rows 1, 2 and 3.
WAYS: dict[str, Callable[[Path, str, str, str], list[str]]] = {
    "INSERT of one row": lambda _, *values: [
        f"INSERT INTO orders (status) VALUES ({each})" for each in values
    ],
    "INSERT of many rows": lambda _, a, b, c: [f"INSERT INTO orders (status) VALUES ({a}), ({b}), ({c})"],
    "INSERT … SET": lambda _, *values: [f"INSERT INTO orders SET status = {each}" for each in values],
    "INSERT … SELECT": lambda _, a, b, c: [
        f"INSERT INTO orders (status) SELECT {a} UNION ALL SELECT {b} UNION ALL SELECT {c}"
    ],
    "INSERT … SELECT from itself": lambda _, a, b, c: [
        f"INSERT INTO orders (status, note) VALUES ({a}, 'a')",
        f"INSERT INTO orders (status) SELECT {b} FROM orders",
        f"INSERT INTO orders (status) SELECT {c} FROM orders WHERE note = 'a'",
    ],
    "INSERT IGNORE": lambda _, a, b, c: [f"INSERT IGNORE INTO orders (status) VALUES ({a}), ({b}), ({c})"],
    "INSERT … RETURNING": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({a}), ({b}), ({c}) RETURNING id"
    ],
    "REPLACE": lambda _, a, b, c: [
        f"REPLACE INTO orders (id, status) VALUES (1, {b}), (2, {b}), (3, {b})",
        f"REPLACE INTO orders (id, status) VALUES (1, {a}), (3, {c})",
    ],
    "INSERT … ON DUPLICATE KEY UPDATE": lambda _, a, b, c: [
        f"INSERT INTO orders (id, status) VALUES (1, {b}), (2, {b}), (3, {a})",
        f"INSERT INTO orders (id, status) VALUES (1, {a}), (3, {c}) {AGAIN}",
    ],
    "LOAD DATA": lambda folder, *values: [loads(folder, *values)],
    "UPDATE": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({b}), ({c}), ({a})",
        *(f"UPDATE orders SET status = {each} WHERE id = {n}" for n, each in enumerate((a, b, c), 1)),
    ],
    "UPDATE of many rows": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({b}), ({c}), ({a})",
        f"UPDATE orders SET status = IF(id = 1, {a}, IF(id = 2, {b}, {c})) ORDER BY id LIMIT 3",
    ],
    "UPDATE of two tables": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({b}), ({c}), ({c})",
        f"CREATE TEMPORARY TABLE told AS SELECT 1 AS n, {a} AS said UNION ALL SELECT 2, {b}",
        "UPDATE orders JOIN told ON id = n SET status = said",
        "DROP TEMPORARY TABLE told",
    ],
    "UPDATE IGNORE": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({b}), ({b}), ({c})",
        f"UPDATE IGNORE orders SET status = {a} WHERE id = 1",
    ],
    "UPDATE of the full row": lambda _, a, b, c: [
        f"INSERT INTO orders (status) VALUES ({a}), ({b}), ({c})",
        f"UPDATE orders SET status = {b}, total = 5, note = 'x' WHERE id = 2",
    ],
    "prepared": lambda _, a, b, c: [
        "PREPARE writes FROM 'INSERT INTO orders (status) VALUES (?)'",
        *(f"EXECUTE writes USING {each}" for each in (a, b, c)),
    ],
    "under LOCK TABLES": lambda _, a, b, c: [
        "LOCK TABLES orders WRITE",
        f"INSERT INTO orders (status) VALUES ({a}), ({c})",
        f"INSERT INTO orders (status) VALUES ({c})",
        f"UPDATE orders SET status = {b} WHERE id = 2",
        "UNLOCK TABLES",
    ],
    "multi-row after a rollback": lambda _, a, b, c: [
        "START TRANSACTION",
        f"INSERT INTO orders (id, status) VALUES (1, {b}), (2, {c})",
        "ROLLBACK",
        f"INSERT INTO orders (id, status) VALUES (1, {a}), (2, {b}), (3, {c})",
    ],
}  # fmt: skip


def says(connection: Connection, *statements: str) -> None:
    for each in statements:
        connection.exec_driver_sql(each, execution_options={"no_parameters": True}).close()


@pytest.mark.parametrize("way", WAYS)
def test_what_one_version_writes_the_other_sees(shop: Stage, tmp_path: Path, way: str) -> None:
    """Both ways, in sessions that are strict and in others."""
    shop.does(shop.syncs(status(), columns=COLUMNS))
    for mode in MODES.values():
        with shop.old(mode) as old:
            says(old, *WAYS[way](tmp_path, "'new'", "'sent'", "'it''s'"))
        assert both(shop) == [("new", "open"), ("sent", "Out "), ("it's", "100%")]
        shop.say("TRUNCATE orders")
        with shop.new(mode) as new:
            says(new, *WAYS[way](tmp_path, "'Out '", "'100%'", "'something else'"))
        assert both(shop) == [("sent", "Out "), ("it's", "100%"), ("new", "something else")]
        shop.say("TRUNCATE orders")
        with shop.new(mode) as new:
            says(new, *WAYS[way](tmp_path, "NULL", "'100%'", "NULL"))
        assert both(shop) == [("new", None), ("it's", "100%"), ("new", None)]
        shop.say("TRUNCATE orders")


def test_text_is_compared_exactly(shop: Stage) -> None:
    shop.does(shop.syncs(status(unknown=None), columns=COLUMNS))
    with shop.new() as new:
        says(new, "INSERT INTO orders (status) VALUES ('open')")
        for wrong in ("'OPEN'", "'open '", "'öpen'", "'Out'", "''"):
            with pytest.raises(IntegrityError, match="the old version has no value for it"):
                says(new, f"UPDATE orders SET status = {wrong}")
        says(new, "UPDATE orders SET status = 'Out '")
    assert both(shop) == [("sent", "Out ")]


@pytest.mark.parametrize(
    "refused",
    [
        "INSERT INTO orders (status) VALUES ('Out '), ('strange')",
        "INSERT IGNORE INTO orders (status) VALUES ('Out '), ('strange')",
        "INSERT INTO orders (status) SELECT 'strange'",
        "REPLACE INTO orders (id, status) VALUES (1, 'strange')",
        "INSERT INTO orders (id, status) VALUES (1, 'open') ON DUPLICATE KEY UPDATE status = 'strange'",
        "UPDATE orders SET status = 'strange'",
        "UPDATE IGNORE orders SET status = 'strange'",
        "UPDATE orders SET status = NULL",
    ],
)
def test_what_the_old_version_has_no_value_for_is_refused(shop: Stage, refused: str) -> None:
    shop.does(shop.syncs(status(unknown=None), columns=COLUMNS))
    with shop.new() as new:
        says(new, "INSERT INTO orders (status) VALUES ('open')")
        value = "NULL" if "NULL" in refused else "'strange'"
        with pytest.raises(IntegrityError) as error:
            says(new, refused)
    assert error.value.orig is not None
    fact = f"{shop.table}.status can't be {value} yet: the old version has no value for it"
    assert error.value.orig.args == (1452, fact)
    assert both(shop) == [("new", "open")]


def test_a_message_fits(shop: Stage) -> None:
    shop.say("ALTER TABLE orders MODIFY status_2 VARCHAR(200)")
    shop.does(shop.syncs(status(unknown=None), columns=COLUMNS))
    with shop.new() as new, pytest.raises(IntegrityError) as error:
        says(new, f"INSERT INTO orders (status) VALUES ('{'ü' * 150}')")
    assert error.value.orig is not None
    assert error.value.orig.args[1].startswith(f"{shop.table}.status can't be 'ü")
    assert len(error.value.orig.args[1]) == 128


def test_a_null_is_refused_where_the_old_version_has_none(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as old:
        with pytest.raises(DBAPIError, match="Column 'status' cannot be null"):
            says(old, "INSERT INTO orders (status) VALUES (NULL)")
        with pytest.raises(DBAPIError, match="Data truncated for column 'status'"):
            says(old, "INSERT INTO orders (status) VALUES ('strange')")
    assert both(shop) == []


def test_an_ordinal_never_shows(shop: Stage) -> None:
    """Labels that are numbers, none of them its own ordinal."""
    old = column("status", "enum('2','3','1')", nullable=False, enum=("", "orders.status"))
    pairs = (("2", "two"), ("3", "three"), ("1", "one"))
    back = tuple((value, label) for label, value in pairs)
    lens = RowLens(
        "OpenEnum orders.status", ORDERS, (old,), (NEW,), ("status",),
        (Assignment(NEW.name, ValueMap("status", pairs, old.type, NEW.type)),),
        (Assignment("status", ValueMap(NEW.name, back, NEW.type, old.type)),), Law.BACKWARD,
    )  # fmt: skip
    shop.say("ALTER TABLE orders MODIFY status ENUM('2','3','1') NOT NULL")
    shop.does(shop.syncs(lens, columns=COLUMNS))
    with shop.old() as session:
        says(session, "INSERT INTO orders (status) VALUES ('1'), ('2'), ('3')")
    with shop.new() as session:
        says(session, "INSERT INTO orders (status) VALUES ('one'), ('two'), ('three')")
    pairs_twice = [("1", "one"), ("2", "two"), ("3", "three")] * 2
    assert both(shop) == pairs_twice


def test_an_update_of_other_columns_moves_nothing(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.new() as new, shop.old() as old:
        says(new, "INSERT INTO orders (status) VALUES ('something else')")
        says(old, "UPDATE orders SET total = 5", "UPDATE orders SET status = 'new', note = 'the whole row'")
        assert both(shop) == [("new", "something else")]
        says(old, "UPDATE orders SET status = 'sent'")
    assert both(shop) == [("sent", "Out ")]


def test_the_new_side_wins_where_both_change(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as session:
        says(session, "INSERT INTO orders (status, status_2) VALUES ('new', 'Out ')")
        says(session, "UPDATE orders SET status = 'new', status_2 = '100%'")
    assert both(shop) == [("it's", "100%")]


def test_a_session_of_the_new_version_that_names_the_table_means_the_old_value(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.new() as session:
        says(session, f"INSERT INTO `{shop.database}`.orders (status) VALUES ('sent')")
    assert both(shop) == [("sent", "Out ")]


def test_without_its_version_said_a_session_is_the_old_one(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as session:
        says(session, f"INSERT INTO `{shop.namespace}`.orders (status) VALUES (NULL), ('100%')")
    assert both(shop) == [("new", "open"), ("it's", "100%")]


def test_switched_off_it_does_nothing(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as session:
        says(session, "SET @crossfade_sync = 'off'", "INSERT INTO orders (status) VALUES ('sent')")
        assert both(shop) == [("sent", None)]
        says(session, "SET @crossfade_sync = NULL", "UPDATE orders SET status = 'new'")
    assert both(shop) == [("new", "open")]


def test_what_stands_in_for_a_default_goes_with_a_rollback_and_stays_with_a_completed_evolution(
    shop: Stage,
) -> None:
    default = (
        "SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS "
        f"WHERE TABLE_SCHEMA = '{shop.database}' AND TABLE_NAME = 'orders' AND COLUMN_NAME = 'status'"
    )
    shown = shop.read("SHOW CREATE TABLE orders")
    step = shop.syncs(status(), columns=COLUMNS)
    shop.does(step)
    assert shop.read(default) == [("'new'",)]
    shop.does(step.undo())
    assert shop.read("SHOW CREATE TABLE orders") == shown
    assert shop.read("SHOW TRIGGERS") == []
    assert shop.read(f"SHOW TABLES FROM `{shop.server.journal}`") == [("complement",), ("seed",)]


def test_done_again_each_step_changes_nothing(shop: Stage) -> None:
    step = shop.syncs(status(), columns=COLUMNS)
    for each in (step, step, step.undo(), step.undo(), step):
        shop.does(each)
    with shop.old() as session:
        says(session, "INSERT INTO orders (status) VALUES ('sent')")
    assert both(shop) == [("sent", "Out ")]


def test_writes_are_counted_by_side(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    count = CountWrites(NAME, shop.table)
    assert shop.asks(count) == [(0, 0)]
    with shop.old() as old, shop.new() as new:
        says(old, "INSERT INTO orders (status) VALUES ('sent'), ('new')", "UPDATE orders SET total = 1")
        assert shop.asks(count) == [(2, 0)]
        says(new, "UPDATE orders SET status = '100%' WHERE id = 1", "START TRANSACTION")
        says(new, "INSERT INTO orders (status) VALUES ('open')")
        assert shop.asks(count) == [(2, 2)]
        says(new, "ROLLBACK")


def test_a_user_without_any_right_in_the_journal_writes(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    user = f"writer_{shop.database}"
    try:
        shop.say(
            f"CREATE USER {user}@localhost",
            f"GRANT SELECT, INSERT, UPDATE ON `{shop.database}`.* TO {user}@localhost",
        )
        with shop.old() as session:
            says(session, f"GRANT SELECT ON `{shop.database}`.* TO {user}@localhost")
        writer = Stage(shop.engine, shop.database)
        with writer.old(user=user) as session:
            says(session, "INSERT INTO orders (status) VALUES ('sent')", "UPDATE orders SET status = 'it''s'")
    finally:
        shop.say(f"DROP USER IF EXISTS {user}@localhost")
    assert both(shop) == [("it's", "100%")]


FILL = Sql("COALESCE(UPPER(note), 'web')", "varchar(50)", frozenset({"note"}), dialect="mariadb")
CHANNEL = RowLens(
    "AddColumn orders.channel", ORDERS, (), (NEW,), ("channel",), (Assignment(NEW.name, FILL),), (), Law.FREE
)
ONLY_SOME = RowLens(
    "AddColumn orders.channel",
    ORDERS,
    (),
    (NEW,),
    ("channel",),
    (Assignment(NEW.name, Sql("UPPER(Note)", "varchar(50)", frozenset({"note"}), dialect="mariadb")),),
    (),
    Law.FREE,
)


def test_a_column_that_is_added_is_filled_for_the_old_version(shop: Stage) -> None:
    shop.say(DEFAULTED)
    shop.does(shop.syncs(CHANNEL, columns=COLUMNS))
    with shop.old() as old:
        says(old, "INSERT INTO orders (status, note) VALUES ('new', 'shop'), ('new', NULL)")
        says(old, "UPDATE orders SET note = 'other'")
    with shop.new() as new:
        says(new, f"INSERT INTO `{shop.namespace}`.orders (note, status) VALUES ('x', 'app'), ('x', NULL)")
    assert shop.read("SELECT status_2 FROM orders ORDER BY id") == [("SHOP",), ("web",), ("app",), (None,)]


@pytest.mark.parametrize(
    ("default", "gives"),
    [("'own'", "own"), ("(CONCAT('at ', LEFT(UUID(), 0)))", "at ")],
    ids=["fixed", "volatile"],
)
def test_the_default_of_the_new_version_is_not_the_old_one_s(shop: Stage, default: str, gives: str) -> None:
    """A view can't have a default of its own: the table's column has the new version's."""
    shop.say(DEFAULTED, f"ALTER TABLE orders ALTER COLUMN status_2 SET DEFAULT {default}")
    new = column(
        "status_2", "varchar(50)", default=default.strip("()") if "UUID" not in default else "UUID()"
    )
    shop.shows("id, note, status_2 AS channel")
    shop.does(shop.syncs(replace(CHANNEL, new=(new,)), columns=COLUMNS))
    for write in (
        "INSERT INTO orders (note) VALUES ('shop')",
        "INSERT INTO orders (note) SELECT 'shop'",
        "REPLACE INTO orders (note) VALUES ('shop')",
    ):
        with shop.old() as old:
            says(old, write)
        with shop.new() as session:
            says(session, write, write.replace("(note)", "(note, channel)").replace("'shop'", "'shop', NULL"))
            says(session, write.replace("(note)", "(note, channel)").replace("'shop'", "'shop', 'given'"))
        found = shop.read("SELECT status_2 FROM orders ORDER BY id")
        assert found == [("SHOP",), (gives,), (None,), ("given",)]
        shop.say("TRUNCATE orders")


def test_a_fill_that_had_nothing_to_give_is_given_later(shop: Stage) -> None:
    shop.does(shop.syncs(ONLY_SOME, columns=COLUMNS))
    with shop.old() as old:
        says(old, "INSERT INTO orders (status) VALUES ('new')", "UPDATE orders SET total = 2")
        assert shop.read("SELECT status_2 FROM orders") == [(None,)]
        says(old, "UPDATE orders SET note = 'late'", "UPDATE orders SET note = 'later'")
    assert shop.read("SELECT status_2 FROM orders") == [("LATE",)]


DEFAULTED = "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'"


def left_out(column_: Column, backward: str) -> RowLens:
    """The lens of a column that the new version leaves out."""
    value = Sql(backward, column_.type, frozenset({"total"}), dialect="mariadb")
    back = (Assignment(column_.name, value),)
    return RowLens(f"DropColumn orders.{column_.name}", ORDERS, (column_,), (), (), (), back, Law.FREE)


@pytest.mark.parametrize(
    ("type_", "backward", "gives"),
    [
        ("varchar(20)", "CONCAT('of ', total)", "of 7"),
        ("text", "CONCAT('of ', total)", "of 7"),
        ("int(11)", "total + 1", "8"),
        ("bigint(20) unsigned", "total + 1", "8"),
        ("decimal(6,2)", "total / 2", "3.50"),
        ("double", "total / 2", "3.5"),
        ("date", "'2024-02-29' + INTERVAL total DAY", "2024-03-07"),
        ("datetime(3)", "'2024-02-29' + INTERVAL total DAY", "2024-03-07 00:00:00.000"),
        ("timestamp(6)", "'2024-02-29' + INTERVAL total DAY", "2024-03-07 00:00:00.000000"),
        ("time", "SEC_TO_TIME(total)", "00:00:07"),
        ("year(4)", "2000 + total", "2007"),
        ("enum('b','a')", "IF(total = 7, 'a', 'b')", "a"),
        ("set('b','a')", "IF(total = 7, 'a,b', '')", "b,a"),
        ("bit(4)", "total", "\x07"),
        ("json", "JSON_OBJECT('total', total)", '{"total": 7}'),
        ("uuid", "CONCAT(REPEAT('0', 31), total)", "00000000-0000-0000-0000-000000000007"),
        ("inet6", "CONCAT('::', total)", "::7"),
        ("varbinary(9)", "UNHEX('FF00')", "FF00"),
    ],
)
def test_a_column_without_a_default_is_left_out(shop: Stage, type_: str, backward: str, gives: str) -> None:
    shop.say(f"ALTER TABLE orders ADD COLUMN kind {type_} NOT NULL", DEFAULTED)
    shop.shows("id, total")
    shop.does(
        shop.syncs(left_out(column("kind", type_, nullable=False), backward), columns=(*COLUMNS, "kind"))
    )
    shown = "HEX(kind)" if "binary" in type_ else "CAST(kind AS CHAR)"
    for mode in MODES.values():
        with shop.new(mode) as new:
            says(
                new,
                "INSERT INTO orders (total) VALUES (7)",
                "INSERT INTO orders (total) SELECT 7",
                "INSERT IGNORE INTO orders (total) VALUES (7), (7)",
                "REPLACE INTO orders (total) VALUES (7)",
                "INSERT INTO orders (total) SELECT total FROM orders LIMIT 2",
            )
        assert shop.read(f"SELECT {shown} FROM orders") == [(gives,)] * 7
        shop.say("TRUNCATE orders")


def test_a_row_for_which_backward_gives_nothing_is_refused(shop: Stage) -> None:
    shop.say("ALTER TABLE orders ADD COLUMN kind VARCHAR(20) NOT NULL", DEFAULTED)
    shop.shows("id, note")
    lens = left_out(column("kind", "varchar(20)", nullable=False), "note")
    shop.does(shop.syncs(lens, columns=(*COLUMNS, "kind")))
    with shop.new() as new, pytest.raises(IntegrityError, match="has no value for kind") as error:
        says(new, "INSERT INTO orders (id) VALUES (1)")
    assert error.value.orig is not None
    assert error.value.orig.args[0] == 1048
    with shop.old() as old:
        says(old, "INSERT INTO orders (status, kind) VALUES ('new', ''), ('new', 'x')")
    assert shop.read("SELECT kind FROM orders") == [("",), ("x",)]


def test_a_closed_side_takes_nothing_and_the_old_one_all(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as old, shop.new() as new:
        says(new, "INSERT INTO orders (status) VALUES ('open')")
        shop.does(CloseSide(NAME, shop.table, (NEW,)))
        for write in (
            "INSERT INTO orders (status) VALUES ('Out ')",
            "INSERT IGNORE INTO orders (status) VALUES ('Out ')",
            "UPDATE orders SET status = 'Out '",
        ):
            with pytest.raises(OperationalError, match="is being rolled back: the new version of"):
                says(new, write)
        says(
            old,
            "INSERT INTO orders (status) VALUES ('sent')",
            "UPDATE orders SET status = 'it''s' WHERE id = 1",
        )
    assert both(shop) == [("it's", "100%"), ("sent", "Out ")]


def test_a_side_without_a_sync_is_closed(shop: Stage) -> None:
    close = CloseSide(NAME, shop.table, (NEW,))
    shop.does(close)
    shop.does(close)
    with shop.new() as new, pytest.raises(OperationalError, match="is being rolled back"):
        says(new, "INSERT INTO orders (status) VALUES ('Out ')")
    with shop.old() as old:
        says(old, "INSERT INTO orders (status) VALUES ('sent')")
    assert both(shop) == [("sent", None)]


def test_a_user_s_own_trigger_is_heard_first(shop: Stage) -> None:
    shop.say(
        "CREATE TRIGGER upper BEFORE INSERT ON orders FOR EACH ROW "
        "SET NEW.status = IF(NEW.note = 'sent', 'sent', NEW.status)"
    )
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as old:
        says(old, "INSERT INTO orders (status, note) VALUES ('new', 'sent')")
    assert both(shop) == [("sent", "Out ")]


@pytest.mark.parametrize("law", [Law.FORWARD, Law.EITHER])
def test_where_sides_lose_values_the_row_keeps_what_agrees(shop: Stage, law: Law) -> None:
    pairs = (("new", "open"), ("sent", "open"), ("it's", "over"))
    back = ValueMap(NEW.name, (("open", "sent"), ("over", "it's")), NEW.type, OLD.type, "new")
    lens = RowLens(
        "OpenEnum orders.status", ORDERS, (OLD,), (NEW,), ("status",),
        (Assignment(NEW.name, ValueMap("status", pairs, OLD.type, NEW.type)),),
        (Assignment("status", back),), law,
    )  # fmt: skip
    shop.does(shop.syncs(lens, columns=COLUMNS))
    with shop.old() as old, shop.new() as new:
        says(old, "INSERT INTO orders (status) VALUES ('new'), ('sent')")
        says(
            new,
            "INSERT INTO orders (status) VALUES ('open')",
            "UPDATE orders SET status = 'over' WHERE id = 1",
        )
        says(new, "UPDATE orders SET status = 'open' WHERE id = 1")
        assert both(shop) == [("sent", "open"), ("sent", "open"), ("sent", "open")]
        says(old, "UPDATE orders SET status = 'new' WHERE id = 2")
        says(new, "UPDATE orders SET total = 3, status = 'open'")
    assert both(shop) == [("sent", "open"), ("new", "open"), ("sent", "open")]


def test_a_side_alone_decides(shop: Stage) -> None:
    shop.does(shop.syncs(status(), columns=COLUMNS, one_sided=True))
    with shop.old() as session:
        says(session, "INSERT INTO orders (status_2) VALUES ('100%'), (NULL)")
        says(session, "INSERT INTO orders (status_2) SELECT 'Out '")
    assert both(shop) == [("it's", "100%"), ("new", None), ("sent", "Out ")]


@pytest.mark.parametrize(
    "collation", ["utf8mb4_general_ci", "latin1_swedish_ci", "utf8mb4_bin", "ucs2_general_ci"]
)
def test_collations_and_character_sets(shop: Stage, collation: str) -> None:
    charset = collation.split("_", 1)[0]
    shop.say(
        f"ALTER TABLE orders MODIFY status_2 VARCHAR(50) CHARACTER SET {charset} COLLATE {collation}, "
        f"MODIFY status ENUM('new','sent','it''s') CHARACTER SET {charset} COLLATE {collation} NOT NULL"
    )
    shop.does(shop.syncs(status(), columns=COLUMNS))
    with shop.old() as old, shop.new() as new:
        says(old, "INSERT INTO orders (status) VALUES ('sent')")
        says(
            new,
            "INSERT INTO orders (status) VALUES ('100%'), ('Ö')",
            "UPDATE orders SET status = 'ö' WHERE id = 3",
        )
        says(new, "UPDATE orders SET status = 'OPEN' WHERE id = 1")
    assert both(shop) == [("new", "OPEN"), ("it's", "100%"), ("new", "ö")]


def test_a_type_that_keeps_no_trailing_spaces(shop: Stage) -> None:
    new = column("status_2", "char(50)")
    to_new = ValueMap("status", PAIRS, OLD.type, new.type)
    back = ValueMap("status_2", tuple((value, label) for label, value in PAIRS), new.type, OLD.type)
    lens = replace(
        status(),
        new=(new,),
        forward=(Assignment("status_2", to_new),),
        backward=(Assignment("status", back),),
    )
    shop.say("ALTER TABLE orders MODIFY status_2 CHAR(50)")
    shop.does(shop.syncs(lens, columns=COLUMNS))
    with shop.old() as old, shop.new() as new_:
        says(old, "INSERT INTO orders (status) VALUES ('sent')")
        says(new_, "INSERT INTO orders (status) VALUES ('Out '), ('Out')")
    assert both(shop) == [("sent", "Out")] * 3


def test_a_session_of_another_character_set(shop: Stage) -> None:
    shop.does(shop.syncs(status(unknown=None), columns=COLUMNS))
    with shop.new() as new:
        says(new, "SET NAMES latin1", "SET @crossfade_version = 'open_statuses'")
        says(new, "INSERT INTO orders (status) VALUES ('100%')")
    assert both(shop) == [("it's", "100%")]
