"""Rows that are seeded through the new version, and taken back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from crossfade import names
from crossfade.dialects.mariadb.quoting import ident
from crossfade.dialects.mariadb.rendering import render
from crossfade.errors import Unsupported
from crossfade.journal.tables import seed as journal
from crossfade.schema import TableName
from crossfade.session import tallied
from crossfade.steps import CreateNamespace, PublishView, SeedRows, UnseedRows, ViewColumn
from tests.dialects.mariadb.golden import ITEMS, MYSQL, NAMESPACE, ORDERS, Golden, check, rendered
from tests.dialects.mariadb.ground import GROESSE, ODD, Ground, ground, quoted

ROW = json.dumps({"name": "it's", "no": 1.5, "on": True, "note": None, "tags": {"a": ["ü"]}})
STEP = SeedRows(
    "open_statuses",
    ORDERS,
    NAMESPACE,
    ("name",),
    (ROW,),
    ("id", "name"),
    ((ITEMS, ("order",), ("id",)),),
    "Sa`les",
    ("id",),
)

CASES = {
    "seed": Golden(
        STEP,
        """
-- setting:
SET @crossfade_version = 'open_statuses'

-- work:
BEGIN NOT ATOMIC
  DECLARE CONTINUE HANDLER FOR 1062 BEGIN END;
  INSERT INTO `shop__open_statuses`.`Sa``les` (`id`, `name`)
    SELECT UNHEX(NULLIF(JSON_UNQUOTE(JSON_EXTRACT(s.image, '$."id"')), 'null')),
    UNHEX(NULLIF(JSON_UNQUOTE(JSON_EXTRACT(s.image, '$."name"')), 'null'))
    FROM `_crossfade_shop`.`seed` AS s WHERE s.evolution = 'open_statuses'
    AND s.table_name = 'shop.orders' AND s.row_key = '{"name": "it''s"}' AND s.state = 'removed'
    AND NOT EXISTS (SELECT 1 FROM `shop__open_statuses`.`Sa``les` AS t WHERE t.`name` = 'it''s');
  SET @crossfade_made = ROW_COUNT();
  IF @crossfade_made < 1 THEN
    INSERT INTO `shop__open_statuses`.`Sa``les` (`name`, `no`, `on`, `note`, `tags`)
    SELECT 'it''s', 1.5, TRUE, NULL, '{"a": ["ü"]}' FROM DUAL WHERE NOT EXISTS
    (SELECT 1 FROM `shop__open_statuses`.`Sa``les` AS t WHERE t.`name` = 'it''s');
    SET @crossfade_made = ROW_COUNT();
  END IF;
END

-- setting:
REPLACE INTO `_crossfade_shop`.`seed` (evolution, table_name, row_key, image, state)
    SELECT 'open_statuses', 'shop.orders', '{"name": "it''s"}', JSON_OBJECT('id',
    HEX(CAST(t.`id` AS BINARY)), 'name', HEX(CAST(t.`name` AS BINARY))), 'present'
    FROM `shop__open_statuses`.`Sa``les` AS t WHERE @crossfade_made = 1 AND t.`name` = 'it''s'

-- setting:
SET @crossfade_version = NULL

""",
    ),
    "no seed": Golden(
        STEP.undo(),
        """
-- setting:
DROP TEMPORARY TABLE IF EXISTS `_crossfade_shop`.`~seeded`

-- setting:
CREATE TEMPORARY TABLE `_crossfade_shop`.`~seeded` AS SELECT s.row_key, t.`id` AS `key 0`
    FROM (SELECT DISTINCT s.row_key,
    UNHEX(NULLIF(JSON_UNQUOTE(JSON_EXTRACT(s.image, '$."name"')), 'null')) AS `value 0`
    FROM `_crossfade_shop`.`seed` AS s WHERE s.evolution = 'open_statuses'
    AND s.table_name = 'shop.orders' AND s.state = 'present') AS s
    STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t ON t.`name` = s.`value 0`

-- setting, blocks writes to the seeded rows:
SELECT g.row_key FROM `_crossfade_shop`.`~seeded` AS g
    STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t ON t.`id` = g.`key 0` FOR UPDATE

