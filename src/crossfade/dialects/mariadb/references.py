"""Whether columns can refer to others, by InnoDB's rules (MariaDB's manual, "Foreign Keys").

The server itself can't be asked: no temporary table has a foreign key, and any other would leave a trace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.texts import Kind
from crossfade.errors import Refused, SchemaMismatch, Unsupported
from crossfade.schema import Column, TableName
from crossfade.steps import AskForeignKey

_TABLE = """
SELECT ENGINE AS engine, TABLE_COLLATION AS collation, CREATE_OPTIONS LIKE '%partitioned%' AS partitioned
FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema AND BINARY TABLE_NAME = :name
"""
_BINARY = ("binary", "varbinary")
_REMEDY = "choose other columns, or give them one type first"


@dataclass(frozen=True)
class _Table:
    """What of a table is of importance here; one that is not there yet is like any."""

    engine: str = "InnoDB"
    collation: str = ""
    partitioned: bool = False


def objection(connection: Connection, step: AskForeignKey) -> Refused | None:
    """Why the columns can't refer to those of the target; None where they can."""
    own, target = _table(connection, step.table), _table(connection, step.key.target)
    for name, each in ((step.table, own), (step.key.target, target)):
        if each.partitioned or each.engine.lower() != "innodb":
            what = "is partitioned" if each.partitioned else f"is of engine {each.engine}"
            return Unsupported(
                f"{name} {what}: no foreign key can be of it, nor refer to it", remedy="leave the key out"
            )
    apart = [
        f"{one.name} ({_told(one, own)}) and {other.name} ({_told(other, target)})"
        for one, other in zip(step.columns, step.target_columns, strict=True)
        if not _alike(_held(one, own), _held(other, target))
    ]
    if apart:
        return SchemaMismatch(
            f"{step.table} can't refer to {step.key.target} by types that are not alike: {', '.join(apart)}",
            remedy=_REMEDY,
        )
    required = [each.name for each in step.columns if not each.nullable]
    if step.key.on_delete == "SET NULL" and required:
        return SchemaMismatch(
            f"ON DELETE SET NULL, and {', '.join(required)} can't be NULL",
            remedy="choose another ondelete=, or let the columns be NULL",
        )
    return None


def _table(connection: Connection, name: TableName) -> _Table:
    row = connection.execute(text(_TABLE), {"schema": name.schema, "name": name.name}).first()
    if row is None:
        return _Table()
    return _Table(str(row.engine), str(row.collation or ""), bool(row.partitioned))


def _held(column: Column, of: _Table) -> Column:
    """The column with the collation that it has, as its table's, where that is known."""
    if column.collation is not None or "character set" in column.type.lower() or not of.collation:
        return column
    return replace(column, collation=of.collation)


def _alike(one: Column, other: Column) -> bool:
    kinds = texts.kind(one.type), texts.kind(other.type)
    if kinds[0] is not kinds[1]:
        return False
    if kinds[0] is Kind.TEXT:
        known = one.collation is not None and other.collation is not None
        return not known or one.collation == other.collation
    words = [texts.first_word(each.type) for each in (one, other)]
    if kinds[0] is Kind.BYTES:
        return words[0] == words[1] or set(words) <= set(_BINARY)
    if kinds[0] in {Kind.ENUM, Kind.SET}:
        return texts.labels(one.type) == texts.labels(other.type)
    if kinds[0] is Kind.NUMBER:
        return _number(one.type) == _number(other.type)
    return words[0] == words[1]


def _number(type_: str) -> tuple[str, bool]:
    """A numeric type by its size and its sign; how many digits are shown of it is nothing."""
    word = texts.first_word(type_)
    same = {
        "integer": "int",
        "bool": "tinyint",
        "boolean": "tinyint",
        "dec": "decimal",
        "numeric": "decimal",
        "fixed": "decimal",
        "real": "double",
        "serial": "bigint",
    }
    return same.get(word, word), "unsigned" in type_.lower() or word in {"serial", "year"}


def _told(column: Column, of: _Table) -> str:
    held = _held(column, of)
    return (
        f"{held.type} {held.collation}"
        if texts.kind(held.type) is Kind.TEXT and held.collation
        else held.type
    )
