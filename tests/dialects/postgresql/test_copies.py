"""Copies: the new side of a range of rows, filled."""

import pytest

from crossfade.steps import CopyRows
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, FILLED, ITEMS, ITEMS_KEY, KEY, ORDERS, VOLATILE, status

ENDS = """
-- first, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id LIMIT 1

-- last, ACCESS SHARE:
SELECT t.id::text FROM public.orders AS t ORDER BY t.id DESC LIMIT 1

"""
NEXT = """
-- next, ACCESS SHARE, bound:
SELECT t.id::text
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint
  ORDER BY t.id
  OFFSET %(batch)s - 1
  LIMIT 2

"""

CASES = {
    "one lens": Golden(
        CopyRows(ORDERS, KEY, (status(),), COLUMNS, 1000, skip_triggers=True),
        ENDS
        + """
-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off';
SET LOCAL session_replication_role = 'replica'

"""
        + NEXT
        + """
-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t
  SET status_2 = CASE WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open'
      WHEN t.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND ((t.status_2 IS NULL AND (CASE
      WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
      OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END IS NOT NULL)))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

""",
    ),
    "two lenses, by a role that may not skip triggers": Golden(
        CopyRows(ORDERS, KEY, (status(), FILLED), COLUMNS, 1000, skip_triggers=False),
        ENDS
        + """
-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off'

"""
        + NEXT
        + """
-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t
  SET status_2 = CASE WHEN t.status_2 IS NULL AND (CASE WHEN t.status OPERATOR(pg_catalog.=)
      'new'::public.order_status THEN 'open' WHEN t.status OPERATOR(pg_catalog.=)
      'it''s'::public.order_status THEN '100%%' END IS NOT NULL) THEN CASE WHEN t.status
      OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
      OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END ELSE t.status_2 END,
      channel = CASE WHEN t.channel IS NULL AND (coalesce(upper(t."note"), 'web') IS NOT NULL) THEN
      coalesce(upper(t."note"), 'web') ELSE t.channel END
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND ((t.status_2 IS NULL AND (CASE
      WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status THEN 'open' WHEN t.status
      OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%' END IS NOT NULL)) OR
      (t.channel IS NULL AND (coalesce(upper(t."note"), 'web') IS NOT NULL)))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

""",
    ),
    "a key of two columns": Golden(
        CopyRows(ITEMS, ITEMS_KEY, (VOLATILE,), ("order", "No"), 0, skip_triggers=True),
        """
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

-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off';
SET LOCAL session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t."order"::text, t."No"::text
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer)
  ORDER BY t."order", t."No"
  OFFSET %(batch)s - 1
  LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE "Shop"."order items" AS t
  SET token = gen_random_uuid()
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer) AND ((t.token IS NULL))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer)

""",
    ),
    "a repair": Golden(
        CopyRows(ORDERS, KEY, (status().inverse(),), COLUMNS, 1000, skip_triggers=True, repair=True),
        ENDS
        + """
-- setting:
SET LOCAL crossfade.sync = 'off';
SET LOCAL synchronous_commit = 'off';
SET LOCAL session_replication_role = 'replica'

"""
        + NEXT
        + """
-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.orders AS t
  SET status = CASE WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status
      WHEN t.status_2 OPERATOR(pg_catalog.=) '100%%' THEN 'it''s'::public.order_status ELSE
      'new'::public.order_status END
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND ((NOT (coalesce(t.status
      OPERATOR(pg_catalog.=) (CASE WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN
      'new'::public.order_status WHEN t.status_2 OPERATOR(pg_catalog.=) '100%%' THEN
      'it''s'::public.order_status ELSE 'new'::public.order_status END), t.status IS NULL AND (CASE
      WHEN t.status_2 OPERATOR(pg_catalog.=) 'open' THEN 'new'::public.order_status WHEN t.status_2
      OPERATOR(pg_catalog.=) '100%%' THEN 'it''s'::public.order_status ELSE
      'new'::public.order_status END) IS NULL))))

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
