"""Batches on a real server: copies, comparisons, the complement, by every kind of key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crossfade.dialects.mariadb.rendering import render
from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.ranges import limits
from crossfade.schema import Column, TableName
from crossfade.session import execute
from crossfade.steps import (
    Analyze,
    Compare,
    CopyRows,
    CountUnmapped,
    CountUnsaid,
    Forget,
    KeepComplement,
    RestoreComplement,
    Role,
    Step,
    Tally,
)
from tests.dialects.mariadb.stage import NAME, Rows, Stage, column, stage

ORDERS = TableName("", "orders")
OLD = column("status", "enum('new','sent','it''s')", nullable=False, enum=("", "orders.status"))
NEW = column("status_2", "varchar(50)")
PAIRS = (("new", "open"), ("sent", "Out "), ("it's", "100%"))
KEY = (column("id", "int(11)", nullable=False),)
COLUMNS = ("id", "status", "touched", NEW.name)
LENS = RowLens(
    "OpenEnum orders.status",
    ORDERS,
    (OLD,),
    (NEW,),
    ("status",),
    (Assignment(NEW.name, ValueMap(OLD.name, PAIRS, OLD.type, NEW.type)),),
    (Assignment(OLD.name, ValueMap(NEW.name, tuple((v, k) for k, v in PAIRS), NEW.type, OLD.type, "new")),),
    Law.BACKWARD,
)
MADE = """
CREATE TABLE orders (
  id INT PRIMARY KEY, status ENUM('new','sent','it''s') NOT NULL, status_2 VARCHAR(50),
  touched TIMESTAMP(6) NOT NULL DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP(6)
) CHARACTER SET utf8mb4
"""


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[Stage]:
    with stage(mariadb_database) as here:
        here.say(
            MADE,
            "INSERT INTO orders (id, status) "
            "SELECT seq, ELT(1 + seq % 3, 'new', 'sent', 'it''s') FROM seq_1_to_25",
        )
        yield here


@pytest.fixture
def empty(mariadb_database: str) -> Iterator[Stage]:
    with stage(mariadb_database) as here:
        yield here


def walk(shop: Stage, step: Step, size: int) -> list[tuple[Rows, Tally]]:
    """The step's batches, each with its ends and what it came to."""
    done = []
    if shop.asks(step, Role.FIRST):
        lo, last = shop.asks(step, Role.FIRST)[0], shop.asks(step, Role.LAST)[0]
        while True:
            found = shop.asks(step, Role.NEXT, **limits(lo, last), batch=size, skip=size - 1)
            hi, following = (last, None) if len(found) < 2 else found
            done.append(([lo, hi], shop.batch(step, limits(lo, hi))))
            if following is None:
                break
            lo = following
    return done


def copy(shop: Stage, *lenses: RowLens, key: tuple[Column, ...] = KEY, repair: bool = False) -> CopyRows:
    mine = tuple(map(shop.of, lenses))
    return CopyRows(shop.table, key, mine, COLUMNS, 25, skip_triggers=False, repair=repair, stay=("touched",))


def compare(shop: Stage, *lenses: RowLens, key: tuple[Column, ...] = KEY, fresh: bool = False) -> Compare:
    return Compare(NAME, shop.table, key, tuple(map(shop.of, lenses)), COLUMNS, 25, fresh)


def keep(shop: Stage, *lenses: RowLens, key: tuple[Column, ...] = KEY) -> KeepComplement:
    return KeepComplement(NAME, shop.table, key, tuple(map(shop.of, lenses)), COLUMNS, 25)


def restore(shop: Stage, *lenses: RowLens, key: tuple[Column, ...] = KEY) -> RestoreComplement:
    mine = tuple(map(shop.of, lenses))
    return RestoreComplement(NAME, shop.table, key, mine, COLUMNS, 25, skip_triggers=False, stay=("touched",))


def disagreeing(shop: Stage, step: Compare) -> tuple[int, int]:
    ((rows, wrong),) = shop.asks(step, **everything(shop, step))
    return rows, wrong


