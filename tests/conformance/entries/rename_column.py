"""RenameColumn: no value changes, whatever is of the column."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, OpenEnum, RenameColumn
from tests.conformance.columns import Row, added, generated, key, opened, shared
from tests.conformance.entries.orders import NOTE, OPEN, ORDERS, REST, ROW, SAID, STATES, TYPE, N
from tests.conformance.entry import Entry, Variant

REMARK = shared("remark", "a", None, "it's 100 % \\ \n", "")
SUM = 'The "Sum" in %'


def _double(row: Row) -> int | None:
    return None if row[SUM] is None else row[SUM] * 2


RENAME_COLUMN = (
    Entry(
        "RenameColumn",
        ORDERS,
        lambda orders: [RenameColumn(orders, "note", "remark")],
        (*ROW[:-1], REMARK),
        called={"remark": "note"},
    ),
    Entry(
        "RenameColumn of what a key, an index, a check, a default and a fill are of",
        """CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL, amount int DEFAULT 7, note text,
        twice int GENERATED ALWAYS AS (amount + amount) STORED, CONSTRAINT whole CHECK (amount >= 0));
        CREATE INDEX by_amount ON orders (amount DESC, note) WHERE amount > 5""",
        lambda orders: [
            RenameColumn(orders, "id", "number"),
            RenameColumn(orders, "amount", SUM),
            RenameColumn(orders, "twice", "double"),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2", index=True),
        ],
        (
            key("number", lambda n: 10_000 - n),
            N,
            shared(SUM, 5, None, 12, 0, default=7),
            NOTE,
            generated("double", _double),
            added("gross", 7, None, fill=_double),
        ),
        conflict=("number",),
        indexes=("ix_orders_gross",),
        called={"number": "id", SUM: "amount", "double": "twice"},
        mariadb=Variant(
            """CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL, amount int DEFAULT 7,
            note varchar(100), twice int GENERATED ALWAYS AS (amount + amount) STORED,
            CONSTRAINT whole CHECK (amount >= 0));
            CREATE INDEX by_amount ON orders (amount DESC, note)""",
            differs="an index has no condition there",
        ),
    ),
    Entry(
        "RenameColumn of what a table is partitioned by, beside an enum that opens",
        f"""{TYPE} CREATE TABLE orders (id int, {REST}, status order_status NOT NULL, region text,
        PRIMARY KEY (region, id)) PARTITION BY LIST (region);
        CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu');
        CREATE TABLE orders_rest PARTITION OF orders DEFAULT""",
        lambda orders: [
            RenameColumn(orders, "region", "area"),
            OpenEnum(orders, "status", sa.String(40), values=SAID, unknown="paid"),
        ],
        (key("area", lambda n: ("eu", "us")[n % 2]), *ROW, opened("status", SAID, *OPEN, unknown="paid")),
        conflict=("area", "id"),
        called={"area": "region"},
        mariadb=Variant(
            f"""CREATE TABLE orders (id int, {REST}, status {STATES} NOT NULL, region varchar(10),
            PRIMARY KEY (region, id)) PARTITION BY LIST COLUMNS (region)
            (PARTITION eu VALUES IN ('eu'), PARTITION us VALUES IN ('us'))"""
        ),
    ),
)
