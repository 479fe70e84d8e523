"""AddForeignKey on a server: validated, bound by it from `start` on, and gone after a rollback."""

import pytest
from sqlalchemy.exc import IntegrityError

from crossfade import AddForeignKey, Evolution, commands
from crossfade.reports import PlannedStep
from tests.changes.database import execute

LEGACY = """
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers VALUES (1), (2);
CREATE TABLE orders (id int PRIMARY KEY, customer int);
INSERT INTO orders VALUES (1, 1), (2, NULL);
"""
KEYS = "SELECT conname, convalidated, confdeltype FROM pg_constraint WHERE contype = 'f'"
INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'orders' ORDER BY 1"


def evolution(**arguments: object) -> Evolution:
    change = AddForeignKey("orders", "customer", "customers", **arguments)  # type: ignore[arg-type]
    return Evolution("keyed", changes=[change])


def sent(steps: tuple[PlannedStep, ...]) -> list[str]:
    return [each.sql for step in steps for each in step.statements]


def test_it_binds_the_old_application_from_start_on(database: str) -> None:
    execute(database, LEGACY)
    keyed = evolution(on_delete="SET NULL")
    commands.start(keyed, database)
    assert execute(database, KEYS) == [("orders_customer_fkey", True, "n")]
    assert execute(database, INDEXES) == ["ix_orders_customer", "orders_pkey"]
    with pytest.raises(IntegrityError, match="orders_customer_fkey"):
        execute(database, "INSERT INTO orders VALUES (3, 9)")
    execute(database, "DELETE FROM customers WHERE id = 1")
    assert execute(database, "SELECT customer FROM orders WHERE id = 1") == [None]
    commands.rollback(keyed, database)
    assert execute(database, KEYS) == []
    assert execute(database, INDEXES) == ["orders_pkey"]
    execute(database, "INSERT INTO orders VALUES (3, 9)")


def test_no_row_is_read_under_the_lock_that_blocks_writes(database: str) -> None:
    execute(database, LEGACY)
    statements = sent(commands.preview(evolution(index=False), database).start)
    (added,) = [each for each in statements if "FOREIGN KEY" in each]
    assert added.endswith("NOT VALID")
    assert "ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_fkey" in statements
    assert statements.index(added) < statements.index(
        "ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_fkey"
    )


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        ("CREATE INDEX of_customer ON orders (customer, id)", True),
        ("CREATE INDEX of_customer ON orders (id, customer)", False),
        ("CREATE INDEX of_customer ON orders (customer) WHERE id > 0", False),
    ],
)
@pytest.mark.one_server
def test_an_index_is_built_where_none_serves(index: str, serves: bool, database: str) -> None:
    execute(database, LEGACY, index)
    statements = sent(commands.preview(evolution(), database).start)
    assert any("ix_orders_customer" in each for each in statements) is not serves


@pytest.mark.one_server
def test_rows_that_refer_to_nothing_are_told_before_anything_is_added(database: str) -> None:
    execute(database, LEGACY, "INSERT INTO orders VALUES (3, 9), (4, 8)")
    with pytest.raises(Exception, match=r"2 rows refer to nothing .* \(id\) = \(3\), \(customer\) = \(9\)"):
        commands.start(evolution(), database)
    assert execute(database, KEYS) == []
    execute(database, "UPDATE orders SET customer = 2 WHERE id > 2")
    commands.start(evolution(), database)
    commands.complete("keyed", database)
    commands.revert("keyed", database)
    assert execute(database, KEYS) == [("orders_customer_fkey", True, "a")]
