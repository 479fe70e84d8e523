"""Values in a database's words: a string as its literal, an expression as a column would hold it."""

from __future__ import annotations

import re
from collections.abc import Callable

_WORD = re.compile(r"\s*(\w+)")
_ARGUMENTS = re.compile(r"\(([\d\s,]+)\)")
_INTEGERS = frozenset(
    {"bigint", "bool", "boolean", "int", "integer", "mediumint", "serial", "smallint", "tinyint", "year"}
)
_ALIKE = {
    "date": "DATE",
    "datetime": "DATETIME",
    "dec": "DECIMAL",
    "decimal": "DECIMAL",
    "double": "DOUBLE",
    "fixed": "DECIMAL",
    "float": "FLOAT",
    "inet4": "INET4",
    "inet6": "INET6",
    "numeric": "DECIMAL",
    "real": "DOUBLE",
    "time": "TIME",
    "timestamp": "DATETIME",
    "uuid": "UUID",
}
_SIZED = frozenset({"DATETIME", "DECIMAL", "TIME"})


def literal(value: str, database: str) -> str:
    """`value` as a string literal."""
    escaped = value.replace("\\", "\\\\") if database in _MARIADB else value
    return "'" + escaped.replace("'", "''") + "'"


def cast(sql: str, type_: str, database: str) -> str:
    """`sql` as a column of the type would hold it, as far as the database has words for that."""
    return _CASTS[database](sql, type_)


def _of_postgresql(sql: str, type_: str) -> str:
    return f"CAST({sql} AS {type_})"


def _of_mariadb(sql: str, type_: str) -> str:
    """CAST knows other types than columns have. A string stays as it is: one of another collation would be
    compared by that.
    """
    found = _WORD.match(type_.lower())
    word = found.group(1) if found else ""
    if word in _INTEGERS:
        unsigned = "unsigned" in type_.lower() or word in {"serial", "year"}
        return f"CAST({sql} AS {'UNSIGNED' if unsigned else 'SIGNED'})"
    if word not in _ALIKE:
        return sql
    given = _ARGUMENTS.search(type_)
    size = f"({given.group(1).replace(' ', '')})" if given and _ALIKE[word] in _SIZED else ""
    return f"CAST({sql} AS {_ALIKE[word]}{size})"


_CASTS: dict[str, Callable[[str, str], str]] = {
    "postgresql": _of_postgresql,
    "mariadb": _of_mariadb,
    "mysql": _of_mariadb,
}
_MARIADB = frozenset({"mariadb", "mysql"})
