"""Functions and views follow what other changes of the evolution do to the columns that they speak of."""

import pytest
from sqlalchemy import String

from crossfade import (
    AddFunction,
    AddView,
    DropColumn,
    Evolution,
    OpenEnum,
    RenameColumn,
    RenameTable,
    ReplaceFunction,
    ReplaceView,
    commands,
)
from crossfade.changes import Change
from crossfade.errors import SchemaMismatch
from tests.changes.database import execute
from tests.definitions.dump import dump

LEGACY = """
CREATE TYPE kind AS ENUM ('plain', 'rag');
CREATE TABLE templates (id int PRIMARY KEY, kind kind NOT NULL, title text, note text);
INSERT INTO templates VALUES (1, 'plain', 'one', 'n'), (2, 'rag', 'two', NULL);
CREATE VIEW kinds AS SELECT kind, count(*) AS times FROM templates GROUP BY kind;
CREATE VIEW busy AS SELECT kind FROM kinds WHERE times > 0;
CREATE FUNCTION kind_of(wanted int, why text DEFAULT '', "like" templates DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT kind FROM templates WHERE id = wanted); END $$;
CREATE FUNCTION bound(why text) RETURNS text LANGUAGE sql RETURN kind_of(1, why);
"""
OPENED: list[Change] = [
    ReplaceView("busy", sql="CREATE VIEW busy AS SELECT kind AS name FROM kinds WHERE times > 0"),
    OpenEnum("templates", "kind", String(50), values={"plain": "simple_chat", "rag": "rag_chat"}),
    ReplaceFunction(
        "kind_of",
        sql="CREATE FUNCTION kind_of(wanted int, why text DEFAULT '') RETURNS varchar LANGUAGE sql STABLE "
        "BEGIN ATOMIC; SELECT kind FROM templates WHERE id = wanted; END",
    ),
    ReplaceFunction(
        "bound", sql="CREATE FUNCTION bound(why text) RETURNS text LANGUAGE sql RETURN upper(kind_of(1, why))"
    ),
    ReplaceView(
        "kinds", sql="CREATE VIEW kinds AS SELECT kind, count(*) AS times FROM templates t GROUP BY kind"
    ),
]


def demand_old(database: str) -> None:
    assert execute(database, "SELECT * FROM busy ORDER BY kind") == ["plain", "rag"]
    assert execute(database, "SELECT kind_of(1)") == ["plain"]
    assert execute(database, "SELECT bound('')") == ["plain"]


def demand_new(database: str, version: str | None = "opened") -> None:
    assert execute(database, "SELECT name FROM busy ORDER BY 1", version=version) == [
        "rag_chat",
        "simple_chat",
    ]
    assert execute(database, "SELECT kind_of(1)", version=version) == ["simple_chat"]
    assert execute(database, "SELECT bound('')", version=version) == ["SIMPLE_CHAT"]


def test_what_speaks_of_an_opened_enum_follows_it(database: str) -> None:
    evolution = Evolution("opened", changes=OPENED)
    execute(database, LEGACY)
    legacy = dump(database)
    commands.start(evolution, database)
    demand_old(database)
    demand_new(database)
    commands.rollback(evolution, database)
    assert dump(database) == legacy
    commands.start(evolution, database)
    commands.complete(evolution, database)
    demand_new(database)
    demand_new(database, None)
    commands.revert(evolution, database)
    demand_old(database)
    demand_new(database)
    commands.complete(evolution, database)
    commands.purge(evolution, database)
    demand_new(database, None)
    commands.revert(evolution, database)
    demand_old(database)
    demand_new(database)
    commands.rollback(evolution, database)
    assert dump(database) == legacy


@pytest.mark.parametrize(
    "changed",
    [
        AddView("every_one", sql="CREATE VIEW every_one AS SELECT * FROM templates"),
        AddFunction(
            "every_one",
            sql="CREATE FUNCTION every_one() RETURNS TABLE (id int, title text, kind varchar) "
            "LANGUAGE sql BEGIN ATOMIC; SELECT * FROM templates; END",
        ),
    ],
    ids=["view", "function"],
)
def test_a_star_shows_nothing_that_is_retired(changed: Change, database: str) -> None:
    execute(
        database,
        "CREATE TYPE kind AS ENUM ('plain', 'rag')",
        "CREATE TABLE templates (id int PRIMARY KEY, title text, kind kind)",
        "INSERT INTO templates VALUES (1, 'one', 'rag')",
    )
    changes = [OpenEnum("templates", "kind", String(50)), changed]
    evolution = Evolution("opened", changes=changes)
    ask = f"SELECT to_jsonb(e) FROM every_one{'()' if isinstance(changed, AddFunction) else ''} e"
    commands.start(evolution, database)
    shown = execute(database, ask, version="opened")
    assert len(shown[0]) == 3
    commands.complete(evolution, database)
    assert execute(database, ask) == shown
    commands.purge(evolution, database)
    assert execute(database, ask) == shown
    commands.revert(evolution, database)
    assert execute(database, ask, version="opened") == shown


