"""A column that the new version does not have: put away by `complete`, dropped by `purge`, brought back by
`revert` with all that hung on it.

Put away, it has another name and binds nobody: what could refuse a row of the new application, which gives
it no value, is taken off. Indexes are kept, since NULL is no value that two rows could share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crossfade import expressions, names
from crossfade.changes import borne_checks
from crossfade.changes.not_null import not_null
from crossfade.changes.remade_indexes import demand_unneeded, remade, remakable
from crossfade.errors import Unsupported
from crossfade.schema import Column, ForeignKey, Index, Schema, Table, TableName
from crossfade.steps import (
    AddColumn,
    CreateEnum,
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
    indexes = list(remakable(table, column, schema, place, replaced=replaced))
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
        demand_unneeded(table, each, schema, place)

    def built(wanted: Iterable[Index]) -> tuple[Step, ...]:
        return tuple(
            step
            for each in wanted
            for step in remade(table, each, away[each.name], (column, retired), schema, place)
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


def _revived(table: TableName, retired: Column, schema: Schema) -> tuple[Step, ...]:
    """What the column had and `complete` took off: NOT NULL, by way of a check, and its default."""
    steps: list[Step] = []
    if not retired.nullable:
        steps += not_null(table, retired, names.fitted(f"{retired.name}_not_null"), schema)
    if retired.default is not None:
        steps.append(SetDefault(table, retired.name, retired.default))
    return tuple(steps)
