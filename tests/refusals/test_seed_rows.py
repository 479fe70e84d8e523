"""Seed rows that the new version of their table could not take."""

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, RenameColumn, SeedRows, SetNotNull, commands
from crossfade.errors import SchemaMismatch
from tests.refusals.refusal import IN, Case, Refusal, assert_case, evolution, execute

SEEDS = IN + "SeedRows orders"
LEAVE_OUT = "leave it out"

CASES = (
    Case(
        "unknown column",
        (SeedRows("orders", "id", [{"id": 8, "note": "x"}, {"id": 9, "notes": "x"}]),),
        Refusal(
            SchemaMismatch,
            "row 2 gives 'notes', which the new version of public.orders does not have",
            SEEDS,
            "did you mean 'note'?",
        ),
    ),
    Case(
        "unknown key column",
        (SeedRows("orders", "code", [{"code": 9}]),),
        Refusal(
            SchemaMismatch,
            "row 1 gives 'code', which the new version of public.orders does not have",
            SEEDS,
            "there are: id, note, status, total",
        ),
    ),
    Case(
        "no value for the key",
        (SeedRows("orders", "note", [{"id": 8, "note": "x"}, {"note": "y"}]),),
        Refusal(
            SchemaMismatch,
            "row 2 gives no value for 'id', which takes no NULL in the new version of public.orders",
            SEEDS,
            "give it one",
        ),
    ),
    Case(
        "no value for what another change makes NOT NULL",
        (SeedRows("orders", "id", [{"id": 8, "note": None}]), SetNotNull("orders", "note", fill="''")),
        Refusal(
            SchemaMismatch,
            "row 1 gives no value for 'note', which takes no NULL in the new version of public.orders, "
            "because of SetNotNull orders.note",
            SEEDS,
            "give it one",
        ),
    ),
    Case(
        "column that another change calls something else",
        (SeedRows("orders", "id", [{"id": 8, "note": "x"}]), RenameColumn("orders", "note", "remark")),
        Refusal(
            SchemaMismatch,
            "row 1 gives 'note', which the new version of public.orders does not have, "
            "because of RenameColumn orders.note",
            SEEDS,
            "there are: id, remark, status, total",
        ),
    ),
    Case(
        "column that the database generates",
        (SeedRows("orders", "id", [{"id": 9, "gross": 1}]),),
        Refusal(SchemaMismatch, "row 1 gives 'gross', which the database generates", SEEDS, LEAVE_OUT),
        ("ALTER TABLE orders ADD gross numeric GENERATED ALWAYS AS (total * 1.19) STORED",),
    ),
    Case(
        "column that is always an identity",
        (SeedRows("roles", "name", [{"id": 9, "name": "guest"}]),),
        Refusal(
            SchemaMismatch,
            "row 1 gives 'id', which the database generates",
            IN + "SeedRows roles",
            LEAVE_OUT,
        ),
        ("CREATE TABLE roles (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_row_that_cannot_be_seeded(case: Case, shop: str) -> None:
    assert_case(case, shop)


def test_a_column_that_the_evolution_adds_can_be_seeded(orders: str) -> None:
    execute(orders, "CREATE TABLE roles (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)")
    seeded = commands.start(
        evolution(
            SeedRows("roles", "name", [{"name": "guest", "color": "grey"}]),
            AddColumn("roles", Column("color", Text)),
        ),
        orders,
    )
    assert seeded.seeded == 1
