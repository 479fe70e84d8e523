"""Rows of information_schema as the values that a `Schema` is made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from crossfade.dialects.mariadb.quoting import ident, idents, literal, table
from crossfade.schema import Check, Column, ForeignKey, Index, TableName, Trigger

PRIMARY = "PRIMARY"
_MEMBER = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_ON_UPDATE = re.compile(r"on update (\w+(?:\(\d*\))?)", re.IGNORECASE)
_NUMBERS = frozenset(
    {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year", "bit"}
)
_UNORDERED = frozenset({"FULLTEXT", "SPATIAL"})


def kind(row: Row[Any], columns: Iterable[Row[Any]]) -> str:
    """What the relation is, in words: "table" and "partitioned table" are what can be evolved."""
    if row.table_type != "BASE TABLE":
        return {"SYSTEM VERSIONED": "system-versioned table"}.get(row.table_type, str(row.table_type).lower())
    if row.engine is None:
        return "table that the server can't open"
    if row.engine.lower() != "innodb":  # no transactions, or others than what is known here
        return f"table of engine {row.engine}"
    # A view would show them to SELECT *, and ask an INSERT without names for them.
    if any("INVISIBLE" in each.extra.upper() for each in columns):
        return "table with invisible columns"
    return "partitioned table" if "partitioned" in (row.options or "").lower() else "table"


def members(column_type: str) -> tuple[str, ...]:
    """The labels of `enum('new','it''s')`, or the members of a SET, in order."""

    def said(match: re.Match[str]) -> str:
        return _ESCAPES.get(match[1], match[1]) if match[1] else "'"

    return tuple(_ESCAPED.sub(said, each) for each in _MEMBER.findall(column_type))


def column(row: Row[Any], of: TableName, table_collation: str, *, mysql: bool) -> Column:
    """A column; its type has the character set, where that is not the table's, so that it can stand as it is
    in ADD COLUMN and MODIFY.
    """
    own = row.character_set is not None and row.character_set != character_set(table_collation)
    on_update = _ON_UPDATE.search(row.extra)
    return Column(
        row.name,
        f"{row.type} CHARACTER SET {row.character_set}" if own else row.type,
        nullable=bool(row.nullable),
        default=None if row.expression else default(row, mysql=mysql),
        generated=expression(row.expression, mysql=mysql) if row.expression else None,
        identity="by default" if "auto_increment" in row.extra.lower() else "",
        enum=(of.schema, enum_name(of, row.name)) if row.data_type == "enum" else None,
        comment=row.comment or None,
        collation=row.collation if own or row.collation != table_collation else None,
        on_update=on_update[1] if on_update else None,
    )


def with_json(
    columns: Sequence[Column], checks: Sequence[Check]
) -> tuple[tuple[Column, ...], tuple[Check, ...]]:
    """JSON is MariaDB's word for a LONGTEXT that bears a check: said as declared, without the check."""
    texts = (each for each in columns if each.type.startswith("longtext"))
    borne = {each.name: f"json_valid({ident(each.name)})" for each in texts}
    json = {each.name for each in checks if each.expression == borne.get(each.name)}
    return (
        tuple(replace(each, type="json", collation=None) if each.name in json else each for each in columns),
        tuple(each for each in checks if each.name not in json),
    )


def with_collations(
    columns: Sequence[Column], unique: Collection[str], rows: Iterable[Row[Any]]
) -> tuple[Column, ...]:
    """The columns, those that are `unique` with their collation where that is the table's too: what is
    compared with them must have the same, or their index does not serve; and what refers to them, or it
    can't.
    """
    held = {row.name: row.collation for row in rows if row.data_type not in {"enum", "set"}}
    return tuple(
        replace(each, collation=held.get(each.name) or each.collation) if each.name in unique else each
        for each in columns
    )


def enum_name(of: TableName, column: str) -> str:
    """What the enum type of a column is called here, where no type has a name: `table.column`."""
    return str(TableName(of.name, column))


