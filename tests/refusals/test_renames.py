"""What RenameColumn and RenameTable refuse: names that are taken, and functions that would not know."""

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, RenameColumn, RenameTable
from crossfade.errors import EvolutionError, SchemaMismatch
from tests.refusals.refusal import IN, Case, Refusal, assert_case

OF_NOTE = IN + "RenameColumn orders.note"
OF_TABLE = IN + "RenameTable orders"
COUNTING = """
CREATE FUNCTION notes() RETURNS bigint LANGUAGE sql AS 'SELECT count(note) FROM orders';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN NEW.note := upper(NEW.note); RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp();
"""
UNSPOKEN = (
    "drop them or write them without that name first; "
    "functions that were looked at can be named in accept=(…)"
)

CASES = (
    Case(
        "no such column",
        (RenameColumn("orders", "notes", "remark"),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'notes'",
            IN + "RenameColumn orders.notes",
            "did you mean 'note'?",
        ),
    ),
    Case(
        "a column of that name",
        (RenameColumn("orders", "note", "total"),),
        Refusal(
            SchemaMismatch,
            "public.orders has a column 'total' already",
            OF_NOTE,
            "choose another name, or drop or rename that column first",
        ),
    ),
    Case(
        "a column of the server's",
        (RenameColumn("orders", "note", "xmin"),),
        Refusal(
            SchemaMismatch,
            "public.orders has a column 'xmin' already",
            OF_NOTE,
            "choose another name, or drop or rename that column first",
        ),
    ),
    Case(
        "a column that is added under that name",
        (RenameColumn("orders", "note", "remark"), AddColumn("orders", Column("remark", Text))),
        Refusal(
            EvolutionError,
            "two changes claim orders.remark: RenameColumn orders.note and AddColumn orders.remark",
            "evolution 'open_statuses'",
            "make them two evolutions, one after the other",
        ),
    ),
    Case(
        "functions that speak of the column",
        (RenameColumn("orders", "note", "remark", accept=("public.stamp()",)),),
        Refusal(
            SchemaMismatch,
            "1 dependent of public.orders.note would break: function public.notes()",
            OF_NOTE,
            UNSPOKEN,
        ),
        (COUNTING,),
    ),
    Case(
        "a function that speaks of the table",
        (RenameTable("orders", "sales"),),
        Refusal(
            SchemaMismatch,
            "1 dependent of public.orders would break: function public.notes()",
            OF_TABLE,
            UNSPOKEN,
        ),
        (COUNTING,),
    ),
    *(
        Case(
            f"a table's new name, which is that of {what}",
            (RenameTable("orders", "sales"),),
            Refusal(
                SchemaMismatch,
                "the name 'sales' in schema public exists already",
                OF_TABLE,
                "rename what holds it, or choose another name",
            ),
            (given,),
        )
        for what, given in {
            "a view": "CREATE VIEW sales AS SELECT 1 AS one",
            "an index": "CREATE INDEX sales ON orders (note)",
            "an enum": "CREATE TYPE sales AS ENUM ('a')",
        }.items()
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_name_that_cannot_be_given(case: Case, shop: str) -> None:
    if case.refusal.kind is EvolutionError:
        with pytest.raises(EvolutionError) as refused:
            assert_case(case, shop)
        assert str(refused.value) == str(case.refusal)
    else:
        assert_case(case, shop)


def test_a_declaration_that_contradicts_itself() -> None:
    with pytest.raises(EvolutionError, match="note is called so already"):
        RenameColumn("orders", "note", "note")
    with pytest.raises(EvolutionError, match=r"Shop\.orders is called so already"):
        RenameTable("Shop.orders", "orders")
    for make in (RenameTable, lambda table, to: RenameColumn(table, "note", to)):
        with pytest.raises(EvolutionError, match="'_crossfade_mine' can't name a"):
            make("orders", "_crossfade_mine")
        with pytest.raises(EvolutionError, match="it has 64 bytes"):
            make("orders", "n" * 64)