def everything(shop: Stage, step: Step) -> dict[str, object]:
    return limits(shop.asks(step, Role.FIRST)[0], shop.asks(step, Role.LAST)[0])


def test_a_copy_fills_what_is_empty_and_touches_nothing_else(shop: Stage) -> None:
    shop.say("UPDATE orders SET status_2 = 'by the new version', touched = touched WHERE id = 7")
    step = copy(shop, LENS)
    batches = walk(shop, step, 10)
    assert [ends for ends, _ in batches] == [[("1",), ("10",)], [("11",), ("20",)], [("21",), ("25",)]]
    assert [tally.changed for _, tally in batches] == [9, 10, 5]
    assert [tally.changed for _, tally in walk(shop, step, 10)] == [0, 0, 0]
    assert shop.read("SELECT status_2, COUNT(*) FROM orders GROUP BY status_2 ORDER BY BINARY status_2") == [
        ("100%", 8), ("Out ", 8), ("by the new version", 1), ("open", 8)
    ]  # fmt: skip
    assert shop.read("SELECT DISTINCT CAST(touched AS CHAR) FROM orders") == [("2020-01-01 00:00:00.000000",)]
    ((rows,),) = shop.asks(step, Role.COUNT, **limits(("3",), ("5",)))
    assert rows == 3


def test_a_copy_does_not_fire_the_sync(shop: Stage) -> None:
    shop.say("CREATE TRIGGER loud BEFORE UPDATE ON orders FOR EACH ROW "
             "IF COALESCE(@crossfade_sync, '') <> 'off' THEN SET NEW.status = 'sent'; END IF")  # fmt: skip
    walk(shop, copy(shop, LENS), 100)
    assert disagreeing(shop, compare(shop, LENS)) == (25, 0)


def test_a_repair_writes_what_disagrees(shop: Stage) -> None:
    walk(shop, copy(shop, LENS), 10)
    shop.say(
        "UPDATE orders SET status_2 = 'Out', touched = touched WHERE id = 5",
        "UPDATE orders SET status = 'sent' WHERE id = 6",
    )
    assert disagreeing(shop, compare(shop, LENS)) == (25, 2)
    assert [tally.changed for _, tally in walk(shop, copy(shop, LENS.inverse(), repair=True), 100)] == [2]
    assert disagreeing(shop, compare(shop, LENS)) == (25, 0)
    assert shop.read("SELECT CAST(status AS CHAR), status_2 FROM orders WHERE id IN (5, 6)") == [
        ("new", "Out"), ("new", "open")
    ]  # fmt: skip


def test_several_lenses_at_once_each_where_it_is_needed(shop: Stage) -> None:
    shop.say("ALTER TABLE orders ADD COLUMN shout VARCHAR(20), ADD COLUMN whisper VARCHAR(20)")
    shout, whisper = column("shout", "varchar(20)"), column("whisper", "varchar(20)")
    reads = frozenset({"status"})
    two = RowLens(
        "two columns", ORDERS, (), (shout, whisper), ("shout", "whisper"),
        (
            Assignment("shout", Sql("UPPER(status)", "varchar(20)", reads, dialect="mariadb")),
            Assignment("whisper", Sql("LOWER(status)", "varchar(20)", reads, dialect="mariadb")),
        ),
        (), Law.FREE,
    )  # fmt: skip
    one = replace(two, new=(shout,), shown=("shout",), forward=two.forward[:1])
    shop.say("UPDATE orders SET shout = 'x' WHERE id = 1", "UPDATE orders SET status_2 = 'y' WHERE id = 2")
    assert [tally.changed for _, tally in walk(shop, copy(shop, LENS, one), 100)] == [25]
    assert shop.read("SELECT id, status_2, shout, whisper FROM orders WHERE id < 4") == [
        (1, "Out ", "x", None), (2, "y", "IT'S", None), (3, "open", "NEW", None)
    ]  # fmt: skip
    shop.say("UPDATE orders SET shout = NULL, status_2 = NULL")
    assert [tally.changed for _, tally in walk(shop, copy(shop, LENS, two), 100)] == [50]
    assert shop.read("SELECT id, status_2, shout, whisper FROM orders WHERE id < 4") == [
        (1, "Out ", "SENT", "sent"), (2, "100%", "IT'S", "it's"), (3, "open", "NEW", "new")
    ]  # fmt: skip


