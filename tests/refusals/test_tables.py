"""What is no table to evolve, or no table that rows can be named in."""

import pytest
from sqlalchemy import Column, Text

from crossfade import AddColumn, Evolution, OpenEnum
from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.planning import build
from crossfade.schema import Column as Reflected
from crossfade.schema import Schema, Table, TableName
from tests.refusals.refusal import IN, Case, Refusal, assert_case

THING = (AddColumn("thing", Column("channel", Text)),)
PLACE = IN + "AddColumn thing.channel"
NO_KEY = Refusal(
    SchemaMismatch,
    "table public.thing has no key: no primary key, and no unique index over NOT NULL columns",
    PLACE,
    "add a primary key first, so that rows can be copied, compared and named",
)
INHERITS = "partitioned tables are supported, INHERITS is not"


def no_table(kind: str, remedy: str = "name a table") -> Refusal:
    return Refusal(Unsupported, f"public.thing is a {kind}, not a table", PLACE, remedy)


CASES = (
    Case("no key at all", THING, NO_KEY, ("CREATE TABLE thing (id int NOT NULL)",)),
    Case("a key that may be NULL", THING, NO_KEY, ("CREATE TABLE thing (id int UNIQUE)",)),
    Case(
        "a key of some rows only",
        THING,
        NO_KEY,
        ("CREATE TABLE thing (id int NOT NULL)", "CREATE UNIQUE INDEX ON thing (id) WHERE id > 0"),
    ),
    Case(
        "a key that is an expression",
        THING,
        NO_KEY,
        ("CREATE TABLE thing (id int NOT NULL)", "CREATE UNIQUE INDEX ON thing (abs(id))"),
    ),
    Case(
        "a key that is checked at commit only",
        THING,
        NO_KEY,
        ("CREATE TABLE thing (id int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)",),
    ),
    Case("view", THING, no_table("view"), ("CREATE VIEW thing AS SELECT * FROM orders",)),
    Case(
        "materialized view",
        THING,
        no_table("materialized view"),
        ("CREATE MATERIALIZED VIEW thing AS SELECT * FROM orders",),
    ),
    Case(
        "foreign table",
        THING,
        no_table("foreign table"),
        (
            "CREATE FOREIGN DATA WRAPPER elsewhere",
            "CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere",
            "CREATE FOREIGN TABLE thing (id int) SERVER elsewhere",
        ),
    ),
    Case(
        "partition",
        THING,
        no_table("partition", "name the partitioned table"),
        (
            "CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id)",
            "CREATE TABLE thing PARTITION OF whole FOR VALUES FROM (1) TO (10)",
        ),
    ),
    Case(
        "table of a type",
        THING,
        no_table("table of a type"),
        ("CREATE TYPE shape AS (id int)", "CREATE TABLE thing OF shape (PRIMARY KEY (id))"),
    ),
    Case(
        "parent of another table",
        (OpenEnum("orders", "status"),),
        Refusal(
            Unsupported,
            "public.orders takes part in table inheritance",
            IN + "OpenEnum orders.status",
            INHERITS,
        ),
        ("CREATE TABLE late_orders () INHERITS (orders)",),
    ),
    Case(
        "child of another table",
        THING,
        Refusal(Unsupported, "public.thing takes part in table inheritance", PLACE, INHERITS),
        ("CREATE TABLE thing (PRIMARY KEY (id)) INHERITS (orders)",),
    ),
    Case(
        "tables of different owners",
        (*THING, OpenEnum("orders", "status")),
        Refusal(
            SchemaMismatch,
            "the tables of schema public have different owners: pg_monitor, postgres",
            IN + "namespace",
            "give them one owner, or make one evolution for each owner's tables",
        ),
        ("CREATE TABLE thing (id int PRIMARY KEY)", "ALTER TABLE thing OWNER TO pg_monitor"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_table_that_cannot_be_evolved(case: Case, shop: str) -> None:
    assert_case(case, shop)


def _secured(*version: int) -> Schema:
    thing = Table(
        TableName("public", "thing"),
        (Reflected("id", "bigint", nullable=False),),
        key=("id",),
        row_security=True,
        owner="postgres",
    )
    return Schema("postgresql", version, (thing,))


def test_row_security_before_views_kept_it() -> None:
    evolution = Evolution("open_statuses", changes=THING)
    with pytest.raises(Unsupported) as caught:
        build(evolution, _secured(14, 9))
    assert str(caught.value) == str(
        Refusal(
            Unsupported,
            "public.thing has row-level security, which views keep from PostgreSQL 15 on only",
            PLACE,
            "upgrade the server, or evolve this table without its policies",
        )
    )
    assert build(evolution, _secured(15, 0)).start
