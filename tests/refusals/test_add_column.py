"""What AddColumn refuses: rows without a value, and fills that can't give one row its value."""

import pytest
from sqlalchemy import Boolean, Column, FetchedValue, Integer, NullPool, Text, create_engine, false, text

from crossfade import AddColumn, commands
from crossfade.errors import EvolutionError, SchemaMismatch
from tests.refusals.refusal import IN, Case, Refusal, assert_case, assert_refused, evolution

PLACE = IN + "AddColumn orders.channel"
MORE = "this is not one SQL expression"
BROKEN = "this is not an SQL expression"
MEND = "mend it; a string stands in 'single quotes'"
GIVES = "can't give one row its value"
ROWS_OWN = "use an expression of the row's own columns"
ONE = "give one expression: no second statement, no FROM, no alias"
COMPARED = "make it the column's server_default; fill= is for expressions that can be compared"
NO_VALUE = "channel is NOT NULL, and the rows of the old side would have no value"
REQUIRED: Column[int] = Column("channel", Integer, nullable=False)

CASES = (
    Case(
        "NOT NULL without a default",
        (AddColumn("orders", REQUIRED),),
        Refusal(EvolutionError, NO_VALUE, PLACE, "give it a server_default, or a constant fill"),
    ),
    Case(
        "NOT NULL filled with NULL",
        (AddColumn("orders", REQUIRED, fill="NULL"),),
        Refusal(EvolutionError, NO_VALUE, PLACE, "give it a server_default, or a constant fill"),
    ),
    Case(
        "NOT NULL filled from columns that may be NULL",
        (AddColumn("orders", REQUIRED, fill="length(note)"),),
        Refusal(EvolutionError, NO_VALUE, PLACE, "give it a server_default"),
    ),
    Case(
        "a default that only the server knows",
        (AddColumn("orders", Column("channel", Text, server_default=FetchedValue())),),
        Refusal(
            EvolutionError,
            "FetchedValue is not a plain default",
            PLACE,
            "give server_default a literal, text() or a function; "
            "identity and computed columns can't be added yet",
        ),
    ),
    Case(
        "a fill for other databases only",
        (AddColumn("orders", Column("channel", Text), fill={"mysql": "'web'", "sqlite": "'web'"}),),
        Refusal(
            EvolutionError,
            "no expression is given for postgresql",
            PLACE,
            "add the key 'postgresql' beside 'mysql', 'sqlite'",
        ),
    ),
    Case(
        "a fill from a generated column",
        (AddColumn("orders", Column("channel", Text), fill="gross::text"),),
        Refusal(
            EvolutionError,
            "gross is generated: it has no value yet when a row is written\n    gross::text\n    ^",
            PLACE,
            "write out what it is generated from: (total * 1.19)",
        ),
        ("ALTER TABLE orders ADD gross numeric GENERATED ALWAYS AS (total * 1.19) STORED",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_column_that_cannot_be_added(case: Case, shop: str) -> None:
    assert_case(case, shop)


# The fill with a mark below the offending part, what is wrong with it, and what to do.
FILLS: tuple[tuple[str, str, str], ...] = (
    ("1; DROP TABLE orders\n ^", MORE, ONE),
    ("1, 2\n ^", MORE, ONE),
    ("1 AS one\n  ^", MORE, ONE),
    ("*\n", MORE, ONE),
    ("\n", MORE, ONE),
    ("total FROM orders\n      ^", MORE, ONE),
    ("total WHERE true\n      ^", MORE, ONE),
    ("total UNION SELECT 1\n      ^", MORE, ONE),
    ("total LIMIT 1\n      ^", MORE, ONE),
    ("total IS DISTINCT FROM 1, (2)\n                        ^", MORE, ONE),
    ("DISTINCT total\n", MORE, ONE),
    ("'a\n", f"{BROKEN}: a quote is not closed", MEND),
    ("(total\n ^", f"{BROKEN}: Expecting )", MEND),
    ("note ||\n     ^", f"{BROKEN}: something is missing", MEND),
    ("sum(total)\n^", f"an aggregate {GIVES}: SUM(total)", ROWS_OWN),
    ("id + sum(total)\n     ^", f"an aggregate {GIVES}: SUM(total)", ROWS_OWN),
    ("upper(jsonb_agg(note)::text)\n      ^", f"an aggregate {GIVES}: jsonb_agg()", ROWS_OWN),
    ("count(*) FILTER (WHERE true)\n^", f"an aggregate {GIVES}: COUNT(*)", ROWS_OWN),
    ("lag(total) OVER ()\n^", f"an aggregate {GIVES}: LAG(total)", ROWS_OWN),
    (
        "row_number() OVER (ORDER BY id)\n^",
        f"a window function {GIVES}: ROW_NUMBER() OVER (ORDER BY id)",
        ROWS_OWN,
    ),
    ("(SELECT 1)\n ^", f"a subquery {GIVES}: (SELECT 1)", ROWS_OWN),
    ("total > 1 AND EXISTS (SELECT 1)\n                      ^", f"a subquery {GIVES}: SELECT 1", ROWS_OWN),
    ("array(SELECT 1)\n      ^", f"a subquery {GIVES}: SELECT 1", ROWS_OWN),
    ("generate_series(1, 3)\n^", f"a set {GIVES}: generate_series()", ROWS_OWN),
    ("note || :channel\n        ^", f"a placeholder {GIVES}: %(channel)s", ROWS_OWN),
    ("$1\n^", f"a placeholder {GIVES}: $1", ROWS_OWN),
    ("orders.*\n       ^", f"a star {GIVES}: *", ROWS_OWN),
    ("random()\n^", "random() gives another value at each call", COMPARED),
    ("GEN_RANDOM_UUID()::text\n^", "gen_random_uuid() gives another value at each call", COMPARED),
    ("note || nextval('s')\n        ^", "nextval() gives another value at each call", COMPARED),
    (
        "pg_catalog.clock_timestamp()\n           ^",
        "clock_timestamp() gives another value at each call",
        COMPARED,
    ),
    ("pg_sleep(1)\n^", "pg_sleep() gives another value at each call", COMPARED),
)
UNKNOWN: tuple[tuple[str, str, str], ...] = (
    ("totl\n^", "table public.orders has no column 'totl'", "did you mean 'total'?"),
    ('upper("Note")\n      ^', "table public.orders has no column 'Note'", "did you mean 'note'?"),
    (
        "row_to_json(parcels)\n            ^",
        "table public.orders has no column 'parcels'",
        "there are: id, note, status, total",
    ),
    (
        "id || parcels.note\n      ^",
        "parcels.note is not a column of public.orders",
        "use the columns of the changed table",
    ),
)


@pytest.mark.one_server
def test_a_fill_that_has_no_value_for_one_row(orders: str) -> None:
    """All of them on one database, which each leaves as it was: they are many."""
    for kind, cases in ((EvolutionError, FILLS), (SchemaMismatch, UNKNOWN)):
        for picture, fact, remedy in cases:
            fill, mark = picture.split("\n")
            shown = f"{fact}\n    {fill}" + (f"\n    {mark}" if mark else "")
            given = evolution(AddColumn("orders", Column("channel", Text), fill=fill))
            assert_refused(given, orders, Refusal(kind, shown, PLACE, remedy))


@pytest.mark.one_server
@pytest.mark.parametrize(
    ("fill", "filled"),
    [
        ("NOT false", [True, True, True, True]),
        ("now() AT TIME ZONE 'utc' < '2020-01-01'", [False, False, False, False]),
        ("total > 30 OR note IS NULL", [False, False, True, True]),
        ("ORDERS.total > 10 AND note IS NOT NULL -- known", [False, True, False, True]),
        ("id IN (1, 2) /* the first */ IS NOT TRUE", [False, False, True, True]),
        ("CASE status WHEN 'paid' THEN true ELSE NULL END", [False, True, False, False]),
    ],
)
def test_a_fill_is_one_value_whatever_it_becomes_a_part_of(
    fill: str, filled: list[bool], orders: str
) -> None:
    """Neither an operator that binds loosely nor a comment reaches beyond the fill."""
    column = Column("channel", Boolean, nullable=False, server_default=false())
    assert commands.start(evolution(AddColumn("orders", column, fill=fill)), orders).state == "live"
    engine = create_engine(orders, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT channel FROM orders ORDER BY id")).all() == filled
        required = "SELECT is_nullable FROM information_schema.columns WHERE column_name = 'channel'"
        assert connection.scalars(text(f"{required} AND table_schema = 'public'")).all() == ["NO"]
