"""A column that the new version leaves out: the sync, the repair at revert, what is asked and taken off."""

import pytest

from crossfade.expressions import Sql
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, ForeignKey, Index, TableName
from crossfade.steps import (
    AddForeignKey,
    AdoptIndex,
    AskExpression,
    CopyRows,
    CountBlind,
    CountOrphans,
    CreateIndex,
    InstallSync,
)
from tests.dialects.postgresql.golden import Golden, expected, rendered, told
from tests.dialects.postgresql.orders import ITEMS, KEY, NAMESPACE, ORDERS

NAME = "open_statuses"
PATH = ("public", "Shop")
ROW = ("id", "item", "total", "Was", "kind", "channel")
LABELS = TableName("Shop", "Labels")
READ = Sql(
    '(SELECT max("l"."label") FROM "Shop"."Labels" AS "l" WHERE "l"."id" = orders.item)',
    "text",
    frozenset({"item"}),
    tables=(LABELS,),
    elsewhere=((LABELS, "label"), (LABELS, "id")),
)


def lens(column: Column, value: Sql, mark: str = "") -> RowLens:
    given = (Assignment(column.name, value),)
    return RowLens(
        f"DropColumn orders.{column.name}", ORDERS, (column,), (), (), (), given, Law.FREE, mark=mark
    )


NEEDED = lens(Column("Was", "text", nullable=False), READ)
OPTIONAL = lens(Column("kind", "text"), Sql("upper(item)", "text", frozenset({"item"})), mark="stands")
DEFAULTED = lens(Column("channel", "text", default="'web'"), Sql("'new'", "text"))

CASES = {
    "while both are live": Golden(
        InstallSync(NAME, ORDERS, (NEEDED, OPTIONAL, DEFAULTED), ROW, (NEEDED.old[0],), NAMESPACE, PATH),
        "",
    ),
    "at revert": Golden(
        InstallSync(
            NAME,
            ORDERS,
            tuple(each.retired({}) for each in (NEEDED, OPTIONAL)),
            ROW,
            (),
            NAMESPACE,
            PATH,
            one_sided=True,
        ),
        "",
    ),
    "the repair": Golden(
        CopyRows(
            ORDERS,
            KEY,
            tuple(each.retired({}).inverse() for each in (NEEDED, OPTIONAL)),
            ROW,
            0,
            skip_triggers=False,
            repair=True,
        ),
        "",
    ),
    "what backward is": Golden(
        AskExpression(
            "", ORDERS, "Was", "text", "backward", READ, ROW, PATH, (Column("channel", "varchar(9)"),)
        ),
        "",
    ),
    "who may write and not read": Golden(CountBlind("", ITEMS, LABELS, ("id", "It's")), ""),
    "who may write and read nothing": Golden(CountBlind("", ORDERS, LABELS, ()), ""),
    "orphans of what will be there": Golden(
        CountOrphans(
            "",
            ORDERS,
            ForeignKey("of", ORDERS, ("value",), ITEMS, ("No",)),
            ("Was",),
            ("id",),
            (("value", "coalesce(t.\"old\", 'x')"),),
            "t",
        ),
        "",
    ),
    "a foreign key as it was": Golden(
        AddForeignKey(
            ORDERS,
            ForeignKey(
                "of",
                ORDERS,
                ("Was",),
                ITEMS,
                ("No",),
                "CASCADE",
                'FOREIGN KEY ("Was") REFERENCES "Shop"."order items"("No") ON UPDATE CASCADE DEFERRABLE',
            ),
        ),
        "",
    ),
    "an index over an expression": Golden(
        CreateIndex(
            ORDERS,
            Index(
                "by_was",
                ("id",),
                unique=True,
                options=(" DESC", ""),
                expressions=True,
                keys=('lower("Was")', "id"),
            ),
        ),
        "",
    ),
    "a constraint that waits": Golden(AdoptIndex(ORDERS, "once", " DEFERRABLE INITIALLY DEFERRED"), ""),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_sql(name: str) -> None:
    case = CASES[name]
    assert told(rendered(case.step, case.version)) == expected(case.text)
