"""A shop on MariaDB with some of everything, the evolutions that it is put through, what agrees with what."""

from sqlalchemy import Column, String, text

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows

ROWS = 2_200  # three batches

SCHEMA = """
CREATE TABLE orders (
    id       BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    customer INT NOT NULL,
    status   ENUM('new', 'paid', 'sent') NOT NULL DEFAULT 'new',
    revision INT NOT NULL DEFAULT 0,
    touched  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    KEY ix_orders_status (status)
);
CREATE TABLE items (
    id     BIGINT AUTO_INCREMENT PRIMARY KEY,
    order_ BIGINT UNSIGNED NOT NULL,
    CONSTRAINT items_order FOREIGN KEY (order_) REFERENCES orders (id)
);
CREATE VIEW sent_orders AS SELECT id, customer FROM orders;
"""
FILL = """
INSERT INTO orders (customer, status, touched)
SELECT seq, ELT(seq % 3 + 1, 'new', 'paid', 'sent'), '2001-02-03 04:05:06.789' FROM seq_1_to_{rows};
INSERT INTO items (order_) SELECT id FROM orders WHERE id % 100 = 50;
"""
FORWARD = {"new": "created", "paid": "settled", "sent": "shipped"}
BACKWARD = {value: label for label, value in FORWARD.items()}
UNKNOWN = "paid"

STATUS = OpenEnum("orders", "status", String(40), nullable=True, values=FORWARD, unknown=UNKNOWN)
LABEL = AddColumn("orders", Column("label", String(40)), fill="concat('customer ', customer)")

OPEN = Evolution("open_statuses", changes=[STATUS, LABEL])
EVERYTHING = Evolution(
    "open_statuses",
    changes=[
        STATUS,
        AddColumn(
            "orders", Column("label", String(40), nullable=False, server_default=text("'nobody'")),
            fill="concat('customer ', customer)",
        ),
        AddColumn("orders", Column("channel", String(40)), fill="'web'", index=True),
        SeedRows("orders", key="label", rows=[
            # With keys of their own: those that the server gives go on, whether or not a transaction commits.
            {"id": 60_000 + number, "label": label, "customer": 0, "status": "internal",
             "touched": "2002-02-02 02:02:02"}
            for number, label in enumerate(("house", "test", "demo"))
        ]),
    ],
)  # fmt: skip
NAME = OPEN.name


def mapped_back(status: str | None) -> str:
    """What the old version shows of a status of the new one."""
    return BACKWARD.get(status or "", UNKNOWN)
