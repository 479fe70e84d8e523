"""Seed rows, and taking them back."""

import pytest

from crossfade.schema import TableName
from crossfade.steps import SeedRows, UnseedRows
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, NAMESPACE, ORDERS

ROWS = (
    """{"id": 1, "note": "it's 5%"}""",
    """{"id": 2}""",
    """{"id": 3, "note": null}""",
)
REFERENCES = (
    (ITEMS, ("order",), ("id",)),
    (TableName("public", "refunds"), ("order_id", "order_no"), ("id", "no")),
)

CASES = {
    "seeds": Golden(
        SeedRows("open_statuses", ORDERS, NAMESPACE, ("id",), ROWS, ("id", "note"), ()),
        """
-- setting:
SET LOCAL search_path = public__open_statuses, public

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO public__open_statuses.orders (id, note) OVERRIDING SYSTEM VALUE SELECT
    r.id, r.note FROM crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r JOIN
    jsonb_populate_recordset(NULL::public__open_statuses.orders,
    '[{"id": 1, "note": "it''s 5%"}, {"id": 2}, {"id": 3, "note": null}]'::jsonb) d ON d.id = r.id
    WHERE s.evolution = 'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'removed'
    AND NOT EXISTS (SELECT FROM public__open_statuses.orders AS t WHERE t.id = r.id) ON CONFLICT
    DO NOTHING RETURNING *) INSERT INTO crossfade.seed (evolution, table_name, row_key, image,
    state)
  SELECT 'open_statuses', 'public.orders', jsonb_build_object('id', m.id::text)::text,
    to_jsonb(m), 'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE
  SET image = excluded.image, state = excluded.state

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO public__open_statuses.orders (id) SELECT r.id FROM
    jsonb_populate_recordset(NULL::public__open_statuses.orders, '[{"id": 2}]'::jsonb) r WHERE
    NOT EXISTS (SELECT FROM public__open_statuses.orders AS t WHERE t.id = r.id) ON CONFLICT DO
    NOTHING RETURNING *) INSERT INTO crossfade.seed (evolution, table_name, row_key, image, state)
  SELECT 'open_statuses', 'public.orders', jsonb_build_object('id', m.id::text)::text,
    to_jsonb(m), 'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE
  SET image = excluded.image, state = excluded.state

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO public__open_statuses.orders (id, note) SELECT r.id, r.note FROM
    jsonb_populate_recordset(NULL::public__open_statuses.orders,
    '[{"id": 1, "note": "it''s 5%"}, {"id": 3, "note": null}]'::jsonb) r WHERE
    NOT EXISTS (SELECT FROM public__open_statuses.orders AS t WHERE t.id = r.id) ON CONFLICT DO
    NOTHING RETURNING *) INSERT INTO crossfade.seed (evolution, table_name, row_key, image, state)
  SELECT 'open_statuses', 'public.orders', jsonb_build_object('id', m.id::text)::text,
    to_jsonb(m), 'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE
  SET image = excluded.image, state = excluded.state

-- setting:
SET LOCAL search_path = DEFAULT

""",
    ),
    "seeds of a key of two columns": Golden(
        SeedRows(
            "open_statuses",
            ITEMS,
            "Shop__open_statuses",
            ("order", "No"),
            ("""{"No": 1, "order": 7}""",),
            ("order", "No"),
            (),
        ),
        """
-- setting:
SET LOCAL search_path = "Shop__open_statuses", "Shop"

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO "Shop__open_statuses"."order items" ("order", "No") OVERRIDING SYSTEM
    VALUE SELECT r."order", r."No" FROM crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::"Shop__open_statuses"."order items", s.image) r JOIN
    jsonb_populate_recordset(NULL::"Shop__open_statuses"."order items",
    '[{"No": 1, "order": 7}]'::jsonb) d ON d."order" = r."order" AND d."No" = r."No" WHERE
    s.evolution = 'open_statuses' AND s.table_name = 'Shop.order items' AND s.state = 'removed'
    AND NOT EXISTS (SELECT FROM "Shop__open_statuses"."order items" AS t WHERE t."order" =
    r."order" AND t."No" = r."No") ON CONFLICT DO NOTHING RETURNING *) INSERT INTO crossfade.seed
    (evolution, table_name, row_key, image, state)
  SELECT 'open_statuses', 'Shop.order items', jsonb_build_object('order', m."order"::text, 'No',
    m."No"::text)::text, to_jsonb(m), 'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE
  SET image = excluded.image, state = excluded.state

-- work, ROW EXCLUSIVE:
WITH made AS (INSERT INTO "Shop__open_statuses"."order items" ("No", "order") SELECT r."No",
    r."order" FROM jsonb_populate_recordset(NULL::"Shop__open_statuses"."order items",
    '[{"No": 1, "order": 7}]'::jsonb) r WHERE NOT EXISTS (SELECT FROM
    "Shop__open_statuses"."order items" AS t WHERE t."order" = r."order" AND t."No" = r."No")
    ON CONFLICT DO NOTHING RETURNING *) INSERT INTO crossfade.seed (evolution, table_name,
    row_key, image, state)
  SELECT 'open_statuses', 'Shop.order items', jsonb_build_object('order', m."order"::text, 'No',
    m."No"::text)::text, to_jsonb(m), 'present'
  FROM made m
  ON CONFLICT (evolution, table_name, row_key)
  DO UPDATE
  SET image = excluded.image, state = excluded.state

-- setting:
SET LOCAL search_path = DEFAULT

""",
    ),
    "seeds taken back": Golden(
        UnseedRows("open_statuses", ORDERS, NAMESPACE, ("id",), ()),
        """
-- setting, ROW SHARE, blocks writes to the seeded rows:
SELECT s.row_key
  FROM public__open_statuses.orders AS t, crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r
  WHERE s.evolution = 'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present'
    AND t.id = r.id
  FOR
  UPDATE OF t

-- work, ROW EXCLUSIVE:
WITH gone AS (DELETE FROM public__open_statuses.orders AS t USING crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r WHERE s.evolution =
    'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present' AND t.id = r.id AND
    to_jsonb(t) = s.image RETURNING s.row_key)
  UPDATE crossfade.seed AS s
  SET state = CASE WHEN EXISTS (SELECT FROM gone WHERE gone.row_key = s.row_key) THEN 'removed'
    WHEN EXISTS (SELECT FROM public__open_statuses.orders AS t, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r WHERE t.id = r.id) THEN
    'left' ELSE 'absent' END
  WHERE s.evolution = 'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present'
  RETURNING s.row_key, s.state

""",
    ),
    "seeds taken back unless referred to": Golden(
        UnseedRows("open_statuses", ORDERS, NAMESPACE, ("id",), REFERENCES),
        """
-- setting, ROW SHARE, blocks writes to the seeded rows:
SELECT s.row_key
  FROM public__open_statuses.orders AS t, crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r
  WHERE s.evolution = 'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present'
    AND t.id = r.id
  FOR
  UPDATE OF t

-- work, ROW EXCLUSIVE:
WITH gone AS (DELETE FROM public__open_statuses.orders AS t USING crossfade.seed AS s, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r WHERE s.evolution =
    'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present' AND t.id = r.id AND
    to_jsonb(t) = s.image AND NOT EXISTS (SELECT FROM "Shop"."order items" AS o WHERE o."order" =
    t.id) AND NOT EXISTS (SELECT FROM public.refunds AS o WHERE o.order_id = t.id AND o.order_no =
    t.no) RETURNING s.row_key)
  UPDATE crossfade.seed AS s
  SET state = CASE WHEN EXISTS (SELECT FROM gone WHERE gone.row_key = s.row_key) THEN 'removed'
    WHEN EXISTS (SELECT FROM public__open_statuses.orders AS t, LATERAL
    jsonb_populate_record(NULL::public__open_statuses.orders, s.image) r WHERE t.id = r.id) THEN
    'left' ELSE 'absent' END
  WHERE s.evolution = 'open_statuses' AND s.table_name = 'public.orders' AND s.state = 'present'
  RETURNING s.row_key, s.state

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
