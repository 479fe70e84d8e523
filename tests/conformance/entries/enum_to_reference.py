"""EnumToReference: a column of few values becomes the key of a lookup's row."""

from __future__ import annotations

from crossfade import EnumToReference
from tests.conformance.columns import referred
from tests.conformance.entries.orders import ENUM, MARIADB_ENUM, REST, ROW
from tests.conformance.entry import Entry, Variant

KINDS = """
CREATE TABLE kinds (id int PRIMARY KEY, code text NOT NULL, label text NOT NULL DEFAULT '',
    UNIQUE (code, label));
INSERT INTO kinds VALUES (1, 'N', 'x'), (2, 'P', ''), (3, 'S', ''), (4, 'P', 'late'), (5, 'R', ''),
    (6, 'O', '');
"""
MARIADB_KINDS = KINDS.replace("text", "varchar(20)")
LOOKUP = {
    "new": {"id": 1, "code": "N", "label": "x"},
    "paid": {"id": 2, "code": "P", "label": ""},
    "sent": {"id": 3, "code": "S", "label": ""},
}
KEYS = {"new": 1, "paid": 2, "sent": 3}
BACKWARD = {"code": {"N": "new", "P": "paid", "S": "sent"}}
SEEN = {1: "new", 2: "paid", 3: "sent", 4: "paid"}
CALLED = {"status_id": "status"}
INDEX = ("ix_orders_status_id",)


def lookup(orders: str) -> str:
    """The lookup's name, beside that of the table."""
    return orders.replace("orders", "kinds")


ENUM_TO_REFERENCE = (
    Entry(
        "EnumToReference",
        KINDS + ENUM + " NOT NULL); CREATE INDEX by_status ON orders (status, n) WHERE status <> 'sent';",
        lambda orders: [
            EnumToReference(orders, "status", "status_id", lookup(orders), LOOKUP, BACKWARD, unknown="sent")
        ],
        (*ROW, referred("status_id", KEYS, SEEN, 4, 5, unknown="sent")),
        called=CALLED,
        indexes=INDEX,
        gone=("by_status",),
        mariadb=Variant(
            MARIADB_KINDS + MARIADB_ENUM + " NOT NULL); CREATE INDEX by_status ON orders (status, n);",
            differs="an index has no condition there",
        ),
    ),
    Entry(
        "EnumToReference without unknown, of a nullable column",
        KINDS + ENUM + ", CONSTRAINT odd CHECK (status <> 'sent' OR n > 0));",
        lambda orders: [EnumToReference(orders, "status", "status_id", lookup(orders), LOOKUP, BACKWARD)],
        (*ROW, referred("status_id", KEYS, SEEN, 4, 5, nullable=True)),
        called=CALLED,
        indexes=INDEX,
        gone=("odd",),
        mariadb=Variant(
            MARIADB_KINDS + MARIADB_ENUM + ", CONSTRAINT odd CHECK (status <> 'sent' OR n > 0));",
            gone=("status",),
            nameless={"odd": "status"},
        ),
    ),
    Entry(
        "EnumToReference of a text, with a row for the rest",
        KINDS + f"CREATE TABLE orders (id int PRIMARY KEY, {REST}, status varchar(20) NOT NULL);",
        lambda orders: [
            EnumToReference(
                orders,
                "status",
                "status_id",
                lookup(orders),
                LOOKUP,
                other={"id": 6, "code": "O", "label": ""},
                unknown="new",
            )
        ],
        (
            *ROW,
            referred(
                "status_id",
                KEYS,
                {1: "new", 2: "paid", 3: "sent"},
                4,
                unknown="new",
                others={"odd": 6, "it's $$ %": 6, "": 6},
                stand_in="",
            ),
        ),
        called=CALLED,
        indexes=INDEX,
        mariadb=Variant(
            MARIADB_KINDS + f"CREATE TABLE orders (id int PRIMARY KEY, {REST}, status varchar(20) NOT NULL);",
        ),
    ),
    Entry(
        "EnumToReference by an expression, two labels of one row",
        KINDS + ENUM + " NOT NULL);",
        lambda orders: [
            EnumToReference(
                orders,
                "status",
                "status_id",
                lookup(orders),
                LOOKUP | {"sent": LOOKUP["paid"]},
                "CASE code WHEN 'N' THEN 'new' WHEN 'P' THEN 'paid' END",
                index=False,
            )
        ],
        (*ROW, referred("status_id", KEYS | {"sent": 2}, {1: "new", 2: "paid", 4: "paid"}, 4, 5)),
        called=CALLED,
        mariadb=Variant(MARIADB_KINDS + MARIADB_ENUM + " NOT NULL);"),
    ),
)
