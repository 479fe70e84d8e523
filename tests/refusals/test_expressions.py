"""What only the server can say of an expression: it is asked before the first statement."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Column, Integer, Numeric, String, Text, text
from sqlalchemy.types import TypeEngine, UserDefinedType

from crossfade import AddColumn
from crossfade.errors import EvolutionError, SchemaMismatch
from tests.refusals.refusal import Case, Refusal, assert_case

GIVES = "can't give one row its value"
FUNCTIONS = (
    "CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)'",  # VOLATILE, unless it says
    "CREATE FUNCTION steady(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT lower($1)'",
    "CREATE FUNCTION words(text) RETURNS SETOF text STABLE LANGUAGE sql AS 'SELECT $1'",
    "CREATE AGGREGATE joined(text) (sfunc = textcat, stype = text)",
    "CREATE FUNCTION mixed(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE OPERATOR + (leftarg = text, rightarg = text, function = mixed)",
    "CREATE FUNCTION failing() RETURNS text STABLE LANGUAGE plpgsql AS 'BEGIN RAISE ''not today''; END'",
    "CREATE DOMAIN short AS text CHECK (length(VALUE) < 3)",
    "CREATE SCHEMA hidden CREATE TABLE t (i int)",
    "CREATE FUNCTION hidden.away(text) RETURNS text STABLE LANGUAGE sql AS 'SELECT $1'",
)
PATH = "pg_catalog, public"
NOT_FOUND = f"mend the name, or cast what it is given; functions and operators are looked for in {PATH}"
ROWS_OWN = "use an expression of the row's own columns"
STEADY = (
    "where that is not so, ALTER FUNCTION slug(text) STABLE; else make it the column's server_default; "
    "fill= is for expressions that can be compared"
)


class Short(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "short"


@dataclass(frozen=True)
class Wrong:
    """An expression with a mark below the offending part, and what is said of it."""

    picture: str
    fact: str
    remedy: str
    of: TypeEngine[Any] = field(default_factory=Text)

    @property
    def expression(self) -> str:
        return self.picture.split("\n")[0]

    def told(self, given: str) -> Refusal:
        shown = "".join(f"\n    {line}" for line in self.picture.split("\n") if line)
        place = f"evolution 'open_statuses', AddColumn orders.channel, {given} of public.orders.channel"
        return Refusal(SchemaMismatch, f"{self.fact}{shown}", place, self.remedy)


def mended(type_: str) -> str:
    return f"mend the expression, or give the column another type than {type_}"


FILLS = (
    Wrong("slog(note)\n^", "function slog(text) does not exist", NOT_FOUND),
    Wrong("upper(total)\n^", "function upper(numeric) does not exist", NOT_FOUND),
    Wrong("away(note)\n^", "function away(text) does not exist", NOT_FOUND),
    Wrong("(total + note)\n       ^", "operator does not exist: numeric + text", NOT_FOUND),
    Wrong("(NOTE || (id || 2))\n             ^", "operator does not exist: bigint || integer", NOT_FOUND),
    Wrong(
        "(note || (orders.total AND true)::text)\n          ^",
        "argument of AND must be type boolean, not type numeric",
        mended("TEXT"),
    ),
    Wrong("CAST(note AS money2)\n             ^", 'type "money2" does not exist', mended("TEXT")),
    Wrong(
        "note\n^",
        "it is of type text, which can't be assigned to INTEGER",
        "say what is meant, as in CAST(… AS INTEGER)",
        Integer(),
    ),
    Wrong(
        "(total > 5)\n ^",
        "it is of type boolean, which can't be assigned to NUMERIC",
        "say what is meant, as in CAST(… AS NUMERIC)",
        Numeric(),
    ),
    Wrong("slug(note)\n^", "slug() gives another value at each call: it is VOLATILE", STEADY),
    Wrong(
        "(id || steady(slug(note)))\n              ^",
        "slug() gives another value at each call: it is VOLATILE",
        STEADY,
    ),
    Wrong(
        "(note + 'x')",
        "it gives another value at each call",
        "use operators and casts whose functions are STABLE or IMMUTABLE",
    ),
    Wrong("joined(note)\n^", f"an aggregate {GIVES}", ROWS_OWN),
    Wrong("upper(joined(note))\n      ^", f"an aggregate {GIVES}", ROWS_OWN),
    Wrong("words(note)\n^", f"a set {GIVES}", ROWS_OWN),
    Wrong("'web'", "value too long for type character varying(2)", mended("VARCHAR(2)"), String(2)),
    Wrong("'web'\n^", 'invalid input syntax for type integer: "web"', mended("INTEGER"), Integer()),
    Wrong("1000", "numeric field overflow", mended("NUMERIC(3, 1)"), Numeric(3, 1)),
    Wrong("(1 / 0)", "division by zero", mended("INTEGER"), Integer()),
    Wrong("failing()", "not today", mended("TEXT")),
    Wrong("current_user", "value too long for type character varying(2)", mended("VARCHAR(2)"), String(2)),
    Wrong(
        "'abc'", 'value for domain short violates check constraint "short_check"', mended("short"), Short()
    ),
)


@pytest.mark.parametrize("wrong", FILLS, ids=lambda wrong: wrong.picture.split("\n")[0])
def test_a_fill_that_the_server_would_not_take(wrong: Wrong, shop: str) -> None:
    written = wrong.expression[1:-1] if wrong.expression.startswith("(") else wrong.expression
    added = AddColumn("orders", Column("channel", wrong.of), fill=written)
    assert_case(Case("", (added,), wrong.told("fill"), FUNCTIONS), shop)


DEFAULTS = (
    Wrong("slog('a')\n^", "function slog(unknown) does not exist", NOT_FOUND),
    Wrong("total\n^", 'column "total" does not exist', mended("TEXT")),
    Wrong("now()\n^", "it is of type timestamp with time zone, which can't be assigned to INTEGER",
          "say what is meant, as in CAST(… AS INTEGER)", Integer()),
    Wrong("'abc'", "value too long for type character varying(2)", mended("VARCHAR(2)"), String(2)),
    Wrong("words('a')\n^", f"a set {GIVES}", ROWS_OWN),
    Wrong("joined('a')\n^", f"an aggregate {GIVES}", ROWS_OWN),
)  # fmt: skip


@pytest.mark.parametrize("wrong", DEFAULTS, ids=lambda wrong: wrong.picture.split("\n")[0])
def test_a_default_that_the_server_would_not_take(wrong: Wrong, shop: str) -> None:
    column = Column("channel", wrong.of, server_default=text(wrong.expression))
    assert_case(Case("", (AddColumn("orders", column),), wrong.told("server_default"), FUNCTIONS), shop)


def test_a_default_that_is_a_subquery(shop: str) -> None:
    refusal = Refusal(
        EvolutionError,
        f"a subquery {GIVES}: (SELECT 1)\n    (SELECT 1)\n     ^",
        "evolution 'open_statuses', AddColumn orders.channel",
        "give server_default a value of its own",
    )
    added = AddColumn("orders", Column("channel", Text, server_default=text("(SELECT 1)")))
    assert_case(Case("", (added,), refusal), shop)


def test_a_fill_and_a_default_that_do_not_go_together(shop: str) -> None:
    """Each can be assigned to a text; together they are no expression."""
    refusal = Refusal(
        SchemaMismatch,
        "COALESCE types integer and text cannot be matched\n"
        "    coalesce(length(note), CAST('none' AS TEXT))\n"
        "                                ^",
        "evolution 'open_statuses', AddColumn orders.channel, "
        "fill, else server_default, of public.orders.channel",
        mended("TEXT"),
    )
    added = AddColumn("orders", Column("channel", Text, server_default="none"), fill="length(note)")
    assert_case(Case("", (added,), refusal), shop)
