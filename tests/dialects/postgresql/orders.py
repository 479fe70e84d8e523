"""A table to render steps for: orders, whose status opens, and which gains columns."""

from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column, TableName

ORDERS = TableName("public", "orders")
ITEMS = TableName("Shop", "order items")
NAMESPACE = "public__open_statuses"
KEY = (Column("id", "bigint", nullable=False),)
ITEMS_KEY = (Column("order", "bigint", nullable=False), Column("No", "integer", nullable=False))

OLD = Column("status", "public.order_status", nullable=False, enum=("public", "order_status"))
NEW = Column("status_2", "VARCHAR(50)")  # what it is called is all the same here; this can be read
COLUMNS = ("id", "status", "total", NEW.name, "channel")

PAIRS = (("new", "open"), ("it's", "100%"))


def status(
    *,
    law: Law = Law.BACKWARD,
    unknown: str | None = "new",
    old: Column = OLD,
    pairs: tuple[tuple[str | None, str | None], ...] = PAIRS,
) -> RowLens:
    """The lens of an enum that opens; without `unknown` its new side is closed to other values."""
    back = tuple((value, label) for label, value in pairs)
    return RowLens(
        "OpenEnum orders.status",
        ORDERS,
        (old,),
        (NEW,),
        ("status",),
        (Assignment(NEW.name, ValueMap(old.name, pairs, old.type, NEW.type)),),
        (Assignment(old.name, ValueMap(NEW.name, back, NEW.type, old.type, unknown)),),
        law,
    )


def added(fill: Sql, column: Column, *, by_default: bool = False) -> RowLens:
    """The lens of a column that is added, with what fills it."""
    return RowLens(
        f"AddColumn orders.{column.name}",
        ORDERS,
        (),
        (column,),
        (column.name,),
        (Assignment(column.name, fill),),
        (),
        Law.FREE,
        by_default,
    )


CHANNEL = Column("channel", "TEXT")
FILLED = added(Sql("coalesce(upper(note), 'web')", "TEXT", frozenset({"note"})), CHANNEL)
CONSTANT = added(Sql("'web'", "TEXT"), Column("channel", "TEXT", default="'web'"), by_default=True)
VOLATILE = added(
    Sql("gen_random_uuid()", "UUID", volatile=True),
    Column("token", "UUID", default="gen_random_uuid()"),
    by_default=True,
)
DATA = added(Sql("to_json(note)", "JSON", frozenset({"note"})), Column("data", "JSON"))
