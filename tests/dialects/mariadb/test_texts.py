"""Values as text, by type."""

import pytest

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.stand_ins import stand_in
from crossfade.dialects.mariadb.texts import Kind
from crossfade.schema import Column


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("varchar(50) CHARACTER SET latin1", Kind.TEXT),
        ("LONGTEXT", Kind.TEXT),
        ("json", Kind.TEXT),
        ("ENUM('a','b')", Kind.ENUM),
        ("set('a')", Kind.SET),
        ("tinyint(1)", Kind.NUMBER),
        ("BIGINT UNSIGNED", Kind.NUMBER),
        ("Numeric(10, 2)", Kind.NUMBER),
        ("float", Kind.FLOAT),
        ("bit(3)", Kind.BITS),
        ("varbinary(16)", Kind.BYTES),
        ("multipolygon", Kind.BYTES),
        ("uuid", Kind.OTHER),
        ("datetime(6)", Kind.OTHER),
    ],
)
def test_kinds(type_: str, kind: Kind) -> None:
    assert texts.kind(type_) is kind


def test_labels() -> None:
    told = r"enum('a','it''s','b\\c','d\ne','','x,y')"
    assert texts.labels(told) == ("a", "it's", "b\\c", "d\ne", "", "x,y")


@pytest.mark.parametrize(
    ("text", "type_", "sql"),
    [
        ("5", "int(11)", "5"),
        ("-1.50", "decimal(5,2)", "-1.50"),
        ("true", "boolean", "TRUE"),
        ("1; DROP", "int", "'1; DROP'"),
        ("5", "varchar(3)", "'5'"),
        ("it's ", "varchar(9)", "'it''s '"),
        ("it's ", "CHAR(9)", "'it''s'"),
        ("it's ", "character varying(9)", "'it''s '"),
        ("a\\b", "text", r"'a\\b'"),
        (None, "int", "NULL"),
    ],
)
def test_literals(text: str | None, type_: str, sql: str) -> None:
    assert texts.typed(text, type_) == sql


@pytest.mark.parametrize(
    ("type_", "cast"),
    [
        ("int(10) unsigned", "CAST(x AS UNSIGNED)"),
        ("smallint", "CAST(x AS SIGNED)"),
        ("year(4)", "CAST(x AS UNSIGNED)"),
        ("decimal(10, 2)", "CAST(x AS DECIMAL(10,2))"),
        ("NUMERIC", "CAST(x AS DECIMAL(10,0))"),
        ("double", "CAST(x AS DOUBLE)"),
        ("timestamp(3)", "CAST(x AS DATETIME(3))"),
        ("time", "CAST(x AS TIME)"),
        ("inet6", "CAST(x AS INET6)"),
        ("char(3)", "TRIM(TRAILING ' ' FROM x)"),
        ("varchar(3)", "x"),
        ("enum('a')", "x"),
    ],
)
def test_casts(type_: str, cast: str) -> None:
    assert texts.cast(type_, "x") == cast


@pytest.mark.parametrize(
    ("column", "default"),
    [
        (Column("a", "enum('it''s','b')", nullable=False), "'it''s'"),
        (Column("a", "varbinary(3)", nullable=False), "''"),
        (Column("a", "json", nullable=False), "'null'"),
        (Column("a", "bit(3)", nullable=False), "0"),
        (Column("a", "point", nullable=False), None),
        (Column("a", "int"), None),
        (Column("a", "int", nullable=False, default="5"), None),
        (Column("a", "int", nullable=False, identity="by default"), None),
    ],
)
def test_what_stands_in_for_a_default(column: Column, default: str | None) -> None:
    assert stand_in(column) == default
