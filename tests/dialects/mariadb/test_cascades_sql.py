"""The soft-delete cascade, and orphans: MariaDB's exact SQL."""

from __future__ import annotations

import pytest

from crossfade.dialects.mariadb import cascades, orphans, standing
from crossfade.schema import Column, ForeignKey, TableName
from crossfade.steps import (
    AskStanding,
    Cascade,
    ClearLateOrphans,
    ClearOrphans,
    InstallCascade,
    RemoveCascade,
    ReturnOrphans,
)
from tests.dialects.mariadb.golden import MYSQL, Golden, check, rendered

FILES = (cascades, orphans, standing)  # each renders its steps

PARENT, CHILD = TableName("shop", "processes"), TableName("shop", "inter `views`'s")
ID, LINK = Column("id", "int(11)", nullable=False), Column("workflow_id", "int(11)")
KEYS = (ID, Column("no", "varchar(10)", nullable=False, collation="utf8mb4_general_ci"))
TIMES = (Column("deleted_at", "datetime(6)"), Column("deleted_at", "timestamp(3)"))
CASCADE = Cascade(PARENT, ID, CHILD, KEYS, LINK, "is_deleted", TIMES)
KEY = ForeignKey("fk_interviews_workflow_id", CHILD, ("workflow_id",), PARENT, ("id",), "SET NULL")
ORPHANS = ("related", "Relate interviews.workflow_id orphans", CHILD, LINK)

