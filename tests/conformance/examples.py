"""EXAMPLES: one or two of every change, all on one table, so that any two can be put together.

A new change joins with one function: what it is declared as, and what the model makes of the columns. One
example is of columns that no other change has, a second one of what others have.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import sqlalchemy as sa

from crossfade import (
    AddColumn,
    AddForeignKey,
    AddFunction,
    AddIndex,
    AddView,
    Consolidate,
    DropColumn,
    EnumToReference,
    OpenEnum,
    Relate,
    RenameColumn,
    RenameTable,
    ReplaceFunction,
    ReplaceView,
    SeedRows,
    SetNotNull,
)
from crossfade.changes import Change
from tests.conformance.columns import Row, added, dropped, opened, referred, required, shared
from tests.conformance.entries.orders import SAID
from tests.conformance.example import SHARED, Example


def _double(row: Row) -> int | None:
    amount: int | None = row.get("amount", row.get("total"))
    return None if amount is None else amount * 2


def _code(row: Row) -> str:
    return f"N{row['n']}"


def open_enum() -> Iterable[Example]:
    """The enum `status`, and `kind`, which others are about too."""
    values = ("refunded", None)
    yield Example(
        "OpenEnum",
        lambda orders: OpenEnum(orders, "status", sa.String(40), nullable=True, values=SAID, unknown="paid"),
        {"status": opened("status", SAID, *values, unknown="paid", new_nullable=True, default="new")},
    )
    kinds = {each: each for each in ("retail", "trade")}
    yield Example(
        "OpenEnum of a nullable column",
        lambda orders: OpenEnum(orders, "kind", sa.Text()),
        {"kind": opened("kind", kinds, nullable=True)},
    )


def enum_to_reference() -> Iterable[Example]:
    """The enum `kind` becomes a reference."""
    rows = {"retail": {"code": "retail"}, "trade": {"code": "trade"}}
    yield Example(
        "EnumToReference",
        lambda orders: EnumToReference(
            orders, "kind", "kind_id", orders.replace("orders", "kinds"), rows, unknown="trade"
        ),
        {
            "kind": referred(
                "kind_id",
                {"retail": 1, "trade": 2},
                {1: "retail", 2: "trade"},
                3,
                unknown="trade",
                nullable=True,
            )
        },
        called={"kind_id": "kind"},
        indexes=("ix_orders_kind_id",),
    )


def add_column() -> Iterable[Example]:
    """A column that is made of another, and one with a default."""
    yield Example(
        "AddColumn with a fill",
        lambda orders: AddColumn(orders, sa.Column("gross", sa.Integer), fill="amount * 2", index=True),
        {"gross": added("gross", 7, None, fill=_double)},
        indexes=("ix_orders_gross",),
    )
    yield Example(
        "AddColumn with a default",
        lambda orders: AddColumn(
            orders, sa.Column("gift", sa.Boolean, nullable=False, server_default=sa.false()), fill="true"
        ),
        {"gift": added("gift", True, False, fill=True, default=False, nullable=False)},
    )


def drop_column() -> Iterable[Example]:
    """A column of its own, and one that others are about."""
    yield Example(
        "DropColumn",
        lambda orders: DropColumn(orders, "old_code", backward="'N' || n"),
        {"old_code": dropped("old_code", "A", None, born=_code)},
    )
    yield Example(
        "DropColumn of what has an index",
        lambda orders: DropColumn(orders, "note"),
        {"note": dropped("note", "a", None, "it's 100 %")},
    )


def add_foreign_key() -> Iterable[Example]:
    """Of a column of its own, and of one that others are about."""
    yield Example(
        "AddForeignKey",
        lambda orders: AddForeignKey(orders, "customer", orders.replace("orders", "customers")),
        about=frozenset({"customer"}),
        indexes=("ix_orders_customer",),
    )
    yield Example(
        "AddForeignKey of a text",
        lambda orders: AddForeignKey(
            orders, "channel", orders.replace("orders", "channels"), on_delete="SET NULL", index=False
        ),
        about=frozenset({"channel"}),
    )


def add_index() -> Iterable[Example]:
    """Over what others make, and a unique one."""
    yield Example(
        "AddIndex",
        lambda orders: AddIndex(orders, ["status", "amount"], where="note <> 'x'", include=["kind"]),
        about=frozenset({"status", "amount", "note", "kind"}),
        indexes=("ix_orders_status_amount",),
    )
    yield Example(
        "AddIndex, unique",
        lambda orders: AddIndex(orders, ["n", "channel"], unique=True),
        about=frozenset({"channel"}),
        indexes=("ix_orders_n_channel",),
    )


def relate() -> Iterable[Example]:
    """By a column that it adds, and by one that others are about."""
    yield Example(
        "Relate",
        lambda orders: Relate(
            orders, "buyer", to=orders.replace("orders", "customers"), on_delete="SET NULL"
        ),
        {"buyer": added("buyer", 1, None, 3)},
        indexes=("ix_orders_buyer",),
    )
    yield Example(
        "Relate by what is there",
        lambda orders: Relate(orders, "customer", to=orders.replace("orders", "customers")),
        about=frozenset({"customer"}),
        indexes=("ix_orders_customer",),
    )


def rename_column() -> Iterable[Example]:
    """Columns that others are about."""
    yield Example(
        "RenameColumn",
        lambda orders: RenameColumn(orders, "note", "remark"),
        {"note": shared("remark", "a", None, "it's 100 %")},
        called={"remark": "note"},
    )
    yield Example(
        "RenameColumn of what a fill is made of",
        lambda orders: RenameColumn(orders, "amount", "total"),
        {"amount": shared("total", 5, None, 12)},
        called={"total": "amount"},
    )


def rename_table() -> Iterable[Example]:
    """Once, and once more."""
    for name in ("purchase_orders", "sales"):
        yield Example(
            f"RenameTable to {name}",
            lambda orders, name=name: RenameTable(orders, name),  # type: ignore[misc]
            renamed=name,
        )


def set_not_null() -> Iterable[Example]:
    """With a fill, and without."""
    yield Example(
        "SetNotNull with a fill",
        lambda orders: SetNotNull(orders, "channel", fill="'shop'"),
        {"channel": required("channel", "shop", "phone", "web", default="web")},
    )
    yield Example(
        "SetNotNull",
        lambda orders: SetNotNull(orders, "old_code"),
        {"old_code": shared("old_code", "A", "B", nullable=False)},
    )


def seed_rows() -> Iterable[Example]:
    """Rows that give little, and rows that give what other changes are about."""
    seeds = ({"n": -1, "customer": 1}, {"n": -2})
    yield Example(
        "SeedRows",
        lambda orders: SeedRows(orders, "n", seeds),
        about=frozenset({"old_code"}),  # which they leave NULL
        seeds=seeds,
    )
    given = ({"n": -3, "note": "built in", "old_code": "A"},)
    yield Example(
        "SeedRows of what others are about",
        lambda orders: SeedRows(orders, "n", given),
        about=frozenset({"note", "old_code"}),
        seeds=given,
    )


def definitions() -> Iterable[Example]:
    """Of functions and views, which touch no column here: tests/definitions has those that do."""
    changes: tuple[Change, ...] = (
        AddFunction(
            "tripled",
            sql="CREATE FUNCTION tripled(number int) RETURNS int LANGUAGE sql AS 'SELECT number * 3'",
        ),
        ReplaceFunction(
            "doubled",
            sql="CREATE FUNCTION doubled(number int, more int DEFAULT 0) RETURNS int LANGUAGE sql "
            "AS 'SELECT number * 2 + more'",
        ),
        AddView("first_buyers", sql="CREATE VIEW first_buyers AS SELECT * FROM buyers ORDER BY id LIMIT 1"),
        ReplaceView("buyers", sql="CREATE VIEW buyers AS SELECT 'it''s 100 %' AS said, id FROM customers"),
    )
    for change in changes:
        yield Example(type(change).__name__, lambda _, change=change: change)  # type: ignore[misc]


def consolidate(orders: str) -> Consolidate:
    """The whole table, of which no other change can then make anything. tests/trees walks it."""
    into = sa.Table("merged", sa.MetaData(), sa.Column("key", sa.Uuid(), primary_key=True))
    names = [each.name for each in SHARED if each.name != "id"]
    return Consolidate(orders, into, key="key", legacy="order_id", dropped=names)


OTHERS = tuple(
    example
    for each in (
        open_enum,
        enum_to_reference,
        add_column,
        drop_column,
        add_foreign_key,
        add_index,
        relate,
        rename_column,
        rename_table,
        set_not_null,
        seed_rows,
        definitions,
    )
    for example in each()
)
EXAMPLES = (
    *OTHERS,
    Example(
        "Consolidate",
        consolidate,
        {each.name: each for each in SHARED},
        about=frozenset[str]().union(*(each.touches for each in OTHERS)),
    ),
)
# What touches nothing is in nobody's way: not even of Consolidate's, whose table this suite can't walk.
PAIRS = tuple(pair for pair in combinations(EXAMPLES, 2) if pair[1].name != "Consolidate" or pair[0].touches)