-- setting:
UPDATE `_crossfade_shop`.`seed` AS s SET s.state = 'going' WHERE s.evolution = 'open_statuses'
    AND s.table_name = 'shop.orders' AND s.state = 'present' AND EXISTS (SELECT 1
    FROM `_crossfade_shop`.`~seeded` AS g STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t
    ON t.`id` = g.`key 0` WHERE g.row_key = s.row_key
    AND JSON_OBJECT('id', HEX(CAST(t.`id` AS BINARY)), 'name', HEX(CAST(t.`name` AS BINARY))) = s.image
    AND NOT EXISTS (SELECT 1 FROM `shop`.`order ``items``'s` AS o WHERE o.`order` = t.`id`))

-- work:
DELETE t FROM `_crossfade_shop`.`seed` AS s STRAIGHT_JOIN `_crossfade_shop`.`~seeded` AS g
    STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t ON t.`id` = g.`key 0` AND g.row_key = s.row_key
    WHERE s.evolution = 'open_statuses' AND s.table_name = 'shop.orders' AND s.state = 'going'
    AND JSON_OBJECT('id', HEX(CAST(t.`id` AS BINARY)), 'name', HEX(CAST(t.`name` AS BINARY))) = s.image

-- work:
SELECT s.row_key, CASE WHEN s.state = 'going' THEN 'removed' WHEN EXISTS (SELECT 1
    FROM `_crossfade_shop`.`~seeded` AS g STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t
    ON t.`id` = g.`key 0` WHERE g.row_key = s.row_key) THEN 'left' ELSE 'absent' END AS state
    FROM `_crossfade_shop`.`seed` AS s WHERE s.evolution = 'open_statuses'
    AND s.table_name = 'shop.orders' AND s.state IN ('present', 'going')

-- setting:
UPDATE `_crossfade_shop`.`seed` AS s SET s.state = CASE WHEN s.state = 'going' THEN 'removed'
    WHEN EXISTS (SELECT 1 FROM `_crossfade_shop`.`~seeded` AS g
    STRAIGHT_JOIN `shop__open_statuses`.`Sa``les` AS t ON t.`id` = g.`key 0`
    WHERE g.row_key = s.row_key) THEN 'left' ELSE 'absent' END
    WHERE s.evolution = 'open_statuses' AND s.table_name = 'shop.orders'
    AND s.state IN ('present', 'going')

-- setting:
DROP TEMPORARY TABLE IF EXISTS `_crossfade_shop`.`~seeded`

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


def test_mysql_has_no_blocks() -> None:
    _, back, made, anew, both, noted, _ = rendered(STEP, MYSQL)
    assert back.sql.startswith("INSERT INTO `shop__open_statuses`.`Sa``les` (`id`, `name`) SELECT UNHEX(")
    assert made.sql == "SET @crossfade_made = ROW_COUNT()"
    assert "FROM DUAL WHERE @crossfade_made < 1 AND NOT EXISTS" in anew.sql
    assert both.sql == "SET @crossfade_made = GREATEST(@crossfade_made, ROW_COUNT())"
    assert noted.sql.startswith("REPLACE INTO `_crossfade_shop`.`seed` ")


def test_a_key_that_the_journal_could_not_hold_is_refused() -> None:
    row = json.dumps({"name": "x" * 400})
    with pytest.raises(Unsupported, match="more than 380 characters"):
        rendered(SeedRows("e", ORDERS, NAMESPACE, ("name",), (row,), ("name",), ()))


@pytest.fixture
def here(mariadb_database: str) -> Iterator[Ground]:
    with ground(mariadb_database) as made:
        made.say(
            f"CREATE TABLE {quoted(made.table(ODD))} (id INT AUTO_INCREMENT PRIMARY KEY, "
            f"{ident(GROESSE)} VARCHAR(20) NOT NULL UNIQUE, no INT UNIQUE, note TEXT, spoken TEXT, "
            "latin VARCHAR(10) CHARACTER SET latin1, data JSON, bytes VARBINARY(10), kind ENUM('é','b'), "
            "at DATETIME(6), price DECIMAL(10,3), wide DOUBLE, bits BIT(11), big BIGINT UNSIGNED) "
            "CHARACTER SET utf8mb4",
            f"CREATE TABLE {quoted(made.table('users'))} (seed INT)",
            f"CREATE DATABASE {ident(made.server.journal)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            f"CREATE TRIGGER {ident(made.database)}.speaks BEFORE INSERT ON {quoted(made.table(ODD))} "
            "FOR EACH ROW SET NEW.spoken = @crossfade_version",
        )
        with made.connection.engine.begin() as connection:
            there = {"schema_translate_map": {names.JOURNAL: made.server.journal}}
            journal.create(connection.execution_options(**there))
        for step in (CreateNamespace(made.database, f"{made.database}__e"), _view(made)):
            made.walk(step)
        yield made