CASES = {
    "cascade": Golden(
        InstallCascade(CASCADE),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_let_47125f378a25` AFTER UPDATE ON `shop`.`inter ``views``'s` FOR EACH
    ROW
BEGIN
  IF OLD.`is_deleted` IS TRUE THEN
    IF NEW.`is_deleted` IS NOT TRUE OR NOT (NEW.`deleted_at` <=> OLD.`deleted_at` AND
        NEW.`workflow_id` <=> OLD.`workflow_id`) THEN
      DELETE FROM `_crossfade_shop`.`taken` WHERE relation = 'shop.inter `views`''s.workflow_id'
          AND child_key = JSON_ARRAY(CAST(OLD.`id` AS CHAR CHARACTER SET utf8mb4), CAST(OLD.`no`
          AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin;
    ELSEIF NOT (NEW.`id` <=> OLD.`id` AND BINARY CONVERT(NEW.`no` USING utf8mb4) <=> BINARY
        CONVERT(OLD.`no` USING utf8mb4)) THEN
      UPDATE `_crossfade_shop`.`taken` SET child_key = JSON_ARRAY(CAST(NEW.`id` AS CHAR CHARACTER
          SET utf8mb4), CAST(NEW.`no` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin WHERE
          relation = 'shop.inter `views`''s.workflow_id' AND child_key = JSON_ARRAY(CAST(OLD.`id`
          AS CHAR CHARACTER SET utf8mb4), CAST(OLD.`no` AS CHAR CHARACTER SET utf8mb4)) COLLATE
          utf8mb4_bin;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_gone_47125f378a25` AFTER DELETE ON `shop`.`inter ``views``'s` FOR EACH
    ROW
BEGIN
  IF OLD.`is_deleted` IS TRUE THEN
    DELETE FROM `_crossfade_shop`.`taken` WHERE relation = 'shop.inter `views`''s.workflow_id' AND
        child_key = JSON_ARRAY(CAST(OLD.`id` AS CHAR CHARACTER SET utf8mb4), CAST(OLD.`no` AS CHAR
        CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_none_47125f378a25` BEFORE DELETE ON `shop`.`processes` FOR EACH ROW
BEGIN
  IF OLD.`is_deleted` IS TRUE THEN
    DELETE t FROM `shop`.`inter ``views``'s` AS c STRAIGHT_JOIN `_crossfade_shop`.`taken` AS t ON
        t.relation = 'shop.inter `views`''s.workflow_id' AND t.child_key = JSON_ARRAY(CAST(c.`id` AS
        CHAR CHARACTER SET utf8mb4), CAST(c.`no` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin
        WHERE c.`workflow_id` = OLD.`id`;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_cascade_47125f378a25` AFTER UPDATE ON `shop`.`processes` FOR EACH ROW
BEGIN
  DECLARE `~key_0` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~key_1` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~done` BOOLEAN DEFAULT FALSE;
  DECLARE `~found` CURSOR FOR SELECT CAST(c.`id` AS CHAR CHARACTER SET utf8mb4), CAST(c.`no` AS CHAR
      CHARACTER SET utf8mb4) FROM `shop`.`inter ``views``'s` AS c STRAIGHT_JOIN
      `_crossfade_shop`.`taken` AS t ON t.relation = 'shop.inter `views`''s.workflow_id' AND
      t.child_key = JSON_ARRAY(CAST(c.`id` AS CHAR CHARACTER SET utf8mb4), CAST(c.`no` AS CHAR
      CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin WHERE c.`workflow_id` = NEW.`id` AND c.`is_deleted`
      IS TRUE AND t.parent_key = JSON_ARRAY(CAST(NEW.`id` AS CHAR CHARACTER SET utf8mb4)) COLLATE
      utf8mb4_bin AND t.`at` <=> CAST(UNIX_TIMESTAMP(c.`deleted_at`) AS CHAR) ORDER BY c.`id`, c.`no`
      FOR UPDATE;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET `~done` = TRUE;
  IF NEW.`is_deleted` IS TRUE AND OLD.`is_deleted` IS NOT TRUE THEN
    REPLACE INTO `_crossfade_shop`.`taken` (relation, child_key, parent_key) SELECT 'shop.inter
        `views`''s.workflow_id', JSON_ARRAY(CAST(c.`id` AS CHAR CHARACTER SET utf8mb4), CAST(c.`no`
        AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin, JSON_ARRAY(CAST(NEW.`id` AS CHAR
        CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin FROM `shop`.`inter ``views``'s` AS c WHERE
        c.`workflow_id` = NEW.`id` AND c.`is_deleted` IS NOT TRUE ORDER BY c.`id`, c.`no` FOR
        UPDATE;
    UPDATE `shop`.`inter ``views``'s` AS c SET c.`is_deleted` = TRUE, c.`deleted_at` =
        COALESCE(NEW.`deleted_at`, CURRENT_TIMESTAMP(6)) WHERE c.`workflow_id` = NEW.`id` AND
        c.`is_deleted` IS NOT TRUE;
    UPDATE `shop`.`inter ``views``'s` AS c STRAIGHT_JOIN `_crossfade_shop`.`taken` AS t ON
        t.relation = 'shop.inter `views`''s.workflow_id' AND t.child_key = JSON_ARRAY(CAST(c.`id` AS
        CHAR CHARACTER SET utf8mb4), CAST(c.`no` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin
        SET t.`at` = CAST(UNIX_TIMESTAMP(c.`deleted_at`) AS CHAR) WHERE c.`workflow_id` = NEW.`id`
        AND t.`at` IS NULL;
  ELSEIF OLD.`is_deleted` IS TRUE AND NEW.`is_deleted` IS NOT TRUE THEN
    OPEN `~found`;
    `~each`: LOOP
      FETCH `~found` INTO `~key_0`, `~key_1`;
      IF `~done` THEN LEAVE `~each`; END IF;
      UPDATE `shop`.`inter ``views``'s` AS c SET c.`is_deleted` = FALSE, c.`deleted_at` = NULL
          WHERE c.`id` = CAST(`~key_0` AS SIGNED) AND c.`no` = CONVERT(`~key_1` USING utf8mb4)
          COLLATE utf8mb4_general_ci;
    END LOOP;
    CLOSE `~found`;
  END IF;
END

-- work:
DELETE t FROM `_crossfade_shop`.`taken` AS t WHERE t.relation = 'shop.inter `views`''s.workflow_id' AND
    NOT EXISTS (SELECT 1 FROM `shop`.`inter ``views``'s` AS c JOIN `shop`.`processes` AS p ON p.`id` =
    c.`workflow_id` WHERE c.`id` = CAST(JSON_VALUE(t.child_key, '$[0]') AS SIGNED) AND c.`no` =
    CONVERT(JSON_VALUE(t.child_key, '$[1]') USING utf8mb4) COLLATE utf8mb4_general_ci AND c.`is_deleted`
    IS TRUE AND p.`is_deleted` IS TRUE AND t.parent_key = JSON_ARRAY(CAST(c.`workflow_id` AS CHAR
    CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin AND t.`at` <=> CAST(UNIX_TIMESTAMP(c.`deleted_at`) AS
    CHAR))

""",
    ),
    "no cascade": Golden(
        RemoveCascade(CASCADE),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_cascade_47125f378a25`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_none_47125f378a25`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_gone_47125f378a25`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_let_47125f378a25`

""",
    ),
    "orphans set null": Golden(
        ClearOrphans(*ORPHANS, KEY, KEYS, 1_000, skip_triggers=False, stay=("changed",)),
        """
-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM
    `shop`.`inter ``views``'s` AS t ORDER BY t.`id`, t.`no` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM
    `shop`.`inter ``views``'s` AS t ORDER BY t.`id` DESC, t.`no` DESC LIMIT 1

-- setting:
SET @crossfade_sync = 'off'

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM
    `shop`.`inter ``views``'s` AS t WHERE (t.`id` > CAST(%(lo_0)s AS SIGNED) OR t.`id` = CAST(%(lo_0)s
    AS SIGNED) AND t.`no` >= %(lo_1)s) AND (t.`id` < CAST(%(hi_0)s AS SIGNED) OR t.`id` = CAST(%(hi_0)s
    AS SIGNED) AND t.`no` <= %(hi_1)s) ORDER BY t.`id`, t.`no` LIMIT 2 OFFSET %(skip)s

-- work, row locks, blocks writes to the rows of the batch, bound:
INSERT INTO `_crossfade_shop`.`complement` (evolution, table_name, `change`, row_key, old_values,
    new_values, state) SELECT 'related', 'shop.inter `views`''s', 'Relate interviews.workflow_id
    orphans', JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR CHARACTER SET
    utf8mb4)) COLLATE utf8mb4_bin, JSON_ARRAY(CAST(t.`workflow_id` AS CHAR CHARACTER SET utf8mb4)),
    JSON_ARRAY(NULL), 'kept' FROM `shop`.`inter ``views``'s` AS t WHERE (t.`id` > CAST(%(lo_0)s AS
    SIGNED) OR t.`id` = CAST(%(lo_0)s AS SIGNED) AND t.`no` >= %(lo_1)s) AND (t.`id` < CAST(%(hi_0)s AS
    SIGNED) OR t.`id` = CAST(%(hi_0)s AS SIGNED) AND t.`no` <= %(hi_1)s) AND t.`workflow_id` IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM `shop`.`processes` AS r WHERE r.`id` = t.`workflow_id`) ORDER BY
    t.`id`, t.`no` FOR UPDATE ON DUPLICATE KEY UPDATE old_values = VALUES(old_values), state =
    VALUES(state)

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `shop`.`inter ``views``'s` AS t JOIN `_crossfade_shop`.`complement` AS c ON c.evolution =
    'related' AND c.table_name = 'shop.inter `views`''s' AND c.`change` = 'Relate interviews.workflow_id
    orphans' AND c.row_key = JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR
    CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin SET t.`changed` = t.`changed`, t.`workflow_id` = NULL
    WHERE (t.`id` > CAST(%(lo_0)s AS SIGNED) OR t.`id` = CAST(%(lo_0)s AS SIGNED) AND t.`no` >=
    %(lo_1)s) AND (t.`id` < CAST(%(hi_0)s AS SIGNED) OR t.`id` = CAST(%(hi_0)s AS SIGNED) AND t.`no` <=
    %(hi_1)s) AND t.`workflow_id` IS NOT NULL AND c.state = 'kept' AND c.old_values =
    JSON_ARRAY(CAST(t.`workflow_id` AS CHAR CHARACTER SET utf8mb4))

-- count, bound:
SELECT COUNT(*) FROM `shop`.`inter ``views``'s` AS t WHERE (t.`id` > CAST(%(lo_0)s AS SIGNED) OR t.`id`
    = CAST(%(lo_0)s AS SIGNED) AND t.`no` >= %(lo_1)s) AND (t.`id` < CAST(%(hi_0)s AS SIGNED) OR t.`id`
    = CAST(%(hi_0)s AS SIGNED) AND t.`no` <= %(hi_1)s)

""",
    ),
    "late orphans": Golden(
        ClearLateOrphans(*ORPHANS, KEY, KEYS, skip_triggers=False),
        """
-- setting:
SET @crossfade_sync = 'off'

-- setting, row locks, blocks writes to the rows of the batch, bound:
INSERT INTO `_crossfade_shop`.`complement` (evolution, table_name, `change`, row_key, old_values,
    new_values, state) SELECT 'related', 'shop.inter `views`''s', 'Relate interviews.workflow_id
    orphans', JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR CHARACTER SET
    utf8mb4)) COLLATE utf8mb4_bin, JSON_ARRAY(CAST(t.`workflow_id` AS CHAR CHARACTER SET utf8mb4)),
    JSON_ARRAY(NULL), 'kept' FROM `shop`.`inter ``views``'s` AS t WHERE t.`workflow_id` IS NOT NULL AND
    NOT EXISTS (SELECT 1 FROM `shop`.`processes` AS r WHERE r.`id` = t.`workflow_id`) ORDER BY t.`id`,
    t.`no` LIMIT %(batch)s FOR UPDATE ON DUPLICATE KEY UPDATE old_values = VALUES(old_values), state =
    VALUES(state)

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `shop`.`inter ``views``'s` AS t JOIN `_crossfade_shop`.`complement` AS c ON c.evolution =
    'related' AND c.table_name = 'shop.inter `views`''s' AND c.`change` = 'Relate interviews.workflow_id
    orphans' AND c.row_key = JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`no` AS CHAR
    CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin SET t.`workflow_id` = NULL WHERE t.`workflow_id` IS NOT
    NULL AND c.state = 'kept' AND c.old_values = JSON_ARRAY(CAST(t.`workflow_id` AS CHAR CHARACTER SET
    utf8mb4))

""",
    ),
    "what stands": Golden(
        AskStanding("Relate interviews.workflow_id", CHILD, KEY, "ix_workflow", CASCADE),
        """
-- work:
SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'inter
    `views`''s' AND SEQ_IN_INDEX = 1 AND BINARY COLUMN_NAME = 'workflow_id' AND IGNORED = 'NO' ORDER BY
    INDEX_NAME

-- work:
EXPLAIN SELECT 1 FROM `shop`.`processes` AS r STRAIGHT_JOIN `shop`.`inter ``views``'s` AS t ON
    t.`workflow_id` = r.`id`

-- work:
SELECT k.CONSTRAINT_NAME, r.DELETE_RULE FROM information_schema.KEY_COLUMN_USAGE AS k JOIN
    information_schema.REFERENTIAL_CONSTRAINTS AS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND
    r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME WHERE k.TABLE_SCHEMA = 'shop'
    AND k.TABLE_NAME = 'inter `views`''s' AND BINARY k.COLUMN_NAME = 'workflow_id' AND
    k.REFERENCED_TABLE_SCHEMA = 'shop' AND k.REFERENCED_TABLE_NAME = 'processes' ORDER BY
    k.CONSTRAINT_NAME

-- work:
SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN ('shop', 'shop')

""",
    ),
    "orphans brought back": Golden(
        ReturnOrphans(*ORPHANS, KEYS, skip_triggers=False, stay=("changed",)),
        """
-- next, bound:
SELECT MAX(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM
    `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'related' AND c.table_name = 'shop.inter
    `views`''s' AND c.`change` = 'Relate interviews.workflow_id orphans' AND c.state = 'kept' AND
    c.row_key > %(after)s ORDER BY c.row_key LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET @crossfade_sync = 'off'

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `_crossfade_shop`.`complement` AS c LEFT JOIN `shop`.`inter ``views``'s` AS t ON t.`id` =
    CAST(JSON_VALUE(c.row_key, '$[0]') AS SIGNED) AND t.`no` = CONVERT(JSON_VALUE(c.row_key, '$[1]')
    USING utf8mb4) COLLATE utf8mb4_general_ci AND t.`workflow_id` IS NULL SET c.state = IF(t.`id` IS
    NULL, 'superseded', 'restored'), t.`changed` = t.`changed`, t.`workflow_id` =
    JSON_VALUE(c.old_values, '$[0]') WHERE c.evolution = 'related' AND c.table_name = 'shop.inter
    `views`''s' AND c.`change` = 'Relate interviews.workflow_id orphans' AND c.state = 'kept' AND
    c.row_key > %(after)s AND c.row_key <= %(upto)s
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    assert FILES
    check(CASES[name])


def test_all_ddl_tells_whether_it_stands() -> None:
    installed, removed = rendered(InstallCascade(CASCADE)), rendered(RemoveCascade(CASCADE))
    assert all(each.done for each in (*installed[:-1], *removed))
    assert installed[-1].sql.startswith("DELETE")
    assert not installed[-1].done


def test_mysql_is_asked_for_what_it_has() -> None:
    text = "".join(each.sql for each in rendered(AskStanding("r", CHILD, KEY, "ix"), MYSQL))
    assert "IS_VISIBLE = 'YES'" in text
    assert "IGNORED" not in text
    text = "".join(each.sql for each in rendered(InstallCascade(CASCADE), MYSQL))
    assert "JSON_VALUE" not in text  # which cuts at 512 characters there
