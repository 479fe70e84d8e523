"""Names and values as MariaDB's SQL. Every identifier and literal of a statement passes here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crossfade import names
from crossfade.errors import SchemaMismatch
from crossfade.schema import TableName

_PARAMETER = re.compile("\0([a-z_0-9]+)\0")


def ident(name: str) -> str:
    """`name` as an identifier, always quoted: the words that are reserved differ from release to release."""
    return "`" + _clean(name).replace("`", "``") + "`"


def idents(names: Iterable[str]) -> str:
    """Several identifiers, separated by commas."""
    return ", ".join(ident(name) for name in names)


def table(name: TableName) -> str:
    """A table's qualified name."""
    return f"{ident(name.schema)}.{ident(name.name)}"


def literal(value: str | None) -> str:
    """`value` as a string literal, or NULL. A backslash escapes in every session of Crossfade's."""
    return "NULL" if value is None else "'" + _clean(value).replace("\\", "\\\\").replace("'", "''") + "'"


def parameter(name: str) -> str:
    """A mark for a parameter, until `bound` makes it one. NUL can stand in no name and no literal."""
    return f"\0{name}\0"


def bound(sql: str) -> str:
    """The statement with its parameters in the driver's style, and every other % doubled."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))


def journal(database: str) -> str:
    """The database that holds the journal of `database`: schemas are a server's here, not a database's."""
    return names.fitted(f"{names.RESERVED}{database}")


def _clean(text: str) -> str:
    if "\0" in text:
        raise SchemaMismatch("a name or value holds a NUL character, which can't be written safely")
    return text
