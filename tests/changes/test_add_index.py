"""AddIndex on a server: what is built, of which columns, and that it goes again."""

import pytest
from sqlalchemy import Column, Integer, NullPool, String, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from crossfade import AddColumn, AddIndex, Evolution, OpenEnum, commands
from crossfade.changes import Change

LEGACY = """
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, status status NOT NULL, note text, total int);
INSERT INTO orders SELECT n, 'new', 'n ' || n, n FROM generate_series(1, 5) n;
"""
INDEXES = (
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'orders' AND indexname <> 'orders_pkey' ORDER BY 1"
)


def indexes(database: str) -> list[str]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        return [each.partition(" USING ")[2] for each in connection.scalars(text(INDEXES))]


def execute(database: str, sql: str) -> None:
    engine = create_engine(database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(sql)


@pytest.mark.parametrize(
    ("changes", "live", "completed"),
    [
        (
            [AddIndex("orders", "note", where="orders.Note <> 'x'", include=["total"])],
            "btree (note) INCLUDE (total) WHERE (note <> 'x'::text)",
            "btree (note) INCLUDE (total) WHERE (note <> 'x'::text)",
        ),
        ([AddIndex("orders", ["total", "note"], method="hash")], None, None),
        (
            [
                AddIndex("orders", ["total", "gross"]),
                AddColumn("orders", Column("gross", Integer), fill="total * 2"),
            ],
            "btree (total, gross)",
            "btree (total, gross)",
        ),
        (
            [AddIndex("orders", "status", where="status = 'open'"), OpenEnum("orders", "status", String(9))],
            "btree (_crossfade_new_658a_status) WHERE ((_crossfade_new_658a_status)::text = 'open'::text)",
            "btree (status) WHERE ((status)::text = 'open'::text)",
        ),
        (
            [
                AddIndex("orders", expression="lower(status) || note", name="ix_said", where="total > 1"),
                OpenEnum("orders", "status", String(9)),
            ],
            "btree (((lower((_crossfade_new_658a_status)::text) || note))) WHERE (total > 1)",
            "btree (((lower((status)::text) || note))) WHERE (total > 1)",
        ),
        (
            [
                AddColumn("orders", Column("data", JSONB), fill="jsonb_build_object('n', total)"),
                AddIndex("orders", "data", method="gin", operators="jsonb_path_ops"),
            ],
            "gin (data jsonb_path_ops)",
            "gin (data jsonb_path_ops)",
        ),
        ([AddColumn("orders", Column("data", JSONB), index="gin")], "gin (data)", "gin (data)"),
    ],
    ids=[
        "with all that one may have",
        "of a method for one column",
        "of an added column",
        "of a successor",
        "over an expression of a successor",
        "by other operators",
        "of an added column's own",
    ],
)
@pytest.mark.one_server
def test_it_is_of_the_new_versions_columns(
    changes: list[Change], live: str | None, completed: str | None, database: str
) -> None:
    execute(database, LEGACY)
    evolution = Evolution("indexed", changes=changes)
    if live is None:
        with pytest.raises(Exception, match='access method "hash" does not support multicolumn indexes'):
            commands.preview(evolution, database)
        return
    commands.start(evolution, database)
    assert indexes(database) == [live]
    commands.rollback(evolution, database)
    assert indexes(database) == []
    commands.start(evolution, database)
    commands.complete(evolution, database)
    assert indexes(database) == [completed]
    commands.revert(evolution, database)
    assert indexes(database) == [live]
    commands.complete(evolution, database)
    commands.purge(evolution, database)
    assert indexes(database) == [completed]


def test_a_unique_one_binds_the_old_application_from_start_on(database: str) -> None:
    execute(database, LEGACY)
    evolution = Evolution("indexed", changes=[AddIndex("orders", "note", unique=True, name="once")])
    commands.start(evolution, database)
    with pytest.raises(IntegrityError, match="once"):
        execute(database, "INSERT INTO orders VALUES (6, 'new', 'n 1')")
    commands.rollback(evolution, database)
    execute(database, "INSERT INTO orders VALUES (6, 'new', 'n 1')")
