"""Functions and views that can't have two versions, or that the server would not take."""

import pytest
from sqlalchemy import String

from crossfade import AddFunction, AddView, OpenEnum, ReplaceFunction, ReplaceView
from crossfade.changes import Change
from crossfade.errors import EvolutionError, SchemaMismatch
from tests.refusals.refusal import IN, Case, Refusal, assert_case

F = "CREATE FUNCTION f(a int, b text) RETURNS text LANGUAGE sql AS $$ SELECT 'old' $$"
V = "CREATE VIEW v AS SELECT id, note FROM orders"
NEW = "CREATE FUNCTION f(a int, b text, c text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT 'new' $$"
OWN = "CREATE VIEW v AS SELECT id FROM orders"
TOUCH = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
MEND = "mend the definition; it sees the new version of every table, whose names need no schema"
OTHER = "give the new definition another name, or drop them first"


def refused(change: Change, fact: str, remedy: str) -> Refusal:
    return Refusal(SchemaMismatch, fact, f"{IN}{change.title}", remedy)


def case(
    name: str, change: Change, fact: str, remedy: str, *given: str, beside: tuple[Change, ...] = ()
) -> Case:
    return Case(name, (change, *beside), refused(change, fact, remedy), given)


CASES = (
    case(
        "no such function",
        ReplaceFunction("f", sql=NEW),
        "there is no function public.f",
        "mend the name, or use AddFunction",
    ),
    case(
        "no such view",
        ReplaceView("v", sql=OWN),
        "there is no view public.v",
        "mend the name, or use AddView",
    ),
    case(
        "no function of these types",
        ReplaceFunction("f(int, txet)", sql=NEW),
        "there is no function public.f(int, txet)",
        "mend the name, or use AddFunction",
        F,
    ),
    case(
        "no such schema",
        AddFunction("shpo.f", sql=NEW),
        "there is no schema 'shpo'",
        "did you mean 'shop'?",
        "CREATE SCHEMA shop",
    ),
    case(
        "a function's name is taken",
        AddFunction("f", sql="CREATE FUNCTION f(x int, y text) RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        "function public.f(integer, text) exists already",
        "use ReplaceFunction, or choose another name",
        F,
    ),
    case(
        "a view's name is taken by a table",
        AddView("orders", sql="CREATE VIEW orders AS SELECT 1 AS a"),
        "table public.orders exists already",
        "choose another name",
    ),
    case(
        "a view's name is taken by a type",
        AddView("order_status", sql="CREATE VIEW order_status AS SELECT 1 AS a"),
        "type public.order_status exists already, and a view's rows would have a type of that name",
        "choose another name",
    ),
    case(
        "a default makes a call ambiguous",
        AddFunction("f", sql=NEW),
        "public.f(integer, text, text) and public.f(integer, text) would both answer the call "
        "f(integer, text), which is ambiguous",
        "take the default off one of the arguments, or replace the other one",
        F,
    ),
    case(
        "a call of the new one would be another one's",
        ReplaceFunction("f(int, text)", sql=NEW),
        "public.f(integer, text, text) and public.f(integer, text, text, text) would both answer the call "
        "f(integer, text, text), which is ambiguous",
        "take the default off one of the arguments, or replace the other one",
        F,
        "CREATE FUNCTION f(a int, b text, c text, d text DEFAULT '') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    case(
        "other types",
        ReplaceFunction(
            "f", sql="CREATE FUNCTION f(a int, b varchar) RETURNS int LANGUAGE sql AS 'SELECT 1'"
        ),
        "the old public.f(integer, text) and the new public.f(integer, character varying) take as many "
        "arguments, of other types: a call of the new application could be the old one's, or ambiguous",
        "keep the types of the arguments that both have, or give it another name",
        F,
    ),
    case(
        "several of the name",
        ReplaceFunction("f", sql=NEW),
        "several functions have the name: public.f(integer, text); public.f(integer)",
        'name the one that is meant: "f(integer, text)"',
        F,
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    case(
        "a function is no procedure",
        ReplaceFunction("f", sql="CREATE PROCEDURE f(a int, b text) LANGUAGE sql AS ''"),
        "public.f is a function, not a procedure",
        "drop it first, or give the procedure another name",
        F,
    ),
    case(
        "a materialized view is no view",
        ReplaceView("v", sql=OWN),
        "public.v is a materialized view, not a view",
        "drop it first, or give the view another name",
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a",
    ),
    case(
        "dependents of a function",
        ReplaceFunction("f", sql=NEW),
        "3 dependents of function public.f(integer, text) would stay bound to the old definition: default "
        "value for public.orders.note; table constraint orders_note_check on public.orders; view public.w",
        f'{OTHER}, or let the evolution replace them too: ReplaceView("public.w", …)',
        F,
        "CREATE VIEW w AS SELECT f(1, note) AS x FROM orders",
        "ALTER TABLE orders ALTER note SET DEFAULT f(1, 'x'), ADD CHECK (f(1, note) <> '')",
    ),
    case(
        "a trigger's function",
        ReplaceFunction("touch", sql=TOUCH),
        "1 dependent of function public.touch() would stay bound to the old definition: "
        "trigger t on public.orders",
        OTHER,
        TOUCH,
        "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
    ),
    case(
        "dependents of a view",
        ReplaceView("v", sql=OWN),
        "3 dependents of view public.v would stay bound to the old definition: function public.rows_of(); "
        "rule r on public.v; trigger t on public.v",
        OTHER,
        V,
        TOUCH,
        "CREATE FUNCTION rows_of() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v'",
        "CREATE TRIGGER t INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING",
    ),
    case(
        "a mistake in a body",
        ReplaceFunction(
            "f",
            sql="CREATE FUNCTION f(a int, b text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETRUN 1; END $$",
        ),
        'the server would not take it: syntax error at or near "RETRUN"',
        MEND,
        F,
    ),
    case(
        "a column that the new version does not have",
        AddView("v", sql="CREATE VIEW v AS SELECT o.noet FROM orders o"),
        "the server would not take it: column o.noet does not exist "
        '(Perhaps you meant to reference the column "o.note".)',
        MEND,
    ),
    case(
        "a column, in a body that sets a search path",
        AddFunction(
            "g",
            sql="CREATE FUNCTION g() RETURNS text LANGUAGE sql SET search_path = public "
            "AS 'SELECT noet FROM orders'",
        ),
        'the server would not take it: column "noet" does not exist '
        '(Perhaps you meant to reference the column "orders.note".)',
        MEND,
    ),
    case(
        "more than one statement",
        AddView("v", sql=OWN + "; DROP TABLE orders"),
        "it holds more than one statement",
        "leave the definition alone in it: owner, grants and comment are those of the old one",
    ),
    case(
        "the table itself",
        AddView("v", sql="CREATE VIEW v AS SELECT status FROM public.orders"),
        "it reads public.orders, the table itself, and not the new version of it",
        "write orders without the schema",
        beside=(OpenEnum("orders", "status", String(9)),),
    ),
    case(
        "its own former self",
        ReplaceView("v", sql="CREATE VIEW v AS SELECT id FROM v"),
        "it reads v, which it replaces",
        "write out what the old definition says",
        V,
    ),
    case(
        "in a circle",
        ReplaceView("v", sql="CREATE VIEW v AS SELECT id FROM w"),
        "they read each other: v, w",
        "write out what the old definition says",
        V,
        "CREATE VIEW w AS SELECT id FROM orders",
        beside=(ReplaceView("w", sql="CREATE VIEW w AS SELECT id FROM v"),),
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.one_server
def test_it_is_refused(case: Case, shop: str) -> None:
    assert_case(case, shop)


DECLARED: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "its definition is given by file= or by sql=, one of them"),
    ({"sql": OWN, "file": "v.sql"}, "its definition is given by file= or by sql=, one of them"),
    ({"file": "nowhere.sql"}, "nowhere.sql can't be read: No such file or directory"),
    ({"sql": "SELECT 1"}, "does not begin as CREATE FUNCTION, CREATE PROCEDURE or CREATE VIEW: 'SELECT 1'"),
    ({"sql": "CREATE TEMP VIEW v AS SELECT 1"}, "does not begin as CREATE FUNCTION"),
    ({"sql": "CREATE VIEW w AS SELECT 1"}, "it defines view w, another one than 'v'"),
    ({"sql": 'CREATE VIEW "V" AS SELECT 1'}, "it defines view V, another one than 'v'"),
    ({"sql": NEW}, "it defines a function, not a view"),
)


@pytest.mark.parametrize(("given", "fact"), DECLARED, ids=[fact[:40] for _, fact in DECLARED])
def test_what_can_not_be_declared(given: dict[str, str], fact: str) -> None:
    with pytest.raises(EvolutionError) as caught:
        AddView("v", **given)
    assert fact in caught.value.fact
    assert caught.value.place == "AddView v"
    assert caught.value.remedy


@pytest.mark.parametrize(
    "sql",
    [
        "create or replace view V as SELECT 1",
        '-- a word before\n/* and\n another */ CREATE VIEW "v" AS SELECT 1;',
        "CREATE/**/VIEW\n  public . v(a) AS SELECT 1 -- a word after; really",
    ],
)  # fmt: skip
def test_how_a_definition_may_begin(sql: str) -> None:
    assert AddView("v", sql=sql).draft.name == "v"
