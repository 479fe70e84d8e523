"""What a document asks the data: exact, and nothing but reading."""

from dataclasses import replace

import pytest

from crossfade.expressions import LookupKey, LookupValue
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, TableName
from crossfade.steps import CountApart, CountReturns, CountValues, ReadRows
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, CONSTANT, FILLED, ITEMS, OLD, ORDERS, status

TYPES = TableName("public", "task_type")
DOMAIN, ACTION = Column("domain", "text"), Column("action", "text")
KEY = LookupKey(
    "status", TYPES, "id", (("new", (("domain", "claim"), ("action", "open"))),), (DOMAIN, ACTION),
    "public.order_status", "uuid", "key_1",
)  # fmt: skip
VALUE = LookupValue(
    "type_id", TYPES, "id", (((("domain", "claim"),), "new"),), (DOMAIN,), "uuid", "text", "value_1"
)
TYPED = RowLens(
    "EnumToReference orders.status", ORDERS, (OLD,), (Column("type_id", "uuid"),), ("type_id",),
    (Assignment("type_id", KEY),), (Assignment("status", VALUE),), Law.FORWARD,
)  # fmt: skip
OPENED = status()
LEFT_OUT = replace(FILLED.inverse(), shown=())
MARKED = replace(LEFT_OUT, mark="note_stands")
WITHOUT = ("id", "total", "status_2", "channel")  # the old side is gone, and so is its type
TEXTUAL = status(old=replace(OLD, type="text", enum=None))

CASES = {
    "values": Golden(
        CountValues(ORDERS, "status", "status", OPENED),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT t.status::text AS value, NULL AS back, sum(t._crossfade_rows)::bigint AS rows, count(*) OVER
  () AS many FROM (SELECT status, count(*) AS _crossfade_rows FROM public.orders GROUP BY 1) AS t
  GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100
""",
    ),
    "values of a quoted column": Golden(
        CountValues(ITEMS, "Status", "Status", most=7),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT t."Status"::text AS value, NULL AS back, sum(t._crossfade_rows)::bigint AS rows, count(*)
  OVER () AS many FROM (SELECT "Status", count(*) AS _crossfade_rows FROM "Shop"."order items" GROUP
  BY 1) AS t GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 7
""",
    ),
    "values of the new side, and what they are on the way back": Golden(
        CountValues(ORDERS, "status_2", "status", OPENED, OPENED.forward[0].value, TEXTUAL.backward[0].value),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT t.status_2::text AS value, (CASE WHEN t.status_2 = 'open' THEN 'new' WHEN t.status_2 = '100%'
  THEN 'it''s' ELSE 'new' END)::text AS back, sum(t._crossfade_rows)::bigint AS rows, count(*) OVER
  () AS many FROM (SELECT status_2, count(*) AS _crossfade_rows FROM public.orders GROUP BY 1) AS t
  GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100
""",
    ),
    "keys of a lookup table, by what its rows hold": Golden(
        CountValues(ORDERS, "type_id", "type_id", TYPED, KEY, VALUE),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT (SELECT json_build_object('domain', l.domain::text, 'action', l.action::text)::text FROM
  public.task_type AS l WHERE l.id = t.type_id) AS value, ((SELECT CASE WHEN l.domain = 'claim' THEN
  'new' END FROM public.task_type AS l WHERE l.id = t.type_id))::text AS back,
  sum(t._crossfade_rows)::bigint AS rows, count(*) OVER () AS many FROM (SELECT type_id, count(*) AS
  _crossfade_rows FROM public.orders GROUP BY 1) AS t GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100
""",
    ),
    "rows of which one side alone holds something": Golden(
        CountApart(ORDERS, (OPENED, CONSTANT), COLUMNS),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE NOT coalesce(t.status_2 OPERATOR(pg_catalog.=) (CASE
  WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END), t.status_2 IS NULL AND (CASE
  WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END) IS NULL)) AS kept_0, count(*)
  FILTER (WHERE NOT (coalesce(t.status OPERATOR(pg_catalog.=) (CASE WHEN t.status_2
  OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN t.status_2
  OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status
  END), t.status IS NULL AND (CASE WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN
  'new'::public.order_status WHEN t.status_2 OPERATOR(pg_catalog.=) '100%' THEN
  'it''s'::public.order_status ELSE 'new'::public.order_status END) IS NULL))) AS apart_0, count(*)
  FILTER (WHERE NOT coalesce(t.channel OPERATOR(pg_catalog.=) (CAST('web' AS TEXT)), t.channel IS
  NULL AND (CAST('web' AS TEXT)) IS NULL)) AS kept_1 FROM public.orders AS t
""",
    ),
    "with a user's SQL": Golden(
        CountApart(ORDERS, (status(law=Law.FORWARD), FILLED), COLUMNS),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE NOT coalesce(t.status_2 OPERATOR(pg_catalog.=) (CASE
  WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END), t.status_2 IS NULL AND (CASE
  WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END) IS NULL)) AS kept_0, count(*)
  FILTER (WHERE coalesce(t.status_2 OPERATOR(pg_catalog.=) (CASE WHEN t.status
  OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status OPERATOR(pg_catalog.=)
  'it''s'::public.order_status THEN '100%' END), t.status_2 IS NULL AND (CASE WHEN t.status
  OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status OPERATOR(pg_catalog.=)
  'it''s'::public.order_status THEN '100%' END) IS NULL) AND (NOT coalesce(t.status
  OPERATOR(pg_catalog.=) (CASE WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN
  'new'::public.order_status WHEN t.status_2 OPERATOR(pg_catalog.=) '100%' THEN
  'it''s'::public.order_status ELSE 'new'::public.order_status END), t.status IS NULL AND (CASE WHEN
  t.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN t.status_2
  OPERATOR(pg_catalog.=) '100%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status
  END) IS NULL))) AS lost_0, count(*) FILTER (WHERE NOT (coalesce(t.status_2 OPERATOR(pg_catalog.=)
  (CASE WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END), t.status_2 IS NULL AND (CASE
  WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
  OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%' END) IS NULL))) AS apart_0,
  count(*) FILTER (WHERE NOT coalesce(t.channel OPERATOR(pg_catalog.=)
  (CAST(coalesce(upper(t."note"), 'web') AS TEXT)), t.channel IS NULL AND
  (CAST(coalesce(upper(t."note"), 'web') AS TEXT)) IS NULL)) AS kept_1 FROM public.orders AS t
""",
    ),
    "of a column that is left out": Golden(
        CountApart(ORDERS, (LEFT_OUT,), COLUMNS),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE NOT coalesce(t.channel OPERATOR(pg_catalog.=)
  (CAST(coalesce(upper(t."note"), 'web') AS TEXT)), t.channel IS NULL AND
  (CAST(coalesce(upper(t."note"), 'web') AS TEXT)) IS NULL)) AS lost_0, count(*) FILTER (WHERE
  false) AS apart_0 FROM public.orders AS t
