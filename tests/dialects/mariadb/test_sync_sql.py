"""The sync and its end, and the closing of the new side, in exact SQL."""

import pytest

from crossfade.dialects.mariadb import rows
from crossfade.steps import CloseSide, CountWrites, InstallSync, OpenSide, RemoveSync
from tests.dialects.mariadb.golden import MYSQL, Golden, check
from tests.dialects.mariadb.orders import (
    CHANNEL,
    COLUMNS,
    FILLED,
    LEFT_OUT,
    NAME,
    NAMESPACE,
    NEW,
    OLD,
    ORDERS,
    REFERRING,
    TOTAL,
    status,
)

RENDERED = (rows,)


CASES = {
    "an enum that opens": Golden(
        InstallSync(NAME, ORDERS, (status(),), COLUMNS, (OLD, NEW), NAMESPACE, ()),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `status` SET DEFAULT 'new', ALGORITHM=INSTANT

-- work:
CREATE SEQUENCE `_crossfade_shop`.`writes_old_c665_shop_orders` NOCACHE

-- work:
CREATE SEQUENCE `_crossfade_shop`.`writes_new_c665_shop_orders` NOCACHE

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
BEGIN
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (BINARY CONVERT(NEW.`status_2` USING utf8mb4) <=> BINARY CONVERT(OLD.`status_2` USING
        utf8mb4)) THEN
      SET NEW.`status` = CASE WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' THEN
          'new' WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY '100%' THEN 'it''s' ELSE
          'new' END;
      DO NEXTVAL(`_crossfade_shop`.`writes_new_c665_shop_orders`);
    ELSEIF NOT (BINARY CONVERT(NEW.`status` USING utf8mb4) <=> BINARY CONVERT(OLD.`status` USING
        utf8mb4)) THEN
      SET NEW.`status_2` = CASE WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'new' THEN
          'open' WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%' END;
      DO NEXTVAL(`_crossfade_shop`.`writes_old_c665_shop_orders`);
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
BEGIN
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`status_2` IS NULL AND (NOT (NEW.`status` IS NULL OR BINARY CONVERT(NEW.`status` USING
        utf8mb4) <=> BINARY CONVERT('new' USING utf8mb4)) OR NOT (COALESCE(FIND_IN_SET('open_statuses',
        @crossfade_version), 0) > 0)) THEN
      SET NEW.`status_2` = CASE WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'new' THEN
          'open' WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%' END;
      DO NEXTVAL(`_crossfade_shop`.`writes_old_c665_shop_orders`);
    ELSE
      SET NEW.`status` = CASE WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' THEN
          'new' WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY '100%' THEN 'it''s' ELSE
          'new' END;
      DO NEXTVAL(`_crossfade_shop`.`writes_new_c665_shop_orders`);
    END IF;
  END IF;
END
""",
    ),
    "an enum that is closed to other values, and a column with a default": Golden(
        InstallSync(NAME, ORDERS, (status(None), FILLED), COLUMNS, (OLD, NEW, CHANNEL), NAMESPACE, ()),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `status` SET DEFAULT 'new', ALGORITHM=INSTANT

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (BINARY CONVERT(NEW.`status_2` USING utf8mb4) <=> BINARY CONVERT(OLD.`status_2` USING
        utf8mb4)) THEN
      IF (BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' OR BINARY CONVERT(NEW.`status_2`
          USING utf8mb4) = BINARY '100%') IS NOT TRUE THEN
        SET `~told` = LEFT(CONCAT('shop.orders.status can''t be ', COALESCE(QUOTE(NEW.`status_2`),
            'NULL'), ' yet: the old version has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
      SET NEW.`status` = CASE WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' THEN
          'new' WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY '100%' THEN 'it''s' END;
    ELSEIF NOT (BINARY CONVERT(NEW.`status` USING utf8mb4) <=> BINARY CONVERT(OLD.`status` USING
        utf8mb4)) THEN
      SET NEW.`status_2` = CASE WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'new' THEN
          'open' WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%' END;
    END IF;
    IF NEW.`channel` IS NULL AND OLD.`channel` IS NULL AND (COALESCE(UPPER(OLD.`note`), 'web')) IS NULL
        THEN
      SET NEW.`channel` = COALESCE(UPPER(NEW.`note`), 'web');
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`status_2` IS NULL AND (NOT (NEW.`status` IS NULL OR BINARY CONVERT(NEW.`status` USING
        utf8mb4) <=> BINARY CONVERT('new' USING utf8mb4)) OR NOT (COALESCE(FIND_IN_SET('open_statuses',
        @crossfade_version), 0) > 0)) THEN
      SET NEW.`status_2` = CASE WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'new' THEN
          'open' WHEN BINARY CONVERT(NEW.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%' END;
    ELSE
      IF (BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' OR BINARY CONVERT(NEW.`status_2`
          USING utf8mb4) = BINARY '100%') IS NOT TRUE THEN
        SET `~told` = LEFT(CONCAT('shop.orders.status can''t be ', COALESCE(QUOTE(NEW.`status_2`),
            'NULL'), ' yet: the old version has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
      SET NEW.`status` = CASE WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY 'open' THEN
          'new' WHEN BINARY CONVERT(NEW.`status_2` USING utf8mb4) = BINARY '100%' THEN 'it''s' END;
    END IF;
    IF (NEW.`channel` IS NULL OR BINARY CONVERT(NEW.`channel` USING utf8mb4) <=> BINARY CONVERT('app'
        USING utf8mb4)) AND NOT (COALESCE(FIND_IN_SET('open_statuses', @crossfade_version), 0) > 0) THEN
      SET NEW.`channel` = COALESCE(UPPER(NEW.`note`), 'web');
    END IF;
  END IF;
END
""",
        MYSQL,
    ),
    "a column that is left out": Golden(
        InstallSync(NAME, ORDERS, (LEFT_OUT,), COLUMNS, (TOTAL,), NAMESPACE, ()),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `total` SET DEFAULT 0, ALGORITHM=INSTANT

-- work:
CREATE SEQUENCE `_crossfade_shop`.`writes_old_c665_shop_orders` NOCACHE

-- work:
CREATE SEQUENCE `_crossfade_shop`.`writes_new_c665_shop_orders` NOCACHE

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
BEGIN
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (NEW.`total` <=> OLD.`total`) THEN
      DO NEXTVAL(`_crossfade_shop`.`writes_old_c665_shop_orders`);
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`total` IS NULL OR (COALESCE(FIND_IN_SET('open_statuses', @crossfade_version), 0) > 0 AND
        (NEW.`total` IS NULL OR NEW.`total` <=> 0)) THEN
      SET NEW.`total` = LENGTH(NEW.`note`) / 2;
      IF NEW.`total` IS NULL THEN
        SET `~told` = LEFT(CONCAT('a row of shop.orders has no value for total, which the old version
            must have: backward gives none'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1048, MESSAGE_TEXT = `~told`;
      END IF;
      DO NEXTVAL(`_crossfade_shop`.`writes_new_c665_shop_orders`);
    ELSEIF NOT (NEW.`total` IS NULL OR NEW.`total` <=> 0) THEN
      DO NEXTVAL(`_crossfade_shop`.`writes_old_c665_shop_orders`);
    END IF;
  END IF;
END
""",
    ),
    "a reference, by a side that decides alone": Golden(
        InstallSync(NAME, ORDERS, (REFERRING,), COLUMNS, (OLD,), NAMESPACE, (), one_sided=True),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `status` SET DEFAULT 'new', ALGORITHM=INSTANT

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (NEW.`status_id` <=> OLD.`status_id`) THEN
      SET NEW.`status` = `_crossfade_shop`.`value_status`(NEW.`status_id`);
      IF NEW.`status` IS NULL THEN
        SET `~told` = LEFT(CONCAT('shop.orders.status_id can''t be ', COALESCE(QUOTE(NEW.`status_id`),
            'NULL'), ' yet: the old version has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
    ELSEIF (NOT (BINARY CONVERT(NEW.`status` USING utf8mb4) <=> BINARY CONVERT(OLD.`status` USING
        utf8mb4))) AND NOT (COALESCE(@crossfade_guard, '') = 'on' AND BINARY CONVERT(NEW.`status` USING
        utf8mb4) <=> BINARY CONVERT(`_crossfade_shop`.`value_status`(NEW.`status_id`) USING utf8mb4))
        THEN
      SET NEW.`status_id` = `_crossfade_shop`.`key_status`(NEW.`status`);
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`status_id` IS NULL AND FALSE THEN
      SET NEW.`status_id` = `_crossfade_shop`.`key_status`(NEW.`status`);
    ELSE
      SET NEW.`status` = `_crossfade_shop`.`value_status`(NEW.`status_id`);
      IF NEW.`status` IS NULL THEN
        SET `~told` = LEFT(CONCAT('shop.orders.status_id can''t be ', COALESCE(QUOTE(NEW.`status_id`),
            'NULL'), ' yet: the old version has no value for it'), 128);
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = `~told`;
      END IF;
    END IF;
  END IF;
END
""",
    ),
    "no lens": Golden(
        InstallSync(NAME, ORDERS, (), COLUMNS, (), NAMESPACE, ()),
        """

""",
    ),
    "the end of a sync": Golden(
        RemoveSync(NAME, ORDERS),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_closed_insert_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_closed_update_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_insert_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_update_orders`

-- work:
DROP SEQUENCE IF EXISTS `_crossfade_shop`.`writes_old_c665_shop_orders`

-- work:
DROP SEQUENCE IF EXISTS `_crossfade_shop`.`writes_new_c665_shop_orders`
""",
    ),
    "the end of a sync, taken back": Golden(
        RemoveSync(NAME, ORDERS, (OLD,)),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_closed_insert_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_closed_update_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_insert_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
DROP TRIGGER IF EXISTS `shop`.`~crossfade_update_orders`

-- work, EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE `shop`.`orders` ALTER COLUMN `status` DROP DEFAULT, ALGORITHM=INSTANT
""",
        MYSQL,
    ),
    "a side that is closed": Golden(
        CloseSide(NAME, ORDERS, (NEW, CHANNEL)),
        """
-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_closed_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
    PRECEDES `~crossfade_insert_orders`
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`status_2` IS NOT NULL OR NOT (BINARY CONVERT(NEW.`channel` USING utf8mb4) <=> BINARY
        CONVERT('app' USING utf8mb4)) THEN
      SET `~told` = LEFT('evolution open_statuses is being rolled back: the new version of shop.orders
          takes no more writes', 128);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_closed_insert_orders` BEFORE INSERT ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NEW.`status_2` IS NOT NULL OR NOT (BINARY CONVERT(NEW.`channel` USING utf8mb4) <=> BINARY
        CONVERT('app' USING utf8mb4)) THEN
      SET `~told` = LEFT('evolution open_statuses is being rolled back: the new version of shop.orders
          takes no more writes', 128);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_closed_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
    PRECEDES `~crossfade_update_orders`
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (BINARY CONVERT(NEW.`status_2` USING utf8mb4) <=> BINARY CONVERT(OLD.`status_2` USING
        utf8mb4)) OR NOT (BINARY CONVERT(NEW.`channel` USING utf8mb4) <=> BINARY CONVERT(OLD.`channel`
        USING utf8mb4)) THEN
      SET `~told` = LEFT('evolution open_statuses is being rolled back: the new version of shop.orders
          takes no more writes', 128);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END

-- work, EXCLUSIVE, blocks reads and writes, briefly:
CREATE TRIGGER `shop`.`~crossfade_closed_update_orders` BEFORE UPDATE ON `shop`.`orders` FOR EACH ROW
BEGIN
  DECLARE `~told` VARCHAR(128);
  IF COALESCE(@crossfade_sync, '') <> 'off' THEN
    IF NOT (BINARY CONVERT(NEW.`status_2` USING utf8mb4) <=> BINARY CONVERT(OLD.`status_2` USING
        utf8mb4)) OR NOT (BINARY CONVERT(NEW.`channel` USING utf8mb4) <=> BINARY CONVERT(OLD.`channel`
        USING utf8mb4)) THEN
      SET `~told` = LEFT('evolution open_statuses is being rolled back: the new version of shop.orders
          takes no more writes', 128);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = `~told`;
    END IF;
  END IF;
END
""",
    ),
    "a side that is open": Golden(
        OpenSide(NAME, ORDERS, (NEW,)),
        """

""",
    ),
    "writes by side": Golden(
        CountWrites(NAME, ORDERS),
        """
-- work:
SELECT (SELECT next_not_cached_value - 1 FROM `_crossfade_shop`.`writes_old_c665_shop_orders`) AS `old`,
    (SELECT next_not_cached_value - 1 FROM `_crossfade_shop`.`writes_new_c665_shop_orders`) AS `new`
""",
    ),
    "writes that can't be counted": Golden(
        CountWrites(NAME, ORDERS),
        """
-- work:
SELECT NULL AS `old`, NULL AS `new`
""",
        MYSQL,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])
