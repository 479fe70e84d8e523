"""Names and values of any kind, as SQL: exactly, and as the server reads them."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from crossfade.dialects.postgresql.quoting import (
    bound,
    dollar_quoted,
    ident,
    idents,
    literal,
    parameter,
    table,
)
from crossfade.errors import SchemaMismatch
from crossfade.schema import TableName

pytestmark = pytest.mark.every_server

NAMES = {
    "orders": "orders",
    "_orders_2": "_orders_2",
    "2_orders": '"2_orders"',
    "Orders": '"Orders"',
    "order": '"order"',
    "user": '"user"',
    "system_user": '"system_user"',
    "order items": '"order items"',
    'say "when"': '"say ""when"""',
    "o'clock": '"o\'clock"',
    "a;b": '"a;b"',
    "a.b": '"a.b"',
    "--x": '"--x"',
    "$$": '"$$"',
    "a\\b": '"a\\b"',
    "100%": '"100%"',
    ":x": '":x"',
    "größe": '"größe"',
    "価格": '"価格"',
    "line\nbreak": '"line\nbreak"',
    "": '""',
    "x" * 63: "x" * 63,
}
VALUES = {
    "new": "'new'",
    "": "''",
    "it's": "'it''s'",
    "''": "''''''",
    "a\\b": "'a\\b'",
    "\\'; DROP TABLE orders; --": "'\\''; DROP TABLE orders; --'",
    "$$x$$": "'$$x$$'",
    "100%s": "'100%s'",
    ":x %(x)s ?": "':x %(x)s ?'",
    "größe 価格 🙂": "'größe 価格 🙂'",
    "line\nbreak\ttab": "'line\nbreak\ttab'",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name(name: str) -> None:
    assert ident(name) == NAMES[name]


@pytest.mark.parametrize("value", VALUES)
def test_a_value(value: str) -> None:
    assert literal(value) == VALUES[value]


def test_no_value_is_null() -> None:
    assert literal(None) == "NULL"


def test_several_names() -> None:
    assert idents(("id", "Größe", "order")) == 'id, "Größe", "order"'
    assert table(TableName("Shop", "order items")) == '"Shop"."order items"'


@pytest.mark.parametrize("quote", [ident, literal])
def test_a_nul_character_is_refused(quote: object) -> None:
    with pytest.raises(SchemaMismatch, match="holds a NUL character, which PostgreSQL can't store"):
        ident("a\0b") if quote is ident else literal("a\0b")


def test_parameters_are_the_only_percent_signs_that_are_not_doubled() -> None:
    sql = f"SELECT {literal('50%(lo)s')} % {parameter('lo_0')}"
    assert bound(sql) == "SELECT '50%%(lo)s' %% %(lo_0)s"


@pytest.mark.parametrize(
    ("body", "tag"),
    [("x", "$crossfade$"), ("$crossfade$", "$crossfade_$"), ("$crossfade_$ $crossfade$", "$crossfade__$")],
)
def test_a_body_between_quotes_that_it_does_not_contain(body: str, tag: str) -> None:
    assert dollar_quoted(body) == f"{tag}\n{body}\n{tag}"


def test_every_keyword_of_the_server_is_quoted(database: str) -> None:
    """What the server would not take for a column's name as it stands (all but its "unreserved" words)."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        keywords = connection.scalars(text("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")).all()
    assert len(keywords) > 100
    assert [word for word in keywords if ident(word) != f'"{word}"'] == []


def test_the_server_reads_names_and_values_as_they_were_meant(database: str) -> None:
    engine = create_engine(database, poolclass=NullPool)
    names = [name for name in NAMES if name]
    columns = ", ".join(
        f"{literal(value)} AS {ident(name)}" for name, value in zip(names, VALUES, strict=False)
    )
    with engine.connect() as connection:
        row = connection.exec_driver_sql(f"SELECT {columns}", execution_options={"no_parameters": True})
        assert list(row.keys()) == names[: len(VALUES)]
        assert list(row.one()) == list(VALUES)
        parameters = {"lo_0": "7"}
        sql = bound(f"SELECT {literal('100%')}, {parameter('lo_0')}::text")
        assert tuple(connection.exec_driver_sql(sql, parameters).one()) == ("100%", "7")