""",
    ),
    "of a column that is left out, once it is retired": Golden(
        CountApart(ORDERS, (LEFT_OUT, MARKED), COLUMNS, retired=True),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE NOT (t.channel IS NULL) AND (NOT coalesce(t.channel
  OPERATOR(pg_catalog.=) (CAST(coalesce(upper(t."note"), 'web') AS TEXT)), t.channel IS NULL AND
  (CAST(coalesce(upper(t."note"), 'web') AS TEXT)) IS NULL))) AS lost_0, count(*) FILTER (WHERE
  t.channel IS NULL) AS apart_0, count(*) FILTER (WHERE NOT (t.note_stands IS NOT TRUE) AND (NOT
  coalesce(t.channel OPERATOR(pg_catalog.=) (CAST(coalesce(upper(t."note"), 'web') AS TEXT)),
  t.channel IS NULL AND (CAST(coalesce(upper(t."note"), 'web') AS TEXT)) IS NULL))) AS lost_1,
  count(*) FILTER (WHERE t.note_stands IS NOT TRUE) AS apart_1 FROM public.orders AS t
""",
    ),
    "new values that do not come back": Golden(
        CountReturns(ORDERS, (TEXTUAL, replace(CONSTANT, forward=())), WITHOUT, "new"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE t.status_2 IS DISTINCT FROM CASE WHEN t.status =
  'new' THEN 'open' WHEN t.status = 'it''s' THEN '100%' END) AS returns_0 FROM (SELECT t.id,
  t.total, t.status_2, t.channel, (CASE WHEN t.status_2 = 'open' THEN 'new' WHEN t.status_2 = '100%'
  THEN 'it''s' ELSE 'new' END) AS status FROM public.orders AS t) AS t
""",
    ),
    "old values that do not come back": Golden(
        CountReturns(ORDERS, (OPENED,), ("id", "status", "total"), "old"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- work, ACCESS SHARE:
SELECT count(*) AS rows, count(*) FILTER (WHERE t.status IS DISTINCT FROM CASE WHEN t.status_2 =
  'open' THEN 'new'::public.order_status WHEN t.status_2 = '100%' THEN 'it''s'::public.order_status
  ELSE 'new'::public.order_status END) AS returns_0 FROM (SELECT t.id, t.status, t.total, (CASE WHEN
  t.status = 'new'::public.order_status THEN 'open' WHEN t.status = 'it''s'::public.order_status
  THEN '100%' END) AS status_2 FROM public.orders AS t) AS t
""",
    ),
    "rows to time": Golden(
        ReadRows(ORDERS),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT count(*) AS rows, sum(length(t::text)) AS characters FROM (SELECT * FROM public.orders LIMIT
  20000) AS t
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
