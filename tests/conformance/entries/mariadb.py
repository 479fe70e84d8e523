"""What MariaDB does not have, and refuses by name before the first statement."""

from __future__ import annotations

import sqlalchemy as sa

from crossfade import AddColumn, AddIndex, Consolidate, errors
from tests.conformance.entries.orders import ORDERS, ROW
from tests.conformance.entry import Entry, Refused


def _consolidate(orders: str) -> Consolidate:
    into = sa.Table("merged", sa.MetaData(), sa.Column("key", sa.Uuid(), primary_key=True))
    return Consolidate(orders, into, key="key", legacy="order_id", dropped=["n", "amount", "note"])


REFUSED = (
    Entry(
        "AddIndex with a condition",
        ORDERS,
        lambda orders: [AddIndex(orders, ["amount", "n"], where="amount > 0")],
        ROW,
        refused=Refused(errors.Unsupported, "mariadb has no index with a condition"),
    ),
    Entry(
        "AddIndex with columns along",
        ORDERS,
        lambda orders: [AddIndex(orders, "amount", include=["n"])],
        ROW,
        refused=Refused(errors.Unsupported, "mariadb has no index with columns along (include)"),
    ),
    Entry(
        "AddIndex of a text",
        ORDERS,
        lambda orders: [AddIndex(orders, "note")],
        ROW,
        refused=Refused(errors.Unsupported, "of the type text, only so many characters are indexed"),
    ),
    Entry(
        "AddColumn with an index of PostgreSQL's",
        ORDERS,
        lambda orders: [AddColumn(orders, sa.Column("details", sa.JSON), index="gin")],
        ROW,
        refused=Refused(errors.Unsupported, "mariadb has no index of the method gin"),
    ),
    Entry(
        "Consolidate",
        ORDERS,
        lambda orders: [_consolidate(orders)],
        ROW,
        refused=Refused(errors.Unsupported, "this database has no deferred triggers"),
    ),
)
