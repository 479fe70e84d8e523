"""Shapes of tables: each goes through a change that moves values both ways, and one that works them out."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from crossfade import AddColumn, OpenEnum
from crossfade.changes import Change
from tests.conformance.columns import added, generated, key, opened
from tests.conformance.entries.orders import DEFAULTING, GROSS, OPEN, REMAINDER, REST, ROW, SAID, STATUS, TYPE
from tests.conformance.entry import Entry, Variant


def changes(orders: str) -> Sequence[Change]:
    """What every shape of table goes through: values that move both ways, and one that is worked out."""
    return [
        OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
        AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2", index=True),
    ]


COLUMNS = (*REMAINDER, STATUS, GROSS)
ENUM = "status order_status NOT NULL DEFAULT 'new'"

SHAPES = (
    Entry(
        "a key of two columns",
        f"{TYPE} CREATE TABLE orders (region text, number int, {REST}, {ENUM}, PRIMARY KEY (region, number))",
        changes,
        (key("region", lambda n: ("it's", "us", "US %")[n % 3]), key("number", lambda n: -n // 3), *COLUMNS),
        conflict=("region", "number"),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"""CREATE TABLE orders (region varchar(20), number int, {REST}, {DEFAULTING},
            PRIMARY KEY (region, number))"""
        ),
    ),
    Entry(
        "a UUID key",
        f"""{TYPE} CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), {REST}, {ENUM},
        UNIQUE (n))""",
        changes,
        (key("id"), *COLUMNS),
        conflict=("n",),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT (uuid()), {REST}, {DEFAULTING}, UNIQUE (n))"
        ),
    ),
    Entry(
        "an identity key",
        f"""{TYPE} CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {REST}, {ENUM},
        UNIQUE (n))""",
        changes,
        (key("id"), *COLUMNS),
        conflict=("n",),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"""CREATE TABLE orders (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, {REST}, {DEFAULTING},
            UNIQUE (n))"""
        ),
    ),
    Entry(
        "a serial key",
        f"{TYPE} CREATE TABLE orders (id bigserial PRIMARY KEY, {REST}, {ENUM}, UNIQUE (n))",
        changes,
        (key("id"), *COLUMNS),
        conflict=("n",),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"CREATE TABLE orders (id bigint AUTO_INCREMENT PRIMARY KEY, {REST}, {DEFAULTING}, UNIQUE (n))"
        ),
    ),
    Entry(
        "a generated column beside",
        f"""{TYPE} CREATE TABLE orders (id int PRIMARY KEY, {REST}, {ENUM},
        twice int GENERATED ALWAYS AS (amount + amount) STORED)""",
        changes,
        (*ROW, generated("twice", lambda row: row["amount"] and row["amount"] * 2), STATUS, GROSS),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"""CREATE TABLE orders (id int PRIMARY KEY, {REST}, {DEFAULTING},
            twice int GENERATED ALWAYS AS (amount + amount) VIRTUAL)""",
            differs="virtual there: beside a stored one, the server makes no column NOT NULL in place",
        ),
    ),
    Entry(
        "a partitioned table",
        f"""{TYPE} CREATE TABLE orders (id int, {REST}, {ENUM}, region text, PRIMARY KEY (region, id))
        PARTITION BY LIST (region);
        CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu') PARTITION BY RANGE (id);
        CREATE TABLE orders_eu_low PARTITION OF orders_eu FOR VALUES FROM (0) TO (9950);
        CREATE TABLE orders_eu_high PARTITION OF orders_eu DEFAULT;
        CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
        CREATE INDEX by_status ON orders (status)""",
        changes,
        (key("region", lambda n: ("eu", "us")[n % 2]), *ROW, STATUS, GROSS),
        conflict=("region", "id"),
        indexes=("ix_orders_gross",),
        mariadb=Variant(
            f"""CREATE TABLE orders (id int, {REST}, {DEFAULTING}, region varchar(10),
            PRIMARY KEY (region, id)) PARTITION BY LIST COLUMNS (region)
            (PARTITION eu VALUES IN ('eu'), PARTITION us VALUES IN ('us'));
            CREATE INDEX by_status ON orders (status)"""
        ),
    ),
    Entry(
        "names with capitals, spaces and quotes",
        """CREATE TYPE "Order ""State"" 100 %" AS ENUM ('it''s "New" %', 'Paid \\');
        CREATE TABLE "Odd ""Orders"".100 %" ("The Key" int PRIMARY KEY, n int NOT NULL, amount int, note text,
        "select" "Order ""State"" 100 %" NOT NULL DEFAULT 'it''s "New" %');
        CREATE INDEX "By ""State"" %" ON "Odd ""Orders"".100 %" ("select")""",
        lambda orders: [
            OpenEnum(orders, "select", sa.String(50), nullable=True, unknown="Paid \\"),
            AddColumn(
                orders,
                sa.Column('It\'s "Gross" 100 %', sa.Integer),
                fill='amount * 2 + "The Key"',
                index=True,
            ),
        ],
        (
            key("The Key", lambda n: n),
            *REMAINDER,
            opened(
                "select",
                {'it\'s "New" %': 'it\'s "New" %', "Paid \\": "Paid \\"},
                *OPEN,
                unknown="Paid \\",
                new_nullable=True,
                default='it\'s "New" %',
            ),
            added(
                'It\'s "Gross" 100 %',
                7,
                None,
                fill=lambda row: None if row["amount"] is None else row["amount"] * 2 + row["The Key"],
            ),
        ),
        table='Odd "Orders".100 %',
        conflict=("The Key",),
        indexes=('ix_Odd "Orders".100 %_It\'s "Gross" 100 %',),
        mariadb=Variant(
            """CREATE TABLE `Odd "Orders".100 %` (`The Key` int PRIMARY KEY, n int NOT NULL, amount int,
            note text, `select` ENUM('it''s "New" %', 'Paid \\\\') NOT NULL DEFAULT 'it''s "New" %');
            CREATE INDEX `By "State" %` ON `Odd "Orders".100 %` (`select`)""",
            lambda orders: [
                OpenEnum(orders, "select", sa.String(50), nullable=True, unknown="Paid \\"),
                AddColumn(
                    orders,
                    sa.Column('It\'s "Gross" 100 %', sa.Integer),
                    fill="amount * 2 + `The Key`",
                    index=True,
                ),
            ],
        ),
    ),
)
