"""Relate: a column of the new version, the key and the index of one that is there, and the soft delete."""

from __future__ import annotations

from crossfade import Relate, RenameColumn, SoftDelete
from tests.conformance.columns import added, referring, shared
from tests.conformance.entries.add_foreign_key import CUSTOMER, ID, MARIADB_PEOPLE, PEOPLE, beside
from tests.conformance.entries.orders import ORDERS, REMAINDER, REST, ROW
from tests.conformance.entries.rename_column import REMARK
from tests.conformance.entry import Entry, Variant

DELETED = "is_deleted boolean NOT NULL DEFAULT false, deleted_at timestamp NULL"
FOLLOWED = f"""CREATE TABLE customers (id int PRIMARY KEY, {DELETED});
INSERT INTO customers (id) VALUES (1), (2), (3);
CREATE TABLE orders (id int PRIMARY KEY, {REST}, {DELETED})"""

RELATE = (
    Entry(
        "Relate",
        f"{PEOPLE} {ORDERS}",
        lambda orders: [Relate(orders, "customer", to=beside(orders, "customers"), on_delete="SET NULL")],
        (*ROW, added("customer", 1, None, 3)),
        indexes=("ix_orders_customer",),
        mariadb=Variant(f"{MARIADB_PEOPLE} {ORDERS}"),
    ),
    Entry(
        "Relate by a column that is there",
        f"{PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})",
        lambda orders: [Relate(orders, "customer", to=beside(orders, "customers"), index="by_customer")],
        (ID, CUSTOMER, *REMAINDER),
        indexes=("by_customer",),
        mariadb=Variant(f"{MARIADB_PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})"),
    ),
    Entry(
        "Relate by a column that holds what refers to nothing",
        f"{PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})",
        lambda orders: [
            Relate(orders, "customer", to=beside(orders, "customers"), orphans="set null"),
            RenameColumn(orders, "note", "remark"),
        ],
        (ID, referring("customer", 1, None, 3, orphans=(70, 80)), *REMAINDER[:-1], REMARK),
        indexes=("ix_orders_customer",),
        called={"remark": "note"},
        mariadb=Variant(f"{MARIADB_PEOPLE} CREATE TABLE orders (id int PRIMARY KEY, customer int, {REST})"),
    ),
    Entry(
        "Relate with a soft delete, beside a column that gets another name",
        FOLLOWED,
        lambda orders: [
            RenameColumn(orders, "note", "remark"),
            Relate(orders, "customer", to=beside(orders, "customers"), soft_delete=SoftDelete()),
        ],
        (
            *ROW[:-1],
            REMARK,
            shared("is_deleted", False, default=False, nullable=False),
            shared("deleted_at", None),
            added("customer", 1, None, 3),
        ),
        indexes=("ix_orders_customer",),
        called={"remark": "note"},
    ),
)
