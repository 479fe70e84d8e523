"""Expressions as data: what is read, what stays as it was written, what is said of a successor."""

import pytest

from crossfade import expressions
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import Sql, ValueMap
from crossfade.schema import Column, Table, TableName

ORDERS = Table(
    TableName("public", "orders"),
    (Column("id", "bigint", nullable=False), Column("total", "numeric"), Column("Note", "text")),
    key=("id",),
)
COLUMNS = ("id", "total", "Note")


def written(text: str) -> Sql:
    return expressions.user_sql(text, "TEXT", ORDERS, "postgresql", "AddColumn orders.channel")


@pytest.mark.parametrize(
    ("text", "kept", "reads"),
    [
        ("'web'", "'web'", set()),
        ("NULL", "NULL", set()),
        ("total", "total", {"total"}),
        ("Total", "Total", {"total"}),
        ('"Note"', '"Note"', {"Note"}),
        ("orders.total", "orders.total", {"total"}),
        ("public.Orders.total", "public.Orders.total", {"total"}),
        ('upper(trim(both from "Note"))', 'upper(trim(both from "Note"))', {"Note"}),
        ("(total + id)", "(total + id)", {"total", "id"}),
        ("CASE WHEN total > 1 THEN id END", "CASE WHEN total > 1 THEN id END", {"total", "id"}),
        ("current_date", "current_date", set()),
        ("now()", "now()", set()),
        ("user", "user", set()),
        ("current_role", "current_role", set()),
        # What binds more loosely than a name gets parentheses.
        ("total > 1 OR id = 2", "(total > 1 OR id = 2)", {"total", "id"}),
        ("NOT true", "(NOT true)", set()),
        ("now() AT TIME ZONE 'utc'", "(now() AT TIME ZONE 'utc')", set()),
        ("(id) + (total)", "((id) + (total))", {"total", "id"}),
        ("lower('A') || upper('b')", "(lower('A') || upper('b'))", set()),
        ("-1", "(-1)", set()),
        ("'1'::text", "('1'::text)", set()),
        # Comments go, and nothing else does.
        ("total -- all of it", "total", {"total"}),
        ("/* a */ 'x  y' /* b */ || 'z' -- c", "('x  y' || 'z')", set()),
        ("'-- no /* comment */'", "'-- no /* comment */'", set()),
        ("total/* */+1", "(total +1)", {"total"}),
    ],
)
def test_what_a_user_writes(text: str, kept: str, reads: set[str]) -> None:
    assert written(text) == Sql(kept, "TEXT", frozenset(reads))


@pytest.mark.parametrize(
    ("text", "row", "sql"),
    [
        ("total", "NEW", 'NEW."total"'),
        ('TOTAL + "Note"::int', "t", '(t."total" + t."Note"::int)'),
        ("public.orders.total", "OLD", 'OLD."total"'),
        ("coalesce(\"Note\", 'Note total')", "t", "coalesce(t.\"Note\", 'Note total')"),
        ("to_hex(id)", "t", 'to_hex(t."id")'),
        ("now()", "t", "now()"),
        ("id = ANY (ARRAY[1, id])", "t", '(t."id" = ANY (ARRAY[1, t."id"]))'),
        ("'größe: ' || id || $$id$$", "t", "('größe: ' || t.\"id\" || $$id$$)"),
    ],
)
def test_an_expression_of_a_row_is_the_users_text_with_the_columns_named(
    text: str, row: str, sql: str
) -> None:
    assert expressions.for_row(written(text), row, COLUMNS) == sql


def test_a_name_is_folded_as_the_database_folds_it() -> None:
    """A name without quotes is lower-case, unless the column itself is called just so."""
    odd = Table(ORDERS.name, (Column("Total", "int"), Column("id", "int")), key=("id",))
    found = expressions.user_sql("Total + ID", "INT", odd, "postgresql", "")
    assert found.reads == {"Total", "id"}
    assert expressions.for_row(found, "t", ("Total", "id")) == '(t."Total" + t."id")'


def test_a_volatile_default_is_told_from_a_stable_one() -> None:
    def volatile(default: str | None) -> bool:
        return expressions.default_of(Column("x", "text", default=default), "postgresql").volatile

    assert [volatile(each) for each in (None, "'a'", "now()", "CURRENT_TIMESTAMP", "lower('random()')")] == [
        False
    ] * 5
    assert [
        volatile(each)
        for each in ("gen_random_uuid()", "nextval('s'::regclass)", "RANDOM()", "('a' || clock_timestamp())")
    ] == [True] * 4
    assert expressions.default_of(Column("x", "text"), "postgresql").is_null


def test_constants() -> None:
    assert expressions.is_constant(Sql("'web'", "TEXT"))
    assert not expressions.is_constant(Sql("random()", "TEXT", volatile=True))
    assert not expressions.is_constant(Sql("total", "TEXT", frozenset({"total"})))
    assert not expressions.is_constant(ValueMap("status", (("a", "b"),), "text", "text"))


def test_a_value_map() -> None:
    values = ValueMap("status", (("a", "x"), (None, "y"), ("b", None)), "text", "text")
    assert values.reads == {"status"}
    assert values.known == ("a", "b")


@pytest.mark.parametrize(
    ("default", "literal"),
    [
        ("'new'::public.order_status", "new"),
        ("('it''s'::text)::public.order_status", "it's"),
        ("'new'", "new"),
        ("NULL::public.order_status", None),
        ("1", None),
        ("upper('a')", None),
        ("('a' || 'b')", None),
    ],
)
def test_the_literal_of_a_default(default: str, literal: str | None) -> None:
    assert expressions.literal_of(default, "postgresql") == literal


def test_conditions_about_a_column() -> None:
    assert expressions.not_null("_x", "postgresql") == 'NOT "_x" IS NULL'
    assert expressions.not_null('a"b', "postgresql") == 'NOT "a""b" IS NULL'
    assert expressions.mentions("(a > 1)", "a", "postgresql")
    assert not expressions.mentions("(b > 1 AND c = 'a')", "a", "postgresql")
    assert expressions.renamed("((a > 1) AND (b = 'a'))", "a", "Größe", "postgresql") == (
        "((\"Größe\" > 1) AND (b = 'a'))"
    )


def test_one_text_for_each_database() -> None:
    both = {"postgresql": "now()", "mysql": "NOW(6)"}
    assert expressions.chosen(both, "postgresql", "") == "now()"
    assert expressions.chosen("now()", "postgresql", "") == "now()"
    with pytest.raises(EvolutionError, match="no expression is given for sqlite"):
        expressions.chosen(both, "sqlite", "")


@pytest.mark.parametrize("text", ["NOTE", "note", '"total "', "id.total", "ctid", "xmin"])
def test_a_column_that_is_not_there(text: str) -> None:
    with pytest.raises(SchemaMismatch):
        written(text)
