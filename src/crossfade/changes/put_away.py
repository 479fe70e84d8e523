"""A column that the new version does not have: put away by `complete`, dropped by `purge`, brought back by
`revert` with all that hung on it.

Put away, it has another name and binds nobody: what could refuse a row of the new application, which gives
it no value, is taken off. Indexes are kept, since NULL is no value that two rows could share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.changes import borne_checks, foreign_keys
from crossfade.changes.not_null import not_null
from crossfade.errors import EvolutionError, Unsupported
from crossfade.expressions import Sql
from crossfade.schema import Column, ForeignKey, Index, Schema, Table, TableName
from crossfade.steps import (
    AddColumn,
    AdoptIndex,
    CreateEnum,
    CreateIndex,
    DropColumn,
    DropEnum,
    DropForeignKey,
    DropIndex,
    Relax,
    RenameColumn,
    RenameIndex,
    SetDefault,
    Step,
)

_FIRST = "drop it first, and build what is wanted after the evolution"
_PLAIN_FIRST = "ALTER TABLE … MODIFY it, as a plain column, first"

# How a column is made a plain one, and what its numbers come from.
_EXPRESSIONS = {
    "postgresql": "ALTER TABLE … ALTER COLUMN … DROP EXPRESSION first",
    "mariadb": _PLAIN_FIRST,
    "mysql": _PLAIN_FIRST,
}
_NUMBERS = {
    "postgresql": (
        "is an identity column, whose sequence goes with it",
        "ALTER TABLE … ALTER COLUMN … DROP IDENTITY first",
    ),
    "mariadb": ("is numbered by the server, whose count goes with it (AUTO_INCREMENT)", _PLAIN_FIRST),
    "mysql": ("is numbered by the server, whose count goes with it (AUTO_INCREMENT)", _PLAIN_FIRST),
}


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
    _demand_fit(table, column, schema, place)
    retired = replace(column, name=names.retired(column.name, evolution))
    indexes = list(_indexes(table, column, schema, place, replaced=replaced))
    away = {each.name: names.retired(each.name, evolution) for each in indexes}
    grants = tuple(each for each in table.grants if each.column == column.name)
    typed = schema.traits.enum_types and column.enum is not None and column.wraps != "domain"
    enum = schema.enum(column.enum) if typed and column.enum else None
    # Where NOT NULL stays, new rows have one value, which a unique index would take once.
    binding = [
        each
        for each in indexes
        if each.unique and column.name in each.columns and not (column.nullable or schema.traits.relaxes)
    ]
    kept = [each for each in indexes if each not in binding]
    leaving = [each for each in kept if schema.traits.indexes_stay and len(each.columns) > 1]
    for each in (*binding, *leaving):
        _demand_unneeded(table, each, schema, place)

    def built(wanted: Iterable[Index]) -> tuple[Step, ...]:
        return tuple(
            step
            for each in wanted
            for step in _built(table, each, away[each.name], (column, retired), schema, place)
        )

    def dropped(unwanted: Iterable[Index]) -> tuple[Step, ...]:
        return tuple(DropIndex(table.name, away[each.name], table.partitions) for each in unwanted)

    return PutAway(
        retired,
        complete=(
            *(RenameIndex(table.name, each.name, away[each.name], table.partitions) for each in indexes),
            *(DropForeignKey(table.name, each) for each in _foreign_keys(table, column, schema, place)),
            *dropped(binding),
            *borne_checks.taken_off(table, column, schema),
            RenameColumn(table.name, column.name, retired.name),
            Relax(table.name, retired),
        ),
        purge=(
            *dropped(leaving),
            DropColumn(table.name, retired.name),
            *((DropEnum(enum),) if enum else ()),
        ),
        recreate=(
            *((CreateEnum(enum, table.owner),) if enum else ()),
            AddColumn(table.name, replace(retired, nullable=True, default=None), grants),
            *built(kept),
        ),
        revive=(*built(binding), *_revived(table.name, retired, schema)),
        notes=(
            *(
                f"index {each.name} is invalid (a build that failed?) and goes with the column for good"
                for each in table.indexes
                if column.name in each.mentions and not each.valid and not replaced
            ),
            *borne_checks.nameless(table, column, schema),
        ),
    )


def _demand_fit(table: Table, column: Column, schema: Schema, place: str) -> None:
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
    why, remedy = "", ""
    if column.generated is not None:
        why = "is generated: making it again would write the whole table anew, under a long lock"
        remedy = _EXPRESSIONS[schema.database]
    elif column.identity:
        why, remedy = _NUMBERS[schema.database]
    elif column.default is not None and "nextval" in expressions.called(column.default, schema.database):
        why = f"takes its default from a sequence, which may go with it: {column.default}"
        remedy = "ALTER TABLE … ALTER COLUMN … DROP DEFAULT first"
    if why:
        raise Unsupported(f"{table.name}.{column.name} {why}", place=place, remedy=remedy)


def _demand_unneeded(table: Table, index: Index, schema: Schema, place: str) -> None:
    """Raises Unsupported where a foreign key keeps an index from being dropped."""
    key = foreign_keys.needing(table, index, schema)
    if key is not None:
        columns = key.columns if key.table == table.name else key.target_columns
        raise Unsupported(
            f"index {index.name} goes with the column, and foreign key {key.name} of {key.table} needs it",
            place=place,
            remedy=f"build another index on ({', '.join(columns)}) first",
        )


def _indexes(table: Table, column: Column, schema: Schema, place: str, *, replaced: bool) -> Iterator[Index]:
    """The indexes to be put away and made again."""
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


def _revived(table: TableName, retired: Column, schema: Schema) -> tuple[Step, ...]:
    """What the column had and `complete` took off: NOT NULL, by way of a check, and its default."""
    steps: list[Step] = []
    if not retired.nullable:
        steps += not_null(table, retired, names.fitted(f"{retired.name}_not_null"), schema)
    if retired.default is not None:
        steps.append(SetDefault(table, retired.name, retired.default))
    return tuple(steps)
