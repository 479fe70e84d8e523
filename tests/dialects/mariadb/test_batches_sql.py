"""Batches, the complement and questions about rows, in exact SQL."""

import pytest

from crossfade.dialects.mariadb import rows
from crossfade.steps import (
    Analyze,
    Compare,
    CopyRows,
    CountUnmapped,
    CountUnsaid,
    Forget,
    KeepComplement,
    RestoreComplement,
)
from tests.dialects.mariadb.golden import MYSQL, Golden, check
from tests.dialects.mariadb.orders import (
    COLUMNS,
    FILLED,
    ITEMS,
    ITEMS_KEY,
    KEY,
    NAME,
    ORDERS,
    REFERRING,
    status,
)

RENDERED = (rows,)


CASES = {
    "statistics": Golden(
        Analyze(ORDERS),
        """
-- work:
ANALYZE NO_WRITE_TO_BINLOG TABLE `shop`.`orders`
""",
    ),
    "a copy": Golden(
        CopyRows(ORDERS, KEY, (status(),), COLUMNS, 9, skip_triggers=True, stay=("touched",)),
        """
-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` DESC LIMIT 1

-- setting:
SET @crossfade_sync = 'off'

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) ORDER BY t.`id` LIMIT 2 OFFSET
    %(skip)s

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `shop`.`orders` AS t SET t.`touched` = t.`touched`, t.`status_2` = CASE WHEN BINARY
    CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN 'open' WHEN BINARY CONVERT(t.`status` USING
    utf8mb4) = BINARY 'it''s' THEN '100%%' END WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <=
    CAST(%(hi_0)s AS SIGNED) AND ((t.`status_2` IS NULL AND ((CASE WHEN BINARY CONVERT(t.`status` USING
    utf8mb4) = BINARY 'new' THEN 'open' WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'it''s'
    THEN '100%%' END) IS NOT NULL)))

-- count, bound:
SELECT COUNT(*) FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <=
    CAST(%(hi_0)s AS SIGNED)
""",
    ),
    "a copy of two lenses": Golden(
        CopyRows(ORDERS, KEY, (status(), FILLED), COLUMNS, 9, skip_triggers=False),
        """
-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` DESC LIMIT 1

-- setting:
SET @crossfade_sync = 'off'

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) ORDER BY t.`id` LIMIT 2 OFFSET
    %(skip)s

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `shop`.`orders` AS t SET t.`status_2` = CASE WHEN t.`status_2` IS NULL AND ((CASE WHEN BINARY
    CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN 'open' WHEN BINARY CONVERT(t.`status` USING
    utf8mb4) = BINARY 'it''s' THEN '100%%' END) IS NOT NULL) THEN CASE WHEN BINARY CONVERT(t.`status`
    USING utf8mb4) = BINARY 'new' THEN 'open' WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY
    'it''s' THEN '100%%' END ELSE t.`status_2` END, t.`channel` = CASE WHEN t.`channel` IS NULL AND
    ((COALESCE(UPPER(t.`note`), 'web')) IS NOT NULL) THEN COALESCE(UPPER(t.`note`), 'web') ELSE
    t.`channel` END WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) AND
    ((t.`status_2` IS NULL AND ((CASE WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN
    'open' WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%%' END) IS NOT
    NULL)) OR (t.`channel` IS NULL AND ((COALESCE(UPPER(t.`note`), 'web')) IS NOT NULL)))

-- count, bound:
SELECT COUNT(*) FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <=
    CAST(%(hi_0)s AS SIGNED)
""",
    ),
    "a repair by a key of several columns": Golden(
        CopyRows(ITEMS, ITEMS_KEY, (status().inverse(),), COLUMNS, 9, skip_triggers=False, repair=True),
        """
-- first:
SELECT CAST(t.`order` AS CHAR CHARACTER SET utf8mb4), CAST(t.`Kind` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`order ``items``'s` AS t ORDER BY t.`order`,
    t.`Kind`, t.`no` LIMIT 1

-- last:
SELECT CAST(t.`order` AS CHAR CHARACTER SET utf8mb4), CAST(t.`Kind` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`order ``items``'s` AS t ORDER BY t.`order`
    DESC, t.`Kind` DESC, t.`no` DESC LIMIT 1

-- setting:
SET @crossfade_sync = 'off'

-- next, bound:
SELECT CAST(t.`order` AS CHAR CHARACTER SET utf8mb4), CAST(t.`Kind` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`no` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`order ``items``'s` AS t WHERE (t.`order` >
    CAST(%(lo_0)s AS UNSIGNED) OR t.`order` = CAST(%(lo_0)s AS UNSIGNED) AND (t.`Kind` IN
    (IF(FIELD(BINARY %(lo_1)s, 'gift', 'it''s') < 1, 'gift', NULL), IF(FIELD(BINARY %(lo_1)s, 'gift',
    'it''s') < 2, 'it''s', NULL)) OR t.`Kind` = %(lo_1)s AND t.`no` >= %(lo_2)s)) AND (t.`order` <
    CAST(%(hi_0)s AS UNSIGNED) OR t.`order` = CAST(%(hi_0)s AS UNSIGNED) AND (t.`Kind` IN
    (IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 1, 'gift', NULL), IF(FIELD(BINARY %(hi_1)s, 'gift',
    'it''s') > 2, 'it''s', NULL), IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 0, '', NULL)) OR t.`Kind`
    = %(hi_1)s AND t.`no` <= %(hi_2)s)) ORDER BY t.`order`, t.`Kind`, t.`no` LIMIT 2 OFFSET %(skip)s

-- work, row locks, blocks writes to the rows of the batch, bound:
UPDATE `shop`.`order ``items``'s` AS t SET t.`status` = CASE WHEN BINARY CONVERT(t.`status_2` USING
    utf8mb4) = BINARY 'open' THEN 'new' WHEN BINARY CONVERT(t.`status_2` USING utf8mb4) = BINARY '100%%'
    THEN 'it''s' ELSE 'new' END WHERE (t.`order` > CAST(%(lo_0)s AS UNSIGNED) OR t.`order` =
    CAST(%(lo_0)s AS UNSIGNED) AND (t.`Kind` IN (IF(FIELD(BINARY %(lo_1)s, 'gift', 'it''s') < 1, 'gift',
    NULL), IF(FIELD(BINARY %(lo_1)s, 'gift', 'it''s') < 2, 'it''s', NULL)) OR t.`Kind` = %(lo_1)s AND
    t.`no` >= %(lo_2)s)) AND (t.`order` < CAST(%(hi_0)s AS UNSIGNED) OR t.`order` = CAST(%(hi_0)s AS
    UNSIGNED) AND (t.`Kind` IN (IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 1, 'gift', NULL),
    IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 2, 'it''s', NULL), IF(FIELD(BINARY %(hi_1)s, 'gift',
    'it''s') > 0, '', NULL)) OR t.`Kind` = %(hi_1)s AND t.`no` <= %(hi_2)s)) AND ((NOT (BINARY
    CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT(CASE WHEN BINARY CONVERT(t.`status_2` USING
    utf8mb4) = BINARY 'open' THEN 'new' WHEN BINARY CONVERT(t.`status_2` USING utf8mb4) = BINARY '100%%'
    THEN 'it''s' ELSE 'new' END USING utf8mb4))))

-- count, bound:
SELECT COUNT(*) FROM `shop`.`order ``items``'s` AS t WHERE (t.`order` > CAST(%(lo_0)s AS UNSIGNED) OR
    t.`order` = CAST(%(lo_0)s AS UNSIGNED) AND (t.`Kind` IN (IF(FIELD(BINARY %(lo_1)s, 'gift', 'it''s')
    < 1, 'gift', NULL), IF(FIELD(BINARY %(lo_1)s, 'gift', 'it''s') < 2, 'it''s', NULL)) OR t.`Kind` =
    %(lo_1)s AND t.`no` >= %(lo_2)s)) AND (t.`order` < CAST(%(hi_0)s AS UNSIGNED) OR t.`order` =
    CAST(%(hi_0)s AS UNSIGNED) AND (t.`Kind` IN (IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 1, 'gift',
    NULL), IF(FIELD(BINARY %(hi_1)s, 'gift', 'it''s') > 2, 'it''s', NULL), IF(FIELD(BINARY %(hi_1)s,
    'gift', 'it''s') > 0, '', NULL)) OR t.`Kind` = %(hi_1)s AND t.`no` <= %(hi_2)s))
""",
    ),
    "a comparison": Golden(
        Compare(NAME, ORDERS, KEY, (status(),), COLUMNS, 9),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` DESC LIMIT 1

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) ORDER BY t.`id` LIMIT 2 OFFSET
    %(skip)s

-- work, bound:
SELECT COUNT(*), COUNT(CASE WHEN NOT (BINARY CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT(CASE
    WHEN BINARY CONVERT(t.`status_2` USING utf8mb4) = BINARY 'open' THEN 'new' WHEN BINARY
    CONVERT(t.`status_2` USING utf8mb4) = BINARY '100%%' THEN 'it''s' ELSE 'new' END USING utf8mb4))
    THEN 1 END) FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <=
    CAST(%(hi_0)s AS SIGNED)

-- sample, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`status` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`status_2` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) AND (NOT (BINARY CONVERT(t.`status`
    USING utf8mb4) <=> BINARY CONVERT(CASE WHEN BINARY CONVERT(t.`status_2` USING utf8mb4) = BINARY
    'open' THEN 'new' WHEN BINARY CONVERT(t.`status_2` USING utf8mb4) = BINARY '100%%' THEN 'it''s' ELSE
    'new' END USING utf8mb4))) ORDER BY t.`id` LIMIT %(batch)s
""",
    ),
    "the comparison before the new side is published": Golden(
        Compare(NAME, ORDERS, KEY, (REFERRING,), COLUMNS, 9, fresh=True),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` DESC LIMIT 1

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) ORDER BY t.`id` LIMIT 2 OFFSET
    %(skip)s

-- work, bound:
SELECT COUNT(*), COUNT(CASE WHEN NOT (CASE WHEN t.`status_id` IS NULL AND ((CASE WHEN BINARY
    CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN (SELECT l.`id` FROM `shop`.`statuses` AS l
    WHERE BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New') WHEN BINARY CONVERT(t.`status` USING
    utf8mb4) = BINARY 'it''s' THEN (SELECT l.`id` FROM `shop`.`statuses` AS l WHERE BINARY
    CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s') END) IS NOT NULL) THEN EXISTS (SELECT 1 FROM
    `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND c.table_name =
    'shop.orders' AND c.`change` = 'EnumToReference orders.status' AND c.state = 'restored' AND
    c.row_key = JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin) ELSE BINARY
    CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT((SELECT CASE WHEN BINARY CONVERT(l.`name` USING
    utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s' THEN
    'it''s' END FROM `shop`.`statuses` AS l WHERE l.`id` = t.`status_id`) USING utf8mb4) END) THEN 1
    END) FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s
    AS SIGNED)

-- sample, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4), CAST(t.`status` AS CHAR CHARACTER SET utf8mb4),
    CAST(t.`status_id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) AND (NOT (CASE WHEN t.`status_id` IS
    NULL AND ((CASE WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN (SELECT l.`id`
    FROM `shop`.`statuses` AS l WHERE BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'New') WHEN BINARY
    CONVERT(t.`status` USING utf8mb4) = BINARY 'it''s' THEN (SELECT l.`id` FROM `shop`.`statuses` AS l
    WHERE BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s') END) IS NOT NULL) THEN EXISTS (SELECT
    1 FROM `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND c.table_name =
    'shop.orders' AND c.`change` = 'EnumToReference orders.status' AND c.state = 'restored' AND
    c.row_key = JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin) ELSE BINARY
    CONVERT(t.`status` USING utf8mb4) <=> BINARY CONVERT((SELECT CASE WHEN BINARY CONVERT(l.`name` USING
    utf8mb4) = BINARY 'New' THEN 'new' WHEN BINARY CONVERT(l.`name` USING utf8mb4) = BINARY 'It''s' THEN
    'it''s' END FROM `shop`.`statuses` AS l WHERE l.`id` = t.`status_id`) USING utf8mb4) END)) ORDER BY
    t.`id` LIMIT %(batch)s
""",
    ),
    "what is kept": Golden(
        KeepComplement(NAME, ORDERS, KEY, (status(),), COLUMNS, 9),
        """
-- before:
DELETE c FROM `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND c.table_name =
    'shop.orders' AND c.state <> 'kept'

-- first:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` LIMIT 1

-- last:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t ORDER BY t.`id` DESC LIMIT 1

-- next, bound:
SELECT CAST(t.`id` AS CHAR CHARACTER SET utf8mb4) FROM `shop`.`orders` AS t WHERE t.`id` >=
    CAST(%(lo_0)s AS SIGNED) AND t.`id` <= CAST(%(hi_0)s AS SIGNED) ORDER BY t.`id` LIMIT 2 OFFSET
    %(skip)s

-- work, bound:
INSERT INTO `_crossfade_shop`.`complement` (`evolution`, `table_name`, `change`, `row_key`,
    `old_values`, `new_values`, `state`) SELECT 'open_statuses', 'shop.orders', 'OpenEnum
    orders.status', JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin,
    JSON_ARRAY(CAST(t.`status` AS CHAR CHARACTER SET utf8mb4)), JSON_ARRAY(CAST(t.`status_2` AS CHAR
    CHARACTER SET utf8mb4)), 'kept' FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED)
    AND t.`id` <= CAST(%(hi_0)s AS SIGNED) AND (NOT (BINARY CONVERT(t.`status_2` USING utf8mb4) <=>
    BINARY CONVERT(CASE WHEN BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'new' THEN 'open' WHEN
    BINARY CONVERT(t.`status` USING utf8mb4) = BINARY 'it''s' THEN '100%%' END USING utf8mb4))) AND NOT
    EXISTS (SELECT 1 FROM `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND
    c.table_name = 'shop.orders' AND c.`change` = 'OpenEnum orders.status' AND c.row_key =
    JSON_ARRAY(CAST(t.`id` AS CHAR CHARACTER SET utf8mb4)) COLLATE utf8mb4_bin)

-- count, bound:
SELECT COUNT(*) FROM `shop`.`orders` AS t WHERE t.`id` >= CAST(%(lo_0)s AS SIGNED) AND t.`id` <=
    CAST(%(hi_0)s AS SIGNED)
""",
    ),
    "what is brought back": Golden(
        RestoreComplement(
            NAME, ITEMS, ITEMS_KEY, (REFERRING,), COLUMNS, 9, skip_triggers=False, stay=("touched",)
        ),
        """
-- next, bound:
SELECT MAX(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM
    `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND c.table_name =
    'shop.order `items`''s' AND c.`change` = 'EnumToReference orders.status' AND c.state = 'kept'
    AND c.row_key > %(after)s ORDER BY c.row_key LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s)
    AS k

-- setting:
SET @crossfade_sync = 'off'

-- setting, bound:
SELECT COUNT(`_crossfade_shop`.`value_status`(l.`id`)) FROM `shop`.`statuses` AS l WHERE l.`id` IN
    (SELECT CAST(JSON_VALUE(c.new_values, '$[0]') AS SIGNED) FROM `_crossfade_shop`.`complement` AS
    c WHERE c.evolution = 'open_statuses' AND c.table_name = 'shop.order `items`''s' AND c.`change`
    = 'EnumToReference orders.status' AND c.state = 'kept' AND c.row_key > %(after)s AND c.row_key
    <= %(upto)s)

-- setting, row locks, blocks writes to the rows of the batch, bound:
UPDATE `_crossfade_shop`.`complement` AS c LEFT JOIN `shop`.`order ``items``'s` AS t ON t.`order` =
    CAST(JSON_VALUE(c.row_key, '$[0]') AS UNSIGNED) AND t.`Kind` = FIELD(BINARY
    JSON_VALUE(c.row_key, '$[1]'), 'gift', 'it''s') AND t.`no` = CONVERT(JSON_VALUE(c.row_key,
    '$[2]') USING latin1) COLLATE latin1_swedish_ci AND BINARY CAST(t.`status` AS CHAR CHARACTER SET
    utf8mb4) <=> BINARY JSON_VALUE(c.old_values, '$[0]') AND (JSON_VALUE(c.new_values, '$[0]') IS
    NULL OR (BINARY CONVERT(t.`status` USING utf8mb4) <=> BINARY
    CONVERT(`_crossfade_shop`.`value_status`(CAST(JSON_VALUE(c.new_values, '$[0]') AS SIGNED)) USING
    utf8mb4) AND EXISTS (SELECT 1 FROM `shop`.`statuses` AS l WHERE l.`id` =
    CAST(JSON_VALUE(c.new_values, '$[0]') AS SIGNED)))) SET c.state = IF(t.`order` IS NULL,
    'superseding', 'restoring'), t.`touched` = t.`touched`, t.`status_id` = JSON_VALUE(c.new_values,
    '$[0]') WHERE c.evolution = 'open_statuses' AND c.table_name = 'shop.order `items`''s' AND
    c.`change` = 'EnumToReference orders.status' AND c.state = 'kept' AND c.row_key > %(after)s AND
    c.row_key <= %(upto)s

-- work, bound:
INSERT INTO `_crossfade_shop`.`complement` (`evolution`, `table_name`, `change`, `row_key`,
    `old_values`, `new_values`, `state`) SELECT c.`evolution`, c.`table_name`, c.`change`,
    c.`row_key`, c.`old_values`, c.`new_values`, IF(c.state = 'restoring', 'restored', 'superseded')
    FROM `_crossfade_shop`.`complement` AS c WHERE c.state IN ('restoring', 'superseding') AND
    c.evolution = 'open_statuses' AND c.table_name = 'shop.order `items`''s' AND c.`change` IN
    ('EnumToReference orders.status') AND c.row_key > %(after)s AND c.row_key <= %(upto)s ON
    DUPLICATE KEY UPDATE state = VALUES(state) RETURNING state
""",
    ),
    "what is brought back on MySQL": Golden(
        RestoreComplement(NAME, ORDERS, KEY, (status(),), COLUMNS, 9, skip_triggers=False),
        """
-- next, bound:
SELECT MAX(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM
    `_crossfade_shop`.`complement` AS c WHERE c.evolution = 'open_statuses' AND c.table_name =
    'shop.orders' AND c.`change` = 'OpenEnum orders.status' AND c.state = 'kept' AND c.row_key >
    %(after)s ORDER BY c.row_key LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET @crossfade_sync = 'off'

-- setting, row locks, blocks writes to the rows of the batch, bound:
UPDATE `_crossfade_shop`.`complement` AS c LEFT JOIN `shop`.`orders` AS t ON t.`id` =
    CAST(IF(JSON_TYPE(JSON_EXTRACT(c.row_key, '$[0]')) = 'NULL', NULL,
    JSON_UNQUOTE(JSON_EXTRACT(c.row_key, '$[0]'))) AS SIGNED) AND BINARY CAST(t.`status` AS CHAR
    CHARACTER SET utf8mb4) <=> BINARY IF(JSON_TYPE(JSON_EXTRACT(c.old_values, '$[0]')) = 'NULL',
    NULL, JSON_UNQUOTE(JSON_EXTRACT(c.old_values, '$[0]'))) SET c.state = IF(t.`id` IS NULL,
    'superseding', 'restoring'), t.`status_2` = IF(JSON_TYPE(JSON_EXTRACT(c.new_values, '$[0]')) =
    'NULL', NULL, JSON_UNQUOTE(JSON_EXTRACT(c.new_values, '$[0]'))) WHERE c.evolution =
    'open_statuses' AND c.table_name = 'shop.orders' AND c.`change` = 'OpenEnum orders.status' AND
    c.state = 'kept' AND c.row_key > %(after)s AND c.row_key <= %(upto)s

-- work, bound:
UPDATE `_crossfade_shop`.`complement` AS c SET c.state = IF(c.state = 'restoring', 'restored',
    'superseded') WHERE c.state IN ('restoring', 'superseding') AND c.evolution = 'open_statuses'
    AND c.table_name = 'shop.orders' AND c.`change` IN ('OpenEnum orders.status') AND c.row_key >
    %(after)s AND c.row_key <= %(upto)s
""",
        MYSQL,
    ),
    "what is forgotten": Golden(
        Forget(NAME),
        """
-- work:
DELETE FROM `_crossfade_shop`.`complement` WHERE evolution = 'open_statuses'

-- work:
DELETE FROM `_crossfade_shop`.`seed` WHERE evolution = 'open_statuses'
""",
    ),
    "unmapped labels": Golden(
        CountUnmapped("OpenEnum orders.status", ORDERS, "status", ("it's",)),
        """
-- work:
SELECT MIN(CAST(t.`status` AS CHAR CHARACTER SET utf8mb4)) AS value, COUNT(*) AS `rows` FROM
    `shop`.`orders` AS t WHERE t.`status` = 0 OR BINARY CAST(t.`status` AS CHAR CHARACTER SET utf8mb4) =
    BINARY 'it''s' GROUP BY BINARY CAST(t.`status` AS CHAR CHARACTER SET utf8mb4) ORDER BY 1
""",
    ),
    "unsaid values": Golden(
        CountUnsaid("OpenEnum orders.status", ORDERS, "status_2", "status", ("100%",), null=True),
        """
-- work:
SELECT COALESCE(MIN(CAST(t.`status_2` AS CHAR CHARACTER SET utf8mb4)), 'NULL') AS value, COUNT(*) AS
    `rows`, SUM(COUNT(*)) OVER () AS many FROM `shop`.`orders` AS t WHERE (BINARY CAST(t.`status_2` AS
    CHAR CHARACTER SET utf8mb4) = BINARY '100%') IS NOT TRUE AND t.`status_2` IS NOT NULL GROUP BY
    BINARY CAST(t.`status_2` AS CHAR CHARACTER SET utf8mb4) ORDER BY 2 DESC, 1 LIMIT 20
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    check(CASES[name])