def test_a_comparison_lists_what_disagrees(shop: Stage) -> None:
    walk(shop, copy(shop, LENS), 10)
    shop.say(
        "UPDATE orders SET status_2 = 'open' WHERE id IN (4, 5)",
        "UPDATE orders SET status_2 = NULL WHERE id = 2",
    )
    step = compare(shop, LENS)
    values = everything(shop, step)
    assert shop.asks(step, **values) == [(25, 3)]
    found = shop.asks(step, Role.SAMPLE, **values, batch=2)
    assert found == [("2", "it's", None), ("4", "sent", "open")]
    assert step.mismatch(found[0]).key == {"id": "2"}


def test_a_missing_value_is_a_mismatch_before_the_new_side_is_published(shop: Stage) -> None:
    shop.say("UPDATE orders SET status = 'new'")  # of which a NULL would be right as well
    assert disagreeing(shop, compare(shop, LENS)) == (25, 0)
    assert disagreeing(shop, compare(shop, LENS, fresh=True)) == (25, 25)


def test_a_comparison_sees_one_moment(shop: Stage) -> None:
    walk(shop, copy(shop, LENS), 10)
    step = compare(shop, LENS)
    values = everything(shop, step)
    with shop.engine.connect() as connection:
        for each in render(step, shop.server):
            if each.role is Role.SETTING:
                execute(connection, each)
        (work,) = [each for each in render(step, shop.server) if each.role is Role.WORK]
        assert tuple(execute(connection, work, values).one()) == (25, 0)
        shop.say("UPDATE orders SET status_2 = 'open'")
        assert tuple(execute(connection, work, values).one()) == (25, 0)
    assert disagreeing(shop, step) == (25, 17)


def test_what_only_the_new_side_holds_is_kept_and_comes_back(shop: Stage) -> None:
    walk(shop, copy(shop, LENS), 10)
    shop.say(
        "UPDATE orders SET status = 'new', status_2 = 'a \\\\ \"b\" 😀\\n%' WHERE id = 1",
        "UPDATE orders SET status = 'new', status_2 = NULL WHERE id = 2",
        "UPDATE orders SET status = 'new', status_2 = 'null' WHERE id = 3",
        "UPDATE orders SET status = 'new', status_2 = 'moved on' WHERE id = 4",
        "UPDATE orders SET status = 'new', status_2 = 'deleted' WHERE id = 5",
    )
    assert [tally.changed for _, tally in walk(shop, keep(shop, LENS), 10)] == [5, 0, 0]
    assert [tally.changed for _, tally in walk(shop, keep(shop, LENS), 10)] == [0, 0, 0]
    shop.say(
        "UPDATE orders SET status_2 = NULL",
        "UPDATE orders SET touched = '2020-01-01'",
        "UPDATE orders SET status = 'sent', touched = touched WHERE id = 4",
        "DELETE FROM orders WHERE id = 5",
    )
    step = restore(shop, LENS)
    batches = [shop.batch(step, {"batch": 2}) for _ in range(4)]
    assert [each.changed for each in batches] == [2, 2, 1, 0]
    told = [key for each in batches for key, times in each.returned.items() for _ in range(times)]
    assert sorted(told) == [("restored",)] * 3 + [("superseded",)] * 2
    assert shop.read("SELECT id, status_2 FROM orders WHERE id < 5") == [
        (1, 'a \\ "b" 😀\n%'), (2, None), (3, "null"), (4, None)
    ]  # fmt: skip
    assert shop.read("SELECT DISTINCT CAST(touched AS CHAR) FROM orders") == [("2020-01-01 00:00:00.000000",)]
    walk(shop, copy(shop, LENS), 100)
    assert shop.read("SELECT status_2 FROM orders WHERE id = 2") == [
        ("open",)
    ]  # NULL can't be told from none
    shop.say("UPDATE orders SET status_2 = NULL WHERE id = 2")
    assert disagreeing(shop, compare(shop, LENS, fresh=True)) == (24, 0)
    shop.does(Forget(NAME))
    assert disagreeing(shop, compare(shop, LENS, fresh=True)) == (24, 1)


