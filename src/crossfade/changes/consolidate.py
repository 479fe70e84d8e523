"""A table, with those that refer to it, becomes one row each of a new table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import cast

import sqlalchemy

from crossfade import names
from crossfade.changes import made_tables, target_columns
from crossfade.changes.change import Parts
from crossfade.changes.dependents import demand_alone
from crossfade.changes.embeds import Declared, embedded, in_words, key_of, unlanded
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.schema import EVERYTHING, Origin, Schema, Table, TableName
from crossfade.steps import CreateTarget, IndexTarget, RenameTable
from crossfade.tree import Embed, TreeLens


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
        made = replace(made, columns=tuple(target_columns.qualified(each, schema) for each in made.columns))
        target_key = made.column(self.key, self.title)
        if made.key != (self.key,) or target_key.type != "uuid":
            raise EvolutionError(
                f"{made.name}.{self.key} must be the primary key, and a UUID",
                place=self.title,
                remedy="make it a Uuid column with primary_key=True",
            )
        embeds, children, notes = self._embeds(schema, source, made)
        columns = target_columns.matched(
            source,
            made,
            self._table,
            self.columns,
            self.values,
            {self.key, *(each.partition(".")[0] for each in self.embed)},
            self.dropped,
            schema,
            self.title,
        )
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
            forward=columns.forward,
            backward=columns.backward,
            derived=columns.derived,
            references=columns.references,
            embeds=tuple(replace(each, settled=stirred) for each in embeds),
            settled=stirred,
            rows=source.rows,
            stirred=tuple(each.name for each in (source, *children) if each.triggers),
            search_path=schema.search_path,
        )
        target_columns.demand_landed(tree, self.dropped)
        target_columns.demand_born(tree)
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
            checks=tuple(target_columns.asked(tree)),
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


def _name_of(index: str) -> str:
    """The name of the index that a statement makes."""
    return index.split(" ON ", 1)[0].rsplit(maxsplit=1)[-1].strip('"')


def _is_of_a_key(index: sqlalchemy.Index) -> bool:
    """Whether rows are found by it that refer to a certain other one."""
    first = next(iter(index.columns), None)
    return first is not None and bool(first.foreign_keys)
