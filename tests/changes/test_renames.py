"""RenameColumn and RenameTable on a server: who sees which name when, and what comes after them."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, String
from sqlalchemy.exc import ProgrammingError

from crossfade import (
    AddColumn,
    AddIndex,
    Evolution,
    OpenEnum,
    RenameColumn,
    RenameTable,
    SeedRows,
    commands,
    names,
)
from crossfade.changes import Change
from crossfade.errors import SchemaMismatch, WrongState
from tests.changes.database import execute

LEGACY = """
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders
(id serial PRIMARY KEY, status status NOT NULL DEFAULT 'new', note text, code text UNIQUE);
CREATE TABLE lines (id int PRIMARY KEY, code text REFERENCES orders (code));
INSERT INTO orders (note, code) VALUES ('a', 'A'), ('b', 'B');
"""
NAMES = "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace AND nspname = 'public'"
SALES = Evolution("sales", changes=[RenameTable("orders", "sales")])


def columns(database: str, table: str) -> list[str]:
    return execute(
        database,
        f"SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum",
    )


def test_a_column_has_its_old_name_on_the_table_until_complete(database: str) -> None:
    execute(database, LEGACY, "CREATE VIEW noted AS SELECT id, note FROM orders")
    evolution = Evolution("remarks", changes=[RenameColumn("orders", "note", "remark")])
    preview = commands.preview(evolution, database)
    (note,) = [each for each in preview.notes if "view public.noted" in each]
    assert note == (
        "what the server knows to be of public.orders.note follows it to its name remark: view public.noted "
        "(a view's own columns keep their names)"
    )
    assert not any("CREATE FUNCTION" in each.sql for step in preview.start for each in step.statements)
    commands.start(evolution, database)
    execute(database, "UPDATE orders SET remark = 'c' WHERE id = 1", version="remarks")
    assert execute(database, "SELECT note FROM orders ORDER BY id") == ["c", "b"]
    commands.complete(evolution, database)
    assert columns(database, "orders") == ["id", "status", "remark", "code"]
    assert execute(database, "SELECT note FROM noted ORDER BY id") == ["c", "b"]
    commands.revert(evolution, database)
    assert columns(database, "orders") == ["id", "status", "note", "code"]
    commands.rollback(evolution, database)
    assert execute(database, "SELECT note FROM orders ORDER BY id") == ["c", "b"]


def test_a_function_that_was_looked_at_may_speak_of_it(database: str) -> None:
    speaks = "CREATE FUNCTION notes() RETURNS bigint LANGUAGE sql AS 'SELECT count(note) FROM orders'"
    execute(database, LEGACY, speaks)
    accept = ("public.notes()",)
    changes: list[Change] = [
        RenameColumn("orders", "note", "remark", accept),
        RenameTable("orders", "sales", accept),
    ]
    commands.start(Evolution("remarks", changes=changes), database)
    assert execute(database, "SELECT notes()") == [2]


def test_a_table_has_its_old_name_until_complete(database: str) -> None:
    execute(database, LEGACY)
    commands.start(SALES, database)
    execute(database, "INSERT INTO sales (note) VALUES ('new')", version="sales")
    execute(database, "INSERT INTO orders (note) VALUES ('old')")
    assert execute(database, "SELECT note FROM sales ORDER BY id", version="sales") == [
        "a",
        "b",
        "new",
        "old",
    ]
    commands.complete(SALES, database)
    with pytest.raises(ProgrammingError, match='relation "orders" does not exist'):
        execute(database, "SELECT FROM orders")
    assert execute(database, "INSERT INTO sales (note) VALUES ('last') RETURNING id") == [5]
    names = set(execute(database, NAMES))
    assert {"sales", "orders_pkey", "orders_id_seq", "orders_code_key"} <= names  # what belongs to it stays
    commands.revert(SALES, database)
    assert execute(database, "SELECT count(*) FROM orders") == [5]
    commands.complete(SALES, database)
    commands.purge(SALES, database)
    commands.revert(SALES, database)
    assert execute(database, "SELECT count(*) FROM sales", version="sales") == [5]
    commands.rollback(SALES, database)
    assert set(execute(database, NAMES)) == names - {"sales"} | {"orders"}


def test_everything_else_that_an_evolution_does_to_it_finds_it(database: str) -> None:
    """Other changes call it by its old name, seeds and what refers to them included."""
    execute(database, LEGACY)
    evolution = Evolution(
        "sales",
        changes=[
            RenameTable("orders", "sales"),
            OpenEnum("orders", "status", String(20), unknown="new"),
            RenameColumn("orders", "code", "number"),
            AddColumn("orders", Column("gross", Integer), fill="length(note)"),
            AddIndex("orders", ["number", "gross"], name="by_number"),
            SeedRows("orders", "number", [{"number": "C", "status": "open"}, {"number": "D"}]),
        ],
    )
    commands.start(evolution, database)
    execute(database, "INSERT INTO lines VALUES (1, 'C')")
    outcome = commands.rollback(evolution, database)
    assert (outcome.removed_seeds, outcome.seeds_kept) == (({"number": "D"},), 1)
    commands.start(evolution, database)
    commands.complete(evolution, database)
    said = execute(database, "SELECT number, status, gross FROM sales ORDER BY number")
    assert said == [("A", "new", 1), ("B", "new", 1), ("C", "open", None), ("D", "new", None)]
    execute(database, "UPDATE sales SET status = 'paid' WHERE number = 'A'")
    document = commands.preview(evolution, database)  # counts in the table under the name that it has now
    assert [
        count.rows for way in document.ways_back for count in way.counts if "made anew" in count.what
    ] == [1]
    commands.guide(evolution, database)
    commands.purge(evolution, database)
    commands.revert(evolution, database)
    assert execute(database, "SELECT code, status FROM orders ORDER BY code") == [
        ("A", "paid"),
        *((code, "new") for code in "BCD"),
    ]
    assert commands.verify(evolution, database).mismatches == 0


def test_others_keep_away_from_both_of_its_names(database: str) -> None:
    execute(database, LEGACY, "CREATE TABLE parts (id int PRIMARY KEY)")
    commands.start(SALES, database)
    others = Evolution("others", changes=[RenameTable("parts", "sales")])
    with pytest.raises(WrongState, match=r"evolution 'sales' is live on public\.sales"):
        commands.start(others, database)
    commands.complete(SALES, database)
    later = Evolution("later", changes=[RenameColumn("sales", "note", "remark")])
    commands.start(later, database)
    with pytest.raises(WrongState, match=r"evolution 'later' came later, and is live on public\.sales"):
        commands.revert(SALES, database)
    commands.rollback(later, database)
    commands.revert(SALES, database)
    assert columns(database, "orders") == ["id", "status", "note", "code"]


@pytest.mark.parametrize(
    ("change", "taking", "said"),
    [
        (
            RenameTable("orders", "sales"),
            "CREATE VIEW orders AS SELECT 1 AS one",
            "the name 'orders' in schema public exists already",
        ),
        (
            RenameColumn("orders", "note", "remark"),
            "ALTER TABLE orders ADD note int",
            "column public.orders.note exists already",
        ),
        (
            OpenEnum("orders", "status"),
            f"ALTER TABLE orders ADD {names.retired('status', 'sales')}_ int",
            None,
        ),
    ],
    ids=["of the table", "of a column", "none"],
)
@pytest.mark.one_server
def test_a_name_that_was_taken_since_keeps_the_old_version_from_coming_back(
    change: Change, taking: str, said: str | None, database: str
) -> None:
    execute(database, LEGACY)
    evolution = Evolution("sales", changes=[change])
    commands.start(evolution, database)
    commands.complete(evolution, database)
    execute(database, taking)
    if said is None:
        commands.revert(evolution, database)
        return
    for purged in (False, True):
        if purged:
            commands.purge(evolution, database)
        with pytest.raises(SchemaMismatch) as refused:
            commands.revert(evolution, database)
        assert (refused.value.fact, refused.value.remedy) == (
            said,
            "rename what holds it now: the old version needs the name",
        )
