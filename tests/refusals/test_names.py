"""Names that nothing has, that something has already, or that nothing may have."""

import pytest
from sqlalchemy import Column, Integer, Text

from crossfade import AddColumn, OpenEnum, SeedRows
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.names import tag
from tests.refusals.refusal import IN, Case, Refusal, assert_case

STATUS = IN + "OpenEnum orders.status"
CHANNEL = IN + "AddColumn orders.channel"
SUCCESSOR = f"_crossfade_new_{tag('open_statuses')}"
PARTS = (
    "CREATE TABLE parts (id int PRIMARY KEY, status order_status) PARTITION BY RANGE (id)",
    "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (100)",
    "CREATE INDEX by_status ON parts (status)",
)

CASES = (
    Case(
        "no such table, and one of a near name",
        (OpenEnum("order", "status"),),
        Refusal(
            SchemaMismatch,
            "there is no table 'order'",
            IN + "OpenEnum order.status",
            "did you mean 'orders'?",
        ),
    ),
    Case(
        "no such table in that schema, which another schema has",
        (AddColumn("shop.orders", Column("channel", Text)),),
        Refusal(
            SchemaMismatch,
            "there is no table 'shop.orders'",
            IN + "AddColumn shop.orders.channel",
            "did you mean 'public.orders'?",
        ),
    ),
    Case(
        "a table that the search path does not reach",
        (SeedRows("parcels", "id", [{"id": 1}]),),
        Refusal(
            SchemaMismatch,
            "there is no table 'parcels' on the search path (public)",
            IN + "SeedRows parcels",
            "write 'shop.parcels'",
        ),
        ("CREATE SCHEMA shop", "CREATE TABLE shop.parcels (id int PRIMARY KEY)"),
    ),
    Case(
        "no such table, nor one like it",
        (SeedRows("zebra", "id", [{"id": 1}]),),
        Refusal(SchemaMismatch, "there is no table 'zebra'", IN + "SeedRows zebra", "there are: orders"),
    ),
    Case(
        "a table's name in another case",
        (OpenEnum("Orders", "status"),),
        Refusal(
            SchemaMismatch,
            "there is no table 'Orders'",
            IN + "OpenEnum Orders.status",
            "did you mean 'orders'?",
        ),
    ),
    Case(
        "no such column, and one of a near name",
        (OpenEnum("orders", "statsu"),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'statsu'",
            IN + "OpenEnum orders.statsu",
            "did you mean 'status'?",
        ),
    ),
    Case(
        "no such column, nor one like it",
        (OpenEnum("orders", "warehouse"),),
        Refusal(
            SchemaMismatch,
            "table public.orders has no column 'warehouse'",
            IN + "OpenEnum orders.warehouse",
            "there are: id, note, status, total",
        ),
    ),
    Case(
        "target column",
        (AddColumn("orders", Column("note", Text)),),
        Refusal(
            SchemaMismatch,
            "public.orders has a column 'note' already",
            IN + "AddColumn orders.note",
            "choose another name, or drop that column first",
        ),
    ),
    Case(
        "successor's column",
        (OpenEnum("orders", "status"),),
        Refusal(
            SchemaMismatch,
            f"column public.orders.{SUCCESSOR}_status exists already",
            STATUS,
            "drop or rename that column first",
        ),
        (f"ALTER TABLE orders ADD {SUCCESSOR}_status text",),
    ),
    Case(
        "successor's check",
        (OpenEnum("orders", "status"),),
        Refusal(
            SchemaMismatch,
            f"check '{SUCCESSOR}_status_not_null' of public.orders exists already",
            STATUS,
            "drop or rename that check first",
        ),
        (f"ALTER TABLE orders ADD CONSTRAINT {SUCCESSOR}_status_not_null CHECK (total > 0)",),
    ),
    Case(
        "system column",
        (AddColumn("orders", Column("ctid", Text)),),
        Refusal(
            SchemaMismatch,
            "system column 'ctid' exists already",
            IN + "AddColumn orders.ctid",
            "choose another name",
        ),
    ),
    Case(
        "new index",
        (AddColumn("orders", Column("channel", Text), index=True),),
        Refusal(
            SchemaMismatch,
            "the name 'ix_orders_channel' in schema public exists already",
            CHANNEL,
            "rename what holds it",
        ),
        ("CREATE SEQUENCE ix_orders_channel",),
    ),
    Case(
        "two new indexes of one name",
        (
            AddColumn("orders_sent", Column("at", Text), index=True),
            AddColumn("orders", Column("sent_at", Text), index=True),
        ),
        Refusal(
            SchemaMismatch,
            "two indexes would be named 'ix_orders_sent_at': of public.orders_sent and of public.orders",
            IN + "index",
            "build one of them after the evolution, under a name of its own",
        ),
        ("CREATE TABLE orders_sent (id int PRIMARY KEY)",),
    ),
    Case(
        "namespace",
        (OpenEnum("orders", "status"),),
        Refusal(
            SchemaMismatch,
            "schema 'public__open_statuses' exists already",
            IN + "namespace",
            "drop or rename it, or rename the evolution",
        ),
        ("CREATE SCHEMA public__open_statuses",),
    ),
    Case(
        "one column, in two spellings of its table",
        (
            AddColumn("orders", Column("channel", Text)),
            AddColumn("public.orders", Column("channel", Integer)),
        ),
        Refusal(
            EvolutionError,
            "two changes claim public.orders.channel: "
            "AddColumn orders.channel and AddColumn public.orders.channel",
            "evolution 'open_statuses'",
            "make them two evolutions, one after the other",
        ),
    ),
    Case(
        "the name of a new index's part on a partition",
        (AddColumn("parts", Column("channel", Text), index=True),),
        Refusal(
            SchemaMismatch,
            "the name 'ix_parts_channel_p1' in schema public exists already",
            IN + "AddColumn parts.channel",
            "rename what holds it",
        ),
        (*PARTS, "CREATE SEQUENCE ix_parts_channel_p1"),
    ),
    Case(
        "the name of a carried index's part once it is promoted",
        (OpenEnum("parts", "status"),),
        Refusal(
            SchemaMismatch,
            "the name 'by_status_p1' in schema public exists already",
            IN + "OpenEnum parts.status",
            "rename what holds it",
        ),
        (*PARTS, "CREATE INDEX by_status_p1 ON orders (note)"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_name_that_does_not_fit(case: Case, shop: str) -> None:
    assert_case(case, shop)
