"""The snapshot sees what a refusal could leave behind: without that, its silence would prove nothing."""

import pytest

from tests.refusals.catalogue import snapshot
from tests.refusals.refusal import execute

LEFT_BEHIND = {
    "schema": "CREATE SCHEMA crossfade",
    "column": "ALTER TABLE orders ADD channel text",
    "dropped column": "ALTER TABLE orders DROP note",
    "default": "ALTER TABLE orders ALTER status DROP DEFAULT",
    "not null": "ALTER TABLE orders ALTER status DROP NOT NULL",
    "check": "ALTER TABLE orders ADD CHECK (total > 0) NOT VALID",
    "index": "CREATE INDEX ON orders (status)",
    "label": "ALTER TYPE order_status ADD VALUE 'lost'",
    "trigger": "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION "
    "suppress_redundant_updates_trigger()",
    "function": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "view": "CREATE VIEW v AS SELECT * FROM orders",
    "grant": "GRANT SELECT ON orders TO PUBLIC",
    "column grant": "GRANT UPDATE (note) ON orders TO PUBLIC",
    "server's function": "REVOKE EXECUTE ON FUNCTION pg_catalog.lower(text) FROM PUBLIC",
    "comment": "COMMENT ON COLUMN orders.note IS 'x'",
    "row": "UPDATE orders SET note = 'b' WHERE id = 1",
    "setting": "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END$$",
    "owner": "ALTER TABLE orders OWNER TO pg_monitor",
}


@pytest.mark.one_server
@pytest.mark.parametrize("statement", LEFT_BEHIND.values(), ids=list(LEFT_BEHIND))
def test_the_snapshot_sees(statement: str, orders: str) -> None:
    before = snapshot(orders)
    execute(orders, statement)
    assert snapshot(orders) != before


def test_the_snapshot_of_an_unchanged_database_is_the_same(orders: str) -> None:
    before = snapshot(orders)
    execute(orders, "SELECT count(*) FROM orders", "ANALYZE orders")
    assert snapshot(orders) == before
    assert any(line.startswith("pg_class") and '"orders"' in line for line in before)
