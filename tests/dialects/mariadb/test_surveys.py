"""What a document counts in the data."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade.expressions import LookupKey, Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column
from crossfade.session import execute
from crossfade.steps import CountApart, CountReturns, CountValues, ReadRows, Statement, Step
from tests.dialects.mariadb.golden import ITEMS, MYSQL, ORDERS, Golden, check, rendered
from tests.dialects.mariadb.ground import Ground, ground, quoted

OLD = Column("status", "enum('new','paid')", nullable=False, enum=("shop", "orders.status"))
NEW = Column("status_2", "varchar(50)")
THERE = ValueMap("status", (("new", "open"), ("paid", "paid")), OLD.type, NEW.type)
BACK = ValueMap("status_2", (("open", "new"), ("paid", "paid")), NEW.type, OLD.type, "new")
LENS = RowLens(
    "OpenEnum",
    ORDERS,
    (OLD,),
    (NEW,),
    ("status",),
    (Assignment("status_2", THERE),),
    (Assignment("status", BACK),),
    Law.BACKWARD,
)
NOTE = Column("note", "text")
ALONE = RowLens("DropColumn", ORDERS, (NOTE,), (), (), (), (), Law.FREE)
FILLED = replace(
    ALONE,
    backward=(Assignment("note", Sql("upper(title)", "text", frozenset({"title"}), dialect="mariadb")),),
)
COLUMNS = ("id", "status", "status_2", "note", "title")
NAME = Column("name", "varchar(9)")
KIND = LookupKey("kind", ITEMS, "id", (("1", (("name", "a"),)),), (NAME,), "int", "int", "kind_of")

CASES = {
    "values": Golden(
        CountValues(ORDERS, "status", "status", LENS),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
SELECT CAST(t.`status` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin AS value, NULL AS back,
    CAST(SUM(t.`_crossfade_rows`) AS SIGNED) AS `rows`, COUNT(*) OVER () AS many
    FROM (SELECT t.`status`, COUNT(*) AS `_crossfade_rows` FROM `shop`.`orders` AS t
    GROUP BY CAST(t.`status` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin, t.`status`) AS t
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100

""",
    ),
    "values and what they become, on MySQL": Golden(
        CountValues(ITEMS, "n`o", "no", most=5),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
SELECT CAST(t.`n``o` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin AS value, NULL AS back,
    CAST(SUM(t.`_crossfade_rows`) AS SIGNED) AS `rows`, COUNT(*) OVER () AS many
    FROM (SELECT t.`n``o`, COUNT(*) AS `_crossfade_rows` FROM `shop`.`order ``items``'s` AS t
    GROUP BY CAST(t.`n``o` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin, t.`n``o`) AS t
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 5

""",
        MYSQL,
    ),
    "rows read": Golden(
        ReadRows(ITEMS, 7),
        """
-- setting:
START TRANSACTION READ ONLY

-- work:
SELECT COUNT(*) AS `rows` FROM (SELECT * FROM `shop`.`order ``items``'s` LIMIT 7) AS t

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table('orders'))} (id INT AUTO_INCREMENT PRIMARY KEY, "
            "status ENUM('new','paid') NOT NULL, status_2 VARCHAR(50), note TEXT, title TEXT, mark BOOLEAN, "
            "kind INT) COLLATE utf8mb4_general_ci",
            f"CREATE TABLE {quoted(made.table('kinds'))} (id INT PRIMARY KEY, name VARCHAR(9))",
            f"INSERT INTO {quoted(made.table('kinds'))} VALUES (1, 'a'), (2, 'A ')",
            f"INSERT INTO {quoted(made.table('orders'))} (status, status_2, note, title, mark, kind) "
            "VALUES ('new', 'open', NULL, 'a', TRUE, 1), ('new', 'open', 'A', 'a', TRUE, 1), "
            "('new', 'else', 'x', 'a', NULL, 2), ('paid', 'paid', 'x ', NULL, TRUE, 2), "
            "('paid', 'PAID', NULL, NULL, NULL, NULL), ('new', NULL, 'X', 'b', NULL, NULL)",
        )
        yield made


def _asked(here: Ground, step: Step) -> list[dict[str, object]]:
    with here.connection.engine.connect() as connection:
        *settings, question = rendered(step, here.server)
        for each in settings:
            execute(connection, each)
        found = [dict(row) for row in execute(connection, question).mappings()]
        with pytest.raises(DBAPIError, match="1792"):
            execute(connection, Statement(f"DELETE FROM {quoted(here.table('orders'))}"))
        return found


def test_values_are_told_apart_exactly(here: Ground) -> None:
    of = here.table("orders")
    found = _asked(here, CountValues(of, "status", "status", LENS, THERE))
    assert [(each["value"], each["rows"]) for each in found] == [("new", 4), ("paid", 2)]
    found = _asked(here, CountValues(of, "status_2", "status", LENS, THERE, BACK))
    assert [(each["value"], each["back"], each["rows"], each["many"]) for each in found] == [
        ("open", "new", 2, 5),
        (None, "new", 1, 5),
        ("PAID", "new", 1, 5),
        ("else", "new", 1, 5),
        ("paid", "paid", 1, 5),
    ]
    found = _asked(here, CountValues(of, "note", "note", most=2))
    assert [(each["value"], each["rows"], each["many"]) for each in found] == [(None, 2, 5), ("A", 1, 5)]


def test_a_key_is_told_by_what_its_row_holds(here: Ground) -> None:
    made = replace(KIND, lookup=here.table("kinds"))
    found = _asked(here, CountValues(here.table("orders"), "kind", "kind", None, made))
    assert [(each["value"], each["rows"]) for each in found] == [
        (None, 2),
        ('{"name": "A "}', 2),
        ('{"name": "a"}', 2),
    ]


def test_what_one_side_alone_holds(here: Ground) -> None:
    of = here.table("orders")
    (found,) = _asked(here, CountApart(of, (LENS, ALONE), COLUMNS))
    # NULL, `else` and `PAID` are not what forward gives; the last one's old side is not what backward gives.
    assert found == {"rows": 6, "kept_0": 3, "apart_0": 1, "lost_1": 4}


def test_rows_that_were_born_since(here: Ground) -> None:
    of = here.table("orders")
    (found,) = _asked(here, CountApart(of, (FILLED,), COLUMNS, retired=True))
    assert found == {"rows": 6, "lost_0": 3, "apart_0": 2}
    marked = replace(FILLED, mark="mark")
    (found,) = _asked(here, CountApart(of, (marked,), (*COLUMNS, "mark"), retired=True))
    assert found == {"rows": 6, "lost_0": 2, "apart_0": 3}
    required = replace(FILLED, old=(replace(NOTE, nullable=False),))
    here.say(f"UPDATE {quoted(of)} SET note = '' WHERE note IS NULL")  # what stands in for no value
    (found,) = _asked(here, CountApart(of, (required,), COLUMNS, retired=True))
    assert found["apart_0"] == 2


def test_what_would_not_come_back(here: Ground) -> None:
    of = here.table("orders")
    (found,) = _asked(here, CountReturns(of, (LENS,), COLUMNS, "new"))
    assert found == {"rows": 6, "returns_0": 3}
    upper = replace(
        LENS,
        forward=(
            Assignment("status_2", Sql("upper(title)", "text", frozenset({"title"}), dialect="mariadb")),
        ),
        old=(Column("title", "text"),),
        backward=(
            Assignment("title", Sql("lower(status_2)", "text", frozenset({"status_2"}), dialect="mariadb")),
        ),
    )
    here.say(f"UPDATE {quoted(of)} SET title = 'B' WHERE title = 'b'")
    (found,) = _asked(here, CountReturns(of, (upper,), ("id", "title", "note"), "old"))
    assert found == {"rows": 6, "returns_0": 1}


def test_rows_are_read_whole(here: Ground) -> None:
    assert _asked(here, ReadRows(here.table("orders"), 4)) == [{"rows": 4}]