COLUMNS = (
    "id",
    "no",
    "note",
    "spoken",
    "latin",
    "data",
    "bytes",
    "kind",
    "at",
    "price",
    "wide",
    "bits",
    "big",
)


def _view(here: Ground) -> PublishView:
    shown = (ViewColumn("name`s", GROESSE), *(ViewColumn(each, each) for each in COLUMNS))
    return PublishView(here.table(ODD), f"{here.database}__e", shown)


def _step(
    here: Ground,
    *rows: dict[str, Any],
    evolution: str = "e",
    key: str = "name`s",
    by: tuple[str, ...] = ("id",),
) -> SeedRows:
    return SeedRows(
        evolution,
        here.table(ODD),
        f"{here.database}__e",
        (key,),
        tuple(json.dumps(row) for row in rows),
        ("name`s", *COLUMNS),
        ((here.table("users"), ("seed",), ("id",)),),
        found_by=by,
    )


def _rows(here: Ground) -> list[tuple[Any, ...]]:
    return here.read(f"SELECT * FROM {quoted(here.table(ODD))} ORDER BY id")


def _states(here: Ground) -> dict[str, str]:
    found = here.read(f"SELECT row_key, state FROM {ident(here.server.journal)}.seed ORDER BY row_key")
    return {json.loads(key)["name`s"]: state for key, state in found}


ALL = {
    "name`s": 'it\'s \\ 100% "ü" 😀\n',
    "no": 7,
    "note": "line\nline",
    "latin": "é",
    "data": {"a": [1, "ü"]},
    "bytes": {"_crossfade_bytes": "00ff27"},
    "kind": "é",
    "at": "2020-01-02T03:04:05.678901",
    "price": 1.5,
    "wide": 0.1,
    "bits": 1025,
    "big": 18446744073709551615,
}


def test_rows_come_once_and_come_back_as_they_were(here: Ground) -> None:
    step = _step(here, ALL, {"name`s": "plain"}, {"name`s": "there", "no": 2})
    here.say(f"INSERT INTO {quoted(here.table(ODD), (GROESSE, 'no'))} VALUES ('there', 1)")
    assert step.tell(here.together(step)) == {"seeded": 2}
    made = _rows(here)
    assert [row[2] for row in made] == [1, 7, None]
    assert [row[4] for row in made] == [None, "e", "e"]  # the new version spoke
    assert made[1][1:] == (
        ALL["name`s"],
        7,
        "line\nline",
        "e",
        "é",
        '{"a": [1, "ü"]}',
        b"\x00\xff'",
        "é",
        made[1][9],
        made[1][10],
        0.1,
        b"\x04\x01",
        18446744073709551615,
    )
    assert str(made[1][9]) == "2020-01-02 03:04:05.678901"
    assert step.tell(here.together(step)) == {"seeded": 0}
    assert _rows(here) == made

    undo = step.undo()
    assert undo.tell(here.together(undo)) == {
        "removed_seeds": [{"name`s": ALL["name`s"]}, {"name`s": "plain"}],
        "seeds_kept": 0,
    }
    assert [row[1] for row in _rows(here)] == ["there"]
    assert set(_states(here).values()) == {"removed"}
    here.say(f"INSERT INTO {quoted(here.table(ODD), (GROESSE,))} VALUES ('meanwhile')")
    assert step.tell(here.together(step)) == {"seeded": 2}
    again = [row for row in _rows(here) if row[1] != "meanwhile"]
    assert again == made


