"""What an index can be, where that is known without the server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crossfade.errors import Unsupported
from crossfade.schema import Column, Index, Schema


@dataclass(frozen=True)
class _Kinds:
    """The methods that a database knows, whether an index may have a condition, and columns along, and types
    that are indexed by so many characters of theirs.
    """

    methods: tuple[str, ...]
    partial: bool = False
    include: bool = False
    cut: tuple[str, ...] = ()


_TEXTS = ("blob", "json", "longblob", "longtext", "mediumblob", "mediumtext", "text", "tinyblob", "tinytext")
_MARIADB = _Kinds(("btree", "hash", "fulltext", "spatial"), cut=_TEXTS)
_KINDS = {"mariadb": _MARIADB, "mysql": _MARIADB}  # of the others, the server is asked
_ORDERED = ("btree", "hash")


def demand_buildable(index: Index, columns: tuple[Column, ...], schema: Schema, place: str) -> None:
    """Raises Unsupported for an index over `columns` such as the database does not have."""
    kinds = _KINDS.get(schema.database)
    if kinds is None:
        return
    why = ""
    if index.method not in kinds.methods:
        why = f"of the method {index.method}: it has {', '.join(kinds.methods)}"
    elif index.predicate is not None and not kinds.partial:
        why = "with a condition"
    elif index.expressions:
        why = "over an expression"
    elif index.options:
        why = "with operators"
    elif index.include and not kinds.include:
        why = "with columns along (include)"
    if why:
        raise Unsupported(
            f"{schema.database} has no index {why}",
            place=place,
            remedy="leave that out, or the index where this database is evolved",
        )
    for column in columns:
        if cut := uncut(index, column, schema):
            raise Unsupported(
                f"index {index.name} can't be over {column.name}: {cut}",
                place=place,
                remedy="make it a String(n), or build this index by hand, with a length",
            )


def uncut(index: Index, column: Column, schema: Schema) -> str:
    """Why the column can't be in the index, or nothing."""
    kinds = _KINDS.get(schema.database)
    word = re.split(r"\W", column.type.strip().lower(), maxsplit=1)[0]
    if kinds is None or index.method not in _ORDERED or word not in kinds.cut:
        return ""
    return f"of the type {column.type}, only so many characters are indexed"
