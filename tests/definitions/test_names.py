"""Functions and views in other schemas, of odd names, of tables' own types, in several evolutions."""

import pytest
from sqlalchemy import Column, Integer

from crossfade import (
    AddColumn,
    AddFunction,
    AddView,
    Evolution,
    ReplaceFunction,
    ReplaceView,
    commands,
    search_path,
)
from crossfade.errors import SchemaMismatch, Unsupported, WrongState
from tests.changes.database import execute
from tests.definitions.dump import dump

ODD = """
CREATE SCHEMA "My Shop";
CREATE TABLE "My Shop"."Order s" (id int PRIMARY KEY, total int);
INSERT INTO "My Shop"."Order s" VALUES (1, 10);
CREATE FUNCTION "My Shop"."Total of"("an order" "My Shop"."Order s", VARIADIC more int[]) RETURNS int
  LANGUAGE sql AS $$ SELECT "an order".total $$;
CREATE VIEW "My Shop"."Sum up" AS SELECT sum(total) AS "all of it" FROM "My Shop"."Order s";
CREATE PROCEDURE "My Shop".raise(by int) LANGUAGE sql
  AS $$ UPDATE "My Shop"."Order s" SET total = total + by $$;
"""
SUM_UP = """
CREATE VIEW "My Shop"."Sum up" AS SELECT sum(total + "Tax") AS "with tax" FROM "Order s"
"""
RAISE = """
CREATE PROCEDURE raise(by int, twice boolean DEFAULT false) LANGUAGE sql SET search_path = "My Shop" AS
  'UPDATE "Order s" SET total = total + CASE WHEN twice THEN 2 * by ELSE by END'
"""


def shown(database: str, sql: str, version: str | None = None) -> list[object]:
    path = search_path(version, schemas=("My Shop", "public")) if version else '"My Shop", public'
    return execute(database, f"SET search_path = {path}", sql)


def test_in_a_schema_of_an_odd_name(database: str) -> None:
    execute(database, ODD)
    legacy = dump(database)
    evolution = Evolution(
        "odd_names",
        changes=[
            AddColumn('"My Shop"."Order s"', Column("Tax", Integer, server_default="3")),
            ReplaceFunction(
                '"My Shop"."Total of"',
                sql='CREATE FUNCTION "Total of"("an order" "Order s", VARIADIC more int[]) RETURNS int '
                """LANGUAGE sql AS 'SELECT "an order".total + "an order"."Tax"'""",
            ),
            ReplaceView('"My Shop"."Sum up"', sql=SUM_UP),
            ReplaceFunction('"My Shop".raise(int)', sql=RAISE),
            AddView('"My Shop".ones', sql='CREATE VIEW ones AS SELECT "with tax" + 0 AS one FROM "Sum up"'),
        ],
    )
    ask, sums = 'SELECT "Total of"(o, 1, 2) FROM "Order s" o', 'SELECT * FROM "Sum up"'
    commands.start(evolution, database)
    assert (shown(database, ask), shown(database, sums)) == ([10], [10])
    assert (shown(database, ask, "odd_names"), shown(database, sums, "odd_names")) == ([13], [13])
    shown(database, "CALL raise(5)")
    shown(database, "CALL raise(5, true)", "odd_names")
    assert (shown(database, sums), shown(database, "SELECT one FROM ones", "odd_names")) == ([25], [28])
    commands.complete(evolution, database)
    assert shown(database, "SELECT one FROM ones") == [28]
    commands.purge(evolution, database)
    assert (shown(database, ask), shown(database, sums)) == ([28], [28])
    commands.revert(evolution, database)
    assert (shown(database, ask), shown(database, sums)) == ([25], [25])
    assert (shown(database, ask, "odd_names"), shown(database, sums, "odd_names")) == ([28], [28])
    commands.rollback(evolution, database)
    assert dump(database) == legacy


def test_one_of_several_of_a_name(database: str) -> None:
    execute(
        database,
        "CREATE FUNCTION f(a int) RETURNS text LANGUAGE sql AS $$ SELECT 'one' $$",
        "CREATE FUNCTION f(a int, b int) RETURNS text LANGUAGE sql AS $$ SELECT 'two' $$",
    )
    new = "CREATE FUNCTION f(a int, b int) RETURNS text LANGUAGE sql AS $$ SELECT 'new' $$"
    evolution = Evolution("second", changes=[ReplaceFunction("f(integer, int4)", sql=new)])
    commands.start(evolution, database)
    assert execute(database, "SELECT f(1) || f(1, 2)", version="second") == ["onenew"]
    commands.complete(evolution, database)
    assert execute(database, "SELECT f(1) || f(1, 2)") == ["onenew"]


def test_a_function_is_held_by_one_evolution(drafts: str) -> None:
    new = "CREATE FUNCTION submit(draft int, who text) RETURNS text LANGUAGE sql AS $$ SELECT '{}' $$"
    first = Evolution("first", changes=[ReplaceFunction("submit", sql=new.format(1))])
    second = Evolution("second", changes=[ReplaceFunction("submit", sql=new.format(2))])
    commands.start(first, drafts)
    with pytest.raises(WrongState, match="evolution 'first' is live on public"):
        commands.start(second, drafts)
    commands.complete(first, drafts)
    commands.start(second, drafts)
    assert execute(drafts, "SELECT submit(1, 'a')", version="second") == ["2"]
    assert execute(drafts, "SELECT submit(1, 'a')") == ["1"]
    commands.complete(second, drafts)
    with pytest.raises(WrongState, match="evolution 'second' came later"):
        commands.revert(first, drafts)
    commands.revert(second, drafts)
    commands.rollback(second, drafts)
    commands.revert(first, drafts)
    assert execute(drafts, "SELECT submit(1, 'a')") == ["old"]


def test_mariadb_has_one_version_of_them(mariadb_database: str) -> None:
    sql = "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    evolution = Evolution("one", changes=[AddFunction("one", sql=sql)])
    with pytest.raises(Unsupported, match="AddFunction is for PostgreSQL"):
        commands.preview(evolution, mariadb_database)


@pytest.mark.parametrize("command", ["complete", "revert", "purge"])
def test_what_has_been_bound_to_a_definition_since_is_told(command: str, drafts: str) -> None:
    view = ReplaceView("summary", sql="CREATE VIEW summary AS SELECT id FROM drafts")
    evolution = Evolution("told", changes=[view])
    commands.start(evolution, drafts)
    name = "public.summary"
    if command != "complete":
        commands.complete(evolution, drafts)
        if command == "purge":
            found = "SELECT relname::text FROM pg_class WHERE relname LIKE '%old%summary'"
            (name,) = (f"public.{each}" for each in execute(drafts, found))
    execute(drafts, f"CREATE VIEW late AS SELECT id FROM {name}")
    before = dump(drafts)
    with pytest.raises(SchemaMismatch, match=f"view public.late depends on view {name}, which has to go"):
        getattr(commands, command)(evolution, drafts)
    assert dump(drafts) == before
    execute(drafts, "DROP VIEW late")
    getattr(commands, command)(evolution, drafts)
