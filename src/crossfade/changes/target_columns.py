"""What the columns of a target are made of in the source's row: as a user says it, or by their names, and
checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import sqlalchemy

from crossfade import expressions, names
from crossfade.changes.change import Question
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment
from crossfade.schema import Column, Schema, Table
from crossfade.steps import AskExpression, CountOthers
from crossfade.tree import Reference, TreeLens


@dataclass(frozen=True)
class Matched:
    """The columns of both sides that are made of each other, as a `TreeLens` has them."""

    forward: tuple[Assignment, ...]
    backward: tuple[Assignment, ...]
    derived: tuple[str, ...]
    references: tuple[Reference, ...]


def matched(
    source: Table,
    target: Table,
    declared: sqlalchemy.Table,
    columns: Mapping[str, str],
    values: Mapping[str, Mapping[str, str]],
    held: Collection[str],
    dropped: Collection[str],
    schema: Schema,
    place: str,
) -> Matched:
    """What `columns` and `values` say, and columns of one name; those of the target aside that are `held` by
    a key or child tables. `declared` is the target as the user gave it.

    Raises Refused for what the tables do not allow.
    """
    given = dict(columns)
    for name in (*given, *values):
        target.column(name, place)
        if name in held:
            raise EvolutionError(f"{target.name}.{name} is given twice", place=place, remedy="give it once")
    for column in target.columns:
        if column.name not in held and source.find(column.name) is not None and column.name not in dropped:
            given.setdefault(column.name, column.name)
    forward, backward, derived, references = [], [], [], []
    for name, text in given.items():
        column, old = target.column(name), source.find(text)
        if old is None:
            value = expressions.user_sql(text, column.type, source, schema.database, place)
            forward.append(Assignment(name, value))
            derived.append(name)
        elif reference := _reference(source, declared, name, old, schema):
            references.append(reference)
        else:
            there, back = _both_ways(column, old, values.get(name), schema, place)
            forward.append(Assignment(name, there))
            backward.append(Assignment(old.name, back))
    return Matched(tuple(forward), tuple(backward), tuple(derived), tuple(references))


def _both_ways(
    column: Column, old: Column, values: Mapping[str, str] | None, schema: Schema, place: str
) -> tuple[Sql | ValueMap, Sql | ValueMap]:
    if values is not None:
        if len(set(values.values())) < len(values):
            raise EvolutionError(
                f"two values of {old.name} become one: the way back would not be known",
                place=place,
                remedy="give each a value of its own",
            )
        there, back = tuple(values.items()), tuple((new, was) for was, new in values.items())
        return (
            ValueMap(old.name, there, old.type, column.type),
            ValueMap(column.name, back, column.type, old.type),
        )
    return _cast(old, column.type, schema), _cast(column, old.type, schema)


def _cast(column: Column, type_: str, schema: Schema) -> Sql:
    value = expressions.of_column(column, schema.database)
    if column.type == type_:
        return value
    return replace(value, text=f"CAST({value.text} AS {type_})", type=type_)


def _reference(
    source: Table, declared: sqlalchemy.Table, name: str, old: Column, schema: Schema
) -> Reference | None:
    """What translates a column that refers to the target of an earlier change."""
    for key in declared.columns[name].foreign_keys:
        other = schema.find(
            ".".join(names.written(each) for each in (key.column.table.schema, key.column.table.name) if each)
        )
        if other is None or other.origin is None or other.origin.key != key.column.name:
            continue
        theirs = [each for each in source.foreign_keys if each.columns == (old.name,)]
        if any(each.target == other.origin.table for each in theirs):
            return Reference(name, old.name, other.name, other.origin.key, other.origin.legacy)
    return None


def qualified(column: Column, schema: Schema) -> Column:
    """The column, where it is of an enum by its full name: SQLAlchemy says it without its schema."""
    for each in schema.enums:
        if column.type.strip('"') == each.name and each.schema in schema.search_path:
            type_ = ".".join(f'"{part}"' for part in (each.schema, each.name))
            return replace(column, type=type_, enum=(each.schema, each.name))
    return column


def demand_landed(tree: TreeLens, dropped: Collection[str]) -> None:
    """Raises EvolutionError for columns of the source that would be lost, SchemaMismatch for one that rows of
    the new application could not be given a value for.
    """
    landed = {each.name for each in tree.landed}
    lost = [each.name for each in tree.columns if each.name not in landed | set(dropped)]
    if lost:
        raise EvolutionError(
            f"{', '.join(lost)} of {tree.source} would be lost: no column of {tree.target} is made of them",
            place=tree.change,
            remedy="give them in columns=, or name them in dropped=",
        )
    back = {each.column for each in tree.backward} | {each.source for each in tree.references}
    for each in tree.columns:
        given = each.default or each.identity or each.generated or each.nullable
        if each.name not in {tree.key.name, *back} and not given:
            raise SchemaMismatch(
                f"{tree.source}.{each.name} takes no NULL, and rows of the new application have nothing "
                "for it",
                place=tree.change,
                remedy="let a column of the new table be it, or give it a default first",
            )


def demand_born(tree: TreeLens) -> None:
    """Raises EvolutionError for a column that rows of the old application could not be given a value for."""
    for each in tree.target_columns:
        if each.name in tree.alone and not (each.nullable or each.default or each.identity):
            raise EvolutionError(
                f"{tree.target}.{each.name} takes no NULL, and rows of the old application have nothing "
                "for it",
                place=tree.change,
                remedy="give it in columns=, or a server_default",
            )


def asked(tree: TreeLens) -> Iterator[Question]:
    """Whether every row of the source can be said in the target's columns."""
    for each in tree.forward:
        if isinstance(each.value, ValueMap):
            yield CountOthers(
                tree.change,
                tree.source,
                each.value.column,
                each.value.known,
                "a value in the new version",
                "add them to values=",
            )
        elif isinstance(each.value, Sql) and each.column in tree.derived:
            columns = tuple(column.name for column in tree.columns)
            column = next(column for column in tree.target_columns if column.name == each.column)
            yield AskExpression(
                tree.change, tree.source, each.column, column.type, "columns", each.value, columns, ()
            )
