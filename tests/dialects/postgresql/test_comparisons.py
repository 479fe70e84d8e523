"""Comparisons: both sides of a range of rows, by the law of each lens."""

import pytest

from crossfade.lens import Law
from crossfade.steps import Compare
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, FILLED, ITEMS, ITEMS_KEY, KEY, ORDERS, status

NAME = "open_statuses"
WALK = """
-- first, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id DESC LIMIT 1

-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

"""

CASES = {
    "backward": Golden(
        Compare(NAME, ORDERS, KEY, (status(),), COLUMNS, 1000),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

"""
        + WALK
        + """
-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT (t.status IS NOT DISTINCT FROM CASE WHEN t.status_2 =
    'open' THEN 'new'::public.order_status WHEN t.status_2 = '100%%' THEN
    'it''s'::public.order_status ELSE 'new'::public.order_status END))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.status::text, t.status_2::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (NOT (t.status
    IS NOT DISTINCT FROM CASE WHEN t.status_2 = 'open' THEN 'new'::public.order_status WHEN
    t.status_2 = '100%%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status END))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "forward": Golden(
        Compare(NAME, ORDERS, KEY, (status(law=Law.FORWARD),), COLUMNS, 1000),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

"""
        + WALK
        + """
-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT (t.status_2 IS NOT DISTINCT FROM CASE WHEN t.status =
    'new'::public.order_status THEN 'open' WHEN t.status = 'it''s'::public.order_status THEN
    '100%%' END))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.status::text, t.status_2::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (NOT (t.status_2
    IS NOT DISTINCT FROM CASE WHEN t.status = 'new'::public.order_status THEN 'open' WHEN t.status
    = 'it''s'::public.order_status THEN '100%%' END))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "either": Golden(
        Compare(NAME, ORDERS, KEY, (status(law=Law.EITHER),), COLUMNS, 1000),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

"""
        + WALK
        + """
-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT ((t.status IS NOT DISTINCT FROM CASE WHEN t.status_2 =
    'open' THEN 'new'::public.order_status WHEN t.status_2 = '100%%' THEN
    'it''s'::public.order_status ELSE 'new'::public.order_status END OR t.status_2
    IS NOT DISTINCT FROM CASE WHEN t.status = 'new'::public.order_status THEN 'open' WHEN t.status
    = 'it''s'::public.order_status THEN '100%%' END)))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.status::text, t.status_2::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (NOT ((t.status
    IS NOT DISTINCT FROM CASE WHEN t.status_2 = 'open' THEN 'new'::public.order_status WHEN
    t.status_2 = '100%%' THEN 'it''s'::public.order_status ELSE 'new'::public.order_status END OR
    t.status_2 IS NOT DISTINCT FROM CASE WHEN t.status = 'new'::public.order_status THEN 'open'
    WHEN t.status = 'it''s'::public.order_status THEN '100%%' END)))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "before the new side is published": Golden(
        Compare(NAME, ORDERS, KEY, (status(), FILLED), COLUMNS, 1000, fresh=True),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

"""
        + WALK
        + """
-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT (CASE WHEN t.status_2 IS NULL AND (CASE WHEN t.status
    OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
    OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END IS NOT NULL) THEN EXISTS
    (SELECT
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'OpenEnum
      orders.status' AND c.state = 'restored' AND c.row_key = jsonb_build_array(t.id::text)::text)
      ELSE coalesce(t.status OPERATOR(pg_catalog.=) (CASE WHEN t.status_2 OPERATOR(pg_catalog.=)
      'open' THEN 'new'::public.order_status WHEN t.status_2 OPERATOR(pg_catalog.=) '100%%' THEN
      'it''s'::public.order_status ELSE 'new'::public.order_status END), t.status IS NULL AND (CASE
      WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN t.status_2
      OPERATOR(pg_catalog.=) '100%%' THEN 'it''s'::public.order_status ELSE
      'new'::public.order_status END) IS NULL) END) OR NOT (CASE WHEN t.channel IS NULL AND
      (coalesce(upper(t."note"), 'web') IS NOT NULL) THEN EXISTS (SELECT
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'AddColumn
      orders.channel' AND c.state = 'restored' AND c.row_key = jsonb_build_array(t.id::text)::text)
      ELSE true END))
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

-- sample, ACCESS SHARE, bound:
SELECT t.id::text, t.status::text, t.status_2::text, t.channel::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (NOT (CASE WHEN t.status_2 IS NULL
      AND (CASE WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN
      t.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END IS NOT NULL)
      THEN EXISTS (SELECT
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'OpenEnum
      orders.status' AND c.state = 'restored' AND c.row_key = jsonb_build_array(t.id::text)::text)
      ELSE coalesce(t.status OPERATOR(pg_catalog.=) (CASE WHEN t.status_2 OPERATOR(pg_catalog.=)
      'open' THEN 'new'::public.order_status WHEN t.status_2 OPERATOR(pg_catalog.=) '100%%' THEN
      'it''s'::public.order_status ELSE 'new'::public.order_status END), t.status IS NULL AND (CASE
      WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN t.status_2
      OPERATOR(pg_catalog.=) '100%%' THEN 'it''s'::public.order_status ELSE
      'new'::public.order_status END) IS NULL) END) OR NOT (CASE WHEN t.channel IS NULL AND
      (coalesce(upper(t."note"), 'web') IS NOT NULL) THEN EXISTS (SELECT
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'AddColumn
      orders.channel' AND c.state = 'restored' AND c.row_key = jsonb_build_array(t.id::text)::text)
      ELSE true END))
  ORDER BY t.id
  LIMIT %(batch)s

""",
    ),
    "a key of two columns": Golden(
        Compare(NAME, ITEMS, ITEMS_KEY, (status(),), COLUMNS, 0),
        """
-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- first, ACCESS SHARE:
SELECT t."order"::text, t."No"::text
  FROM "Shop"."order items" AS t
  ORDER BY t."order", t."No"
  LIMIT 1

-- last, ACCESS SHARE:
SELECT t."order"::text, t."No"::text
  FROM "Shop"."order items" AS t
  ORDER BY t."order" DESC, t."No" DESC
  LIMIT 1

-- next, ACCESS SHARE, bound:
SELECT t."order"::text, t."No"::text
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer)
  ORDER BY t."order", t."No"
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE NOT (t.status IS NOT DISTINCT FROM CASE WHEN t.status_2 =
    'open' THEN 'new'::public.order_status WHEN t.status_2 = '100%%' THEN
    'it''s'::public.order_status ELSE 'new'::public.order_status END))
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer)

-- sample, ACCESS SHARE, bound:
SELECT t."order"::text, t."No"::text, t.status::text, t.status_2::text
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer) AND (NOT (t.status IS NOT DISTINCT FROM CASE WHEN
    t.status_2 = 'open' THEN 'new'::public.order_status WHEN t.status_2 = '100%%' THEN
    'it''s'::public.order_status ELSE 'new'::public.order_status END))
  ORDER BY t."order", t."No"
  LIMIT %(batch)s

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
