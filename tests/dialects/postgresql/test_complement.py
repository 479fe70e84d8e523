"""The complement: kept, and brought back."""

import pytest

from crossfade.steps import KeepComplement, RestoreComplement
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import COLUMNS, DATA, FILLED, ITEMS, ITEMS_KEY, KEY, ORDERS, status

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
    "kept": Golden(
        KeepComplement(NAME, ORDERS, KEY, (status(), DATA), COLUMNS, 1000),
        """
-- before:
DELETE
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.state <> 'kept'

"""
        + WALK
        + """
-- work, ACCESS SHARE, bound:
INSERT INTO crossfade.complement AS c (evolution, table_name, change, row_key, old_values,
    new_values, state) SELECT 'open_statuses', 'public.orders', 'OpenEnum orders.status',
    jsonb_build_array(t.id::text)::text, jsonb_build_array(t.status::text),
    jsonb_build_array(t.status_2::text), 'kept'
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (NOT coalesce(t.status_2
      OPERATOR(pg_catalog.=) (CASE WHEN t.status OPERATOR(pg_catalog.=) 'new'::public.order_status
      THEN 'open' WHEN t.status OPERATOR(pg_catalog.=) 'it''s'::public.order_status THEN '100%%'
      END), t.status_2 IS NULL AND (CASE WHEN t.status OPERATOR(pg_catalog.=)
      'new'::public.order_status THEN 'open' WHEN t.status OPERATOR(pg_catalog.=)
      'it''s'::public.order_status THEN '100%%' END) IS NULL))
  ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING

-- work, ACCESS SHARE, bound:
INSERT INTO crossfade.complement AS c (evolution, table_name, change, row_key, old_values,
    new_values, state)
  SELECT 'open_statuses', 'public.orders', 'AddColumn orders.data',
    jsonb_build_array(t.id::text)::text, jsonb_build_array(), jsonb_build_array(t.data::text),
    'kept'
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint AND (CAST(CAST(t.data AS JSON) AS
    text) IS DISTINCT FROM CAST(CAST(CAST(to_json(t."note") AS JSON) AS JSON) AS text))
  ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM public.orders AS t
  WHERE t.id >= %(lo_0)s::bigint AND t.id <= %(hi_0)s::bigint

""",
    ),
    "kept by a key of two columns": Golden(
        KeepComplement(NAME, ITEMS, ITEMS_KEY, (FILLED,), COLUMNS, 1000),
        """
-- before:
DELETE
  FROM crossfade.complement AS c
  WHERE c.evolution = 'open_statuses' AND c.table_name = 'Shop.order items' AND c.state <> 'kept'

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
INSERT INTO crossfade.complement AS c (evolution, table_name, change, row_key, old_values,
    new_values, state) SELECT 'open_statuses', 'Shop.order items', 'AddColumn orders.channel',
    jsonb_build_array(t."order"::text, t."No"::text)::text, jsonb_build_array(),
    jsonb_build_array(t.channel::text), 'kept'
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
      (%(hi_0)s::bigint, %(hi_1)s::integer) AND (NOT coalesce(t.channel OPERATOR(pg_catalog.=)
      (CAST(coalesce(upper(t."note"), 'web') AS TEXT)), t.channel IS NULL AND
      (CAST(coalesce(upper(t."note"), 'web') AS TEXT)) IS NULL))
  ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*)
  FROM "Shop"."order items" AS t
  WHERE (t."order", t."No") >= (%(lo_0)s::bigint, %(lo_1)s::integer) AND (t."order", t."No") <=
    (%(hi_0)s::bigint, %(hi_1)s::integer)

""",
    ),
    "brought back": Golden(
        RestoreComplement(NAME, ORDERS, KEY, (status(), FILLED), COLUMNS, 1000, skip_triggers=True),
        """
-- next, bound:
SELECT max(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM crossfade.complement AS c
    WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'OpenEnum
    orders.status' AND c.state = 'kept' AND c.row_key > %(after)s ORDER BY c.row_key LIMIT
    %(batch)s) UNION (SELECT c.row_key FROM crossfade.complement AS c WHERE c.evolution =
    'open_statuses' AND c.table_name = 'public.orders' AND c.change = 'AddColumn orders.channel' AND
    c.state = 'kept' AND c.row_key > %(after)s ORDER BY c.row_key LIMIT %(batch)s)) AS u ORDER BY 1
    LIMIT %(batch)s) AS k

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL
    session_replication_role = 'replica'

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders'
    AND c.change = 'OpenEnum orders.status' AND c.state = 'kept' AND c.row_key > %(after)s AND
    c.row_key <= %(upto)s ORDER BY c.row_key),
    restored AS (UPDATE public.orders AS t SET status_2 = (p.new_values ->> 0)::VARCHAR(50) FROM
    picked p WHERE t.id = (p.row_key::jsonb ->> 0)::bigint AND t.status::text IS NOT DISTINCT FROM
    p.old_values ->> 0 RETURNING p.row_key)
    UPDATE crossfade.complement AS c
    SET state = CASE WHEN c.row_key IN (SELECT r.row_key FROM restored AS r) THEN 'restored' ELSE
    'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'open_statuses' AND c.table_name = 'public.orders'
    AND c.change = 'AddColumn orders.channel' AND c.state = 'kept' AND c.row_key > %(after)s AND
    c.row_key <= %(upto)s ORDER BY c.row_key),
    restored AS (UPDATE public.orders AS t SET channel = (p.new_values ->> 0)::TEXT FROM picked p
    WHERE t.id = (p.row_key::jsonb ->> 0)::bigint RETURNING p.row_key)
    UPDATE crossfade.complement AS c
    SET state = CASE WHEN c.row_key IN (SELECT r.row_key FROM restored AS r) THEN 'restored' ELSE
    'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state
""",
    ),
    "brought back by a key of two columns": Golden(
        RestoreComplement(NAME, ITEMS, ITEMS_KEY, (FILLED,), COLUMNS, 1000, skip_triggers=False),
        """
-- next, bound:
SELECT max(k.row_key) FROM (SELECT row_key FROM ((SELECT c.row_key FROM crossfade.complement AS c
    WHERE c.evolution = 'open_statuses' AND c.table_name = 'Shop.order items' AND c.change =
    'AddColumn orders.channel' AND c.state = 'kept' AND c.row_key > %(after)s ORDER BY c.row_key
    LIMIT %(batch)s)) AS u ORDER BY 1 LIMIT %(batch)s) AS k

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
WITH picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values FROM
    crossfade.complement AS c WHERE c.evolution = 'open_statuses' AND c.table_name = 'Shop.order
    items' AND c.change = 'AddColumn orders.channel' AND c.state = 'kept' AND c.row_key > %(after)s
    AND c.row_key <= %(upto)s ORDER BY c.row_key),
    restored AS (UPDATE "Shop"."order items" AS t SET channel = (p.new_values ->> 0)::TEXT FROM
    picked p WHERE t."order" = (p.row_key::jsonb ->> 0)::bigint AND t."No" = (p.row_key::jsonb ->>
    1)::integer RETURNING p.row_key)
    UPDATE crossfade.complement AS c
    SET state = CASE WHEN c.row_key IN (SELECT r.row_key FROM restored AS r) THEN 'restored' ELSE
    'superseded' END
    WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p))
    RETURNING c.state
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
