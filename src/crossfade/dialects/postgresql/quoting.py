"""Names and values as PostgreSQL's SQL. Every identifier and literal of a statement passes here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crossfade.errors import SchemaMismatch
from crossfade.schema import TableName

# Every keyword that can't be a plain column name (pg_get_keywords(), PostgreSQL 13 to 18).
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        all analyse analyze and any array as asc asymmetric authorization between bigint binary bit
        boolean both case cast char character check coalesce collate collation column concurrently
        constraint create cross current_catalog current_date current_role current_schema current_time
        current_timestamp current_user dec decimal default deferrable desc distinct do else end except
        exists extract false fetch float for foreign freeze from full grant greatest group grouping
        having ilike in initially inner inout int integer intersect interval into is isnull join json
        json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
        json_serialize json_table json_value lateral leading least left like limit localtime
        localtimestamp merge_action national natural nchar none normalize not notnull null nullif
        numeric offset on only or order out outer overlaps overlay placing position precision primary
        real references returning right row select session_user setof similar smallint some substring
        symmetric system_user table tablesample then time timestamp to trailing treat trim true union
        unique user using values varchar variadic verbose when where window with xmlattributes
        xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
        xmltable
        """,
    )
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_PARAMETER = re.compile("\0([a-z_0-9]+)\0")


def ident(name: str) -> str:
    """`name` as an identifier; quoted unless it is a plain lower-case word."""
    if _PLAIN.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + _clean(name).replace('"', '""') + '"'


def idents(names: Iterable[str]) -> str:
    """Several identifiers, separated by commas."""
    return ", ".join(ident(name) for name in names)


def table(name: TableName) -> str:
    """A table's qualified name."""
    return f"{ident(name.schema)}.{ident(name.name)}"


def literal(value: str | None) -> str:
    """`value` as a string literal, or NULL. Backslashes are plain: `E''` is never used."""
    return "NULL" if value is None else "'" + _clean(value).replace("'", "''") + "'"


def typed(text: str | None, type_: str) -> str:
    """A literal of a type; a string's needs no cast, and reads better without."""
    if text is None or type_.lower().startswith(("varchar", "character varying", "text")):
        return literal(text)
    return f"{literal(text)}::{type_}"


def equals(one: str, other: str, *, qualified: bool) -> str:
    """That one is the other; `qualified`: by pg_catalog's own operator, whatever the search path."""
    return f"{one} {'OPERATOR(pg_catalog.=)' if qualified else '='} {other}"


def parameter(name: str) -> str:
    """A mark for a parameter, until `bound` makes it one. NUL can stand in no name and no literal."""
    return f"\0{name}\0"


def bound(sql: str) -> str:
    """The statement with its parameters in the driver's style, and every other % doubled."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))


def dollar_quoted(body: str) -> str:
    """`body` between dollar quotes that it does not contain."""
    tag = "crossfade"
    while f"${tag}$" in body:
        tag += "_"
    return f"${tag}$\n{body}\n${tag}$"


def _clean(text: str) -> str:
    if "\0" in text:
        raise SchemaMismatch("a name or value holds a NUL character, which PostgreSQL can't store")
    return text
