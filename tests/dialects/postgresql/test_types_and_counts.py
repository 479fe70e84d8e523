"""Enum types, what the journal forgets, and the queries that checks and `status` ask."""

import pytest

from crossfade.schema import EnumType
from crossfade.steps import CountUnmapped, CountUnsaid, CountWrites, CreateEnum, DropEnum, Forget
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, NEW, ORDERS

STATUSES = EnumType("public", "order_status", ("new", "it's", "$crossfade$"))

CASES = {
    "type": Golden(
        CreateEnum(STATUSES),
        """
-- work:
DO $crossfade_$
BEGIN CREATE TYPE public.order_status AS ENUM ('new', 'it''s', '$crossfade$'); EXCEPTION
  WHEN duplicate_object THEN NULL; END
$crossfade_$

""",
    ),
    "type of an owner": Golden(
        CreateEnum(EnumType("Shop", "order status", ("new",)), "Shop Owner"),
        """
-- work:
DO $crossfade$
BEGIN CREATE TYPE "Shop"."order status" AS ENUM ('new'); EXCEPTION
  WHEN duplicate_object THEN NULL; END
$crossfade$

-- work:
ALTER TYPE "Shop"."order status" OWNER TO "Shop Owner"

""",
    ),
    "no type": Golden(
        DropEnum(STATUSES),
        """
-- work:
DO $crossfade$
BEGIN DROP TYPE public.order_status; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END
$crossfade$

""",
    ),
    "forgotten": Golden(
        Forget("open_statuses"),
        """
-- work:
DELETE FROM crossfade.complement WHERE evolution = 'open_statuses'

-- work:
DELETE FROM crossfade.seed WHERE evolution = 'open_statuses'

""",
    ),
    "unmapped values": Golden(
        CountUnmapped("OpenEnum orders.status", ORDERS, "status", ("paid", "it's")),
        """
-- work, ACCESS SHARE:
SELECT status::text AS value, count(*) AS rows
  FROM public.orders
  WHERE status::text IN ('paid', 'it''s')
  GROUP BY 1
  ORDER BY 1

""",
    ),
    "unsaid values": Golden(
        CountUnsaid("OpenEnum orders.status", ORDERS, NEW.name, "status", ("new", "it's"), null=False),
        """
-- work, ACCESS SHARE:
SELECT coalesce(status_2::text, 'NULL') AS value, count(*) AS rows, sum(count(*)) OVER () AS many
  FROM public.orders
  WHERE (status_2::text IN ('new', 'it''s')) IS NOT TRUE GROUP BY 1
  ORDER BY 2 DESC, 1
  LIMIT 20

""",
    ),
    "unsaid values, where NULL can be said": Golden(
        CountUnsaid("OpenEnum orders.status", ITEMS, "Status", "Status", ("new",), null=True),
        """
-- work, ACCESS SHARE:
SELECT coalesce("Status"::text, 'NULL') AS value, count(*) AS rows, sum(count(*)) OVER () AS many
  FROM "Shop"."order items"
  WHERE ("Status"::text IN ('new')) IS NOT TRUE AND "Status" IS NOT NULL GROUP BY 1
  ORDER BY 2 DESC, 1
  LIMIT 20

""",
    ),
    "unsaid values, where nothing can be said": Golden(
        CountUnsaid("OpenEnum orders.status", ORDERS, NEW.name, "status", (), null=False),
        """
-- work, ACCESS SHARE:
SELECT coalesce(status_2::text, 'NULL') AS value, count(*) AS rows, sum(count(*)) OVER () AS many
  FROM public.orders
  WHERE (false) IS NOT TRUE
  GROUP BY 1
  ORDER BY 2 DESC, 1
  LIMIT 20

""",
    ),
    "writes of each side": Golden(
        CountWrites("open_statuses", ORDERS),
        """
-- work:
SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM
    crossfade.writes_old_c665_public_orders) AS old, (SELECT CASE WHEN is_called THEN last_value
    ELSE 0 END FROM crossfade.writes_new_c665_public_orders) AS new

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
