"""What AddColumn refuses: rows without a value, and fills that can't give one row its value."""

import pytest
from sqlalchemy import Boolean, Column, FetchedValue, Integer, NullPool, Text, create_engine, false, text

from crossfade import AddColumn, commands
from crossfade.errors import EvolutionError, SchemaMismatch
from tests.refusals.refusal import IN, Case, Refusal, assert_case, assert_refused, evolution

PLACE = IN + "AddColumn orders.channel"
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
            "gross is generated: it has no value yet when a row is written",
            f"{PLACE}, in 'gross::text'",
            "write out what it is generated from: (total * 1.19)",
        ),
        ("ALTER TABLE orders ADD gross numeric GENERATED ALWAYS AS (total * 1.19) STORED",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_column_that_cannot_be_added(case: Case, shop: str) -> None:
    assert_case(case, shop)


# The fill, what is wrong with it, and what to do.
FILLS: dict[str, tuple[str, str]] = {
    "1; DROP TABLE orders": ("'1; DROP TABLE orders' is not one SQL expression", ONE),
    "1, 2": ("'1, 2' is not one SQL expression", ONE),
    "1 AS one": ("'1 AS one' is not one SQL expression", ONE),
    "*": ("'*' is not one SQL expression", ONE),
    "": ("'' is not one SQL expression", ONE),
    "total FROM orders": ("'total FROM orders' is not one SQL expression", ONE),
    "total WHERE true": ("'total WHERE true' is not one SQL expression", ONE),
    "total UNION SELECT 1": ("'total UNION SELECT 1' is not one SQL expression", ONE),
    "total LIMIT 1": ("'total LIMIT 1' is not one SQL expression", ONE),
    "DISTINCT total": ("'DISTINCT total' is not one SQL expression", ONE),
    "'a": (
        "\"'a\" is not an SQL expression: Error tokenizing 'SELECT ''",
        "mend it; a string stands in 'single quotes'",
    ),
    "(total": (
        "'(total' is not an SQL expression: Expecting ). Line 1, Col: 13.",
        "mend it; a string stands in 'single quotes'",
    ),
    "sum(total)": ("an aggregate can't give one row its value: SUM(total)", ROWS_OWN),
    "jsonb_agg(note)": ("an aggregate can't give one row its value: jsonb_agg()", ROWS_OWN),
    "count(*) FILTER (WHERE true)": ("an aggregate can't give one row its value: COUNT(*)", ROWS_OWN),
    "lag(total) OVER ()": ("an aggregate can't give one row its value: LAG(total)", ROWS_OWN),
    "row_number() OVER (ORDER BY id)": (
        "a window function can't give one row its value: ROW_NUMBER() OVER (ORDER BY id)",
        ROWS_OWN,
    ),
    "(SELECT 1)": ("a subquery can't give one row its value: (SELECT 1)", ROWS_OWN),
    "total > 1 AND EXISTS (SELECT 1)": ("a subquery can't give one row its value: SELECT 1", ROWS_OWN),
    "array(SELECT 1)": ("a subquery can't give one row its value: SELECT 1", ROWS_OWN),
    "generate_series(1, 3)": ("a set can't give one row its value: generate_series()", ROWS_OWN),
    ":channel": ("a placeholder can't give one row its value: %(channel)s", ROWS_OWN),
    "$1": ("a placeholder can't give one row its value: $1", ROWS_OWN),
    "orders.*": ("a star can't give one row its value: *", ROWS_OWN),
    "random()": ("random() gives another value at each call", COMPARED),
    "GEN_RANDOM_UUID()::text": ("gen_random_uuid() gives another value at each call", COMPARED),
    "note || nextval('s')": ("nextval() gives another value at each call", COMPARED),
    "pg_catalog.clock_timestamp()": ("clock_timestamp() gives another value at each call", COMPARED),
    "pg_sleep(1)": ("pg_sleep() gives another value at each call", COMPARED),
}
UNKNOWN: dict[str, tuple[str, str]] = {
    "totl": ("table public.orders has no column 'totl'", "did you mean 'total'?"),
    'upper("Note")': ("table public.orders has no column 'Note'", "did you mean 'note'?"),
    "row_to_json(parcels)": (
        "table public.orders has no column 'parcels'",
        "there are: id, note, status, total",
    ),
    "parcels.note": ("parcels.note is not a column of public.orders", "use the columns of the changed table"),
}


@pytest.mark.one_server
def test_a_fill_that_has_no_value_for_one_row(orders: str) -> None:
    """All of them on one database, which each leaves as it was: they are many."""
    for fill, (fact, remedy) in {**FILLS, **UNKNOWN}.items():
        kind = EvolutionError if fill in FILLS else SchemaMismatch
        unparsed = remedy == ONE or "not an SQL" in fact
        refusal = Refusal(kind, fact, PLACE if unparsed else f"{PLACE}, in {fill!r}", remedy)
        assert_refused(evolution(AddColumn("orders", Column("channel", Text), fill=fill)), orders, refusal)


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
