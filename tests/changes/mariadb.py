"""A shop's tables as MariaDB's catalogue gives them, and what a change makes of them: no server is asked."""

from dataclasses import replace
from typing import TypeVar

from crossfade.changes import Change, Parts
from crossfade.dialects.mariadb.reflection import TRAITS
from crossfade.expressions import Sql
from crossfade.lens import RowLens
from crossfade.schema import (
    Check,
    Column,
    EnumType,
    ForeignKey,
    Index,
    Role,
    Schema,
    Table,
    TableName,
)
from crossfade.steps import Step

ORDERS, KINDS, CUSTOMERS = (TableName("shop", each) for each in ("orders", "kinds", "customers"))
STATUS = Column(
    "status",
    "enum('new','paid')",
    nullable=False,
    default="'new'",
    enum=("shop", "orders.status"),
    comment="where it is",
)
KNOWN = Check("known", "`status` in ('new','paid') and `total` > 0", ("status", "total"))
DOCUMENT = Check("document", "octet_length(`document`) < 9", ("document",))
KEY = ForeignKey("orders_customer_fk", ORDERS, ("customer_id",), CUSTOMERS, ("id",), "RESTRICT")
TABLE = Table(
    ORDERS,
    (
        Column("id", "bigint(20) unsigned", nullable=False, identity="by default"),
        STATUS,
        Column("total", "decimal(10,2)", nullable=False, default="0.00"),
        Column("note", "varchar(50)"),
        Column("code", "varchar(9)", nullable=False),
        Column("customer_id", "bigint(20)"),
        Column("document", "longtext", collation="utf8mb4_bin"),
        Column("stamp", "timestamp", default="current_timestamp()", on_update="current_timestamp()"),
    ),
    key=("id",),
    indexes=(
        Index("PRIMARY", ("id",), unique=True, constraint="primary key", options=("",)),
        Index("by_status", ("status", "total"), options=("", " DESC")),
        Index("by_customer", ("customer_id",), options=("",)),
    ),
    checks=(KNOWN, DOCUMENT),
    foreign_keys=(KEY,),
    rows=3,
)
SCHEMA = Schema(
    "mariadb",
    (10, 11, 6),
    (
        TABLE,
        Table(
            KINDS,
            (
                Column("id", "char(36) CHARACTER SET ascii", nullable=False, collation="ascii_bin"),
                Column("name", "varchar(20)", nullable=False),
            ),
            key=("id",),
            indexes=(Index("PRIMARY", ("id",), unique=True, constraint="primary key"),),
        ),
        Table(
            CUSTOMERS,
            (Column("id", "bigint(20)", nullable=False),),
            key=("id",),
            indexes=(Index("PRIMARY", ("id",), unique=True, constraint="primary key"),),
        ),
    ),
    enums=(EnumType("shop", "orders.status", ("new", "paid")),),
    search_path=("shop",),
    table_names=(ORDERS, KINDS, CUSTOMERS),
    role=Role("app@%", superuser=False, may_skip_triggers=False, creates_in=("shop",)),
    traits=TRAITS,
)


def compiled(change: Change, schema: Schema = SCHEMA) -> Parts:
    return change.compile(schema, "e")


def having(table: Table = TABLE, **given: object) -> Schema:
    """The schema where the orders are otherwise."""
    others = tuple(each for each in SCHEMA.tables if each.name != ORDERS)
    return replace(SCHEMA, tables=(replace(table, **given), *others))  # type: ignore[arg-type]


S = TypeVar("S", bound=Step)


def of(kind: type[S], steps: tuple[Step, ...]) -> list[S]:
    return [each for each in steps if type(each) is kind]


def texts(lens: RowLens) -> list[str]:
    return [each.value.text for each in (*lens.forward, *lens.backward) if isinstance(each.value, Sql)]


def titles(steps: tuple[Step, ...]) -> list[str]:
    return [each.title for each in steps]
