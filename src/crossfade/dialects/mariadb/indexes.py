"""Indexes as MariaDB writes them, and how one is looked for."""

from __future__ import annotations

from crossfade.dialects.mariadb.quoting import ident, literal
from crossfade.dialects.mariadb.rendering import named
from crossfade.errors import Unsupported
from crossfade.schema import Index, TableName

LOCKING = ("fulltext", "spatial")  # writers wait while one of these is built
_METHODS = ("btree", "hash", *LOCKING)  # InnoDB makes a tree of a hash


def index_sql(index: Index) -> str:
    """The index as it stands in CREATE TABLE and behind ADD. Raises Unsupported for what there is none of."""
    what = (
        "a condition (WHERE)"
        if index.predicate is not None
        else "columns along (INCLUDE)"
        if index.include
        else "NULLS NOT DISTINCT"
        if index.nulls_not_distinct
        else f"the method {index.method}"
        if index.method not in _METHODS
        else ""
    )
    if what:
        raise Unsupported(
            f"MariaDB has no indexes with {what}",
            place=f"index {index.name}",
            remedy="build a plain one, or leave it out",
        )
    keys = index.keys or tuple(map(ident, index.columns))
    options = index.options if len(index.options) == len(keys) else ("",) * len(keys)
    held = ", ".join(f"{each}{option}" for each, option in zip(keys, options, strict=True))
    kind = "UNIQUE " if index.unique else f"{index.method.upper()} " if index.method in LOCKING else ""
    return f"{kind}INDEX {ident(index.name)} ({held}){f' {index.storage}' if index.storage else ''}"


def has_index(of: TableName, name: str) -> str:
    """A query with a row where the table has the index."""
    return (
        f"SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {literal(of.schema)} "
        f"AND TABLE_NAME = {literal(of.name)} AND {named('INDEX_NAME', name)}"
    )
