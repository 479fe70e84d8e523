"""A column that the new version does not have: put away by `complete`, dropped by `purge`, brought back by
`revert` with all that hung on it.

Put away, it has another name and binds nobody: what could refuse a row of the new application, which gives
it no value, is taken off. Indexes are kept, since NULL is no value that two rows could share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.errors import EvolutionError, Unsupported
from crossfade.expressions import Sql
from crossfade.schema import Check, Column, ForeignKey, Index, Schema, Table, TableName
from crossfade.steps import (
    AddCheck,
    AddColumn,
    AdoptIndex,
    CreateEnum,
    CreateIndex,
    DropCheck,
    DropColumn,
    DropEnum,
    DropForeignKey,
    Relax,
    RenameColumn,
    RenameIndex,
    SetDefault,
    SetNotNull,
    Step,
    ValidateCheck,
)

_FIRST = "drop it first, and build what is wanted after the evolution"


@dataclass(frozen=True)
class PutAway:
    """`retired` is the column under the name that it has then. The steps are those of `Parts`; the undo of
    `complete`, with `revive` before it, gives back what there was.
    """

    retired: Column
    complete: tuple[Step, ...]
    purge: tuple[Step, ...]
    recreate: tuple[Step, ...]
    revive: tuple[Step, ...]
    notes: tuple[str, ...] = ()


def put_away(
    table: Table, column: Column, schema: Schema, evolution: str, place: str, *, replaced: bool = False
) -> PutAway:
    """The steps that put `column` of `table` away. `replaced`: it has a successor with indexes like its own.

    Raises Unsupported for what would bind the new application meanwhile, or could not be made again: an
    index, a foreign key, the column itself.
    """
    _demand_fit(table, column, place)
    retired = replace(column, name=names.retired(column.name, evolution))
    indexes = list(_indexes(table, column, place, replaced=replaced))
    away = {each.name: names.retired(each.name, evolution) for each in indexes}
    grants = tuple(each for each in table.grants if each.column == column.name)
    enum = schema.enum(column.enum) if column.enum and column.wraps != "domain" else None
    return PutAway(
        retired,
        complete=(
            *(RenameIndex(table.name, each.name, away[each.name], table.partitions) for each in indexes),
            *(DropForeignKey(table.name, each) for each in _foreign_keys(table, column, schema, place)),
            *(DropCheck(table.name, each) for each in table.checks if column.name in each.columns),
            RenameColumn(table.name, column.name, retired.name),
            Relax(table.name, retired),
        ),
        purge=(DropColumn(table.name, retired.name), *((DropEnum(enum),) if enum else ())),
        recreate=(
            *((CreateEnum(enum, table.owner),) if enum else ()),
            AddColumn(table.name, replace(retired, nullable=True, default=None), grants),
            *(
                step
                for each in indexes
                for step in _built(table, each, away[each.name], (column, retired), place)
            ),
        ),
        revive=_revived(table.name, retired),
        notes=tuple(
            f"index {each.name} is invalid (a build that failed?) and goes with the column for good"
            for each in table.indexes
            if column.name in each.mentions and not each.valid and not replaced
        ),
    )


def _demand_fit(table: Table, column: Column, place: str) -> None:
    """Raises Unsupported where the column itself can't be put away, or made again."""
    for holds, what in (
        (table.key, "the key"),
        (table.partition_key, "the partition key"),
        *(
            (each.columns, f"the primary key, {each.name}")
            for each in table.indexes
            if each.constraint == "primary key"
        ),
        *(
            (key.target_columns, f"what foreign key {key.name} of {key.table} refers to")
            for key in table.referenced_by
        ),
    ):
        if column.name in holds:
            raise Unsupported(
                f"{table.name}.{column.name} is part of {what}",
                place=place,
                remedy="a column that identifies rows stays: name them by another one first",
            )
    why = ""
    if column.generated is not None:
        why = "is generated: making it again would write the whole table anew, under a long lock"
    elif column.identity:
        why = "is an identity column, whose sequence goes with it"
    elif column.default is not None and "nextval" in expressions.called(column.default, "postgresql"):
        why = f"takes its default from a sequence, which may go with it: {column.default}"
    if why:
        raise Unsupported(
            f"{table.name}.{column.name} {why}",
            place=place,
            remedy="ALTER TABLE … ALTER COLUMN … DROP "
            + ("EXPRESSION" if column.generated else "IDENTITY" if column.identity else "DEFAULT")
            + " first",
        )


def _indexes(table: Table, column: Column, place: str, *, replaced: bool) -> Iterator[Index]:
    """The indexes to be put away and made again."""
    for index in table.indexes:
        if column.name not in index.mentions or not index.valid:
            continue
        why = ""
        if index.constraint == "exclusion":
            why = "can't be made again: it serves an exclusion constraint"
        elif index.unique and index.nulls_not_distinct:
            why = "would refuse the new application's second row: NULL is a value to it (NULLS NOT DISTINCT)"
        elif index.unique and _binds(index, column, replaced=replaced):
            why = "would go on binding rows of the new application, which don't have the column"
        if why:
            raise Unsupported(
                f"index {index.name} {why}",
                place=place,
                remedy=_FIRST,
            )
        yield index


def _binds(index: Index, column: Column, *, replaced: bool) -> bool:
    """Whether a unique index may refuse a row that has no value in the column."""
    if column.name in index.columns or index.expressions:
        return False
    if index.predicate is None or column.name not in index.predicate_columns:
        return not replaced  # the column is only along (INCLUDE)
    return not expressions.fails_on_null(index.predicate, column.name, "postgres")


def _foreign_keys(table: Table, column: Column, schema: Schema, place: str) -> Iterator[ForeignKey]:
    """Taken off: a row that is put away must keep no other one from being deleted, nor go with it."""
    for key in table.foreign_keys:
        if column.name not in key.columns:
            continue
        if table.partitions and schema.version < (18,):
            raise Unsupported(
                f"foreign key {key.name} of the partitioned table {table.name} can't be brought back without "
                "a long lock: NOT VALID is for ordinary tables before PostgreSQL 18",
                place=place,
                remedy="drop it first, or upgrade the server",
            )
        yield key


def _built(
    table: Table, index: Index, name: str, columns: tuple[Column, Column], place: str
) -> Iterator[Step]:
    """The index made again, under the name and on the column that are put away."""
    column, retired = columns
    yield CreateIndex(table.name, moved(index, name, column.name, retired.name, place), table.partitions)
    if index.constraint and not table.partitions:
        yield AdoptIndex(table.name, name, index.deferral)


def moved(index: Index, name: str, column: str, to: str, place: str = "") -> Index:
    """The index under another name, on `to` where it was on `column`. Raises Unsupported, at `place`, for one
    whose SQL is not understood.
    """
    known = {column: to}

    def said(text: str) -> str:
        try:
            return expressions.renamed_sql(Sql(text, "", frozenset({column})), known, "postgresql").text
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


def _revived(table: TableName, retired: Column) -> tuple[Step, ...]:
    """What the column had and `complete` took off: NOT NULL, by way of a check, and its default."""
    steps: list[Step] = []
    if not retired.nullable:
        proof = names.fitted(f"{retired.name}_not_null")
        steps += [
            AddCheck(table, Check(proof, expressions.not_null(retired.name), (retired.name,))),
            ValidateCheck(table, proof),
            SetNotNull(table, retired.name, proof),
        ]
    if retired.default is not None:
        steps.append(SetDefault(table, retired.name, retired.default))
    return tuple(steps)
