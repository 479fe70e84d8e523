"""A shop's tables as reflection gives them, and an evolution that has some of everything."""

from sqlalchemy import Boolean, Column, String, Text, Uuid, false, func

from crossfade import AddColumn, Evolution, OpenEnum, SeedRows
from crossfade import schema as reflected
from crossfade.schema import Check, EnumType, ForeignKey, Grant, Index, Role, Schema, Table, TableName

ORDERS = TableName("public", "orders")
REFUNDS = TableName("shop", "refunds")
REFERENCE = ForeignKey("refunds_order_id_fkey", REFUNDS, ("order_id",), ORDERS, ("id",))

SCHEMA = Schema(
    "postgresql",
    (18, 4),
    (
        Table(
            ORDERS,
            (
                reflected.Column("id", "bigint", nullable=False, identity="by default"),
                reflected.Column(
                    "status",
                    "public.order_status",
                    nullable=False,
                    default="'new'::public.order_status",
                    enum=("public", "order_status"),
                    comment="where it is",
                ),
                reflected.Column("note", "text"),
            ),
            key=("id",),
            indexes=(
                Index("by_status", ("status", "id"), options=("", " DESC")),
                Index("orders_pkey", ("id",), unique=True, constraint="primary key"),
            ),
            checks=(Check("known", "(status <> 'sent'::public.order_status)", ("status",)),),
            referenced_by=(REFERENCE,),
            owner="shop",
            grants=(Grant("SELECT", "app"),),
            schema_owner="pg_database_owner",
            schema_readers=("",),
            comment="what was ordered",
            rows=1000,
        ),
        Table(
            REFUNDS,
            (
                reflected.Column("order_id", "bigint", nullable=False),
                reflected.Column("number", "integer", nullable=False),
            ),
            key=("order_id", "number"),
            foreign_keys=(REFERENCE,),
            owner="shop",
            schema_owner="shop",
            rows=10,
        ),
    ),
    enums=(EnumType("public", "order_status", ("new", "paid", "sent")),),
    search_path=("public",),
    table_names=(ORDERS, REFUNDS),
    schema_names=("public", "shop"),
    role=Role("shop", superuser=False, may_skip_triggers=False, creates_in=("public", "shop")),
)

EVOLUTION = Evolution(
    "open_statuses",
    "Statuses are open",
    [
        OpenEnum("orders", "status", String(20), values={"new": "open", "paid": "paid", "sent": "sent"}),
        AddColumn("orders", Column("is_gift", Boolean, nullable=False, server_default=false()), index=True),
        AddColumn("orders", Column("title", Text), fill="upper(note)"),
        AddColumn("shop.refunds", Column("token", Uuid, server_default=func.gen_random_uuid())),
        SeedRows("orders", "id", [{"id": 7, "status": "lost", "title": "größe \\ 'x'"}]),
    ],
)
