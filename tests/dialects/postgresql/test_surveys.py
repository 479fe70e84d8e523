"""What a document asks the data: exact, and nothing but reading."""

import pytest

from crossfade.lens import Law
from crossfade.steps import CountApart, CountValues
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, CONSTANT, FILLED, ITEMS, ORDERS, status

CASES = {
    "values": Golden(
        CountValues(ORDERS, "status", "status"),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT status::text AS value, count(*) AS rows FROM public.orders GROUP BY 1 ORDER BY 2 DESC, 1
  LIMIT 100
""",
    ),
    "values of a quoted column": Golden(
        CountValues(ITEMS, "Status", "Status", most=7),
        """
-- setting:
SET TRANSACTION READ ONLY

-- work, ACCESS SHARE:
SELECT "Status"::text AS value, count(*) AS rows FROM "Shop"."order items" GROUP BY 1 ORDER BY 2
  DESC, 1 LIMIT 7
""",
    ),
    "rows of which one side alone holds something": Golden(
        CountApart(ORDERS, (status(), CONSTANT), COLUMNS),
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
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
