"""What is asked of the data before the first statement: rows that must not be there."""

from collections.abc import Iterator

import pytest

from crossfade.dialects.mariadb.quoting import ident
from crossfade.expressions import Sql
from crossfade.lens import Assignment
from crossfade.schema import Check, ForeignKey, TableName
from crossfade.steps import CountBarred, CountBlind, CountDuplicates, CountNulls, CountOrphans, Made
from tests.dialects.mariadb.golden import ITEMS, ORDERS, Golden, check
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

CASES = {
    "duplicates": Golden(
        CountDuplicates("", ORDERS, "once", ("note", "Größe`"), ("note", "size"), "`total` > 5"),
        """
-- work:
SELECT CONCAT_WS(', ', CAST(t.`note` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`Größe``` AS CHAR CHARACTER SET utf8mb4)) AS `values`, COUNT(*) AS `rows`,
    COUNT(*) OVER () AS many FROM `shop`.`orders` AS t WHERE t.`note` IS NOT NULL
    AND t.`Größe``` IS NOT NULL AND (`total` > 5) GROUP BY t.`note`, t.`Größe``` HAVING COUNT(*) > 1
    ORDER BY 2 DESC, 1 LIMIT 10

""",
    ),
    "orphans": Golden(
        CountOrphans("", ITEMS, ForeignKey("of", ITEMS, ("order",), ORDERS, ("id",)), ("order",), ("no",)),
        """
-- work:
SELECT CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) AS `key`,
    CAST(t.`order` AS CHAR CHARACTER SET utf8mb4) AS `values`, COUNT(*) OVER () AS many
    FROM `shop`.`order ``items``'s` AS t WHERE t.`order` IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM `shop`.`orders` AS r WHERE r.`id` = t.`order`) ORDER BY t.`no` LIMIT 10

""",
    ),
    "orphans of what is not there yet": Golden(
        CountOrphans(
            "",
            ITEMS,
            ForeignKey("of", ITEMS, ("_crossfade_value_a",), ORDERS, ("id",)),
            ("a",),
            ("no",),
            (("_crossfade_value_a", "COALESCE(t.`a`, 1)"),),
            "t",
        ),
        """
-- work:
SELECT CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) AS `key`,
    CAST(t.`_crossfade_value_a` AS CHAR CHARACTER SET utf8mb4) AS `values`, COUNT(*) OVER () AS many
    FROM (SELECT *, COALESCE(t.`a`, 1) AS `_crossfade_value_a` FROM `shop`.`order ``items``'s` AS t) AS t
    WHERE t.`_crossfade_value_a` IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM `shop`.`orders` AS r WHERE r.`id` = t.`_crossfade_value_a`) ORDER BY t.`no` LIMIT 10

""",
    ),
    "nulls": Golden(
        CountNulls("", ORDERS, "note", "COALESCE(t.`note`, t.`title`)", ("id",), "mend it"),
        """
-- work:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) AS `key`, COUNT(*) OVER () AS many
    FROM `shop`.`orders` AS t WHERE (COALESCE(t.`note`, t.`title`)) IS NULL ORDER BY t.`id` LIMIT 10

""",
    ),
    "nulls of a table as it will be": Golden(
        CountNulls(
            "",
            ORDERS,
            "note",
            "(SELECT k._crossfade_value_n FROM `shop`.`kinds` AS k WHERE k.id = t.`kind`)",
            ("id",),
            "mend it",
            (
                Made(
                    TableName("shop", "kinds"),
                    ("id", "m"),
                    (
                        Assignment(
                            "_crossfade_value_n", Sql("upper(m)", "text", frozenset({"m"}), dialect="mariadb")
                        ),
                    ),
                ),
            ),
        ),
        """
-- work:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) AS `key`, COUNT(*) OVER () AS many
    FROM `shop`.`orders` AS t WHERE ((SELECT k._crossfade_value_n FROM
    (SELECT *, upper(t.`m`) AS `_crossfade_value_n` FROM `shop`.`kinds` AS t) AS k
    WHERE k.id = t.`kind`)) IS NULL ORDER BY t.`id` LIMIT 10

""",
    ),
    "who is blind": Golden(
        CountBlind("", ORDERS, ITEMS, ("a",)),
        """
-- work:
SELECT '' AS role, 0 AS many FROM DUAL WHERE FALSE

""",
    ),
    "barred": Golden(
        CountBarred(
            "", ORDERS, "note", "''", Check("said", "note <> ''", ("note",)), "('') <> ''", alone=True
        ),
        """
-- work:
SELECT 0 AS `rows` FROM DUAL WHERE (('') <> '') IS FALSE

""",
    ),
    "barred in some rows": Golden(
        CountBarred("", ITEMS, "n`o", "1", Check("said", "`n``o` > a", ("n`o", "a")), "(1) > a", alone=False),
        """
-- work:
SELECT COUNT(*) AS `rows` FROM `shop`.`order ``items``'s` WHERE `n``o` IS NULL AND ((1) > a) IS FALSE
    HAVING COUNT(*) > 0

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
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT PRIMARY KEY, no INT, "
            f"{ident(GROESSE)} VARCHAR(20), note VARBINARY(10))",
            f"CREATE TABLE {quoted(made.table('parents'))} (id INT PRIMARY KEY)",
            f"INSERT INTO {quoted(made.table('parents'))} VALUES (1)",
            f"INSERT INTO {quoted(made.table(ODD))} VALUES (1, 1, 'a', 'x'), (2, 2, 'A', 'x'), "
            "(3, 3, 'b', NULL), (4, NULL, NULL, NULL), (5, NULL, NULL, NULL), (6, 3, 'b', 'y')",
        )
        yield made


def test_duplicates_are_what_a_unique_index_takes_for_the_same(here: Ground) -> None:
    of = here.table(ODD)
    found = here.asked(CountDuplicates("", of, "once", (GROESSE,), ("size",)))
    assert [(str(value).lower(), rows, many) for value, rows, many in found] == [("a", 2, 2), ("b", 2, 2)]
    assert here.asked(CountDuplicates("", of, "once", (GROESSE, "no"), ("size", "no"))) == [("b, 3", 2, 1)]
    assert here.asked(CountDuplicates("", of, "once", (GROESSE,), ("size",), "no < 3")) == [("a", 2, 1)]


def test_orphans(here: Ground) -> None:
    of, target = here.table(ODD), here.table("parents")
    key = ForeignKey("of", of, ("no",), target, ("id",))
    step = CountOrphans("", of, key, ("no",), ("id",))
    assert here.asked(step) == [("2", "2", 3), ("3", "3", 3), ("6", "3", 3)]
    assert "3 rows refer to nothing" in str(step.told(here.asked(step)))
    made = CountOrphans(
        "",
        of,
        ForeignKey("of", of, ("made",), target, ("id",)),
        ("no",),
        ("id",),
        (("made", "COALESCE(t.no, 9)"),),
        "t",
    )
    assert here.asked(made)[-2:] == [("5", "9", 5), ("6", "3", 5)]


def test_nulls(here: Ground) -> None:
    of = here.table(ODD)
    step = CountNulls("", of, "size", f"t.{ident(GROESSE)}", ("id",), "mend it")
    assert here.asked(step) == [("4", 2), ("5", 2)]
    read = f"(SELECT p.grown FROM {quoted(here.table('parents'))} AS p WHERE p.id = t.no)"
    grown = Assignment("grown", Sql("nullif(id, 1)", "int", frozenset({"id"}), dialect="mariadb"))
    made = (Made(here.table("parents"), ("id",), (grown,)),)
    assert len(here.asked(CountNulls("", of, "size", read, ("id",), "mend it", made))) == 6


def test_what_a_check_bars(here: Ground) -> None:
    of = here.table(ODD)
    above = Check("above", "no > id", ("no", "id"))
    assert here.asked(CountBarred("", of, "no", "4", above, "(4) > id", alone=False)) == [(2,)]
    assert here.asked(CountBarred("", of, "no", "9", above, "(9) > id", alone=False)) == []
    assert here.asked(CountBarred("", of, "no", "9", above, "(9) > 10", alone=True)) == [(0,)]
    assert here.asked(CountBarred("", of, "no", "9", above, "(NULL) > 10", alone=True)) == []


def test_nobody_is_blind(here: Ground) -> None:
    assert here.asked(CountBlind("", here.table(ODD), here.table("parents"), ("id",))) == []
