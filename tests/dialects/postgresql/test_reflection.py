"""The catalogue as a Schema: exactly what stands there, every name qualified, and nothing left behind."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, NullPool, create_engine

from crossfade.dialects.postgresql.reflection import reflect
from crossfade.schema import (
    Check,
    Column,
    Dependent,
    EnumType,
    ForeignKey,
    Grant,
    Index,
    Schema,
    Table,
    TableName,
    Trigger,
)
from crossfade.testing import PostgresServer

pytestmark = pytest.mark.every_server

LEGACY = """
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TYPE "Order Status" AS ENUM ('new', 'it''s', 'größe');
CREATE DOMAIN open_status AS "Order Status";
CREATE TABLE customers (id int PRIMARY KEY, "Größe" numeric(5, 2));
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number serial,
  status "Order Status" NOT NULL DEFAULT 'new',
  path "Order Status"[],
  seen open_status,
  customer_id int REFERENCES customers ON DELETE CASCADE,
  note varchar(50) COLLATE "C" DEFAULT lower('X'),
  at timestamptz DEFAULT now(),
  loud text GENERATED ALWAYS AS (upper(note)) STORED,
  CONSTRAINT known CHECK (status <> 'it''s' AND customer_id > 0)
);
ALTER TABLE orders ADD CONSTRAINT later CHECK (note <> '') NOT VALID;
ALTER TABLE orders DROP COLUMN at;
CREATE TABLE refunds (order_id bigint REFERENCES orders, no int, UNIQUE (order_id, no));
CREATE INDEX by_all ON orders USING btree (status DESC, note COLLATE "POSIX" text_pattern_ops, id NULLS FIRST)
  INCLUDE (customer_id) WITH (fillfactor = 70) WHERE status <> 'new' AND seen IS NULL;
