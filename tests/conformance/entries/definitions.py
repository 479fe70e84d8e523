"""Functions and views: each application finds its own version, whatever becomes of the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from crossfade import (
    AddColumn,
    AddFunction,
    AddView,
    DropColumn,
    OpenEnum,
    RenameColumn,
    RenameTable,
    ReplaceFunction,
    ReplaceView,
    errors,
)
from crossfade.changes import Change
from tests.conformance.columns import Row, dropped
from tests.conformance.entries.add_foreign_key import beside
from tests.conformance.entries.orders import (
    AMOUNT,
    DEFAULTING,
    ENUM,
    GROSS,
    ORDERS,
    REST,
    ROW,
    SAID,
    STATUS,
    N,
)
from tests.conformance.entries.rename_column import REMARK
from tests.conformance.entry import Asked, Entry, Refused, Variant

PRICE = """CREATE FUNCTION price(wanted int) RETURNS int LANGUAGE sql STABLE
AS 'SELECT amount * 2 FROM orders WHERE n = wanted'"""
TIMES = """CREATE FUNCTION price(wanted int, times int DEFAULT 3) RETURNS int LANGUAGE plpgsql STABLE
AS 'BEGIN RETURN (SELECT gross * times FROM orders WHERE n = wanted); END'"""
DEAR = "CREATE VIEW dear AS SELECT n, gross FROM orders WHERE gross > 10"
NOTES = "CREATE VIEW notes AS SELECT n, note FROM orders"
LOUD = (
    "CREATE VIEW notes AS SELECT sum(gross)::int AS gross, upper(note) AS note, n FROM orders "
    "GROUP BY n, note"
)

CHANNELS = f"CREATE TABLE orders (id int PRIMARY KEY, {REST}, channel varchar(20));"

# Each of them is bound to columns that the evolution changes, or to another.
BOUND = f"""{ENUM} NOT NULL DEFAULT 'new');
CREATE VIEW summary AS SELECT n, note, status FROM orders;
CREATE FUNCTION status_of(wanted int) RETURNS text LANGUAGE sql STABLE
BEGIN ATOMIC; SELECT status FROM summary WHERE n = wanted; END"""


def _with_gross(orders: str, change: Change) -> Sequence[Change]:
    return [change, AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2")]


def _bound(orders: str) -> Sequence[Change]:
    return [
        AddView(
            beside(orders, "told"),
            sql="CREATE VIEW told AS SELECT n, gross, status_of(n) AS said FROM summary",
        ),
        OpenEnum(orders, "status", sa.String(50), nullable=True, values=SAID, unknown="paid"),
        ReplaceFunction(
            beside(orders, "status_of"),
            sql="CREATE FUNCTION status_of(wanted int, before text DEFAULT '') RETURNS text LANGUAGE sql "
            "STABLE BEGIN ATOMIC; SELECT before || status FROM summary WHERE n = wanted; END",
        ),
        RenameColumn(orders, "note", "remark"),
        AddFunction(
            beside(orders, "gross_of"),
            sql="CREATE FUNCTION gross_of(wanted int) RETURNS int LANGUAGE sql STABLE "
            "AS 'SELECT gross FROM told WHERE n = wanted'",
        ),
        ReplaceView(
            beside(orders, "summary"),
            sql="CREATE VIEW summary AS SELECT gross, remark, status, n FROM orders",
        ),
        AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2"),
    ]


def _sold(orders: str) -> Sequence[Change]:
    return [
        ReplaceView(beside(orders, "channels"), sql="CREATE VIEW channels AS SELECT n, amount FROM sales"),
        DropColumn(orders, "channel"),
        AddFunction(
            beside(orders, "sold"),
            sql="CREATE FUNCTION sold() RETURNS SETOF sales LANGUAGE sql STABLE AS 'SELECT * FROM sales'",
        ),
        RenameTable(orders, "sales"),
    ]


def _priced(of: str, factor: int) -> Callable[[Row], Row]:
    return lambda row: {"n": row["n"], "price": None if row[of] is None else row[of] * factor}


def _only(*names: str) -> Callable[[Row], Row]:
    return lambda row: {name: row[name] for name in ("n", *names)}


def _dear(row: Row) -> Row | None:
    return _only("gross")(row) if (row["gross"] or 0) > 10 else None


def _loud(*names: str) -> Callable[[Row], Row]:
    return lambda row: _only(*names)(row) | {"note": row["note"] and row["note"].upper()}


def _refused(change: str, kind: str) -> Refused:
    return Refused(errors.Unsupported, f"{change} is for PostgreSQL: mariadb has one version of a {kind}")


DEFINITIONS = (
    Entry(
        "AddFunction, beside the column that it reads",
        ORDERS,
        lambda orders: _with_gross(
            orders, AddFunction(beside(orders, "price"), sql=PRICE.replace("amount", "gross"))
        ),
        (*ROW, GROSS),
        asked=(Asked("SELECT n, price(n) AS price FROM orders", None, _priced("gross", 2)),),
        mariadb=Variant(refused=_refused("AddFunction", "function")),
    ),
    Entry(
        "ReplaceFunction, beside a column that it reads",
        f"{ORDERS} {PRICE}",
        lambda orders: _with_gross(orders, ReplaceFunction(beside(orders, "price"), sql=TIMES)),
        (*ROW, GROSS),
        asked=(
            Asked("SELECT n, price(n) AS price FROM orders", _priced("amount", 2), _priced("gross", 3)),
            Asked("SELECT n, price(n, 5) AS price FROM orders", None, _priced("gross", 5)),
        ),
        mariadb=Variant(
            f"""{ORDERS} CREATE FUNCTION price(wanted int) RETURNS int READS SQL DATA
            RETURN (SELECT amount * 2 FROM orders WHERE n = wanted)""",
            refused=_refused("ReplaceFunction", "function"),
        ),
    ),
    Entry(
        "AddView, beside a column that it reads",
        ORDERS,
        lambda orders: _with_gross(orders, AddView(beside(orders, "dear"), sql=DEAR)),
        (*ROW, GROSS),
        asked=(Asked("SELECT n, gross FROM dear", None, _dear),),
        mariadb=Variant(refused=_refused("AddView", "view")),
    ),
    Entry(
        "ReplaceView, beside a column that it reads",
        f"{ORDERS} {NOTES}",
        lambda orders: _with_gross(orders, ReplaceView(beside(orders, "notes"), sql=LOUD)),
        (*ROW, GROSS),
        asked=(
            Asked("SELECT n, note FROM notes", _only("note"), _loud()),
            Asked("SELECT n, gross, note FROM notes", None, _loud("gross")),
        ),
        mariadb=Variant(refused=_refused("ReplaceView", "view")),
    ),
    Entry(
        "functions and views of columns that other changes are about, and of each other",
        BOUND,
        _bound,
        (ROW[0], N, AMOUNT, REMARK, STATUS, GROSS),
        called={"remark": "note"},
        asked=(
            Asked(
                "SELECT n, note, status FROM summary",
                lambda row: _only("status")(row) | {"note": row["remark"]},
                None,
            ),
            Asked("SELECT n, remark, status, gross FROM summary", None, _only("remark", "status", "gross")),
            Asked("SELECT n, status_of(n) AS status FROM orders", _only("status"), _only("status")),
            Asked(
                "SELECT n, status_of(n, 'it is ') AS status FROM orders",
                None,
                lambda row: {"n": row["n"], "status": row["status"] and f"it is {row['status']}"},
            ),
            Asked("SELECT n, said AS status, gross_of(n) AS gross FROM told", None, _only("status", "gross")),
        ),
        mariadb=Variant(
            f"CREATE TABLE orders (id int PRIMARY KEY, {REST}, {DEFAULTING})",
            asked=(),
            refused=_refused("AddView", "view"),
        ),
    ),
    Entry(
        "functions and views of a table that is renamed, and of a column that goes",
        f"{CHANNELS} CREATE VIEW channels AS SELECT n, channel FROM orders",
        _sold,
        (*ROW, dropped("channel", "web", None, "shop")),
        renamed="sales",
        asked=(
            Asked("SELECT n, channel FROM channels", _only("channel"), None),
            Asked("SELECT n, amount FROM channels", None, _only("amount")),
            Asked("SELECT n, note FROM sold()", None, _only("note")),
        ),
        mariadb=Variant(
            CHANNELS,
            asked=(),
            refused=_refused("ReplaceView", "view"),
        ),
    ),
)