@pytest.mark.parametrize(
    ("changes", "old", "new", "rows"),
    [
        (
            [
                DropColumn("templates", "note"),
                ReplaceView("notes", sql="CREATE VIEW notes AS SELECT id FROM templates"),
            ],
            [(1, "n"), (2, None)],
            "SELECT id FROM notes ORDER BY 1",
            [1, 2],
        ),
        (
            [
                RenameColumn("templates", "title", to="name"),
                AddView("names", sql="CREATE VIEW names AS SELECT name FROM templates"),
            ],
            [(1, "n"), (2, None)],
            "SELECT name FROM names ORDER BY 1",
            ["one", "two"],
        ),
        (
            [
                RenameTable("templates", to="patterns"),
                AddFunction(
                    "patterns_of",
                    sql="CREATE FUNCTION patterns_of() RETURNS SETOF patterns LANGUAGE sql "
                    "AS 'SELECT * FROM patterns ORDER BY id'",
                ),
            ],
            [(1, "n"), (2, None)],
            "SELECT title FROM patterns_of()",
            ["one", "two"],
        ),
    ],
    ids=["a column that is left out", "a column that is renamed", "a table that is renamed"],
)  # fmt: skip
def test_other_changes(
    changes: list[Change], old: list[object], new: str, rows: list[object], database: str
) -> None:
    execute(
        database,
        "CREATE TABLE templates (id int PRIMARY KEY, title text, note text)",
        "INSERT INTO templates VALUES (1, 'one', 'n'), (2, 'two', NULL)",
        "CREATE VIEW notes AS SELECT id, note FROM templates",
    )
    legacy = dump(database)
    evolution = Evolution("followed", changes=changes)
    ask = "SELECT * FROM notes ORDER BY id"
    commands.start(evolution, database)
    assert execute(database, ask) == old
    assert execute(database, new, version="followed") == rows
    commands.rollback(evolution, database)
    assert dump(database) == legacy
    commands.start(evolution, database)
    commands.complete(evolution, database)
    assert execute(database, new, version="followed") == rows
    assert execute(database, new) == rows
    commands.purge(evolution, database)
    assert execute(database, new) == rows
    commands.revert(evolution, database)
    assert execute(database, new, version="followed") == rows
    commands.rollback(evolution, database)
    assert [line for line in dump(database) if "notes" in line] == [
        line for line in legacy if "notes" in line
    ]


def test_a_view_that_reads_as_its_reader_does(database: str) -> None:
    execute(
        database,
        "CREATE TABLE templates (id int PRIMARY KEY, title text)",
        "INSERT INTO templates VALUES (1, 'one')",
    )
    invoking = "CREATE VIEW names WITH (security_invoker) AS SELECT name FROM templates"
    lending = "CREATE VIEW whole AS SELECT t.name, t AS row FROM templates t"
    changes: list[Change] = [
        RenameColumn("templates", "title", to="name"),
        AddView("names", sql=invoking),
        AddView("whole", sql=lending),
    ]
    evolution = Evolution("named", changes=changes)
    commands.start(evolution, database)
    reads = (
        "SELECT DISTINCT d.refobjid::regclass::text FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid "
    )
    own = "AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class"
    of = "WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = 'public__named.{}'::regclass"
    assert execute(database, f"{reads} {of.format('names')} {own}") == ["public__named.templates"]
    (lent,) = execute(database, f"{reads} {of.format('whole')} {own}")
    assert lent.startswith("_crossfade_views_")
    assert execute(database, "SELECT name, row::text FROM whole", version="named") == [("one", "(1,one)")]
    commands.complete(evolution, database)
    commands.purge(evolution, database)
    assert execute(database, "SELECT nspname FROM pg_namespace WHERE nspname LIKE '\\_crossfade%'") == []
    assert execute(database, "SELECT name, row::text FROM whole") == [("one", "(1,one)")]


def test_a_view_that_hands_rows_to_a_function_is_refused(database: str) -> None:
    """The rows of a namespace and those that views read there are of two types."""
    execute(database, "CREATE TABLE templates (id int PRIMARY KEY, title text)")
    taking = "CREATE FUNCTION size(t templates) RETURNS int LANGUAGE sql AS 'SELECT length(t.name)'"
    changes: list[Change] = [
        RenameColumn("templates", "title", to="name"),
        AddFunction("size", sql=taking),
        AddView("sizes", sql="CREATE VIEW sizes AS SELECT size(t) FROM templates t"),
    ]
    with pytest.raises(SchemaMismatch, match=r"function size\(.*templates\) does not exist"):
        commands.preview(Evolution("named", changes=changes), database)