CREATE INDEX by_loud ON orders (upper(note), id);
CREATE INDEX by_hash ON orders USING hash (status);
CREATE UNIQUE INDEX one_number ON orders (number);
COMMENT ON TABLE orders IS 'it''s all';
COMMENT ON COLUMN orders.status IS 'where';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE OR INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER counted AFTER DELETE OR TRUNCATE ON orders EXECUTE FUNCTION touch();
ALTER TABLE orders DISABLE TRIGGER counted;
GRANT SELECT, INSERT ON orders TO PUBLIC;
GRANT UPDATE (note) ON orders TO pg_monitor WITH GRANT OPTION;
GRANT USAGE ON SCHEMA shop TO pg_monitor;
INSERT INTO orders (note) VALUES ('a'), ('b');
ANALYZE orders;
CREATE TABLE parcels (id int, region text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE parcels_eu PARTITION OF parcels FOR VALUES IN ('eu') PARTITION BY RANGE (id);
CREATE TABLE public.parcels_eu_1 PARTITION OF parcels_eu FOR VALUES FROM (1) TO (10);
CREATE TABLE "Parcels US" PARTITION OF parcels FOR VALUES IN ('us');
ALTER TABLE parcels ENABLE ROW LEVEL SECURITY;
RESET search_path;
"""
ORDERS, CUSTOMERS, REFUNDS = (TableName("shop", name) for name in ("orders", "customers", "refunds"))
STATUS = ("shop", "Order Status")
PLACED = ForeignKey(
    "orders_customer_id_fkey",
    ORDERS,
    ("customer_id",),
    CUSTOMERS,
    ("id",),
    "CASCADE",
    "FOREIGN KEY (customer_id) REFERENCES shop.customers(id) ON DELETE CASCADE",
)
REFUNDED = ForeignKey(
    "refunds_order_id_fkey",
    REFUNDS,
    ("order_id",),
    ORDERS,
    ("id",),
    definition="FOREIGN KEY (order_id) REFERENCES shop.orders(id)",
)

EXPECTED = Table(
    ORDERS,
    (
        Column("id", "bigint", nullable=False, identity="always"),
        Column("number", "integer", nullable=False, default="nextval('shop.orders_number_seq'::regclass)"),
        Column(
            "status",
            'shop."Order Status"',
            nullable=False,
            default="'new'::shop.\"Order Status\"",
            enum=STATUS,
            comment="where",
        ),
        Column("path", 'shop."Order Status"[]', enum=STATUS, wraps="array"),
        Column("seen", "shop.open_status", enum=STATUS, wraps="domain"),
        Column("customer_id", "integer"),
        Column("note", "character varying(50)", default="lower('X'::text)", collation='"C"'),
        Column("loud", "text", generated="upper((note)::text)"),
    ),
    key=("id",),
    indexes=(
        Index(
            "by_all",
            ("status", "note", "id"),
            options=(" DESC", ' COLLATE "POSIX" pg_catalog.text_pattern_ops', " NULLS FIRST"),
            include=("customer_id",),
            predicate="((status <> 'new'::shop.\"Order Status\") AND (seen IS NULL))",
            predicate_columns=("customer_id", "id", "note", "seen", "status"),
            storage="fillfactor=70",
        ),
        Index("by_hash", ("status",), "hash", options=("",)),
        Index(
            "by_loud",
            ("id",),
            options=(' COLLATE "C"', ""),
            predicate_columns=("id", "note"),
            expressions=True,
            keys=("upper((note)::text)", "id"),
        ),
        Index("one_number", ("number",), unique=True, options=("",)),
        Index("orders_pkey", ("id",), unique=True, options=("",), constraint="primary key"),
    ),
    checks=(
        Check(
            "known",
            "((status <> 'it''s'::shop.\"Order Status\") AND (customer_id > 0))",
            ("status", "customer_id"),
        ),
        Check("later", "((note)::text <> ''::text)", ("note",), valid=False),
    ),
    foreign_keys=(PLACED,),
    referenced_by=(REFUNDED,),
    triggers=(
        Trigger("counted", "AFTER", ("DELETE", "TRUNCATE"), "statement", "touch", enabled=False),
        Trigger("touched", "BEFORE", ("INSERT", "UPDATE"), "row", "touch"),
    ),
    owner="postgres",
    grants=(
        Grant("INSERT", ""),
        Grant("SELECT", ""),
        Grant("UPDATE", "pg_monitor", grantable=True, column="note"),
    ),
    schema_owner="postgres",
    schema_readers=("pg_monitor",),
    comment="it's all",
    rows=2,
    row_bytes=4096,  # one page for the two of them
)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(LEGACY, execution_options={"no_parameters": True})
        yield connection


def reflected(connection: Connection, postgresql: PostgresServer, *written: str) -> Schema:
    return reflect(connection, written, tuple(int(each) for each in postgresql.version.split(".")))


def test_a_table_with_all_that_one_may_have(connection: Connection, postgresql: PostgresServer) -> None:
    (found,) = reflected(connection, postgresql, "shop.orders").tables
    dependents = {(each.kind, each.name, each.column) for each in found.dependents}
    assert dependents == {("generated column", "loud", "note")}
    for field in EXPECTED.__dataclass_fields__:
        if field != "dependents":
            assert getattr(found, field) == getattr(EXPECTED, field), field


def test_a_partitioned_table(connection: Connection, postgresql: PostgresServer) -> None:
    (found,) = reflected(connection, postgresql, "shop.parcels").tables
    assert (found.kind, found.partition_key, found.key) == (
        "partitioned table",
        ("region",),
        ("region", "id"),
    )
    assert found.partitions == (TableName("shop", "Parcels US"), TableName("public", "parcels_eu_1"))
    assert found.row_security
    kinds = [
        reflected(connection, postgresql, each).tables[0].kind
        for each in ("shop.parcels_eu", '"shop"."Parcels US"')
    ]
    assert kinds == ["partition", "partition"]


def test_what_stands_on_a_partition_alone(connection: Connection, postgresql: PostgresServer) -> None:
    for statement in (
        "CREATE TABLE public.bags (id int, size text CHECK (size <> '')) PARTITION BY RANGE (id)",
        "CREATE TABLE shop.bags_1 PARTITION OF bags FOR VALUES FROM (1) TO (9) PARTITION BY RANGE (id)",
        'CREATE TABLE "Bags 2" PARTITION OF shop.bags_1 FOR VALUES FROM (1) TO (5)',
        "CREATE INDEX by_size ON bags (size)",
        "CREATE INDEX mine ON shop.bags_1 (upper(size))",
        "ALTER TABLE \"Bags 2\" ADD CONSTRAINT own CHECK (size < 'x'), ALTER size SET NOT NULL",
    ):
        connection.exec_driver_sql(statement)
    (found,) = reflected(connection, postgresql, "bags").tables
    assert found.local == (
        Dependent("NOT NULL", 'size of public."Bags 2"', "size"),
        Dependent("check", 'own of public."Bags 2"', "size"),
        Dependent("index", "shop.mine", "size"),
    )
    (index,) = found.indexes
    assert index.parts == (TableName("public", "Bags 2_size_idx"), TableName("shop", "bags_1_size_idx"))


def test_functions_that_differ_at_each_call(connection: Connection, postgresql: PostgresServer) -> None:
    for name, kind in (("Drawn", "VOLATILE"), ("slug", "VOLATILE"), ("steady", "STABLE")):
        connection.exec_driver_sql(
            f"CREATE FUNCTION shop.\"{name}\"() RETURNS int {kind} LANGUAGE sql AS 'SELECT 1'"
        )
    found = reflected(connection, postgresql, "shop.orders").volatile_functions
    assert {"drawn", "slug"} <= set(found)
    assert "steady" not in found


def test_the_narrowest_key_is_taken_where_there_is_no_primary_key(
    connection: Connection, postgresql: PostgresServer
) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE things (a int NOT NULL, b int NOT NULL, c int NOT NULL, d int, "
        "UNIQUE (a, b), UNIQUE (d), UNIQUE (c, a, b))"
    )
    (found,) = reflected(connection, postgresql, "things").tables
    assert found.key == ("a", "b")


def test_nulls_not_distinct(connection: Connection, postgresql: PostgresServer) -> None:
    if int(postgresql.version.partition(".")[0]) >= 15:  # the first that has it
        connection.exec_driver_sql("CREATE UNIQUE INDEX one ON shop.refunds (no) NULLS NOT DISTINCT")
    else:
        connection.exec_driver_sql("CREATE UNIQUE INDEX one ON shop.refunds (no)")
    (found,) = reflected(connection, postgresql, "shop.refunds").tables
    (index,) = (each for each in found.indexes if each.name == "one")
    assert index.nulls_not_distinct == (int(postgresql.version.partition(".")[0]) >= 15)


def test_what_surrounds_the_tables(connection: Connection, postgresql: PostgresServer) -> None:
    connection.exec_driver_sql('SET search_path = "$user", public, nowhere')
    schema = reflected(connection, postgresql, "orders", "shop.orders", "shop.nothing")
    assert [each.name for each in schema.tables] == [ORDERS]
    assert schema.search_path == ("public",)
    assert schema.enums == (EnumType("shop", "Order Status", ("new", "it's", "größe")),)
    assert {"public", "shop", "pg_catalog"} <= set(schema.schema_names)
    assert {ORDERS, TableName("public", "parcels_eu_1")} <= set(schema.table_names)
    assert {TableName("shop", "by_all"), TableName("shop", "orders_number_seq")} <= set(schema.relation_names)
    assert schema.role.name == "postgres"
    assert schema.role.superuser
    assert {"public", "shop"} <= set(schema.role.creates_in)
    assert not schema.read_only
    assert connection.exec_driver_sql("SHOW search_path").scalar() == '"$user", public, nowhere'


def test_the_search_path_decides_which_table_is_meant(
    connection: Connection, postgresql: PostgresServer
) -> None:
    connection.exec_driver_sql("CREATE TABLE public.orders (id int PRIMARY KEY)")
    for path, meant in (("public, shop", "public"), ("shop, public", "shop")):
        connection.exec_driver_sql(f"SET search_path = {path}")
        schema = reflected(connection, postgresql, "orders")
        assert [each.name.schema for each in schema.tables] == [meant]
        assert schema.table("orders").name == TableName(meant, "orders")
