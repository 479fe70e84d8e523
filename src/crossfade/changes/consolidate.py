"""A table, with those that refer to it, becomes one row each of a new table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import cast

import sqlalchemy

from crossfade import expressions, names
from crossfade.changes import made_tables
from crossfade.changes.change import Parts, Question
from crossfade.changes.dependents import demand_alone
from crossfade.changes.embeds import Declared, embedded, in_words, key_of, unlanded
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.expressions import Sql, ValueMap
from crossfade.lens import Assignment
from crossfade.schema import EVERYTHING, Column, Origin, Schema, Table, TableName
from crossfade.steps import AskExpression, CountOthers, CreateTarget, IndexTarget, RenameTable
from crossfade.tree import Embed, Reference, TreeLens


@dataclass(frozen=True)
class Consolidate:
    """Rows of `source`, and of tables that refer to it, become rows of the new table `into`.

        before   runs(id, status)   events(id, run_id, kind)   notes(id, run_id, name, text)
        after    executions(id UUID, status, events JSONB [{…}, …], notes JSONB {name: text})

    `into` is a SQLAlchemy Table, whose column `key` (a UUID) is made of the source's key; `legacy` is the
    column of it that holds the source's key until `purge`, and is Crossfade's to add. Columns of one name are
    one; `columns` gives others: a column of the source, or an SQL expression over its row, which has no way
    back. `values` maps a column's values. `embed` says what becomes of the child tables: `Array`, `KeyValue`,
    `Single`, `Count`, by the column that holds them, or the field of a JSON column (`"metadata.retries"`).
    `dropped` names columns of the source that the new version does not have. `accept` names functions that
    mention the tables and were looked at.

    A column of `into` that refers to the target of an earlier Consolidate is translated, where the source's
    column refers to that one's source.
    """

    source: str
    into: sqlalchemy.FromClause  # a Table: what SQLAlchemy says that a model's __table__ is
    _: KW_ONLY
    key: str
    legacy: str
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    embed: Mapping[str, Declared] = field(default_factory=dict)
    dropped: Sequence[str] = ()
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.into, sqlalchemy.Table):
            raise EvolutionError(
                f"{self.into!r} is not a SQLAlchemy Table",
                place=f"Consolidate {self.source}",
                remedy="give a Table, such as a model's __table__",
            )
        names.checked_column(self.legacy, self.title)
        if names.is_system_column(self.legacy):
            raise EvolutionError(
                f"{self.legacy!r} is a column that every table has",
                place=self.title,
                remedy="choose another name for legacy=",
            )
        if self.legacy in self.into.columns:
            raise EvolutionError(
                f"{self.legacy!r} is Crossfade's to add to {self._table.name}",
                place=self.title,
                remedy="leave it out of the table: it goes with purge",
            )

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"Consolidate {self.source} into {self._table.name}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it touches, but those that may be missing."""
        children = (each.table for each in self.embed.values() if not each.optional)
        return tuple(dict.fromkeys((self.source, *children)))

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The tables that may be missing."""
        return tuple(dict.fromkeys(each.table for each in self.embed.values() if each.optional))

    @property
    def claims(self) -> tuple[str, ...]:
        """The tables as a whole, and all that they have."""
        return (EVERYTHING,)

    @property
    def _table(self) -> sqlalchemy.Table:
        return cast("sqlalchemy.Table", self.into)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        if not schema.traits.deferred_triggers:
            raise Unsupported(
                f"{schema.database} can't do Consolidate: {self._table.name} is written at commit, in the "
                "order of its keys, and this database has no deferred triggers",
                place=self.title,
                remedy="do it on PostgreSQL, or leave it out",
            )
        source = schema.table(self.source, self.title)
        key = key_of(source, self.title)
        made, (creation,) = made_tables.made(self._table, source, schema, evolution, self.title)
        if made.name in schema.relation_names:
            raise SchemaMismatch(
                f"the name {made.name.name!r} in schema {made.name.schema} exists already",
                place=self.title,
                remedy="rename what holds it, or choose another name",
            )
        made = replace(made, columns=tuple(_qualified(each, schema) for each in made.columns))
        target_key = made.column(self.key, self.title)
        if made.key != (self.key,) or target_key.type != "uuid":
            raise EvolutionError(
                f"{made.name}.{self.key} must be the primary key, and a UUID",
                place=self.title,
                remedy="make it a Uuid column with primary_key=True",
            )
        embeds, children, notes = self._embeds(schema, source, made)
        forward, backward, derived, references = self._columns(schema, source, made, embeds)
        # A trigger of any of the tables may write any of them.
        stirred = any(each.triggers for each in (source, *children))
        tree = TreeLens(
            change=self.title,
            source=source.name,
            key=key,
            columns=source.columns,
            target=made.name,
            target_key=target_key,
            target_columns=made.columns,
            legacy=self.legacy,
            forward=tuple(forward),
            backward=tuple(backward),
            derived=tuple(derived),
            references=tuple(references),
            embeds=tuple(replace(each, settled=stirred) for each in embeds),
            settled=stirred,
            rows=source.rows,
            stirred=tuple(each.name for each in (source, *children) if each.triggers),
            search_path=schema.search_path,
        )
        self._check_landed(tree, source, made)
        self._check_born(tree, made)
        for each in (source, *children):
            demand_alone(each, schema, self.accept, self.title)
        refers = dict.fromkeys(
            TableName(each.column.table.schema or made.name.schema, each.column.table.name)
            for each in self._table.foreign_keys
        )
        stand = tuple(sorted(each for each in refers if each in schema.table_names))
        at_once = {str(each.name) for each in self._table.indexes if _is_of_a_key(each)}
        indexes = {_name_of(each): each for each in creation.more}
        return Parts(
            made=(replace(made, origin=Origin(source.name, self.legacy, self.key)),),
            start=(
                CreateTarget(
                    evolution,
                    tree,
                    creation.create,
                    stand,
                    creation.owner,
                    creation.grants,
                    tuple(sql for name, sql in indexes.items() if name in at_once),
                ),
                *(
                    IndexTarget(made.name, name, sql.replace("INDEX ", "INDEX CONCURRENTLY ", 1))
                    for name, sql in indexes.items()
                    if name not in at_once
                ),
            ),
            complete=tuple(
                RenameTable(each, TableName(each.schema, names.retired(each.name, evolution)))
                for each in tree.tables
            ),
            trees=(tree,),
            checks=tuple(self._questions(tree, source)),
            notes=tuple(notes),
        )

    def _embeds(
        self, schema: Schema, source: Table, made: Table
    ) -> tuple[list[Embed], list[Table], list[str]]:
        embeds: list[Embed] = []
        children: dict[TableName, Table] = {}
        notes: list[str] = []
        for slot, declared in self.embed.items():
            child = schema.find(declared.table)
            if child is None and declared.optional:
                notes.append(
                    f"there is no table {declared.table}: {made.name}.{slot} stays as the new application "
                    "writes it"
                )
                continue
            child = child or schema.table(declared.table, self.title)
            children[child.name] = child
            embeds.append(embedded(declared, slot, made, source, child, self.title))
        for child in children.values():
            own = [each for each in self.embed.values() if schema.find(each.table) is child]
            lost = unlanded(child, own, [each for each in embeds if each.table == child.name])
            if lost:
                raise EvolutionError(
                    f"{', '.join(lost)} of {child.name} would be lost: nothing of {made.name} shows them",
                    place=self.title,
                    remedy="embed the table as an Array, or name them in dropped=",
                )
        plain = {each.column for each in embeds if each.field is None}
        for each in embeds:
            if each.field is not None and each.column in plain:
                raise EvolutionError(
                    f"{each.column!r} can't both hold a table and have the field {each.field!r}",
                    place=self.title,
                    remedy="embed in another column",
                )
        notes += [in_words(each) for each in embeds]
        return embeds, list(children.values()), notes

    def _columns(
        self, schema: Schema, source: Table, made: Table, embeds: Sequence[Embed]
    ) -> tuple[list[Assignment], list[Assignment], list[str], list[Reference]]:
        given = dict(self.columns)
        held = {self.key, *(each.partition(".")[0] for each in self.embed)}
        for name in (*given, *self.values):
            made.column(name, self.title)
            if name in held:
                raise EvolutionError(
                    f"{made.name}.{name} is given twice", place=self.title, remedy="give it once"
                )
        for column in made.columns:
            if (
                column.name not in held
                and source.find(column.name) is not None
                and column.name not in self.dropped
            ):
                given.setdefault(column.name, column.name)
        forward, backward, derived, references = [], [], [], []
        for name, text in given.items():
            column, old = made.column(name), source.find(text)
            if old is None:
                value = expressions.user_sql(text, column.type, source, schema.database, self.title)
                forward.append(Assignment(name, value))
                derived.append(name)
            elif reference := self._reference(schema, source, name, old):
                references.append(reference)
            else:
                there, back = self._both_ways(column, old, schema)
                forward.append(Assignment(name, there))
                backward.append(Assignment(old.name, back))
        return forward, backward, derived, references

    def _both_ways(
        self, column: Column, old: Column, schema: Schema
    ) -> tuple[Sql | ValueMap, Sql | ValueMap]:
        values = self.values.get(column.name)
        if values is not None:
            if len(set(values.values())) < len(values):
                raise EvolutionError(
                    f"two values of {old.name} become one: the way back would not be known",
                    place=self.title,
                    remedy="give each a value of its own",
                )
            there, back = tuple(values.items()), tuple((new, was) for was, new in values.items())
            return (
                ValueMap(old.name, there, old.type, column.type),
                ValueMap(column.name, back, column.type, old.type),
            )
        return _cast(old, column.type, schema), _cast(column, old.type, schema)

    def _reference(self, schema: Schema, source: Table, name: str, old: Column) -> Reference | None:
        """What translates a column that refers to the target of an earlier change."""
        for key in self._table.columns[name].foreign_keys:
            other = schema.find(
                ".".join(
                    names.written(each) for each in (key.column.table.schema, key.column.table.name) if each
                )
            )
            if other is None or other.origin is None or other.origin.key != key.column.name:
                continue
            theirs = [each for each in source.foreign_keys if each.columns == (old.name,)]
            if any(each.target == other.origin.table for each in theirs):
                return Reference(name, old.name, other.name, other.origin.key, other.origin.legacy)
        return None

    def _check_landed(self, tree: TreeLens, source: Table, made: Table) -> None:
        landed = {each.name for each in tree.landed}
        lost = [each.name for each in source.columns if each.name not in landed | set(self.dropped)]
        if lost:
            raise EvolutionError(
                f"{', '.join(lost)} of {source.name} would be lost: no column of {made.name} is made of them",
                place=self.title,
                remedy="give them in columns=, or name them in dropped=",
            )
        back = {each.column for each in tree.backward} | {each.source for each in tree.references}
        for each in source.columns:
            given = each.default or each.identity or each.generated or each.nullable
            if each.name not in {tree.key.name, *back} and not given:
                raise SchemaMismatch(
                    f"{source.name}.{each.name} takes no NULL, and rows of the new application have nothing "
                    "for it",
                    place=self.title,
                    remedy="let a column of the new table be it, or give it a default first",
                )

    def _check_born(self, tree: TreeLens, made: Table) -> None:
        for each in made.columns:
            if each.name in tree.alone and not (each.nullable or each.default or each.identity):
                raise EvolutionError(
                    f"{made.name}.{each.name} takes no NULL, and rows of the old application have nothing "
                    "for it",
                    place=self.title,
                    remedy="give it in columns=, or a server_default",
                )

    def _questions(self, tree: TreeLens, source: Table) -> Iterator[Question]:
        for each in tree.forward:
            if isinstance(each.value, ValueMap):
                yield CountOthers(
                    self.title,
                    source.name,
                    each.value.column,
                    each.value.known,
                    "a value in the new version",
                    "add them to values=",
                )
            elif isinstance(each.value, Sql) and each.column in tree.derived:
                columns = tuple(column.name for column in source.columns)
                column = next(column for column in tree.target_columns if column.name == each.column)
                yield AskExpression(
                    self.title, source.name, each.column, column.type, "columns", each.value, columns, ()
                )


def _qualified(column: Column, schema: Schema) -> Column:
    """The column, where it is of an enum by its full name: SQLAlchemy says it without its schema."""
    for each in schema.enums:
        if column.type.strip('"') == each.name and each.schema in schema.search_path:
            type_ = ".".join(f'"{part}"' for part in (each.schema, each.name))
            return replace(column, type=type_, enum=(each.schema, each.name))
    return column


def _cast(column: Column, type_: str, schema: Schema) -> Sql:
    value = expressions.of_column(column, schema.database)
    if column.type == type_:
        return value
    return replace(value, text=f"CAST({value.text} AS {type_})", type=type_)


def _name_of(index: str) -> str:
    """The name of the index that a statement makes."""
    return index.split(" ON ", 1)[0].rsplit(maxsplit=1)[-1].strip('"')


def _is_of_a_key(index: sqlalchemy.Index) -> bool:
    """Whether rows are found by it that refer to a certain other one."""
    first = next(iter(index.columns), None)
    return first is not None and bool(first.foreign_keys)
