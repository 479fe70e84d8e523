"""What OpenEnum refuses of its column: its type, its place in the table, its values, its default."""

import pytest
from sqlalchemy import String

from crossfade import Evolution, OpenEnum
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.planning import build
from crossfade.schema import Column, EnumType, Schema, Table, TableName
from tests.refusals.refusal import IN, Case, Refusal, assert_case

STATUS = IN + "OpenEnum orders.status"
ITSELF = "OpenEnum takes a column of the enum itself"
IDENTIFIES = "a column that identifies or refers to rows can't be opened"
ALL = {"new": "n", "paid": "p", "sent": "s"}

CASES = (
    Case(
        "unmapped",
        (OpenEnum("orders", "status", values={"new": "new"}),),
        Refusal(
            SchemaMismatch,
            "values without a mapping: 'paid' (1 rows), 'sent' (2 rows)",
            STATUS,
            "add them to values=, or leave values= out to keep every value as it is",
        ),
    ),
    Case(
        "unmapped and in no row",
        (OpenEnum("orders", "status", values={"new": "new", "sent": "sent"}),),
        Refusal(
            SchemaMismatch,
            "values without a mapping: 'paid' (0 rows)",
            STATUS,
            "add them to values=, or leave values= out to keep every value as it is",
        ),
        ("DELETE FROM orders WHERE status = 'paid'",),
    ),
    Case(
        "no such label",
        (OpenEnum("orders", "status", values={**ALL, "nwe": "x"}),),
        Refusal(SchemaMismatch, "the enum has no label 'nwe'", STATUS, "did you mean 'new'?"),
    ),
    Case(
        "unknown= is no label",
        (OpenEnum("orders", "status", unknown="lost"),),
        Refusal(SchemaMismatch, "the enum has no label 'lost'", STATUS, "there are: new, paid, sent"),
    ),
    Case(
        "label too long for the type",
        (OpenEnum("orders", "status", String(3)),),
        Refusal(
            EvolutionError,
            "the value 'paid' of 'paid' has 4 characters, the column 3",
            STATUS,
            "shorten the value or widen the type",
        ),
    ),
    Case(
        "not an enum",
        (OpenEnum("orders", "note"),),
        Refusal(
            SchemaMismatch,
            "public.orders.note is of type text, not an enum",
            IN + "OpenEnum orders.note",
            "OpenEnum is for enum columns",
        ),
    ),
    Case(
        "array",
        (OpenEnum("orders", "seen"),),
        Refusal(
            Unsupported,
            "public.orders.seen is an array of an enum (public.order_status[])",
            IN + "OpenEnum orders.seen",
            ITSELF,
        ),
        ("ALTER TABLE orders ADD seen order_status[]",),
    ),
    Case(
        "domain",
        (OpenEnum("orders", "seen"),),
        Refusal(
            Unsupported,
            "public.orders.seen is a domain of an enum (public.open_status)",
            IN + "OpenEnum orders.seen",
            ITSELF,
        ),
        (
            "CREATE DOMAIN open_status AS order_status CHECK (VALUE <> 'sent')",
            "ALTER TABLE orders ADD seen open_status",
        ),
    ),
    Case(
        "domain of an array",
        (OpenEnum("orders", "seen"),),
        Refusal(
            Unsupported,
            "public.orders.seen is a domain of an enum (public.trail)",
            IN + "OpenEnum orders.seen",
            ITSELF,
        ),
        ("CREATE DOMAIN trail AS order_status[]", "ALTER TABLE orders ADD seen trail"),
    ),
    Case(
        "in the key",
        (OpenEnum("moves", "status"),),
        Refusal(
            Unsupported,
            "public.moves.status is part of the key",
            IN + "OpenEnum moves.status",
            IDENTIFIES,
        ),
        ("CREATE TABLE moves (order_id bigint, status order_status, PRIMARY KEY (order_id, status))",),
    ),
    Case(
        "in a foreign key",
        (OpenEnum("orders", "status"),),
        Refusal(
            Unsupported,
            "public.orders.status is part of foreign key orders_status_fkey",
            STATUS,
            IDENTIFIES,
        ),
        (
            "CREATE TABLE statuses (status order_status PRIMARY KEY)",
            "INSERT INTO statuses VALUES ('new'), ('paid'), ('sent')",
            "ALTER TABLE orders ADD FOREIGN KEY (status) REFERENCES statuses",
        ),
    ),
    Case(
        "referred to by a foreign key",
        (OpenEnum("statuses", "status"),),
        Refusal(
            Unsupported,
            (
                "public.statuses.status is part of "
                "what foreign key orders_status_fkey of public.orders refers to"
            ),
            IN + "OpenEnum statuses.status",
            IDENTIFIES,
        ),
        (
            "CREATE TABLE statuses (id int PRIMARY KEY, status order_status UNIQUE)",
            "INSERT INTO statuses VALUES (1, 'new'), (2, 'paid'), (3, 'sent')",
            "ALTER TABLE orders ADD FOREIGN KEY (status) REFERENCES statuses (status)",
        ),
    ),
    Case(
        "default that is no label",
        (OpenEnum("orders", "status"),),
        Refusal(
            Unsupported,
            "the default of public.orders.status is enum_first(NULL::public.order_status), "
            "not one of the enum's labels",
            STATUS,
            "give the column a plain label as its default, or none",
        ),
        ("ALTER TABLE orders ALTER status SET DEFAULT enum_first(NULL::order_status)",),
    ),
    Case(
        "NULL was allowed and is not any more",
        (OpenEnum("orders", "status", nullable=False),),
        Refusal(
            SchemaMismatch,
            "public.orders.status may be NULL and its successor may not",
            STATUS,
            "say nullable=True, or make the old column NOT NULL first",
        ),
        ("ALTER TABLE orders ALTER status DROP NOT NULL",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_column_that_cannot_be_opened(case: Case, shop: str) -> None:
    assert_case(case, shop)


def test_a_column_of_the_partition_key() -> None:
    """On a server its key would hold it as well, and be what is told: so this one asks the plan alone."""
    status = Column("status", "public.order_status", nullable=False, enum=("public", "order_status"))
    moves = Table(
        TableName("public", "moves"),
        (Column("id", "bigint", nullable=False), status),
        key=("id",),
        kind="partitioned table",
        partition_key=("status",),
    )
    schema = Schema("postgresql", (18,), (moves,), (EnumType("public", "order_status", ("new",)),))
    with pytest.raises(Unsupported) as caught:
        build(Evolution("open_statuses", changes=[OpenEnum("moves", "status")]), schema)
    assert str(caught.value) == str(
        Refusal(
            Unsupported,
            "public.moves.status is part of the partition key",
            IN + "OpenEnum moves.status",
            IDENTIFIES,
        )
    )
