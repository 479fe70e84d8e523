"""Columns: added, dropped, renamed; their defaults, NOT NULL, comments and grants."""

import pytest

from crossfade.schema import Column, ForeignKey, Grant, TableName
from crossfade.script import script
from crossfade.steps import (
    AddColumn,
    AddForeignKey,
    Analyze,
    DropColumn,
    DropNotNull,
    GiveDefault,
    OpenSide,
    Relax,
    RemoveSync,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNotNull,
    under,
)
from tests.dialects.postgresql.golden import Golden, dialect, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, NEW, OLD, ORDERS

CASES = {
    "column": Golden(
        AddColumn(ORDERS, NEW),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD COLUMN status_2 VARCHAR(50)

""",
    ),
    "column with a constant default": Golden(
        AddColumn(ORDERS, Column("channel", "TEXT", default="'web'")),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD COLUMN channel TEXT DEFAULT 'web'

""",
    ),
    "column that is required": Golden(
        AddColumn(ORDERS, Column("is_gift", "BOOLEAN", nullable=False, default="false")),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD COLUMN is_gift BOOLEAN DEFAULT false NOT NULL

""",
    ),
    "column with a default for new rows only": Golden(
        AddColumn(ORDERS, Column("token", "UUID"), later_default="gen_random_uuid()"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ADD COLUMN token UUID

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN token SET DEFAULT gen_random_uuid()

""",
    ),
    "column with a comment and grants": Golden(
        AddColumn(
            ITEMS,
            Column("Größe", "INTEGER", comment="in 'cm'"),
            (Grant("SELECT", "app", column="size"), Grant("UPDATE", "", True, "size")),
        ),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" ADD COLUMN "Größe" INTEGER

-- work, SHARE UPDATE EXCLUSIVE:
COMMENT ON COLUMN "Shop"."order items"."Größe" IS 'in ''cm'''

-- work:
GRANT SELECT ("Größe") ON "Shop"."order items" TO app

-- work:
GRANT UPDATE ("Größe") ON "Shop"."order items" TO PUBLIC WITH GRANT OPTION

""",
    ),
    "no column": Golden(
        DropColumn(ITEMS, "Größe"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" DROP COLUMN "Größe"

""",
    ),
    "column renamed": Golden(
        RenameColumn(ORDERS, NEW.name, "status"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders RENAME COLUMN status_2 TO status

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
DO $crossfade$
DECLARE
  found name;
BEGIN
  SELECT c.conname INTO found FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.conrelid = 'public.orders'::regclass AND c.contype = 'n' AND a.attname = 'status'
    AND (c.conname = 'orders_status_2_not_null' OR c.conname LIKE '%\\_crossfade\\_%');
  IF found IS NOT NULL THEN
    EXECUTE pg_catalog.format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', 'public.orders', found,
        'orders_status_not_null');
  END IF;
END
$crossfade$

""",
    ),
    "relaxed": Golden(
        Relax(ORDERS, Column("_crossfade_old_cdf1_status", OLD.type, False, "'new'::public.order_status")),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN _crossfade_old_cdf1_status DROP NOT NULL

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN _crossfade_old_cdf1_status DROP DEFAULT

""",
    ),
    "relaxed, and it had a default only": Golden(
        Relax(ORDERS, Column("kind", "text", True, "'x'")),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN kind DROP DEFAULT

""",
    ),
    "relaxed, and it had nothing": Golden(Relax(ORDERS, Column("kind", "text")), ""),
    "default": Golden(
        SetDefault(ORDERS, "status", "'new'"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN status SET DEFAULT 'new'

""",
    ),
    "default, once the rows are filled": Golden(
        GiveDefault(ORDERS, "status", "'new'"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN status SET DEFAULT 'new'

""",
    ),
    "no default": Golden(
        SetDefault(ITEMS, "order", None),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" ALTER COLUMN "order" DROP DEFAULT

""",
    ),
    "not null": Golden(
        SetNotNull(ORDERS, NEW.name, "_crossfade_new_cdf1_status_not_null"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders ALTER COLUMN status_2 SET NOT NULL

-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders DROP CONSTRAINT _crossfade_new_cdf1_status_not_null

""",
    ),
    "null again": Golden(
        DropNotNull(ITEMS, "No"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" ALTER COLUMN "No" DROP NOT NULL

""",
    ),
    "table renamed": Golden(
        RenameTable(ITEMS, TableName("Shop", "Lines")),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" RENAME TO "Lines"

""",
    ),
    "analyzed": Golden(
        Analyze(ITEMS),
        """
-- work, SHARE UPDATE EXCLUSIVE:
ANALYZE "Shop"."order items"

""",
    ),
    "opened": Golden(OpenSide("open_statuses", ORDERS, (NEW,)), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)


def test_what_is_taken_back() -> None:
    assert SetNotNull(ORDERS, "note", "proof", standing=True).undo() == DropNotNull(ORDERS, "note")
    assert SetNotNull(ORDERS, NEW.name, "proof").undo() is None  # the column goes
    renamed = RenameTable(ORDERS, TableName("public", "sales"))
    assert renamed.undo() == RenameTable(TableName("public", "sales"), ORDERS)
    assert renamed.moves == (ORDERS, TableName("public", "sales"))


def test_a_transaction_that_renames_a_table_locks_it_by_the_name_that_it_has_before() -> None:
    """Steps after the renaming know the table by its new name, which nothing has at the beginning."""
    sales = TableName("public", "sales")
    steps = [DropColumn(ORDERS, "a"), RenameTable(ORDERS, sales), DropColumn(sales, "b")]
    (unit,) = script(steps, dialect())
    assert [each.sql for each in unit.opening if each.sql.startswith("LOCK")] == [
        "LOCK TABLE public.orders IN SHARE UPDATE EXCLUSIVE MODE"
    ]
    back = [RenameTable(sales, ORDERS), DropColumn(ORDERS, "a")]
    (unit,) = script(back, dialect())
    assert unit.opening[1].sql == "LOCK TABLE public.sales IN SHARE UPDATE EXCLUSIVE MODE"


def test_a_step_under_another_name() -> None:
    """Whatever in it is about the table, other tables' names aside."""
    sales = TableName("public", "sales")
    key = ForeignKey("of_order", ITEMS, ("order",), ORDERS, ("id",))
    assert under(AddForeignKey(ITEMS, key), {ORDERS: sales}) == AddForeignKey(
        ITEMS, ForeignKey("of_order", ITEMS, ("order",), sales, ("id",))
    )
    step = RemoveSync("open_statuses", ITEMS)
    assert under(step, {ORDERS: sales}) is step