def test_what_an_application_has_changed_or_uses_is_left(here: Ground) -> None:
    step = _step(here, *({"name`s": each} for each in ("changed", "used", "gone", "free")))
    assert here.together(step).changed == 4
    here.say(
        f"UPDATE {quoted(here.table(ODD))} SET note = 'x' WHERE {ident(GROESSE)} = 'changed'",
        f"INSERT INTO {quoted(here.table('users'))} SELECT id FROM {quoted(here.table(ODD))} "
        f"WHERE {ident(GROESSE)} = 'used'",
        f"DELETE FROM {quoted(here.table(ODD))} WHERE {ident(GROESSE)} = 'gone'",
    )
    undo = step.undo()
    assert undo.tell(here.together(undo)) == {"removed_seeds": [{"name`s": "free"}], "seeds_kept": 2}
    assert _states(here) == {"changed": "left", "free": "removed", "gone": "absent", "used": "left"}
    assert here.together(undo).returned == {}  # once is all
    assert here.together(step).changed == 2  # the one that was deleted is made anew


def test_a_row_that_has_the_key_of_a_seed_and_is_none_is_left(here: Ground) -> None:
    step = _step(here, {"name`s": "ours", "note": "same"}, key="note")
    assert here.together(step).changed == 1
    here.say(f"INSERT INTO {quoted(here.table(ODD), (GROESSE, 'note'))} VALUES ('theirs', 'same')")
    here.together(step.undo())
    assert [row[1] for row in _rows(here)] == ["theirs"]


@pytest.mark.parametrize("by", [("id",), ()], ids=["by the table's key", "by the seeds' own"])
def test_seeds_go_where_the_new_version_does_not_show_the_tables_key(
    here: Ground, by: tuple[str, ...]
) -> None:
    step = _step(here, {"name`s": "a"}, {"name`s": "b"}, by=by)
    here.together(step)
    here.say(f"UPDATE {quoted(here.table(ODD))} SET note = 'x' WHERE {ident(GROESSE)} = 'b'")
    undo = step.undo()
    assert undo.tell(here.together(undo)) == {"removed_seeds": [{"name`s": "a"}], "seeds_kept": 1}


def test_nobody_who_writes_other_rows_waits_while_seeds_go(here: Ground) -> None:
    step = _step(here, *({"name`s": each, "note": each} for each in ("used", "free")), key="note")
    here.together(step)
    here.say(f"INSERT INTO {quoted(here.table(ODD), (GROESSE,))} VALUES ('another')")
    with here.connection.engine.connect() as taking:
        tallied(taking, render(step.undo(), here.server))
        here.say(
            "SET SESSION innodb_lock_wait_timeout = 1",
            f"UPDATE {quoted(here.table(ODD))} SET note = 'x' WHERE {ident(GROESSE)} = 'another'",
        )
        with pytest.raises(DBAPIError, match="1205"):
            here.say(f"UPDATE {quoted(here.table(ODD))} SET note = 'x' WHERE {ident(GROESSE)} = 'used'")
        taking.rollback()
    assert [row[1] for row in _rows(here)] == ["used", "free", "another"]


def test_a_change_of_case_is_a_change(here: Ground) -> None:
    step = _step(here, {"name`s": "name", "note": "a"})
    here.together(step)
    here.say(f"UPDATE {quoted(here.table(ODD))} SET note = 'A'")
    undo = step.undo()
    assert undo.tell(here.together(undo)) == {"removed_seeds": [], "seeds_kept": 1}


def test_what_another_unique_index_has_already_is_left_out(here: Ground) -> None:
    here.say(f"INSERT INTO {quoted(here.table(ODD), (GROESSE, 'no'))} VALUES ('other', 1)")
    step = _step(here, {"name`s": "a", "no": 1}, {"name`s": "b", "no": 2})
    assert step.tell(here.together(step)) == {"seeded": 1}
    assert _states(here) == {"b": "present"}
    assert [row[1] for row in _rows(here)] == ["other", "b"]


def test_a_value_that_does_not_fit_fails_it_all(here: Ground) -> None:
    step = _step(here, {"name`s": "a"}, {"name`s": "b", "no": "many"})
    with pytest.raises(DBAPIError, match="1366"):
        here.together(step)
    assert _rows(here) == []
    assert _states(here) == {}


def test_another_evolution_has_seeds_of_its_own(here: Ground) -> None:
    one, other = _step(here, {"name`s": "a"}), _step(here, {"name`s": "b"}, evolution="f")
    here.together(one)
    here.together(other)
    undo = other.undo()
    assert isinstance(undo, UnseedRows)
    assert undo.tell(here.together(undo))["removed_seeds"] == [{"name`s": "b"}]
    assert [row[1] for row in _rows(here)] == ["a"]
    assert here.table(ODD) == TableName(here.database, ODD)
