"""What AddIndex refuses: what the server would not build, and rows that a unique index would not take."""

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, AddIndex, DropColumn, OpenEnum
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from tests.refusals.refusal import IN, Case, Refusal, assert_case

BY_NOTE = IN + "AddIndex orders (note)"
OTHER = "choose another method, other columns or another condition"
THEIR_OWN = "give these rows values of their own first, or leave unique=True out"
AGAIN = "INSERT INTO orders VALUES (5, 'new', 10, 'a'), (6, 'new', 10, 'b'), (7, 'new', 10, 'a')"
MANY = "INSERT INTO orders SELECT n, 'new', n / 2, NULL FROM generate_series(100, 129) n"

CASES = (
    Case(
        "an expression that the server would not index",
        (AddIndex("orders", expression="total::text || status", name="ix_told"),),
        Refusal(
            SchemaMismatch,
            "functions in index expression must be marked IMMUTABLE",
            IN + "AddIndex orders (total::text || status)",
            OTHER,
        ),
    ),
    Case(
        "no such operators",
        (AddIndex("orders", "note", operators="text_ops_of_mine"),),
        Refusal(
            SchemaMismatch,
            'operator class "text_ops_of_mine" does not exist for access method "btree"',
            BY_NOTE,
            OTHER,
        ),
    ),
    Case(
        "no such column",
        (AddIndex("orders", "notes"),),
        Refusal(
            SchemaMismatch,
            "the new version of public.orders has no column 'notes'",
            IN + "AddIndex orders (notes)",
            "did you mean 'note'?",
        ),
    ),
    Case(
        "a column that another change leaves out",
        (AddIndex("orders", "note"), DropColumn("orders", "note")),
        Refusal(
            SchemaMismatch,
            "the new version of public.orders has no column 'note', because of DropColumn orders.note",
            BY_NOTE,
            "there are: id, status, total",
        ),
    ),
    Case(
        "a condition on a column that another change leaves out",
        (AddIndex("orders", "total", where="note <> ''"), DropColumn("orders", "note")),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'note', because of DropColumn orders.note\n"
            "    note <> ''\n    ^",
            IN + "AddIndex orders (total)",
            "there are: id, status, total",
        ),
    ),
    Case(
        "the name is taken",
        (AddIndex("orders", "note", name="orders_pkey"),),
        Refusal(
            SchemaMismatch,
            "the name 'orders_pkey' in schema public exists already",
            BY_NOTE,
            "rename what holds it",
        ),
    ),
    Case(
        "two of one name",
        (AddIndex("orders", "note", name="one"), AddIndex("orders", "total", name="one")),
        Refusal(
            SchemaMismatch,
            "two indexes would be named 'one': of public.orders and of public.orders",
            IN + "index",
            "build one of them after the evolution, under a name of its own",
        ),
    ),
    Case(
        "no such method",
        (AddIndex("orders", "note", method="rtre"),),
        Refusal(SchemaMismatch, 'access method "rtre" does not exist', BY_NOTE, OTHER),
    ),
    Case(
        "a method that does not take the type",
        (AddIndex("orders", "note", method="gin"),),
        Refusal(
            SchemaMismatch,
            'data type text has no default operator class for access method "gin"',
            BY_NOTE,
            OTHER,
        ),
    ),
    Case(
        "a type that can't be ordered, of a column that the evolution adds",
        (AddColumn("orders", Column("data", Text), fill="note"), AddIndex("orders", ["data"], method="gin")),
        Refusal(
            SchemaMismatch,
            'data type text has no default operator class for access method "gin"',
            IN + "AddIndex orders (data)",
            OTHER,
        ),
    ),
    Case(
        "a condition that changes by itself",
        (AddIndex("orders", "note", where="note <> current_date::text"),),
        Refusal(SchemaMismatch, "functions in index predicate must be marked IMMUTABLE", BY_NOTE, OTHER),
    ),
    Case(
        "a condition of no column",
        (AddIndex("orders", "note", where="paid"),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'paid'\n    paid\n    ^",
            BY_NOTE,
            "did you mean 'id'?",
        ),
    ),
    Case(
        "rows are the same",
        (AddIndex("orders", "note", unique=True),),
        Refusal(
            SchemaMismatch,
            "rows of public.orders have the same (note): (a) in 3 rows; (b) in 2 rows",
            BY_NOTE,
            THEIR_OWN,
        ),
        (AGAIN,),
    ),
    Case(
        "many rows are the same",
        (AddIndex("orders", ["total", "status"], unique=True, where="orders.total > 50.0"),),
        Refusal(
            SchemaMismatch,
            "rows of public.orders have the same (total, status): "
            + "; ".join(f"({n}, new) in 2 rows" for n in range(50, 61) if n > 50)
            + "; and 4 more",
            IN + "AddIndex orders (total, status)",
            THEIR_OWN,
        ),
        (MANY,),
    ),
    Case(
        "unique over what is made",
        (OpenEnum("orders", "status"), AddIndex("orders", ["status", "note"], unique=True)),
        Refusal(
            Unsupported,
            "a unique index can't be over status, which OpenEnum orders.status makes: the rows that would be "
            "the same can't be counted before, and it would bind the old application",
            IN + "AddIndex orders (status, note)",
            "add it by an evolution of its own, once this one is completed",
        ),
    ),
    Case(
        "unique without the partition key",
        (AddIndex("moves", "note", unique=True),),
        Refusal(
            SchemaMismatch,
            "a unique index of public.moves must hold its partition key: day",
            IN + "AddIndex moves (note)",
            "add these columns to it",
        ),
        ("CREATE TABLE moves (day int PRIMARY KEY, note text) PARTITION BY RANGE (day)",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_index_that_cannot_be_built(case: Case, shop: str) -> None:
    assert_case(case, shop)


def test_a_declaration_that_contradicts_itself() -> None:
    with pytest.raises(EvolutionError, match="an index is over a column at least"):
        AddIndex("orders", ())
    with pytest.raises(EvolutionError, match="an index is over a column at least, or over an expression"):
        AddIndex("orders", "note", expression="lower(note)", name="ix_lower")
    with pytest.raises(EvolutionError, match="an index over an expression has no name by itself"):
        AddIndex("orders", expression="lower(note)")
    with pytest.raises(EvolutionError, match="an index over an expression can't be unique"):
        AddIndex("orders", expression="lower(note)", name="ix_lower", unique=True)
    with pytest.raises(EvolutionError, match="'_crossfade_mine' can't name an index"):
        AddIndex("orders", "note", name="_crossfade_mine")
