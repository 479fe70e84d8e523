"""Lookups in exact SQL."""

import pytest

from crossfade.dialects.mariadb import lookups, seeds
from crossfade.schema import Grant
from crossfade.steps import (
    CountLookups,
    CountOthers,
    CountUnanswered,
    CreateTable,
    InstallLookup,
    KeepTable,
    RemoveLookup,
    SeedLookup,
    UnseedLookup,
)
from tests.dialects.mariadb.golden import MYSQL, SERVER, Golden, check, rendered
from tests.dialects.mariadb.orders import NAME, ORDERS, STATUSES, TO_KEY, TO_VALUE

RENDERED = (lookups,)


CASES = {
    "what tells writers": Golden(
        InstallLookup(NAME, ORDERS, TO_KEY, TO_VALUE, unique=False, search_path=()),
        """
-- work:
CREATE FUNCTION `_crossfade_shop`.`value_status`(`~given` int(11)) RETURNS LONGTEXT CHARACTER SET
    utf8mb4 COLLATE utf8mb4_bin READS SQL DATA
BEGIN
  DECLARE `~said` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET `~said` = NULL;
  SELECT CASE WHEN BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY
      CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END INTO `~said` FROM
      `shop`.`statuses` AS l WHERE l.`id` = `~given` LOCK IN SHARE MODE;
  RETURN `~said`;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_guard_update_value_status` AFTER UPDATE ON `shop`.`statuses` FOR EACH
    ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  DECLARE `~stands` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~before` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~after` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    SET `~stands` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    SET `~before` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    SET `~after` = CASE WHEN BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    IF `~stands` IS NOT NULL AND (NOT (NEW.`id` <=> OLD.`id`) OR NOT (BINARY `~stands` <=> BINARY (CASE
        WHEN BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY
        CONVERT(NEW.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END)) OR NOT (BINARY
        CONVERT(`~before` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4))) THEN
      SET `~told` = LEFT(CONCAT('evolution open_statuses: this row of shop.statuses stands for ',
          QUOTE(`~stands`), ' in shop.orders, and must stay'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
    END IF;
    IF NOT (BINARY CONVERT(`~before` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4)) THEN
      IF `~after` IS NULL AND EXISTS (SELECT 1 FROM `shop`.`orders` AS t WHERE t.`status_id` = NEW.`id`)
          THEN
        SET `~told` = LEFT(CONCAT('a row of shop.statuses that is in use can''t change so yet: the old
            version of shop.orders has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
      SET @crossfade_guard = 'on';
      UPDATE `shop`.`orders` AS t SET t.`status` = `~after` WHERE t.`status_id` = NEW.`id` AND NOT
          (BINARY CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4));
      SET @crossfade_guard = NULL;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_guard_delete_value_status` AFTER DELETE ON `shop`.`statuses` FOR EACH
    ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  DECLARE `~stands` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    SET `~stands` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    IF `~stands` IS NOT NULL THEN
      SET `~told` = LEFT(CONCAT('evolution open_statuses: this row of shop.statuses stands for ',
          QUOTE(`~stands`), ' in shop.orders, and must stay'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
    END IF;
    IF EXISTS (SELECT 1 FROM `shop`.`orders` AS t WHERE t.`status_id` = OLD.`id`) THEN
      SET `~told` = LEFT(CONCAT('a row of shop.statuses is in use in shop.orders'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1451, MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END

-- work:
BEGIN NOT ATOMIC
  DECLARE `~key` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~cases` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '';
  SET `~key` = (SELECT CAST(l.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`statuses` AS l WHERE
      BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New');
  IF `~key` IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no row of shop.statuses stands for ''new''';
  END IF;
  SET `~cases` = CONCAT(`~cases`, ' WHEN BINARY `~given` = BINARY ''new'' THEN ', QUOTE(`~key`), '');
  SET `~key` = (SELECT CAST(l.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`statuses` AS l WHERE
      BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s');
  IF `~key` IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no row of shop.statuses stands for "it''s"';
  END IF;
  SET `~cases` = CONCAT(`~cases`, ' WHEN BINARY `~given` = BINARY ''it''''s'' THEN ', QUOTE(`~key`),
      '');
  EXECUTE IMMEDIATE CONCAT('CREATE FUNCTION `_crossfade_shop`.`key_status`(`~given` LONGTEXT CHARACTER
      SET utf8mb4 COLLATE utf8mb4_bin) RETURNS int(11) DETERMINISTIC NO SQL RETURN CASE', `~cases`, '
      END');
END
""",
    ),
    "what tells writers on MySQL": Golden(
        InstallLookup(NAME, ORDERS, TO_KEY, TO_VALUE, unique=False, search_path=()),
        """
-- work:
CREATE FUNCTION `_crossfade_shop`.`value_status`(`~given` int(11)) RETURNS LONGTEXT CHARACTER SET
    utf8mb4 COLLATE utf8mb4_bin READS SQL DATA
BEGIN
  DECLARE `~said` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET `~said` = NULL;
  SELECT CASE WHEN BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY
      CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END INTO `~said` FROM
      `shop`.`statuses` AS l WHERE l.`id` = `~given` LOCK IN SHARE MODE;
  RETURN `~said`;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_guard_update_value_status` AFTER UPDATE ON `shop`.`statuses` FOR EACH
    ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  DECLARE `~stands` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~before` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE `~after` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    SET `~stands` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    SET `~before` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    SET `~after` = CASE WHEN BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    IF `~stands` IS NOT NULL AND (NOT (NEW.`id` <=> OLD.`id`) OR NOT (BINARY `~stands` <=> BINARY (CASE
        WHEN BINARY CONVERT(NEW.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY
        CONVERT(NEW.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END)) OR NOT (BINARY
        CONVERT(`~before` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4))) THEN
      SET `~told` = LEFT(CONCAT('evolution open_statuses: this row of shop.statuses stands for ',
          QUOTE(`~stands`), ' in shop.orders, and must stay'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
    END IF;
    IF NOT (BINARY CONVERT(`~before` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4)) THEN
      IF `~after` IS NULL AND EXISTS (SELECT 1 FROM `shop`.`orders` AS t WHERE t.`status_id` = NEW.`id`)
          THEN
        SET `~told` = LEFT(CONCAT('a row of shop.statuses that is in use can''t change so yet: the old
            version of shop.orders has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
      SET @crossfade_guard = 'on';
      UPDATE `shop`.`orders` AS t SET t.`status` = `~after` WHERE t.`status_id` = NEW.`id` AND NOT
          (BINARY CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT(`~after` USING utf8mb4));
      SET @crossfade_guard = NULL;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_guard_delete_value_status` AFTER DELETE ON `shop`.`statuses` FOR EACH
    ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  DECLARE `~stands` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    SET `~stands` = CASE WHEN BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN
        BINARY CONVERT(OLD.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END;
    IF `~stands` IS NOT NULL THEN
      SET `~told` = LEFT(CONCAT('evolution open_statuses: this row of shop.statuses stands for ',
          QUOTE(`~stands`), ' in shop.orders, and must stay'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
    END IF;
    IF EXISTS (SELECT 1 FROM `shop`.`orders` AS t WHERE t.`status_id` = OLD.`id`) THEN
      SET `~told` = LEFT(CONCAT('a row of shop.statuses is in use in shop.orders'), 128);
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1451, MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END

-- work:
CREATE FUNCTION `_crossfade_shop`.`key_status`(`~given` LONGTEXT CHARACTER SET utf8mb4 COLLATE
    utf8mb4_bin) RETURNS int(11) DETERMINISTIC READS SQL DATA RETURN CASE WHEN BINARY `~given` = BINARY
    'new' THEN (SELECT l.`id` FROM `shop`.`statuses` AS l WHERE BINARY CONVERT(l.`name` USING utf8mb4) =
    BINARY 'New') WHEN BINARY `~given` = BINARY 'it''s' THEN (SELECT l.`id` FROM `shop`.`statuses` AS l
    WHERE BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s') END
""",
        MYSQL,
    ),
    "it goes": Golden(
        RemoveLookup(NAME, TO_KEY, TO_VALUE),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_guard_update_value_status`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_guard_delete_value_status`

-- work:
DROP FUNCTION IF EXISTS `_crossfade_shop`.`key_status`

-- work:
DROP FUNCTION IF EXISTS `_crossfade_shop`.`value_status`
""",
    ),
    "a table": Golden(
        CreateTable(
            NAME,
            STATUSES,
            "CREATE TABLE shop.statuses (id INTEGER)",
            ("CREATE UNIQUE INDEX ix ON shop.statuses (id)",),
            grants=(Grant("SELECT", "'app'@'%'"),),
            dialect="mariadb",
        ),
        """
-- work:
RENAME TABLE `_crossfade_shop`.`kept_9f579b947fd9` TO `shop`.`statuses`

-- work:
CREATE TABLE shop.statuses (id INTEGER)

-- work:
CREATE UNIQUE INDEX IF NOT EXISTS ix ON shop.statuses (id)

-- work:
GRANT SELECT ON `shop`.`statuses` TO 'app'@'%'
""",
    ),
    "a table that is put away": Golden(
        KeepTable(NAME, STATUSES, "CREATE TABLE shop.statuses (id INTEGER)"),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
RENAME TABLE `shop`.`statuses` TO `_crossfade_shop`.`kept_9f579b947fd9`
""",
    ),
    "rows for values": Golden(
        CountLookups("EnumToReference orders.status", STATUSES, TO_KEY.rows, ("rank",)),
        """
-- work:
SELECT value, `rows` FROM (SELECT 'new' AS value, COUNT(*) AS `rows` FROM `shop`.`statuses` AS l WHERE
    BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New' UNION ALL SELECT 'it''s' AS value, COUNT(*) AS
    `rows` FROM `shop`.`statuses` AS l WHERE BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s') AS
    found WHERE `rows` > 1 OR `rows` = 0 ORDER BY 1
""",
    ),
    "other values": Golden(
        CountOthers("EnumToReference orders.status", ORDERS, "status", ("it's",)),
        """
-- work:
SELECT MIN(CAST(t.`status` AS CHAR CHARACTER SET utf8mb4)) AS value, COUNT(*) AS `rows` FROM
    `shop`.`orders` AS t WHERE (BINARY CAST(t.`status` AS CHAR CHARACTER SET utf8mb4) = BINARY 'it''s')
    IS FALSE AND t.`status` IS NOT NULL GROUP BY BINARY CAST(t.`status` AS CHAR CHARACTER SET utf8mb4)
    ORDER BY 2 DESC, 1 LIMIT 20
""",
    ),
    "values that the old version can't say": Golden(
        CountUnanswered("EnumToReference orders.status", ORDERS, "status_id", TO_VALUE),
        """
-- work:
SELECT COALESCE(CONCAT(CAST(t.`status_id` AS CHAR CHARACTER SET utf8mb4), ' ', JSON_OBJECT('name',
    CAST(l.`name` AS CHAR CHARACTER SET utf8mb4))), 'NULL') AS value, COUNT(*) AS `rows`, SUM(COUNT(*))
    OVER () AS many FROM `shop`.`orders` AS t LEFT JOIN `shop`.`statuses` AS l ON l.`id` = t.`status_id`
    WHERE (CASE WHEN BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY
    CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s' THEN 'it''s' END) IS NULL GROUP BY 1 ORDER BY 2
    DESC, 1 LIMIT 20
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])


def test_seeds_of_a_lookup_are_seeds() -> None:
    seed = SeedLookup(NAME, STATUSES, ("id",), ('{"id": 1, "name": "New"}',), ("id", "name"), ())
    assert rendered(seed) == seeds.seed(seed, SERVER)
    unseed = seed.undo()
    assert isinstance(unseed, UnseedLookup)
    assert rendered(unseed) == seeds.unseed(unseed, SERVER)
