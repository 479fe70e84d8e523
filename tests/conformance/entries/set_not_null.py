"""SetNotNull: with a fill, for the NULLs that the old application goes on writing; and without."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, AddIndex, SetNotNull
from tests.conformance.columns import required, shared
from tests.conformance.entries.orders import ENUM, GROSS, MARIADB_ENUM, NOTE, ORDERS, ROW, N
from tests.conformance.entry import Entry, Variant

TEXTS = ("a", "it's 100 % \\ \n")

SET_NOT_NULL = (
    Entry(
        "SetNotNull with a fill",
        ORDERS,
        lambda orders: [SetNotNull(orders, "note", fill="''")],
        (*ROW[:-1], required("note", "", *TEXTS)),
    ),
    Entry(
        "SetNotNull with a fill and a default",
        """CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL, amount int DEFAULT 7, note text)""",
        lambda orders: [SetNotNull(orders, "amount", fill="-1")],
        (ROW[0], N, required("amount", -1, 5, 12, 0, default=7), NOTE),
    ),
    Entry(
        "SetNotNull of an enum, with a fill",
        ENUM + ")",
        lambda orders: [SetNotNull(orders, "status", fill="'paid'")],
        (*ROW, required("status", "paid", "new", "sent", stand_in="new")),
        mariadb=Variant(MARIADB_ENUM + ")"),
    ),
    Entry(
        "SetNotNull with a fill, where indexes, a check and a collation are of the column",
        """CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL, amount int, note text COLLATE "C",
        CONSTRAINT short CHECK (length(note) < 30));
        CREATE INDEX by_note ON orders (note text_pattern_ops DESC, amount) WHERE note > 'A';
        CREATE INDEX by_upper ON orders (upper(note), n)""",
        lambda orders: [
            SetNotNull(orders, "note", fill="'none'"),
            AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
            AddIndex(orders, ["note", "gross"], where="note <> ''"),
        ],
        (*ROW[:-1], required("note", "none", *TEXTS), GROSS),
        indexes=("ix_orders_note_gross",),
        mariadb=Variant(
            """CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL, amount int,
            note varchar(100) COLLATE utf8mb4_bin, CONSTRAINT short CHECK (char_length(note) < 30));
            CREATE INDEX by_note ON orders (note DESC, amount)""",
            lambda orders: [
                SetNotNull(orders, "note", fill="'none'"),
                AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
                AddIndex(orders, ["note", "gross"]),
            ],
            nameless={"short": "note"},
            differs="an index has neither a condition nor expressions there",
        ),
    ),
    Entry(
        "SetNotNull without a fill",
        ORDERS,
        lambda orders: [SetNotNull(orders, "amount")],
        (ROW[0], N, shared("amount", 5, 12, 0, nullable=False), NOTE),
    ),
)
