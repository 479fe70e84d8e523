"""What SetNotNull refuses: NULLs without a fill, fills that are no constant, columns without a successor."""

import pytest

from crossfade import OpenEnum, SetNotNull
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from tests.refusals.refusal import IN, Case, Refusal, assert_case

OF_NOTE = IN + "SetNotNull orders.note"
CONSTANT = (
    "give a literal, which is the same in every row and at any time; to fill rows from their other columns, "
    "update them first"
)
MANY = "INSERT INTO orders SELECT n, 'new', n FROM generate_series(100, 111) n"
KEYED = """
CREATE TABLE notes (text text PRIMARY KEY);
INSERT INTO notes SELECT note FROM orders WHERE note IS NOT NULL;
ALTER TABLE orders ADD CONSTRAINT of_note FOREIGN KEY (note) REFERENCES notes
"""

CASES = (
    Case(
        "it is so already",
        (SetNotNull("orders", "status"),),
        Refusal(
            SchemaMismatch,
            "public.orders.status is NOT NULL already",
            IN + "SetNotNull orders.status",
            "leave this out",
        ),
    ),
    Case(
        "a row holds NULL",
        (SetNotNull("orders", "note"),),
        Refusal(
            SchemaMismatch,
            "public.orders.note is NULL in 1 row, where (id) is (3)",
            OF_NOTE,
            "give these rows a value first, or give the change fill=",
        ),
    ),
    Case(
        "many rows hold NULL",
        (SetNotNull("orders", "note"),),
        Refusal(
            SchemaMismatch,
            "public.orders.note is NULL in 13 rows, where (id) is (3), "
            + ", ".join(f"({n})" for n in range(100, 109))
            + ", and 3 more",
            OF_NOTE,
            "give these rows a value first, or give the change fill=",
        ),
        (MANY,),
    ),
    *(
        Case(
            f"fill={fill}",
            (SetNotNull("orders", column, fill=fill),),
            Refusal(
                EvolutionError, f"fill= is no constant: {said}", IN + f"SetNotNull orders.{column}", CONSTANT
            ),
            ("ALTER TABLE orders ADD at timestamptz",),
        )
        for column, fill, said in (
            ("note", "upper('a')", "upper('a')"),
            ("note", "status::text", "(status::text)"),
            ("note", "NULL", "NULL"),
            ("note", "current_user", "current_user"),
            ("at", "current_timestamp", "current_timestamp"),
            ("at", "'now'", "'now'"),
        )
    ),
    Case(
        "a fill of another type",
        (SetNotNull("orders", "total", fill="'none'"),),
        Refusal(
            SchemaMismatch,
            "invalid input syntax for type numeric: \"none\"\n    'none'\n    ^",
            IN + "SetNotNull orders.total, fill of public.orders.total",
            "mend the expression, or give the column another type than numeric",
        ),
    ),
    Case(
        "a fill, and a unique index",
        (SetNotNull("orders", "note", fill="''"),),
        Refusal(
            Unsupported,
            "index once can't be carried over: it is unique, and two values of one version of note may be "
            "one value of the other",
            OF_NOTE,
            "drop it first, and build what is wanted after the evolution",
        ),
        ("CREATE UNIQUE INDEX once ON orders (note, total)",),
    ),
    Case(
        "a fill, and a foreign key",
        (SetNotNull("orders", "note", fill="'a'"),),
        Refusal(
            Unsupported,
            "public.orders.note is part of foreign key of_note",
            OF_NOTE,
            "give these rows a value first, and leave fill= out",
        ),
        (KEYED,),
    ),
    Case(
        "a fill, and a view",
        (SetNotNull("orders", "note", fill="''"),),
        Refusal(
            SchemaMismatch,
            "1 dependent of public.orders.note would break: view public.noted",
            OF_NOTE,
            "drop them or move them off the column first",
        ),
        ("CREATE VIEW noted AS SELECT id, note FROM orders",),
    ),
    Case(
        "a fill that a check bars",
        (SetNotNull("orders", "note", fill="''"),),
        Refusal(
            SchemaMismatch,
            "fill='' would not pass check said of public.orders: CHECK ((note <> ''::text))",
            OF_NOTE,
            "give another fill, or drop that check first",
        ),
        ("ALTER TABLE orders ADD CONSTRAINT said CHECK (note <> '')",),
    ),
    Case(
        "a fill that a check bars in some rows",
        (SetNotNull("orders", "note", fill="''"),),
        Refusal(
            SchemaMismatch,
            "fill='' would not pass check said of public.orders in 2 rows: "
            "CHECK (((note <> ''::text) OR (total < (20)::numeric)))",
            OF_NOTE,
            "give another fill, or drop that check first",
        ),
        (
            "ALTER TABLE orders ADD CONSTRAINT said CHECK (note <> '' OR total < 20)",
            "INSERT INTO orders VALUES (5, 'new', 20, NULL), (6, 'new', 5, NULL)",
        ),
    ),
    Case(
        "an index over two columns that two changes replace",
        (SetNotNull("orders", "note", fill="''"), OpenEnum("orders", "status")),
        Refusal(
            Unsupported,
            "index by_both of public.orders is about columns that two changes replace: "
            "SetNotNull orders.note and OpenEnum orders.status",
            IN + "OpenEnum orders.status",
            "make them two evolutions, one after the other",
        ),
        ("CREATE INDEX by_both ON orders (status, note)",),
    ),
    Case(
        "a check over two columns that two changes replace",
        (OpenEnum("orders", "status"), SetNotNull("orders", "note", fill="''")),
        Refusal(
            Unsupported,
            "check told of public.orders is about columns that two changes replace: "
            "OpenEnum orders.status and SetNotNull orders.note",
            OF_NOTE,
            "make them two evolutions, one after the other",
        ),
        ("ALTER TABLE orders ADD CONSTRAINT told CHECK (status <> 'new' OR note IS NOT NULL)",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_column_that_cannot_be_made_not_null(case: Case, shop: str) -> None:
    assert_case(case, shop)
