"""The table that most entries have, in pieces."""

from __future__ import annotations

from tests.conformance.columns import added, key, numbered, opened, shared

TYPE = "CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent');"
REST = "n int NOT NULL, amount int, note text"
ORDERS = f"CREATE TABLE orders (id int PRIMARY KEY, {REST});"
ENUM = f"{TYPE} CREATE TABLE orders (id int PRIMARY KEY, {REST}, status order_status"
# MariaDB's enums are their columns' own.
STATES = "ENUM('new', 'paid', 'sent')"
DEFAULTING = f"status {STATES} NOT NULL DEFAULT 'new'"
MARIADB_ENUM = f"CREATE TABLE orders (id int PRIMARY KEY, {REST}, status {STATES}"

SAME = {"new": "new", "paid": "paid", "sent": "sent"}
SAID = {"new": "fresh", "paid": "paid in full", "sent": "sent"}
OPEN = ("refunded", None, 'it\'s 100 % \\ "new"')  # what only the new application writes

N = numbered("n", lambda n: n)
AMOUNT = shared("amount", 5, None, 12, 0)
NOTE = shared("note", "a", None, "it's 100 % \\ \n", "")
REMAINDER = (N, AMOUNT, NOTE)
ROW = (key("id", lambda n: 10_000 - n), *REMAINDER)  # each row's key is before the last one's

STATUS = opened("status", SAID, *OPEN, unknown="paid", new_nullable=True, default="new")
GROSS = added("gross", 7, None, fill=lambda row: None if row["amount"] is None else row["amount"] * 2)
