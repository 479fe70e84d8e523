"""AddColumn: a column that only the new version has."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from crossfade import AddColumn
from tests.conformance.columns import MADE, Row, added
from tests.conformance.entries.orders import GROSS, ORDERS, ROW
from tests.conformance.entry import Entry, Variant

CENTS = Decimal("0.01")


def _seventh(row: Row) -> Decimal:
    whole = CENTS * 150 if row["amount"] is None else Decimal(row["amount"]) / 7
    return whole.quantize(CENTS, ROUND_HALF_UP)


ADD_COLUMN = (
    Entry(
        "AddColumn",
        ORDERS,
        lambda orders: [AddColumn(orders, sa.Column("channel", sa.String(20)))],
        (*ROW, added("channel", "web", None, "shop")),
    ),
    Entry(
        "AddColumn, NOT NULL with a default",
        ORDERS,
        lambda orders: [
            AddColumn(orders, sa.Column("gift", sa.Boolean, nullable=False, server_default=sa.false()))
        ],
        (*ROW, added("gift", True, False, default=False, nullable=False)),
    ),
    Entry(
        "AddColumn, a constant fill",
        ORDERS,
        lambda orders: [AddColumn(orders, sa.Column("channel", sa.String(20)), fill="'it''s 100 %'")],
        (*ROW, added("channel", "web", None, "it's 100 %", fill="it's 100 %")),
    ),
    Entry(
        "AddColumn, a constant fill and another default",
        ORDERS,
        lambda orders: [
            AddColumn(
                orders,
                sa.Column("channel", sa.String(20), nullable=False, server_default="web"),
                fill="'shop'",
            )
        ],
        (*ROW, added("channel", "web", "phone", "shop", fill="shop", default="web", nullable=False)),
    ),
    Entry(
        "AddColumn, a fill over columns",
        ORDERS,
        lambda orders: [AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2")],
        (*ROW, GROSS),
    ),
    Entry(
        "AddColumn, a fill over columns and a default",
        ORDERS,
        lambda orders: [
            AddColumn(
                orders,
                sa.Column("gross", sa.Numeric(10, 2), nullable=False, server_default="1.50"),
                fill="amount / 7.0",  # which the column rounds
            )
        ],
        (*ROW, added("gross", CENTS * 725, CENTS * 150, fill=_seventh, default=CENTS * 150, nullable=False)),
    ),
    Entry(
        "AddColumn, a volatile default",
        ORDERS,
        lambda orders: [
            AddColumn(
                orders,
                sa.Column(
                    "token", postgresql.UUID, nullable=False, server_default=sa.text("gen_random_uuid()")
                ),
            )
        ],
        (*ROW, added("token", UUID(int=7), UUID(int=8), default=MADE, nullable=False)),
        mariadb=Variant(
            changes=lambda orders: [
                AddColumn(
                    orders,
                    sa.Column("token", sa.Uuid, nullable=False, server_default=sa.text("(uuid())")),
                )
            ]
        ),
    ),
    Entry(
        "AddColumn with indexes",
        ORDERS,
        lambda orders: [
            AddColumn(orders, sa.Column("channel", sa.String(20)), index=True),
            AddColumn(
                orders,
                sa.Column("details", postgresql.JSONB, nullable=False, server_default="{}"),
                index="gin",
            ),
        ],
        (
            *ROW,
            added("channel", "web", None),
            added("details", {"a": [1, None]}, {}, {"%s": "it's"}, default={}, nullable=False),
        ),
        indexes=("ix_orders_channel", "ix_orders_details"),
        mariadb=Variant(
            changes=lambda orders: [
                AddColumn(orders, sa.Column("channel", sa.String(20)), index=True),
                AddColumn(orders, sa.Column("details", sa.JSON, nullable=False, server_default="{}")),
            ],
            indexes=("ix_orders_channel",),
            differs="JSON has no index there",
        ),
    ),
)
