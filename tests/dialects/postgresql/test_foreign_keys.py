"""Foreign keys: added without a look at the rows that stand, then validated."""

import pytest

from crossfade.schema import Column, ForeignKey
from crossfade.script import script
from crossfade.steps import AddForeignKey, AskForeignKey, DropForeignKey, RenameForeignKey, ValidateForeignKey
from tests.dialects.postgresql.golden import Golden, dialect, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, ORDERS

OF_ORDER = ForeignKey("items_order_fkey", ITEMS, ("order",), ORDERS, ("id",))
OF_BOTH = ForeignKey("Of both", ORDERS, ("order", "no"), ITEMS, ("order", "No"), "SET NULL")

CASES = {
    "foreign key": Golden(
        AddForeignKey(ITEMS, OF_ORDER),
        """
-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE "Shop"."order items" ADD CONSTRAINT items_order_fkey FOREIGN KEY ("order")
    REFERENCES public.orders (id) NOT VALID

""",
    ),
    "foreign key of two columns, with an action": Golden(
        AddForeignKey(ORDERS, OF_BOTH),
        """
-- work, SHARE ROW EXCLUSIVE, blocks writes, briefly:
ALTER TABLE public.orders ADD CONSTRAINT "Of both" FOREIGN KEY ("order", no)
    REFERENCES "Shop"."order items" ("order", "No") ON DELETE SET NULL NOT VALID

""",
    ),
    "foreign key asked for": Golden(
        AskForeignKey(
            "AddForeignKey items (order, No)",
            ITEMS,
            OF_BOTH,
            (Column("order", "bigint"), Column("no", "text", collation='"C"')),
            (Column("order", "bigint"), Column("No", "text")),
            ("public", "Shop"),
        ),
        """
-- setting:
SET LOCAL search_path = public, "Shop"

-- work:
CREATE TEMPORARY TABLE _crossfade_target ("order" bigint, "No" text, UNIQUE ("order", "No"))

-- work:
CREATE TEMPORARY TABLE _crossfade_asked ("order" bigint, no text COLLATE "C",
    FOREIGN KEY ("order", no) REFERENCES pg_temp._crossfade_target ("order", "No"))

""",
    ),
    "foreign key validated": Golden(
        ValidateForeignKey(ITEMS, "items_order_fkey"),
        """
-- work, SHARE UPDATE EXCLUSIVE:
ALTER TABLE "Shop"."order items" VALIDATE CONSTRAINT items_order_fkey

""",
    ),
    "no foreign key": Golden(
        DropForeignKey(ITEMS, OF_ORDER),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE "Shop"."order items" DROP CONSTRAINT IF EXISTS items_order_fkey

""",
    ),
    "foreign key renamed": Golden(
        RenameForeignKey(ORDERS, "Of both", "of_both"),
        """
-- work, ACCESS EXCLUSIVE, blocks reads and writes, briefly:
ALTER TABLE public.orders RENAME CONSTRAINT "Of both" TO of_both

""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)


def test_each_undoes_the_other() -> None:
    add, rename = AddForeignKey(ITEMS, OF_ORDER), RenameForeignKey(ORDERS, "a", "b")
    assert add.undo().undo() == add
    assert rename.undo() == RenameForeignKey(ORDERS, "b", "a")
    assert ValidateForeignKey(ITEMS, "items_order_fkey").undo() is None


@pytest.mark.parametrize("kind", [AddForeignKey, DropForeignKey])
def test_both_tables_are_waited_for_where_nobody_waits_behind(kind: type[AddForeignKey]) -> None:
    """The triggers of a foreign key are on both."""
    (unit,) = script([kind(ITEMS, OF_ORDER)], dialect())
    assert unit.opening[1].sql == (
        'LOCK TABLE "Shop"."order items", public.orders IN SHARE UPDATE EXCLUSIVE MODE'
    )
