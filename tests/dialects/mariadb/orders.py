"""A table to render steps for: orders, whose status opens or becomes a reference, and which gains columns."""

from crossfade.expressions import LookupKey, LookupValue, Sql, ValueMap
from crossfade.lens import Assignment, Law, RowLens
from crossfade.schema import Column
from tests.dialects.mariadb.golden import ITEMS, NAMESPACE, ORDERS

NAME = "open_statuses"
KEY = (Column("id", "bigint(20)", nullable=False),)
ITEMS_KEY = (
    Column("order", "bigint(20) unsigned", nullable=False),
    Column("Kind", "enum('gift','it''s')", nullable=False, enum=("shop", "items.Kind")),
    Column("no", "varchar(20)", nullable=False, collation="latin1_swedish_ci"),
)

OLD = Column("status", "enum('new','it''s')", nullable=False, enum=("shop", "orders.status"))
NEW = Column("status_2", "varchar(50)")
COLUMNS = ("id", "status", "note", NEW.name, "channel")

_PAIRS = (("new", "open"), ("it's", "100%"))


def status(unknown: str | None = "new") -> RowLens:
    """The lens of an enum that opens; without `unknown` its new side is closed to other values."""
    back = tuple((value, label) for label, value in _PAIRS)
    return RowLens(
        "OpenEnum orders.status",
        ORDERS,
        (OLD,),
        (NEW,),
        ("status",),
        (Assignment(NEW.name, ValueMap(OLD.name, _PAIRS, OLD.type, NEW.type)),),
        (Assignment(OLD.name, ValueMap(NEW.name, back, NEW.type, OLD.type, unknown)),),
        Law.BACKWARD,
    )


CHANNEL = Column("channel", "varchar(10)", default="'app'")
_FILL = Sql("COALESCE(UPPER(note), 'web')", "varchar(10)", frozenset({"note"}), dialect="mariadb")
FILLED = RowLens(
    "AddColumn orders.channel",
    ORDERS,
    (),
    (CHANNEL,),
    ("channel",),
    (Assignment("channel", _FILL),),
    (),
    Law.FREE,
)

TOTAL = Column("total", "decimal(10,2)", nullable=False)
_BACK = Sql("LENGTH(note) / 2", "decimal(10,2)", frozenset({"note"}), dialect="mariadb")
LEFT_OUT = RowLens(
    "DropColumn orders.total", ORDERS, (TOTAL,), (), (), (), (Assignment("total", _BACK),), Law.FREE
)

_TOLD = (Column("name", "varchar(20)", nullable=False),)
_HELD = (("new", (("name", "New"),)), ("it's", (("name", "It's"),)))
STATUSES = type(ORDERS)("shop", "statuses")
TO_KEY = LookupKey("status", STATUSES, "id", _HELD, _TOLD, OLD.type, "int(11)", "key_status")
TO_VALUE = LookupValue(
    "status_id",
    STATUSES,
    "id",
    tuple((held, value) for value, held in _HELD),
    _TOLD,
    "int(11)",
    OLD.type,
    "value_status",
)
REFERRING = RowLens(
    "EnumToReference orders.status",
    ORDERS,
    (OLD,),
    (Column("status_id", "int(11)"),),
    ("status_id",),
    (Assignment("status_id", TO_KEY),),
    (Assignment("status", TO_VALUE),),
    Law.BACKWARD,
)

__all__ = [
    "CHANNEL", "COLUMNS", "FILLED", "ITEMS", "ITEMS_KEY", "KEY", "LEFT_OUT", "NAME", "NAMESPACE", "NEW",
    "OLD", "ORDERS", "REFERRING", "STATUSES", "TOTAL", "TO_KEY", "TO_VALUE", "status",
]  # fmt: skip