def test_a_rollback_forgets_what_an_earlier_one_s_start_has_brought_back(shop: Stage) -> None:
    walk(shop, copy(shop, LENS), 100)
    shop.say("UPDATE orders SET status_2 = CONCAT('kept ', id), status = 'new' WHERE id < 4")
    walk(shop, keep(shop, LENS), 100)
    shop.batch(restore(shop, LENS), {"batch": 2})
    shop.batch(keep(shop, LENS), {}, roles=[Role.BEFORE])
    states = f"SELECT row_key, state FROM `{shop.server.journal}`.complement"
    assert shop.read(states) == [('["3"]', "kept")]


def test_a_copy_waits_for_nobody_s_other_rows(shop: Stage) -> None:
    shop.say("ANALYZE TABLE orders")
    with shop.engine.connect() as other:
        other.exec_driver_sql("UPDATE orders SET status = 'sent' WHERE id = 20")
        assert shop.batch(copy(shop, LENS), limits(("1",), ("10",))).changed == 10


KEYS = {
    "int": ("int(11)", "seq - 50"),
    "bigint unsigned": ("bigint(20) unsigned", "18446744073709551515 + seq"),
    "decimal": ("decimal(20,3)", "seq / 7"),
    "double": ("double", "seq / 7"),
    "year": ("year(4)", "1950 + seq"),
    "text": ("varchar(30)", "CONCAT(ELT(1 + seq % 4, 'a', 'B', 'ä', '\\'\\\\'), seq)"),
    "latin1": ("varchar(30) CHARACTER SET latin1", "CONCAT(ELT(1 + seq % 4, 'a', 'B', 'ä', ' '), seq)"),
    "binary text": ("varchar(30) COLLATE utf8mb4_bin", "CONCAT(ELT(1 + seq % 4, 'a', 'A', 'ä', '%s'), seq)"),
    "char": ("char(30)", "CONCAT(seq, ' ', seq)"),
    "date": ("date", "'2020-02-01' + INTERVAL seq DAY"),
    "datetime": ("datetime(6)", "'2020-02-01' + INTERVAL seq * 999 MICROSECOND"),
    "timestamp": ("timestamp(3)", "'2020-02-01' + INTERVAL seq SECOND"),
    "time": ("time", "SEC_TO_TIME(seq * 100 - 5000)"),
    "uuid": ("uuid", "CONCAT(MD5(seq))"),
    "inet6": ("inet6", "CONCAT('::', seq)"),
    "binary": ("binary(16)", "UNHEX(MD5(seq))"),
    "varbinary": ("varbinary(20)", "UNHEX(MD5(seq))"),
    "bit": ("bit(8)", "seq"),
    "enum": ("enum('z','m','M2','a','1','it''s','')", "seq MOD 7 + 1"),
    "a set": ("set('z','m','a','b','c','d','e')", "seq"),
}
HALVES = ("int", "text", "enum", "uuid", "datetime")


def keyed(shop: Stage, *kinds: str) -> tuple[tuple[Column, ...], int]:
    """A table `orders` with a key of such columns; the key, and how many rows it has."""
    columns = [f"k{number} {KEYS[kind][0]} NOT NULL" for number, kind in enumerate(kinds)]
    names = ", ".join(f"k{number}" for number in range(len(kinds)))
    few = ["seq DIV 10" if n < len(kinds) - 1 else "seq" for n in range(len(kinds))]
    values = [
        KEYS[kind][1].replace("seq", f"CAST(1 + {of} AS SIGNED)") for kind, of in zip(kinds, few, strict=True)
    ]
    shop.say(
        f"CREATE TABLE orders ({', '.join(columns)}, status ENUM('new','sent','it''s') NOT NULL, "
        f"status_2 VARCHAR(50), touched INT, PRIMARY KEY ({names})) CHARACTER SET utf8mb4",
        f"INSERT IGNORE INTO orders ({names}, status) SELECT {', '.join(values)}, 'sent' FROM seq_0_to_99",
        "ANALYZE TABLE orders",
    )
    ((rows,),) = shop.read("SELECT COUNT(*) FROM orders")
    found = shop.read(
        "SELECT COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME FROM information_schema.COLUMNS "
        f"WHERE TABLE_SCHEMA = '{shop.database}' AND TABLE_NAME = 'orders' AND COLUMN_KEY = 'PRI' "
        "ORDER BY ORDINAL_POSITION"
    )
    return tuple(column(name, type_, nullable=False, collation=said) for name, type_, said in found), rows


