"""What is brought back is found by its place in the journal, and in the table by its key: whatever the
planner knows of rows that have just been kept, a restore compares no table with a batch, and looks at nothing
twice.
"""

from typing import Any

from sqlalchemy import NullPool, String, create_engine

from crossfade import Evolution, OpenEnum, commands, connect_args
from crossfade.dialects import connect
from crossfade.planning import build
from crossfade.steps import AddColumn, RestoreComplement, Role

ROWS = 3000
OPEN = Evolution("e", changes=[OpenEnum("orders", "status", String(20), unknown="paid")])
LEGACY = f"""
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders (id int PRIMARY KEY, status status NOT NULL);
INSERT INTO orders SELECT n, 'new' FROM generate_series(1, {ROWS}) n;
"""


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(found for each in plan.get("Plans", ()) for found in nodes(each))]


def test_a_restore_finds_its_rows(database: str) -> None:
    old = create_engine(database, poolclass=NullPool)
    new = create_engine(database, poolclass=NullPool, connect_args=connect_args("e"))
    with old.begin() as connection:
        connection.exec_driver_sql(LEGACY)
    commands.start(OPEN, database)
    with new.begin() as connection:
        connection.exec_driver_sql("UPDATE orders SET status = 'internal'")
    assert commands.rollback(OPEN, database).complement_rows == ROWS

    dialect = connect(database)
    with dialect.engine.connect() as connection:
        plan = build(OPEN, dialect.reflect(connection, ["orders"]))
        (added,) = (each for each in plan.start if isinstance(each, AddColumn))
        (restore,) = (each for each in plan.start if isinstance(each, RestoreComplement))
        connection.exec_driver_sql(f"ALTER TABLE orders ADD {added.column.name} {added.column.type}")
        rendered = dialect.render(restore)
        (upcoming,) = (each for each in rendered if each.role is Role.NEXT)
        (work,) = (each for each in rendered if each.role is Role.WORK)
        values = {"after": "", "batch": 100}
        values["upto"] = connection.exec_driver_sql(upcoming.sql, values).scalar_one()
        explained = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {work.sql}", values
        ).scalar_one()
        again = connection.exec_driver_sql(upcoming.sql, {**values, "after": values["upto"]}).scalar_one()
        connection.rollback()
    dialect.engine.dispose()

    found = nodes(explained[0]["Plan"])
    (settled,) = (each for each in found if each.get("TID Cond"))
    assert (settled["Relation Name"], settled["Actual Rows"]) == ("complement", 100)
    (picked,) = (each for each in found if "row_key >" in each.get("Index Cond", ""))
    assert (picked["Relation Name"], picked["Actual Rows"]) == ("complement", 100)
    assert again > values["upto"]
    # The planner compares each pair of rows only where this would be the whole of a table with the batch.
    assert all(each["Actual Loops"] * each["Actual Rows"] <= ROWS for each in found), found
