"""Indexes and checks of an evolved column that can't be said of its successor."""

import pytest

from crossfade import OpenEnum
from crossfade.errors import Unsupported
from tests.refusals.refusal import IN, Case, Refusal, assert_case

STATUS = IN + "OpenEnum orders.status"
OPEN = (OpenEnum("orders", "status"),)
DROP_INDEX = "drop it first, and build what is wanted after the evolution"
DROP_CHECK = "rewrite it with =, <>, IN or IS NULL, or drop it first"
MERGED = "it is unique, and two values of one version of status may be one value of the other"


def refused_index(name: str, why: str) -> Refusal:
    return Refusal(Unsupported, f"index {name} can't be carried over: {why}", STATUS, DROP_INDEX)


def refused_check(name: str, expression: str) -> Refusal:
    fact = f"check {name} can't be said of a string column: CHECK ({expression})"
    return Refusal(Unsupported, fact, STATUS, DROP_CHECK)


PARTED = (
    "ALTER TABLE orders RENAME TO orders_1",
    "ALTER TABLE orders_1 ALTER status DROP NOT NULL",
    "CREATE TABLE orders (LIKE orders_1) PARTITION BY RANGE (id)",
    "ALTER TABLE orders ADD PRIMARY KEY (id)",
    "CREATE INDEX by_status ON orders (status)",
    "ALTER TABLE orders ADD CONSTRAINT known CHECK (status <> 'new' OR id > 0)",
    "ALTER TABLE orders_1 ADD CONSTRAINT known CHECK (status <> 'new' OR id > 0)",
    "ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM (1) TO (100)",
)


def refused_local(what: str) -> Refusal:
    fact = f"{what} can't be carried over: it stands on a partition alone, not on public.orders"
    return Refusal(Unsupported, fact, STATUS, "drop it first, or give it to the whole table")


CASES = (
    Case(
        "index of a partition",
        OPEN,
        refused_local("index public.mine"),
        (*PARTED, "CREATE INDEX mine ON orders_1 (id) WHERE status = 'new'"),
    ),
    Case(
        "unique constraint of a partition",
        OPEN,
        refused_local("index public.orders_1_status_id_key"),
        (*PARTED, "ALTER TABLE orders_1 ADD UNIQUE (status, id)"),
    ),
    Case(
        "check of a partition",
        OPEN,
        refused_local("check fresh of public.orders_1"),
        (*PARTED, "ALTER TABLE orders_1 ADD CONSTRAINT fresh CHECK (status <> 'paid') NOT VALID"),
    ),
    Case(
        "NOT NULL of a partition",
        OPEN,
        refused_local("NOT NULL status of public.orders_1"),
        (*PARTED, "ALTER TABLE orders_1 ALTER status SET NOT NULL"),
    ),
    Case(
        "unique index, unknown=",
        (OpenEnum("orders", "status", unknown="new"),),
        refused_index("one_each", MERGED),
        ("CREATE UNIQUE INDEX one_each ON orders (status, id)",),
    ),
    Case(
        "unique constraint, two labels become one value",
        (OpenEnum("orders", "status", values={"new": "open", "paid": "open", "sent": "done"}),),
        refused_index("one_each", MERGED),
        ("ALTER TABLE orders ADD CONSTRAINT one_each UNIQUE (status, id)",),
    ),
    Case(
        "index on an expression",
        OPEN,
        refused_index("is_new", "it is on an expression"),
        ("CREATE INDEX is_new ON orders ((status = 'new'))",),
    ),
    Case(
        "index of another method",
        OPEN,
        refused_index("by_id", "its method is brin"),
        ("CREATE INDEX by_id ON orders USING brin (id) WHERE status = 'new'",),
    ),
    Case(
        "condition of an index that orders",
        OPEN,
        refused_index(
            "late",
            "its condition can't be said of a string column: (status > 'new'::public.order_status)",
        ),
        ("CREATE INDEX late ON orders (id) WHERE status > 'new'",),
    ),
    Case(
        "condition of an index on labels that become one",
        (OpenEnum("orders", "status", values={"new": "open", "paid": "open", "sent": "done"}),),
        refused_index(
            "fresh",
            "its condition can't be said of a string column: (status = 'new'::public.order_status)",
        ),
        ("CREATE INDEX fresh ON orders (id) WHERE status = 'new'",),
    ),
    Case(
        "exclusion constraint",
        OPEN,
        refused_index("alone", "it serves an exclusion constraint"),
        ("ALTER TABLE orders ADD CONSTRAINT alone EXCLUDE USING btree (status WITH =, id WITH =)",),
    ),
    Case(
        "check that orders",
        OPEN,
        refused_check("late", "((status < 'sent'::public.order_status) OR (total > (0)::numeric))"),
        ("ALTER TABLE orders ADD CONSTRAINT late CHECK (status < 'sent' OR total > 0)",),
    ),
    Case(
        "check of the text",
        OPEN,
        refused_check("short", "(length((status)::text) < 10)"),
        ("ALTER TABLE orders ADD CONSTRAINT short CHECK (length(status::text) < 10)",),
    ),
    Case(
        "check of the enum's own functions",
        OPEN,
        refused_check("first", "(status = enum_first(NULL::public.order_status))"),
        (
            "DELETE FROM orders WHERE status <> 'new'",
            "ALTER TABLE orders ADD CONSTRAINT first CHECK (status = enum_first(NULL::order_status))",
        ),
    ),
    Case(
        "check on labels that become one",
        (OpenEnum("orders", "status", values={"new": "open", "paid": "open", "sent": "done"}),),
        refused_check("known", "(status <> 'sent'::public.order_status)"),
        (
            "DELETE FROM orders WHERE status = 'sent'",
            "ALTER TABLE orders ADD CONSTRAINT known CHECK (status <> 'sent')",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_cannot_be_carried_over(case: Case, shop: str) -> None:
    assert_case(case, shop)
