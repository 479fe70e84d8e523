"""OpenEnum: an enum column becomes a string."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import OpenEnum
from tests.conformance.columns import opened
from tests.conformance.entries.orders import ENUM, MARIADB_ENUM, OPEN, ROW, SAID, SAME
from tests.conformance.entry import Entry, Variant

OPEN_ENUM = (
    Entry(
        "OpenEnum",
        ENUM + " NOT NULL)",
        lambda orders: [
            OpenEnum(orders, "status", sa.String(40), nullable=True, values=SAID, unknown="paid")
        ],
        (*ROW, opened("status", SAID, *OPEN, unknown="paid", new_nullable=True)),
        mariadb=Variant(MARIADB_ENUM + " NOT NULL)"),
    ),
    Entry(
        "OpenEnum, values as they are",
        ENUM + " NOT NULL)",
        lambda orders: [OpenEnum(orders, "status", sa.Text(), unknown="new")],
        (*ROW, opened("status", SAME, *OPEN, unknown="new")),
        mariadb=Variant(MARIADB_ENUM + " NOT NULL)"),
    ),
    Entry(
        "OpenEnum without unknown",
        ENUM + " NOT NULL)",
        lambda orders: [OpenEnum(orders, "status", sa.String(40), values=SAID)],
        (*ROW, opened("status", SAID, *OPEN)),
        mariadb=Variant(MARIADB_ENUM + " NOT NULL)"),
    ),
    Entry(
        "OpenEnum of a nullable column",
        ENUM + ")",
        lambda orders: [OpenEnum(orders, "status", sa.String(40), values=SAID, unknown="sent")],
        (*ROW, opened("status", SAID, *OPEN, unknown="sent", nullable=True)),
        mariadb=Variant(MARIADB_ENUM + ")"),
    ),
    Entry(
        "OpenEnum of a nullable column, without unknown",
        ENUM + ")",
        lambda orders: [OpenEnum(orders, "status", sa.String(40))],
        (*ROW, opened("status", SAME, *OPEN, nullable=True)),
        mariadb=Variant(MARIADB_ENUM + ")"),
    ),
    Entry(
        "OpenEnum with a default",
        ENUM + " NOT NULL DEFAULT 'new')",
        lambda orders: [
            OpenEnum(orders, "status", sa.String(40), nullable=True, values=SAID, unknown="paid")
        ],
        (*ROW, opened("status", SAID, *OPEN, unknown="paid", new_nullable=True, default="new")),
        mariadb=Variant(MARIADB_ENUM + " NOT NULL DEFAULT 'new')"),
    ),
    Entry(
        "OpenEnum, two labels become one",
        ENUM + " NOT NULL)",
        lambda orders: [
            OpenEnum(orders, "status", nullable=True, values=SAME | {"paid": "sent"}, unknown="new")
        ],
        (*ROW, opened("status", SAME | {"paid": "sent"}, *OPEN, unknown="new", new_nullable=True)),
        mariadb=Variant(
            MARIADB_ENUM + " NOT NULL)",
            lambda orders: [
                OpenEnum(
                    orders,
                    "status",
                    sa.String(40),  # which must have a length there
                    nullable=True,
                    values=SAME | {"paid": "sent"},
                    unknown="new",
                )
            ],
            differs="a String has a length there",
        ),
    ),
    Entry(
        "OpenEnum with indexes and checks",
        ENUM
        + """ NOT NULL, CONSTRAINT barred CHECK (status <> 'sent'), CONSTRAINT once UNIQUE (status, n));
        CREATE INDEX by_status ON orders (status DESC, amount) WHERE status IN ('new', 'paid');
        CREATE UNIQUE INDEX by_number ON orders (n, status);""",
        lambda orders: [OpenEnum(orders, "status", sa.String(40), values=SAID)],
        (*ROW, opened("status", SAID, "refunded", barred="sent")),
        conflict=("n", "status"),
        mariadb=Variant(
            MARIADB_ENUM
            + """ NOT NULL, CONSTRAINT barred CHECK (status <> 'sent'), CONSTRAINT once UNIQUE (status, n));
            CREATE INDEX by_status ON orders (status DESC, amount);
            CREATE UNIQUE INDEX by_number ON orders (n, status);""",
            nameless={"barred": "status"},
            differs="an index has no condition there",
        ),
    ),
)
