"""AddIndex: no column changes of itself."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, AddIndex, OpenEnum, RenameColumn
from tests.conformance.columns import opened
from tests.conformance.entries.orders import ENUM, GROSS, MARIADB_ENUM, OPEN, ORDERS, ROW, SAID
from tests.conformance.entries.rename_column import REMARK
from tests.conformance.entry import Entry, Variant

ADD_INDEX = (
    Entry(
        "AddIndex",
        ORDERS,
        lambda orders: [
            AddIndex(orders, ["note", "amount"], where="amount > 0", include=["n"]),
            AddIndex(orders, "n", name="once", unique=True),
        ],
        ROW,
        indexes=("ix_orders_note_amount", "once"),
        mariadb=Variant(
            changes=lambda orders: [
                AddIndex(orders, ["amount", "n"]),
                AddIndex(orders, "n", name="once", unique=True),
            ],
            indexes=("ix_orders_amount_n", "once"),
            differs="an index has neither a condition nor columns along there, and holds no whole text",
        ),
    ),
    Entry(
        "AddIndex of what other changes make",
        ENUM + " NOT NULL)",
        lambda orders: [
            AddIndex(orders, ["status", "gross", "remark"], where="status <> 'refunded'"),
            AddIndex(orders, "gross", method="brin", name="by_gross"),
            OpenEnum(orders, "status", sa.String(40), values=SAID, unknown="paid"),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
            RenameColumn(orders, "note", "remark"),
        ],
        (*ROW[:-1], REMARK, opened("status", SAID, *OPEN, unknown="paid"), GROSS),
        indexes=("ix_orders_status_gross_remark", "by_gross"),
        called={"remark": "note"},
        mariadb=Variant(
            MARIADB_ENUM.replace("text", "varchar(100)") + " NOT NULL)",
            lambda orders: [
                AddIndex(orders, ["status", "gross", "remark"]),
                AddIndex(orders, "gross", method="hash", name="by_gross"),
                OpenEnum(orders, "status", sa.String(40), values=SAID, unknown="paid"),
                AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
                RenameColumn(orders, "note", "remark"),
            ],
            differs="an index has no condition there",
        ),
    ),
)
