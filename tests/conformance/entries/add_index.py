"""AddIndex: no column changes."""

from __future__ import annotations

from crossfade import AddIndex
from tests.conformance.entries.orders import ORDERS, ROW
from tests.conformance.entry import Entry

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
    ),
)