def character_set(collation: str) -> str:
    """The character set that a collation is of: the beginning of its name."""
    return collation.partition("_")[0]


def default(row: Row[Any], *, mysql: bool) -> str | None:
    """The SQL of a column's default, or None. MySQL tells a literal's value, and MariaDB SQL."""
    text = row.default_text
    if not mysql:
        return None if text is None or text == "NULL" else str(text)
    if text is None:
        return None
    if "DEFAULT_GENERATED" in row.extra.upper():
        return (
            str(text) if text.upper().startswith("CURRENT_TIMESTAMP") else f"({expression(text, mysql=True)})"
        )
    bare = row.data_type in _NUMBERS or (row.data_type in {"binary", "varbinary"} and text.startswith("0x"))
    return str(text) if bare else literal(text)


def index(rows: Sequence[Row[Any]], columns: Iterable[str]) -> Index:
    """An index, of the rows of its keys."""
    first = rows[0]
    plain = [each for each in rows if each.column_name is not None]
    given = {each.expression.replace("\\'", "'") for each in rows if each.expression is not None}
    unique = not first.non_unique
    return Index(
        first.name,
        tuple(each.column_name for each in plain),
        first.method.lower(),
        unique=unique,
        options=tuple(_options(each) for each in plain),
        predicate_columns=tuple(
            sorted(name for name in columns if any(ident(name) in text for text in given))
        ),
        expressions=bool(given),
        constraint="primary key" if first.name == PRIMARY else "unique" if unique else "",
        storage=f"COMMENT {literal(first.comment)}" if first.comment else "",
        valid=not first.hidden,
        keys=tuple(_key(each) for each in rows) if given else (),
    )


def key(columns: Sequence[Column], indexes: Iterable[Index]) -> tuple[str, ...]:
    """The primary key, or the narrowest unique index that can name every row."""
    required = {column.name for column in columns if not column.nullable}
    candidates = [
        each
        for each in indexes
        if each.unique and each.valid and not each.expressions and required.issuperset(each.columns)
    ]
    candidates.sort(key=lambda each: (each.name != PRIMARY, _is_cut(each), len(each.columns), each.name))
    return candidates[0].columns if candidates else ()


def foreign_key(rows: Sequence[Row[Any]], rule: Row[Any]) -> ForeignKey:
    """A foreign key, of the rows of its columns."""
    first = rows[0]
    columns = tuple(each.column_name for each in rows)
    target, targets = (
        TableName(first.target_schema, first.target_name),
        tuple(each.target_column for each in rows),
    )
    definition = f"FOREIGN KEY ({idents(columns)}) REFERENCES {table(target)} ({idents(targets)})"
    for event, action in (("DELETE", rule.on_delete), ("UPDATE", rule.on_update)):
        if action != "RESTRICT":
            definition += f" ON {event} {action}"
    return ForeignKey(
        first.name,
        TableName(first.table_schema, first.table_name),
        columns,
        target,
        targets,
        rule.on_delete,
        definition,
    )


def trigger(row: Row[Any]) -> Trigger:
    """A trigger; its function is what it does."""
    return Trigger(row.name, row.timing, tuple(row.event.split(",")), "row", row.body)


def expression(text: str, *, mysql: bool) -> str:
    """MySQL escapes quotes in what it tells of an expression, as if it stood in a string."""
    return text.replace("\\'", "'") if mysql else text


def _options(row: Row[Any]) -> str:
    if row.method in _UNORDERED:
        return ""
    return (f"({row.length})" if row.length else "") + (" DESC" if row.direction == "D" else "")


def _key(row: Row[Any]) -> str:
    return (
        ident(row.column_name) if row.column_name is not None else f"({row.expression})".replace("\\'", "'")
    )


def _is_cut(index: Index) -> bool:
    """Whether rows can't be read in the order of its columns: it holds their beginnings, or their hashes."""
    return index.method != "btree" or any(each.startswith("(") for each in index.options)
