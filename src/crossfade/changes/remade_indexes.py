"""Indexes that are made again, under another name and on another column: those of a column that is put away,
and which of them can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crossfade import expressions
from crossfade.changes import foreign_keys
from crossfade.errors import EvolutionError, Unsupported
from crossfade.expressions import Sql
from crossfade.schema import Column, Index, Schema, Table
from crossfade.steps import AdoptIndex, CreateIndex, Step

_FIRST = "drop it first, and build what is wanted after the evolution"


def remakable(table: Table, column: Column, schema: Schema, place: str, *, replaced: bool) -> Iterator[Index]:
    """The indexes to be put away with `column` and made again. Raises Unsupported, which names it, for one
    that can't be, or would bind the new application meanwhile.
    """
    for index in table.indexes:
        if column.name not in index.mentions or not index.valid:
            continue
        why = ""
        if index.constraint == "exclusion":
            why = "can't be made again: it serves an exclusion constraint"
        elif index.unique and index.nulls_not_distinct:
            why = "would refuse the new application's second row: NULL is a value to it (NULLS NOT DISTINCT)"
        elif index.unique and _binds(index, column, schema, replaced=replaced):
            why = "would go on binding rows of the new application, which don't have the column"
        if why:
            raise Unsupported(
                f"index {index.name} {why}",
                place=place,
                remedy=_FIRST,
            )
        yield index


def _binds(index: Index, column: Column, schema: Schema, *, replaced: bool) -> bool:
    """Whether a unique index may refuse a row that has no value in the column."""
    if column.name in index.columns or index.expressions:
        return False
    if index.predicate is None or column.name not in index.predicate_columns:
        return not replaced  # the column is only along (INCLUDE)
    return not expressions.fails_on_null(index.predicate, column.name, schema.database)


def demand_unneeded(table: Table, index: Index, schema: Schema, place: str) -> None:
    """Raises Unsupported where a foreign key keeps an index from being dropped."""
    key = foreign_keys.needing(table, index, schema)
    if key is not None:
        columns = key.columns if key.table == table.name else key.target_columns
        raise Unsupported(
            f"index {index.name} goes with the column, and foreign key {key.name} of {key.table} needs it",
            place=place,
            remedy=f"build another index on ({', '.join(columns)}) first",
        )


def remade(
    table: Table, index: Index, name: str, columns: tuple[Column, Column], schema: Schema, place: str
) -> Iterator[Step]:
    """The index made again, under the name and on the column that are put away."""
    column, retired = columns
    built = moved(index, name, column.name, retired.name, schema.database, place)
    yield CreateIndex(table.name, built, table.partitions)
    if index.constraint and not table.partitions:
        yield AdoptIndex(table.name, name, index.deferral)


def moved(index: Index, name: str, column: str, to: str, database: str, place: str = "") -> Index:
    """The index under another name, on `to` where it was on `column`. Raises Unsupported, at `place`, for one
    whose SQL is not understood.
    """
    known = {column: to}

    def said(text: str) -> str:
        try:
            given = Sql(text, "", frozenset({column}), dialect=database)
            return expressions.renamed_sql(given, known).text
        except EvolutionError as error:
            raise Unsupported(
                f"index {index.name} can't be made again: {text} is not understood",
                place=place,
                remedy=_FIRST,
            ) from error

    return replace(
        index,
        name=name,
        columns=tuple(known.get(each, each) for each in index.columns),
        include=tuple(known.get(each, each) for each in index.include),
        keys=tuple(map(said, index.keys)),
        predicate=None if index.predicate is None else said(index.predicate),
        predicate_columns=tuple(known.get(each, each) for each in index.predicate_columns),
    )
