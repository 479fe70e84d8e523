"""Indexes, unique constraints and checks."""

import pytest

from crossfade.schema import Check, Index, TableName
from crossfade.steps import (
    AddCheck,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    DropIndex,
    DropUnique,
    RenameCheck,
    RenameIndex,
    ValidateCheck,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, ORDERS

BY_CHANNEL = Index("ix_orders_channel", ("channel",))
PARTITIONS = (TableName("public", "orders_2025"), TableName("Archive", "orders 2024"))
EVERYTHING = Index(
    "One Each",
    ("status", "Größe"),
    unique=True,
    options=(' COLLATE "C" text_pattern_ops', " DESC NULLS LAST"),
    include=("total", "order"),
    predicate="(status <> 'lost'::text)",
    storage="fillfactor=70, deduplicate_items=off",
    nulls_not_distinct=True,
)

CASES = {
    "index": Golden(
        CreateIndex(ORDERS, BY_CHANNEL),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
CREATE INDEX CONCURRENTLY ix_orders_channel ON public.orders USING btree (channel)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public.ix_orders_channel

""",
    ),
    "index of another method": Golden(
        CreateIndex(ORDERS, Index("ix_orders_data", ("data",), "gin")),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
CREATE INDEX CONCURRENTLY ix_orders_data ON public.orders USING gin (data)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public.ix_orders_data

""",
    ),
    "index with all that one may have": Golden(
        CreateIndex(ITEMS, EVERYTHING),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
CREATE UNIQUE INDEX CONCURRENTLY "One Each" ON "Shop"."order items" USING btree (status COLLATE
    "C" text_pattern_ops, "Größe" DESC NULLS LAST) INCLUDE (total, "order") NULLS NOT DISTINCT
    WITH (fillfactor=70, deduplicate_items=off)
  WHERE (status <> 'lost'::text)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS "Shop"."One Each"

""",
    ),
    "index of a partitioned table": Golden(
        CreateIndex(ORDERS, BY_CHANNEL, PARTITIONS),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
CREATE INDEX CONCURRENTLY ix_orders_channel_p1 ON public.orders_2025 USING btree (channel)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS public.ix_orders_channel_p1

-- work, SHARE UPDATE EXCLUSIVE:
CREATE INDEX CONCURRENTLY ix_orders_channel_p2 ON "Archive"."orders 2024" USING btree (channel)
-- tried again after: DROP INDEX CONCURRENTLY IF EXISTS "Archive".ix_orders_channel_p2

-- setting:
SET lock_timeout = '200ms'

-- work, SHARE, blocks writes, briefly:
CREATE INDEX ix_orders_channel ON public.orders USING btree (channel)

""",
    ),
    "no index": Golden(
        DropIndex(ITEMS, "One Each"),
        """
-- setting:
SET lock_timeout = 0

-- work, SHARE UPDATE EXCLUSIVE:
DROP INDEX CONCURRENTLY IF EXISTS "Shop"."One Each"

""",
    ),
    "no index of a partitioned table": Golden(
        DropIndex(ORDERS, "ix_orders_channel", PARTITIONS),
        """
-- setting:
SET lock_timeout = '200ms'

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP INDEX IF EXISTS public.ix_orders_channel

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP INDEX IF EXISTS public.ix_orders_channel_p1

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DROP INDEX IF EXISTS "Archive".ix_orders_channel_p2

""",
    ),
    "index renamed": Golden(
        RenameIndex(ITEMS, "One Each", "_crossfade_old_cdf1_One Each"),
        """
-- work, SHARE UPDATE EXCLUSIVE:
ALTER INDEX "Shop"."One Each" RENAME TO "_crossfade_old_cdf1_One Each"

""",
    ),
    "index renamed, and its parts on partitions": Golden(
        RenameIndex(ORDERS, "_crossfade_new_c665_by_status", "by_status", PARTITIONS),
        """
-- work, SHARE UPDATE EXCLUSIVE:
ALTER INDEX public._crossfade_new_c665_by_status RENAME TO by_status

-- work, SHARE UPDATE EXCLUSIVE:
ALTER INDEX IF EXISTS public._crossfade_new_c665_by_status_p1 RENAME TO by_status_p1

-- work, SHARE UPDATE EXCLUSIVE:
ALTER INDEX IF EXISTS "Archive"._crossfade_new_c665_by_status_p2 RENAME TO by_status_p2

""",
    ),
    "unique constraint": Golden(
        AdoptIndex(ITEMS, "One Each"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" ADD CONSTRAINT "One Each" UNIQUE USING INDEX "One Each"

""",
    ),
    "no unique constraint": Golden(
        DropUnique(ITEMS, "One Each"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" DROP CONSTRAINT IF EXISTS "One Each"

""",
    ),
    "check": Golden(
        AddCheck(ORDERS, Check("known", "(status <> 'lost'::text)", ("status",))),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD CONSTRAINT known CHECK ((status <> 'lost'::text)) NOT VALID

""",
    ),
    "check validated": Golden(
        ValidateCheck(ITEMS, "Known ones"),
        """
-- work, SHARE UPDATE EXCLUSIVE:
ALTER TABLE "Shop"."order items" VALIDATE CONSTRAINT "Known ones"

""",
    ),
    "no check": Golden(
        DropCheck(ORDERS, Check("known", "true", ())),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders DROP CONSTRAINT IF EXISTS known

""",
    ),
    "check renamed": Golden(
        RenameCheck(ITEMS, "Known ones", "_crossfade_old_cdf1_Known ones"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" RENAME CONSTRAINT "Known ones" TO
    "_crossfade_old_cdf1_Known ones"

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
