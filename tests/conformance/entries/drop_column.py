"""DropColumn: a column that only the old version has."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, DropColumn, OpenEnum
from tests.conformance.columns import Row, added, dropped, key, opened
from tests.conformance.entries.add_foreign_key import beside
from tests.conformance.entries.orders import OPEN, ORDERS, REST, ROW, SAID, STATES, TYPE
from tests.conformance.entry import Entry, Variant

LABELS = """CREATE TABLE "Labels" (amount int PRIMARY KEY, label text NOT NULL);
INSERT INTO "Labels" VALUES (5, 'five'), (0, 'it''s 100 %');
"""
MARIADB_LABELS = LABELS.replace('"', "`")
TOLD = {5: "five", 0: "it's 100 %"}


def _with(column: str, more: str = "") -> str:
    return f"CREATE TABLE orders (id int PRIMARY KEY, {column}, {REST}{more});"


def _doubled(row: Row) -> int | None:
    return None if row["amount"] is None else row["amount"] * 2


def _origin(row: Row) -> str:
    return "none" if row["origin"] is None else row["origin"].lower()


def _upper(row: Row) -> str | None:
    channel = row.get("channel")  # which a row of the new version does not have yet
    return None if channel is None else channel.upper()


def _paid(row: Row) -> str | None:
    return None if row["status"] in {"fresh", "sent"} else "paid"


def _label(orders: str, labels: str = '"Labels"') -> str:
    labels = beside(orders, labels)
    return f"coalesce((SELECT label FROM {labels} AS t WHERE t.amount = orders.amount), 'none')"


STATUS = "status order_status NOT NULL DEFAULT 'new' REFERENCES statuses ON DELETE CASCADE DEFERRABLE"
CONSTRAINTS = ", CONSTRAINT barred CHECK (status <> 'sent'), CONSTRAINT once UNIQUE (status, n) DEFERRABLE"
BELONGINGS = f"""{TYPE} CREATE TABLE statuses (status order_status PRIMARY KEY);
INSERT INTO statuses VALUES ('new'), ('paid'), ('sent'); {_with(STATUS, CONSTRAINTS)}
CREATE INDEX by_status ON orders (status DESC, amount) INCLUDE (note) WHERE status IN ('new', 'paid');
CREATE UNIQUE INDEX by_text ON orders ((status = 'new'), n);
COMMENT ON COLUMN orders.status IS 'where it is';"""
# MariaDB has neither INCLUDE nor WHERE, nor expressions, in an index.
MARIADB_BELONGINGS = f"""CREATE TABLE statuses (status {STATES} PRIMARY KEY);
INSERT INTO statuses VALUES ('new'), ('paid'), ('sent');
CREATE TABLE orders (id int PRIMARY KEY, status {STATES} NOT NULL DEFAULT 'new' COMMENT 'where it is', {REST},
CONSTRAINT barred CHECK (status <> 'sent'), CONSTRAINT once UNIQUE (status, n),
CONSTRAINT orders_status_fkey FOREIGN KEY (status) REFERENCES statuses (status)
ON DELETE CASCADE);
CREATE INDEX by_status ON orders (status DESC, amount);"""

DROP_COLUMN = (
    Entry(
        "DropColumn",
        _with("channel text"),
        lambda orders: [DropColumn(orders, "channel")],
        (*ROW, dropped("channel", "web", None, "it's 100 %")),
    ),
    Entry(
        "DropColumn, NOT NULL with a default",
        _with("channel text NOT NULL DEFAULT 'web'"),
        lambda orders: [DropColumn(orders, "channel")],
        (*ROW, dropped("channel", "shop", "web", default="web", nullable=False)),
    ),
    Entry(
        "DropColumn, NOT NULL, backward is a constant",
        _with("channel varchar(20) NOT NULL"),
        lambda orders: [DropColumn(orders, "channel", backward="'it''s 100 %'")],
        (*ROW, dropped("channel", "shop", "web", born=lambda _: "it's 100 %", nullable=False)),
    ),
    Entry(
        "DropColumn, a default and another backward",
        _with("channel text DEFAULT 'web'"),
        lambda orders: [DropColumn(orders, "channel", backward="'new'")],
        (*ROW, dropped("channel", "shop", None, "web", born=lambda _: "new", default="web")),
        mariadb=Variant(
            _with("channel varchar(20) DEFAULT 'web'"),
            differs="a varchar there: of a text that a trigger sets, the server's LOAD DATA forgets the "
            "default after the first row",
        ),
    ),
    Entry(
        "DropColumn, backward over columns",
        _with("doubled int"),
        lambda orders: [DropColumn(orders, "doubled", backward="orders.amount * 2")],
        (*ROW, dropped("doubled", 7, None, born=_doubled)),
    ),
    Entry(
        "DropColumn, NOT NULL, backward reads another table",
        f"{LABELS} {_with('label text NOT NULL')}",
        lambda orders: [DropColumn(orders, "label", backward=_label(orders))],
        (*ROW, dropped("label", "a", "b", born=lambda row: TOLD.get(row["amount"], "none"), nullable=False)),
        mariadb=Variant(
            MARIADB_LABELS + _with("label varchar(100) NOT NULL"),
            lambda orders: [DropColumn(orders, "label", backward=_label(orders, "`Labels`"))],
        ),
    ),
    Entry(
        "DropColumn with indexes, checks and a foreign key",
        BELONGINGS,
        lambda orders: [DropColumn(orders, "status", backward="'paid'")],
        (
            *ROW,
            dropped(
                "status",
                *SAID,
                born=lambda _: "paid",
                default="new",
                nullable=False,
                allowed=lambda status: status != "sent",
            ),
        ),
        gone=("barred", "once", "by_status", "by_text", "orders_status_fkey"),
        mariadb=Variant(
            MARIADB_BELONGINGS,
            gone=("status", "once", "by_status", "orders_status_fkey"),
            nameless={"barred": "status"},
            differs="an index has neither a condition nor columns along there, and nothing is deferrable",
        ),
    ),
    Entry(
        "DropColumn of a partitioned table",
        f"""CREATE TABLE orders (id int, {REST}, channel text, region text, PRIMARY KEY (region, id))
        PARTITION BY LIST (region);
        CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('eu');
        CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
        CREATE INDEX by_channel ON orders (channel)""",
        lambda orders: [DropColumn(orders, "channel", backward="region || coalesce(note, '')")],
        (
            key("region", lambda n: ("eu", "us")[n % 2]),
            *ROW,
            dropped("channel", "web", None, born=lambda row: row["region"] + (row["note"] or "")),
        ),
        conflict=("region", "id"),
        gone=("by_channel",),
        mariadb=Variant(
            f"""CREATE TABLE orders (id int, {REST}, channel varchar(20), region varchar(10),
            PRIMARY KEY (region, id)) PARTITION BY LIST COLUMNS (region)
            (PARTITION eu VALUES IN ('eu'), PARTITION us VALUES IN ('us'));
            CREATE INDEX by_channel ON orders (channel)""",
            lambda orders: [DropColumn(orders, "channel", backward="concat(region, coalesce(note, ''))")],
        ),
    ),
    Entry(
        "DropColumn and AddColumn, each made of the other",
        ORDERS.replace("note text", "note text, channel text NOT NULL"),
        lambda orders: [
            AddColumn(orders, sa.Column("origin", sa.String(20)), fill="upper(channel)"),
            DropColumn(orders, "channel", backward="lower(coalesce(origin, 'NONE'))"),
        ],
        (
            *ROW,
            added("origin", "WEB", None, "SHOP", fill=_upper),
            dropped("channel", "web", "shop", born=_origin, nullable=False),
        ),
    ),
    Entry(
        "DropColumn, made of what OpenEnum keeps",
        f"{TYPE} {_with('status order_status NOT NULL, was order_status')}",
        lambda orders: [
            DropColumn(orders, "was", backward="CASE WHEN status = 'paid' THEN status END"),
            OpenEnum(orders, "status", sa.String(40), values=SAID, unknown="paid"),
        ],
        (
            *ROW,
            opened("status", SAID, *(each for each in OPEN if each), unknown="paid"),
            dropped(
                "was", *SAID, None, born=lambda row: None if row["status"] in {"fresh", "sent"} else "paid"
            ),
        ),
        mariadb=Variant(_with(f"status {STATES} NOT NULL, was {STATES}")),
    ),
)
