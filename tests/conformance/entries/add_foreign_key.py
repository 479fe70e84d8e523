"""AddForeignKey: no column changes."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, AddForeignKey, RenameColumn
from tests.conformance.columns import added, key, shared
from tests.conformance.entries.orders import REMAINDER, REST
from tests.conformance.entry import Entry, Variant

PEOPLE = """CREATE TABLE customers (id int PRIMARY KEY, region text NOT NULL, UNIQUE (region, id));
INSERT INTO customers VALUES (1, 'eu'), (2, 'us'), (3, 'eu');
"""
MARIADB_PEOPLE = PEOPLE.replace("text", "varchar(10)")
ID = key("id", lambda n: 10_000 - n)
CUSTOMER = shared("customer", 1, None, 2, 3)

ADD_FOREIGN_KEY = (
    Entry(
        "AddForeignKey",
        f"{PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})",
        lambda orders: [AddForeignKey(orders, "customer", beside(orders, "customers"))],
        (ID, CUSTOMER, *REMAINDER),
        indexes=("ix_orders_customer",),
        mariadb=Variant(f"{MARIADB_PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})"),
    ),
    Entry(
        "AddForeignKey of two columns, of which one gets another name, to the table itself",
        f"""{PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, region text, parent int,
        {REST})""",
        lambda orders: [
            RenameColumn(orders, "customer", "customer_id"),
            AddForeignKey(
                orders,
                ["region", "customer_id"],
                beside(orders, "customers"),
                target=["region", "id"],
                on_delete="CASCADE",
                name="of_region",
            ),
            AddForeignKey(orders, "parent", orders, on_delete="SET NULL", index=False),
        ],
        (
            ID,
            shared("customer_id", 1, None, 3),
            shared("region", "eu", None),
            shared("parent", None),
            *REMAINDER,
        ),
        called={"customer_id": "customer"},
        indexes=("ix_orders_region_customer_id",),
        mariadb=Variant(
            f"""{MARIADB_PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, region varchar(10),
            parent int, {REST})"""
        ),
    ),
    Entry(
        "AddForeignKey of a column that is added",
        f"{PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})",
        lambda orders: [
            AddColumn(orders, sa.Column("payer", sa.Integer, server_default="2"), fill="customer"),
            AddForeignKey(orders, "payer", beside(orders, "customers")),
        ],
        (
            ID,
            CUSTOMER,
            *REMAINDER,
            added(
                "payer", 1, 3, fill=lambda row: 2 if row["customer"] is None else row["customer"], default=2
            ),
        ),
        indexes=("ix_orders_payer",),
        mariadb=Variant(f"{MARIADB_PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})"),
    ),
)


def beside(orders: str, other: str) -> str:
    """Another table, in the schema that `orders` is in, as a user writes it."""
    schema, dot, _ = orders.rpartition(".")
    return f"{schema}{dot}{other}"
