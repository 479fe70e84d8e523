"""RenameTable: alone, and with what other changes make of the table."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, OpenEnum, RenameColumn, RenameTable, SeedRows
from tests.conformance.columns import key
from tests.conformance.entries.orders import (
    DEFAULTING,
    GROSS,
    ORDERS,
    REMAINDER,
    REST,
    ROW,
    SAID,
    STATUS,
    TYPE,
    N,
)
from tests.conformance.entries.rename_column import REMARK
from tests.conformance.entry import Entry, Variant

SEEDS = (
    {"n": -1, "remark": "built in", "status": "refunded", "gross": 5},
    {"n": -2, "remark": "built in", "amount": 3},
)

RENAME_TABLE = (
    Entry(
        "RenameTable",
        ORDERS,
        lambda orders: [RenameTable(orders, "purchase_orders")],
        ROW,
        renamed="purchase_orders",
    ),
    Entry(
        "RenameTable to an odd name, with a serial key",
        f"CREATE TABLE orders (id serial PRIMARY KEY, {REST}, UNIQUE (n))",
        lambda orders: [RenameTable(orders, 'The "Orders" in %.')],
        (key("id"), *REMAINDER),
        conflict=("n",),
        renamed='The "Orders" in %.',
        mariadb=Variant(f"CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, {REST}, UNIQUE (n))"),
    ),
    Entry(
        "RenameTable of a partitioned table",
        f"""CREATE TABLE orders (id int PRIMARY KEY, {REST}) PARTITION BY RANGE (id);
        CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (9950);
        CREATE TABLE orders_high PARTITION OF orders DEFAULT""",
        lambda orders: [
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2", index=True),
            RenameTable(orders, "purchase_orders"),
        ],
        (*ROW, GROSS),
        indexes=("ix_orders_gross",),
        renamed="purchase_orders",
        mariadb=Variant(
            f"""CREATE TABLE orders (id int PRIMARY KEY, {REST}) PARTITION BY RANGE (id)
            (PARTITION low VALUES LESS THAN (9950), PARTITION high VALUES LESS THAN MAXVALUE)"""
        ),
    ),
    Entry(
        "RenameTable with other changes",
        f"""{TYPE} CREATE TABLE orders (id serial PRIMARY KEY, {REST},
        status order_status NOT NULL DEFAULT 'new', UNIQUE (n));
        CREATE INDEX by_status ON orders (status, note)""",
        lambda orders: [
            RenameTable(orders, "purchase_orders"),
            OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
            RenameColumn(orders, "note", "remark"),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
            SeedRows(orders, key="n", rows=SEEDS),
        ],
        (key("id"), N, REMAINDER[1], REMARK, STATUS, GROSS),
        conflict=("n",),
        seeds=SEEDS,
        seed_key=("n",),
        renamed="purchase_orders",
        called={"remark": "note"},
        mariadb=Variant(
            f"""CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, amount int,
            note varchar(100), {DEFAULTING}, UNIQUE (n)); CREATE INDEX by_status ON orders (status, note)"""
        ),
    ),
)
