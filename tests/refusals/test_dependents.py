"""Whatever of the user's depends on the evolved column is listed, each by its kind and name."""

import pytest

from crossfade import OpenEnum, commands
from crossfade.errors import SchemaMismatch
from crossfade.testing import PostgresServer
from tests.refusals.refusal import IN, Case, Refusal, assert_case, assert_refused, evolution, execute

STATUS = IN + "OpenEnum orders.status"
OPEN = (OpenEnum("orders", "status"),)
MOVE = "drop them or move them off the column first"
LOOK = MOVE + "; functions that were looked at can be named in accept=(…)"
TOUCH = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"


def breaks(*dependents: str, remedy: str = MOVE, of: str = "orders") -> Refusal:
    what = "1 dependent" if len(dependents) == 1 else f"{len(dependents)} dependents"
    fact = f"{what} of public.{of}.status would break: {'; '.join(dependents)}"
    return Refusal(SchemaMismatch, fact, f"{IN}OpenEnum {of}.status", remedy)


CASES = (
    Case(
        "view",
        OPEN,
        breaks("view public.paid"),
        ("CREATE VIEW paid AS SELECT id FROM orders WHERE status = 'paid'",),
    ),
    Case(
        "materialized view",
        OPEN,
        breaks("materialized view public.paid"),
        ("CREATE MATERIALIZED VIEW paid AS SELECT id, status FROM orders",),
    ),
    Case(
        "several views, on both sides of a join",
        OPEN,
        breaks('view public."Odd one"', "view public.pairs"),
        (
            'CREATE VIEW "Odd one" AS SELECT * FROM orders',
            "CREATE VIEW pairs AS SELECT a.id FROM orders a JOIN orders b ON a.status = b.status",
        ),
    ),
    Case(
        "rule",
        OPEN,
        breaks("rule keep_sent on public.orders"),
        ("CREATE RULE keep_sent AS ON DELETE TO orders WHERE old.status = 'sent' DO INSTEAD NOTHING",),
    ),
    Case(
        "policy",
        OPEN,
        breaks("policy only_new on public.orders"),
        ("CREATE POLICY only_new ON orders USING (status = 'new')",),
    ),
    Case(
        "generated column",
        OPEN,
        breaks("generated column is_new"),
        ("ALTER TABLE orders ADD is_new boolean GENERATED ALWAYS AS (status = 'new') STORED",),
    ),
    Case(
        "trigger UPDATE OF",
        OPEN,
        breaks("trigger touched on public.orders"),
        (
            TOUCH,
            "CREATE TRIGGER touched BEFORE UPDATE OF status ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
        ),
    ),
    Case(
        "trigger WHEN",
        OPEN,
        breaks("trigger touched on public.orders"),
        (
            TOUCH,
            (
                "CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.status = 'paid') "
                "EXECUTE FUNCTION touch()"
            ),
        ),
    ),
    Case(
        "SQL function with a parsed body",
        OPEN,
        breaks("function public.paid()", remedy=LOOK),
        (
            (
                "CREATE FUNCTION paid() RETURNS bigint LANGUAGE sql "
                "BEGIN ATOMIC SELECT count(*) FROM orders WHERE status = 'paid'; END"
            ),
        ),
    ),
    Case(
        "SQL function with a text",
        OPEN,
        breaks("function public.paid()", remedy=LOOK),
        (
            (
                "CREATE FUNCTION paid() RETURNS bigint LANGUAGE sql AS "
                "'SELECT count(*) FROM public.orders o WHERE o.status = ''paid'''"
            ),
        ),
    ),
    Case(
        "trigger function that names the column and not the table",
        OPEN,
        breaks("function public.reset()", remedy=LOOK),
        (
            (
                "CREATE FUNCTION reset() RETURNS trigger LANGUAGE plpgsql AS "
                "'BEGIN NEW.status := ''new''; RETURN NEW; END'"
            ),
            "CREATE TRIGGER reset BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION reset()",
        ),
    ),
    Case(
        "statistics",
        OPEN,
        breaks("statistics object public.together"),
        ("CREATE STATISTICS together ON status, total FROM orders",),
    ),
    Case(
        "view on a partition",
        (OpenEnum("parcels", "status"),),
        breaks("view public.first", of="parcels"),
        (
            "CREATE TABLE parcels (id int PRIMARY KEY, status order_status) PARTITION BY RANGE (id)",
            "CREATE TABLE parcels_1 PARTITION OF parcels FOR VALUES FROM (1) TO (10)",
            "CREATE VIEW first AS SELECT id, status FROM parcels_1",
        ),
    ),
    Case(
        "trigger of a partitioned table, named once",
        (OpenEnum("parcels", "status"),),
        breaks("trigger touched on public.parcels", of="parcels"),
        (
            TOUCH,
            "CREATE TABLE parcels (id int PRIMARY KEY, status order_status) PARTITION BY RANGE (id)",
            "CREATE TABLE parcels_1 PARTITION OF parcels FOR VALUES FROM (1) TO (10)",
            "CREATE TRIGGER touched BEFORE UPDATE OF status ON parcels FOR EACH ROW EXECUTE FUNCTION touch()",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_dependent_that_would_break(case: Case, shop: str) -> None:
    assert_case(case, shop)


def test_a_publication_with_a_list_of_columns(orders: str, postgresql: PostgresServer) -> None:
    execute(orders, "CREATE PUBLICATION shop FOR TABLE orders")
    assert commands.preview(evolution(*OPEN), orders).start  # it publishes every column there is
    if int(postgresql.version.partition(".")[0]) >= 15:  # the lists' first version
        execute(orders, "ALTER PUBLICATION shop SET TABLE orders (id, status)")
        listed = breaks("publication relation public.orders in publication shop")
        assert_refused(evolution(*OPEN), orders, listed)


def test_a_function_that_was_looked_at_is_accepted_by_its_signature(orders: str) -> None:
    body = "'BEGIN RETURN (SELECT count(*) FROM orders WHERE status = ''new''); END'"
    for name in ("paid(integer)", "paid(text)"):
        execute(orders, f"CREATE FUNCTION {name} RETURNS bigint LANGUAGE plpgsql AS {body}")
    both = breaks("function public.paid(integer)", "function public.paid(text)", remedy=LOOK)
    assert_refused(evolution(*OPEN), orders, both)
    one = OpenEnum("orders", "status", accept=("public.paid(integer)",))
    assert_refused(evolution(one), orders, breaks("function public.paid(text)", remedy=LOOK))
    every = OpenEnum("orders", "status", accept=("public.paid(integer)", "public.paid(text)"))
    assert commands.start(evolution(every), orders).state == "live"


def test_accept_does_not_let_a_view_pass(orders: str) -> None:
    execute(orders, "CREATE VIEW paid AS SELECT id, status FROM orders")
    accepting = OpenEnum("orders", "status", accept=("public.paid",))
    assert_refused(evolution(accepting), orders, breaks("view public.paid"))


def test_what_does_not_speak_of_the_column_is_no_dependent(orders: str) -> None:
    execute(
        orders,
        "CREATE VIEW notes AS SELECT id, note FROM orders",
        "CREATE FUNCTION other() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders'",
        "CREATE FUNCTION status(int) RETURNS int LANGUAGE sql AS 'SELECT $1 -- status'",
        TOUCH,
        "CREATE TRIGGER touched BEFORE UPDATE OF note ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE POLICY own ON orders USING (note IS NOT NULL)",
    )
    assert commands.start(evolution(*OPEN), orders).state == "live"
