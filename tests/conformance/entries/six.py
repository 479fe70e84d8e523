"""Six changes at once on one table: one backfill, one trigger, and each as if it were alone."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, AddForeignKey, AddIndex, OpenEnum, RenameColumn, SetNotNull
from tests.conformance.columns import key, required, shared
from tests.conformance.entries.add_foreign_key import CUSTOMER, MARIADB_PEOPLE, PEOPLE, beside
from tests.conformance.entries.orders import DEFAULTING, GROSS, SAID, STATUS, TYPE, N
from tests.conformance.entries.rename_column import REMARK
from tests.conformance.entry import Entry, Variant

SIX = (
    Entry(
        "six changes on one table",
        f"""{TYPE} {PEOPLE} CREATE TABLE orders (id serial PRIMARY KEY, n int NOT NULL UNIQUE, amount int,
        note text, channel text, customer int, status order_status NOT NULL DEFAULT 'new');
        CREATE INDEX by_status ON orders (status, note)""",
        lambda orders: [
            OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
            RenameColumn(orders, "note", "remark"),
            SetNotNull(orders, "channel", fill="'shop'"),
            AddIndex(orders, ["gross", "remark", "status"], where="channel <> 'web'"),
            AddForeignKey(orders, "customer", beside(orders, "customers")),
        ],
        (
            key("id"),
            N,
            shared("amount", 5, None, 12, 0),
            REMARK,
            required("channel", "shop", "web", "phone"),
            CUSTOMER,
            STATUS,
            GROSS,
        ),
        conflict=("n",),
        indexes=("ix_orders_gross_remark_status", "ix_orders_customer"),
        called={"remark": "note"},
        mariadb=Variant(
            f"""{MARIADB_PEOPLE} CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY,
            n int NOT NULL UNIQUE, amount int, note varchar(100), channel varchar(20), customer int,
            {DEFAULTING});
            CREATE INDEX by_status ON orders (status, note)""",
            lambda orders: [
                OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
                AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
                RenameColumn(orders, "note", "remark"),
                SetNotNull(orders, "channel", fill="'shop'"),
                AddIndex(orders, ["gross", "remark", "status"]),
                AddForeignKey(orders, "customer", beside(orders, "customers")),
            ],
            differs="an index has no condition there",
        ),
    ),
)
