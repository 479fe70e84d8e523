"""What is asked before the first statement: rows that must not be there, and indexes that can't be built."""

import pytest

from crossfade.schema import Check, Column, ForeignKey, Index
from crossfade.steps import AskIndex, CountBarred, CountDuplicates, CountNulls, CountOrphans
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, ORDERS

CASES = {
    "duplicates": Golden(
        CountDuplicates("", ORDERS, "once", ("note", "Größe"), ("note", "size"), '"total" > 5'),
        """
-- work, ACCESS SHARE:
SELECT t.note::text || ', ' || t."Größe"::text AS values, count(*) AS rows, count(*) OVER () AS many
    FROM public.orders AS t WHERE t.note IS NOT NULL AND t."Größe" IS NOT NULL AND ("total" > 5)
    GROUP BY t.note, t."Größe" HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 10

""",
    ),
    "orphans": Golden(
        CountOrphans(
            "", ITEMS, ForeignKey("of", ITEMS, ("order",), ORDERS, ("id",)), ("order",), ("order", "No")
        ),
        """
-- work, ACCESS SHARE:
SELECT t."order"::text || ', ' || t."No"::text AS key, t."order"::text AS values, count(*) OVER () AS many
    FROM "Shop"."order items" AS t WHERE t."order" IS NOT NULL AND NOT EXISTS
    (SELECT FROM public.orders AS r WHERE r.id = t."order") ORDER BY t."order", t."No" LIMIT 10

""",
    ),
    "barred": Golden(
        CountBarred(
            "", ORDERS, "note", "''", Check("said", "note <> ''", ("note",)), "('') <> ''", alone=True
        ),
        """
-- work:
SELECT 0 AS rows WHERE (('') <> '') IS FALSE

""",
    ),
    "barred in some rows": Golden(
        CountBarred(
            "",
            ITEMS,
            "No",
            "1",
            Check("said", '"No" > size', ("No", "size")),
            "(1) > size",
            alone=False,
        ),
        """
-- work, ACCESS SHARE:
SELECT count(*) AS rows FROM "Shop"."order items" WHERE "No" IS NULL AND ((1) > size) IS FALSE
    HAVING count(*) > 0

""",
    ),
    "nulls": Golden(
        CountNulls("", ORDERS, "note", 'coalesce(t."note", t."title")', ("id",), "mend it"),
        """
-- work, ACCESS SHARE:
SELECT t.id::text AS key, count(*) OVER () AS many FROM public.orders AS t
    WHERE (coalesce(t."note", t."title")) IS NULL ORDER BY t.id LIMIT 10

""",
    ),
    "an index": Golden(
        AskIndex(
            "",
            ORDERS,
            Index("by note", ("note",), unique=True, include=("total",), predicate="\"note\" <> '%'"),
            (Column("note", "text", collation='"C"'), Column("total", "numeric")),
            ("public", "Shop"),
        ),
        """
-- setting:
SET LOCAL search_path = public, "Shop"

-- work:
CREATE TEMPORARY TABLE _crossfade_asked (note text COLLATE "C", total numeric)

-- work:
CREATE UNIQUE INDEX "by note" ON pg_temp._crossfade_asked USING btree (note) INCLUDE (total)
    WHERE "note" <> '%'

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
