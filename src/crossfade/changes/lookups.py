"""The table that is a lookup: as a user names it, and what it must be. The role may guard its rows, and one
column is referred to.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy

from crossfade import names
from crossfade.changes.made_tables import made
from crossfade.errors import MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.schema import Column, Schema, Table
from crossfade.steps import CreateTable


def name_of(declared: str | sqlalchemy.Table) -> str:
    """Its name as a user writes it."""
    if isinstance(declared, str):
        return declared
    parts = (declared.schema, declared.name)
    return ".".join(names.written(each) for each in parts if each is not None)


def found(
    declared: str | sqlalchemy.Table, like: Table, schema: Schema, evolution: str, place: str
) -> tuple[Table, tuple[CreateTable, ...]]:
    """The table; and where it is not there, what makes it, with the owner and the readers of `like`."""
    there = schema.find(name_of(declared))
    if there is None and isinstance(declared, sqlalchemy.Table):
        return made(declared, like, schema, evolution, place)
    return there or schema.table(name_of(declared), place), ()


def demand_guardable(lookup: Table, schema: Schema, place: str) -> None:
    """Raises Unsupported for what is no table, MissingPrivilege for one that the role may not guard."""
    if lookup.kind != "table":
        raise Unsupported(
            f"{lookup.name} is a {lookup.kind}, and a lookup must be a table",
            place=place,
            remedy="name a table",
        )
    if not lookup.owned or lookup.hides_rows:
        why = "owns" if not lookup.owned else "hides rows of it from"
        raise MissingPrivilege(
            f"role {schema.role.name!r} may not guard {lookup.name}, which {lookup.owner!r} {why}",
            place=place,
            remedy=f"connect as {lookup.owner!r}, or GRANT {lookup.owner} TO {schema.role.name}",
        )


def key_of(lookup: Table, given: str | None, place: str) -> Column:
    """The column that is referred to: the one `given`, or the primary key.

    Raises SchemaMismatch where that is not one column, and unique.
    """
    if given is not None:
        key = lookup.column(given, place)
        if not any(each.unique and each.whole and each.columns == (key.name,) for each in lookup.indexes):
            raise SchemaMismatch(
                f"{lookup.name}.{key.name} is not unique, and can't be referred to",
                place=place,
                remedy="name a unique column in key=",
            )
        return key
    if len(lookup.key) != 1:
        raise SchemaMismatch(
            f"{lookup.name} has no key of one column: ({', '.join(lookup.key)})",
            place=place,
            remedy="name a unique column in key=",
        )
    return lookup.column(lookup.key[0])


def in_unique_index(lookup: Table, columns: Sequence[Column]) -> bool:
    """Whether an edit of any of the columns is one of a key, as the server sees it."""
    held = {name for each in lookup.indexes if each.unique and each.whole for name in each.columns}
    return all(each.name in held for each in columns)