@pytest.mark.parametrize(
    "kinds", [(each,) for each in KEYS] + [(a, b) for a in HALVES for b in HALVES] + [HALVES]
)
def test_a_walk_passes_over_every_row_once(empty: Stage, kinds: tuple[str, ...]) -> None:
    shop = empty
    key, rows = keyed(shop, *kinds)
    assert rows == (7 if kinds == ("enum",) else rows) > 6
    filled = walk(shop, copy(shop, LENS, key=key), 7)
    assert sum(tally.changed for _, tally in filled) == rows
    assert [tally.changed for _, tally in filled[:-1]] == [7] * (len(filled) - 1)
    assert disagreeing(shop, compare(shop, LENS, key=key)) == (rows, 0)
    step = copy(shop, LENS, key=key, repair=True)
    (lo, hi), _ = filled[len(filled) // 2]
    if rows > 50 and kinds != ("a set",):
        for role in (Role.WORK, Role.NEXT, Role.COUNT):
            assert how(shop, step, role, limits(lo, hi)) == "range", role
    shop.say("UPDATE orders SET status = 'new', status_2 = 'kept'")
    assert sum(tally.changed for _, tally in walk(shop, keep(shop, LENS, key=key), 7)) == rows
    shop.say("UPDATE orders SET status_2 = NULL")
    back = shop.batch(restore(shop, LENS, key=key), {"batch": 1000})
    assert back.returned == {("restored",): rows}
    assert disagreeing(shop, compare(shop, LENS, key=key, fresh=True)) == (rows, 0)
    assert shop.read("SELECT DISTINCT status_2 FROM orders") == [("kept",)]


def how(shop: Stage, step: Step, role: Role, values: dict[str, object]) -> str:
    """How the server looks the rows up."""
    (statement,) = [each for each in render(step, shop.server) if each.role is role]
    explained = replace(statement, sql=f"EXPLAIN {statement.sql}")
    with shop.engine.begin() as connection:
        return str(execute(connection, explained, {**values, "skip": 3}).mappings().one()["type"])


def test_rows_are_brought_back_by_their_key(empty: Stage) -> None:
    """Not by reading the table."""
    shop = empty
    for kinds in (("int",), ("text",), ("latin1",), ("uuid", "datetime"), ("enum", "binary")):
        shop.say("DROP TABLE IF EXISTS orders")
        key, _ = keyed(shop, *kinds)
        shop.say("UPDATE orders SET status = 'new', status_2 = 'kept'", "ANALYZE TABLE orders")
        walk(shop, keep(shop, LENS, key=key), 1000)
        step = restore(shop, LENS, key=key)
        (statement,) = [each for each in render(step, shop.server) if each.sql.startswith("UPDATE")]
        explained = replace(statement, sql=f"EXPLAIN {statement.sql}")
        with shop.engine.begin() as connection:
            plan = {
                row["table"]: row["type"]
                for row in execute(connection, explained, {"after": "", "upto": "~"}).mappings()
            }
        assert plan["t"] == "eq_ref", (kinds, plan)
        shop.does(Forget(NAME))


def test_values_of_every_type_come_back_exactly(empty: Stage) -> None:
    values = {
        "varchar(100) CHARACTER SET latin1": "'é\"\\\\/ '",
        "longtext": "CONCAT('😀', REPEAT('x', 70000), CHAR(0 USING utf8mb4), '\\n ')",
        "json": '\'{"a": [1, "null"]}\'',
        "double": "1e-300 / 3",
        "float": "1 / 3",
        "varbinary(20)": "0x00FF27",
        "enum('2','x y','1')": "'1'",
        "set('a','b')": "'a,b'",
        "decimal(20,4)": "12.5",
        "timestamp(3)": "'2020-01-01 00:00:00.123'",
        "datetime(6)": "'2020-01-01 00:00:00.123456'",
        "bit(12)": "b'100000000001'",
        "uuid": "UUID()",
        "year(4)": "2020",
        "time(2)": "'-11:11:11.5'",
        "tinyint(1)": "1",
        "inet6": "'::1'",
        "point": "POINT(1, 2)",
        "bigint(20) unsigned": "18446744073709551615",
    }
    shop = empty
    old = [column(f"o{number}", each) for number, each in enumerate(values)]
    new = [column(f"n{number}", each) for number, each in enumerate(values)]
    columns = ", ".join(f"{each.name} {each.type} NULL" for each in (*old, *new))
    shop.say(f"CREATE TABLE orders (id INT PRIMARY KEY, {columns})")
    for number, side in enumerate((old, new), 1):
        named, given = ", ".join(each.name for each in side), ", ".join(values.values())
        shop.say(f"INSERT INTO orders (id, {named}) VALUES ({number}, {given})")
    nothing = [Assignment(each.name, Sql("NULL", each.type, dialect="mariadb")) for each in new]
    lenses = [
        RowLens(f"lens {n}", ORDERS, (old[n],), (new[n],), ("x",), (nothing[n],), (), Law.FORWARD)
        for n in range(len(values))
    ]
    shop.say("CREATE TABLE before_it AS SELECT * FROM orders")
    assert sum(tally.changed for _, tally in walk(shop, keep(shop, *lenses), 10)) == len(values)
    shop.say(f"UPDATE orders SET {', '.join(f'{each.name} = NULL' for each in new)}")
    step = RestoreComplement(
        NAME, shop.table, KEY, tuple(map(shop.of, lenses)), COLUMNS, 2, skip_triggers=False
    )
    assert shop.batch(step, {"batch": 10}).returned == {("restored",): len(values)}
    for each in (*old, *new):
        same = f"SELECT o.{each.name} <=> b.{each.name} FROM orders o JOIN before_it b USING (id)"
        assert shop.read(same) == [(1,), (1,)], each
    for each in old[:3]:
        same = (
            f"SELECT BINARY o.{each.name} <=> BINARY b.{each.name} FROM orders o JOIN before_it b USING (id)"
        )
        assert shop.read(same) == [(1,), (1,)], each


def test_an_empty_table_has_no_ends(empty: Stage) -> None:
    empty.say(MADE)
    assert walk(empty, copy(empty, LENS), 10) == []


def test_analyzing_does_not_hinder_a_transaction(shop: Stage) -> None:
    with shop.engine.connect() as other:
        other.exec_driver_sql("UPDATE orders SET status = 'sent' WHERE id = 1")
        shop.does_again(Analyze(shop.table))


def test_values_that_are_no_labels_are_counted(shop: Stage) -> None:
    shop.say("SET STATEMENT sql_mode = '' FOR UPDATE orders SET status = 'strange' WHERE id < 3")
    assert shop.asks(CountUnmapped("x", shop.table, "status", ("sent", "it's"))) == [
        ("", 2), ("it's", 7), ("sent", 8)
    ]  # fmt: skip


def test_values_that_the_old_version_can_t_say_are_counted(shop: Stage) -> None:
    shop.say("UPDATE orders SET status_2 = ELT(1 + id % 4, 'open', 'OPEN', NULL, 'open ')")
    step = CountUnsaid("x", shop.table, "status_2", "status", ("open",), null=False)
    assert shop.asks(step) == [("OPEN", 7, 19), ("NULL", 6, 19), ("open ", 6, 19)]
    assert shop.asks(replace(step, null=True)) == [("OPEN", 7, 13), ("open ", 6, 13)]
