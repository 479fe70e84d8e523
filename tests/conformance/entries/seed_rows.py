"""SeedRows, alone and with the other changes on one table."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from crossfade import AddColumn, OpenEnum, SeedRows
from tests.conformance.columns import added, key, numbered
from tests.conformance.entries.orders import DEFAULTING, GROSS, REMAINDER, REST, SAID, STATUS, TYPE
from tests.conformance.entry import Entry, Variant

CODE = numbered("code", lambda n: f"code {n}")
SEEDED = (key("id"), CODE, *REMAINDER)
SEEDS = (
    {"n": -1, "code": "code 2", "amount": 3, "note": "it's 100 % \\ seeded"},
    {"n": 2, "code": "code 2", "amount": 4},  # there is such a row: it is left as it is
    {"n": -3, "code": "basic"},
    {"n": -4, "code": "plus", "note": "", "amount": 0},
    {"n": -5, "code": "pro", "note": None, "amount": None},
)
CODES = f"""CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL, {REST},
UNIQUE (n))"""
MARIADB_CODES = f"""CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, code varchar(50) NOT NULL, {REST},
UNIQUE (n))"""

SEED_ROWS = (
    Entry(
        "SeedRows",
        CODES,
        lambda orders: [SeedRows(orders, key="n", rows=SEEDS)],
        SEEDED,
        conflict=("n",),
        seeds=SEEDS,
        seed_key=("n",),
        mariadb=Variant(MARIADB_CODES),
    ),
    Entry(
        "SeedRows, a key of two columns",
        CODES,
        lambda orders: [SeedRows(orders, key=["code", "n"], rows=SEEDS)],
        SEEDED,
        conflict=("n",),
        seeds=SEEDS,
        seed_key=("code", "n"),
        mariadb=Variant(MARIADB_CODES),
    ),
)

TOGETHER_SEEDS = (
    {"n": -1, "note": "built in", "amount": 1, "status": "refunded", "gift": True, "gross": 5},
    {"n": -2, "note": "built in", "status": None, "channel": None, "details": {"top": [5, {"k": None}]}},
    {"n": -3, "note": "built in", "status": "paid in full"},
)

TOGETHER = (
    Entry(
        "all three on one table",
        f"""{TYPE} CREATE TABLE orders (id serial PRIMARY KEY, {REST},
        status order_status NOT NULL DEFAULT 'new', UNIQUE (n)); CREATE INDEX by_status ON orders (status)""",
        lambda orders: [
            OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
            AddColumn(
                orders,
                sa.Column("gift", sa.Boolean, nullable=False, server_default=sa.false()),
                index=True,
            ),
            AddColumn(orders, sa.Column("channel", sa.String(100)), fill="'web'", index=True),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
            AddColumn(orders, sa.Column("details", postgresql.JSONB), index="gin"),
            SeedRows(orders, key="n", rows=TOGETHER_SEEDS),
        ],
        (
            key("id"),
            *REMAINDER,
            STATUS,
            added("gift", True, False, default=False, nullable=False),
            added("channel", "shop", None, "web", fill="web"),
            GROSS,
            added("details", {"a": [1]}, None),
        ),
        conflict=("n",),
        seeds=TOGETHER_SEEDS,
        seed_key=("n",),
        indexes=("ix_orders_gift", "ix_orders_channel", "ix_orders_details"),
        mariadb=Variant(
            f"""CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, {REST}, {DEFAULTING}, UNIQUE (n));
            CREATE INDEX by_status ON orders (status)""",
            lambda orders: [
                OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
                AddColumn(
                    orders,
                    sa.Column("gift", sa.Boolean, nullable=False, server_default=sa.false()),
                    index=True,
                ),
                AddColumn(orders, sa.Column("channel", sa.String(100)), fill="'web'", index=True),
                AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
                AddColumn(orders, sa.Column("details", sa.JSON)),
                SeedRows(orders, key="n", rows=TOGETHER_SEEDS),
            ],
            indexes=("ix_orders_gift", "ix_orders_channel"),
            differs="JSON has no index there",
        ),
    ),
)
