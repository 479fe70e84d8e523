"""A column of few values becomes a reference to the rows of a lookup table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import sqlalchemy

from crossfade import expressions, names
from crossfade.changes import foreign_keys, lookup_rows
from crossfade.changes.change import Parts, Question, Shown
from crossfade.changes.dependents import demand_movable
from crossfade.changes.made_tables import made
from crossfade.changes.not_null import not_null
from crossfade.changes.put_away import put_away
from crossfade.errors import EvolutionError, MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.expressions import LookupKey, LookupValue
from crossfade.lens import Assignment, RowLens, lookup_law
from crossfade.schema import Column, ForeignKey, Index, Schema, Table
from crossfade.steps import (
    AddColumn,
    AskExpression,
    CountLookups,
    CountOthers,
    CountUnmapped,
    CreateIndex,
    InstallLookup,
    Step,
    ViewColumn,
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class EnumToReference:
    """The column `column` of `table` becomes `to`, a foreign key to rows of the table `lookup`.

        before   jobs(id, kind job_kind NOT NULL)           'claim_status', 'prior_auth'
        after    jobs(id, kind_id UUID NOT NULL)            -> kinds(id, domain, action)

    `column` is of an enum, or a text. `rows` gives each of its values its row of the lookup table: the row
    that holds this is taken, or made where there is none. `match` names the columns that tell rows apart
    (left out: those of a unique index, else all that are given). `backward` says what the old application
    sees for a row: a map of one column's values, `{"domain": {"claim": "claim_status"}}`, or an SQL
    expression over the lookup's columns, or one for each database; left out, the rows of `rows` alone have a
    value. A row without one is seen as `unknown`, or left out, refused while both versions are live. `other`
    is the row for values of a text that `rows` does not have.

    `lookup` is the table's name, or a SQLAlchemy Table, which is made where it is not there. `key` is its
    column that is referred to (left out: its primary key). `nullable` says whether the new column takes NULL
    (left out: as the old one). `index` builds an index over it, `name` is the foreign key's. `accept` names
    functions that mention the old column and were looked at.
    """

    table: str
    column: str
    to: str
    lookup: str | sqlalchemy.Table
    rows: Mapping[str, Row]
    backward: Mapping[str, Mapping[str, str]] | Mapping[str, str] | str | None = None
    _: KW_ONLY
    unknown: str | None = None
    other: Row | None = None
    match: str | Sequence[str] | None = None
    key: str | None = None
    nullable: bool | None = None
    index: bool = True
    name: str | None = None
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names.checked_column(self.to, self.title)
        if self.name is not None:
            names.checked(self.name, "a foreign key", self.title)
        if self.to == self.column:
            raise EvolutionError(
                f"the new column can't be called {self.to!r} as the old one is",
                place=self.title,
                remedy="give it a name of its own, such as the lookup's name and _id",
            )
        if not self.rows:
            raise EvolutionError(
                "no value is given a row", place=self.title, remedy="give rows={'value': {…}, …}"
            )
        if isinstance(self.backward, Mapping) and self._sql is None and len(self._values) != 1:
            raise EvolutionError(
                f"backward= maps {len(self._values)} columns, and it is one column that tells",
                place=self.title,
                remedy="map the values of one column, or give an SQL expression over several",
            )

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"EnumToReference {self.table}.{self.column}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The lookup table."""
        return (self._lookup_name,)

    @property
    def claims(self) -> tuple[str, ...]:
        """The columns it claims."""
        return (self.column, self.to)

    @property
    def _lookup_name(self) -> str:
        if isinstance(self.lookup, str):
            return self.lookup
        parts = (self.lookup.schema, self.lookup.name)
        return ".".join(names.written(each) for each in parts if each is not None)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        old = self._source(table)
        lookup, creation = self._lookup_table(table, schema, evolution)
        stands = lookup.name in schema.table_names
        self._check_lookup(lookup, schema)
        key = self._key(lookup)
        labels = schema.enum(old.enum).labels if old.enum else ()
        self._check_labels(labels)
        match = lookup_rows.match(lookup, [*self.rows.values(), *self._others], self.match, self.title)
        held = {value: lookup_rows.held(row, match, self.title) for value, row in self.rows.items()}
        nullable = old.nullable if self.nullable is None else self.nullable
        if old.nullable and not nullable:
            raise SchemaMismatch(
                f"{table.name}.{old.name} may be NULL and its successor may not",
                place=self.title,
                remedy="say nullable=True, or make the old column NOT NULL first",
            )

        collation = key.collation if schema.traits.exact_keys else None
        new = Column(self.to, key.type, comment=old.comment, collation=collation)
        forward = LookupKey(
            old.name,
            lookup.name,
            key.name,
            tuple(held.items()),
            tuple(lookup.column(each) for each in match),
            old.type,
            key.type,
            names.routine(f"key_{old.name}", table.name.schema, table.name.name, evolution),
            lookup_rows.held(self.other, match, self.title) if self.other is not None else (),
        )
        backward = self._backward(lookup, forward, old, schema, evolution, table)
        seeds = lookup_rows.seed(
            lookup, key, [*self.rows.values(), *self._others], match, evolution, self.title, schema.database
        )
        install = InstallLookup(
            evolution,
            table.name,
            forward,
            backward,
            _in_unique_index(lookup, backward.columns) and _in_unique_index(lookup, forward.columns),
            schema.search_path,
            names.retired(old.name, evolution),
        )
        foreign = ForeignKey(
            self.name or names.fitted(f"{table.name.name}_{self.to}_fkey"),
            table.name,
            (new.name,),
            lookup.name,
            (key.name,),
        )
        proof = names.fitted(f"{names.RESERVED}{new.name}_not_null")
        required: tuple[Step, ...] = () if nullable else not_null(table.name, new, proof, schema)
        index = Index(names.index(table.name.name, new.name), (new.name,))
        needed = schema.traits.exact_keys
        away = put_away(table, old, schema, evolution, self.title)
        grants = tuple(each for each in table.grants if each.column == old.name)
        return Parts(
            made=(lookup,) if creation else (),
            start=(
                *creation,
                seeds,
                AddColumn(table.name, new, grants),
                install,
                *required,
                *((CreateIndex(table.name, index, table.partitions),) if self.index or needed else ()),
                *foreign_keys.added(table, foreign, schema),
            ),
            complete=away.complete,
            purge=away.purge,
            recreate=away.recreate,
            revive=away.revive,
            again=(seeds,),
            sync=(install,),
            lenses=(
                RowLens(
                    self.title,
                    table.name,
                    (old,),
                    (new,),
                    (self.to,),
                    (Assignment(new.name, forward),),
                    (Assignment(old.name, backward),),
                    lookup_law(forward, backward),
                ),
            ),
            shown=(
                Shown(table.name, old.name, None),
                Shown(table.name, None, ViewColumn(self.to, new.name)),
            ),
            checks=(
                *self._of_labels(table, old, labels, schema),
                *self._questions(table, old, lookup, key, labels, forward, backward, stands=stands),
            ),
            notes=away.notes,
        )

    @property
    def _sql(self) -> str | Mapping[str, str] | None:
        """`backward`, where it is SQL: one expression, or one for each database."""
        if isinstance(self.backward, Mapping):
            return {name: each for name, each in self.backward.items() if isinstance(each, str)} or None
        return self.backward

    @property
    def _values(self) -> Mapping[str, Mapping[str, str]]:
        """`backward`, where it maps the values of columns."""
        given = self.backward if isinstance(self.backward, Mapping) else {}
        return {name: each for name, each in given.items() if isinstance(each, Mapping)}

    @property
    def _others(self) -> tuple[Row, ...]:
        return () if self.other is None else (self.other,)

    def _source(self, table: Table) -> Column:
        old = table.column(self.column, self.title)
        if old.wraps or not (old.enum or old.type.lower().startswith(_TEXTS)):
            raise SchemaMismatch(
                f"{table.name}.{old.name} is of type {old.type}, not an enum or a text",
                place=self.title,
                remedy="EnumToReference is for columns of enums, varchar and text",
            )
        demand_movable(table, old, self.accept, self.title)
        if table.find(self.to) is not None:
            raise SchemaMismatch(
                f"{table.name} has a column {self.to!r} already",
                place=self.title,
                remedy="choose another name, or drop that column first",
            )
        return old

    def _lookup_table(self, table: Table, schema: Schema, evolution: str) -> tuple[Table, tuple[Step, ...]]:
        found = schema.find(self._lookup_name)
        if found is None and isinstance(self.lookup, sqlalchemy.Table):
            return made(self.lookup, table, schema, evolution, self.title)
        return found or schema.table(self._lookup_name, self.title), ()

    def _check_lookup(self, lookup: Table, schema: Schema) -> None:
        if lookup.kind != "table":
            raise Unsupported(
                f"{lookup.name} is a {lookup.kind}, and a lookup must be a table",
                place=self.title,
                remedy="name a table",
            )
        if not lookup.owned or lookup.hides_rows:
            why = "owns" if not lookup.owned else "hides rows of it from"
            raise MissingPrivilege(
                f"role {schema.role.name!r} may not guard {lookup.name}, which {lookup.owner!r} {why}",
                place=self.title,
                remedy=f"connect as {lookup.owner!r}, or GRANT {lookup.owner} TO {schema.role.name}",
            )

    def _key(self, lookup: Table) -> Column:
        if self.key is not None:
            key = lookup.column(self.key, self.title)
            if not any(each.unique and each.whole and each.columns == (key.name,) for each in lookup.indexes):
                raise SchemaMismatch(
                    f"{lookup.name}.{key.name} is not unique, and can't be referred to",
                    place=self.title,
                    remedy="name a unique column in key=",
                )
            return key
        if len(lookup.key) != 1:
            raise SchemaMismatch(
                f"{lookup.name} has no key of one column: ({', '.join(lookup.key)})",
                place=self.title,
                remedy="name a unique column in key=",
            )
        return lookup.column(lookup.key[0])

    def _check_labels(self, labels: Sequence[str]) -> None:
        if not labels:
            return
        for label in (
            *self.rows,
            *(each for values in self._values.values() for each in values.values()),
            *((self.unknown,) if self.unknown is not None else ()),
        ):
            if label not in labels:
                raise SchemaMismatch(
                    f"the enum has no label {label!r}", place=self.title, remedy=names.nearest(label, labels)
                )
        if self.other is not None:
            raise EvolutionError(
                f"other= is for a text: the enum has the labels {', '.join(labels)} and no others",
                place=self.title,
                remedy="give each label its row in rows=",
            )

    def _backward(
        self, lookup: Table, forward: LookupKey, old: Column, schema: Schema, evolution: str, table: Table
    ) -> LookupValue:
        sql, pairs = None, tuple((held, value) for value, held in forward.rows)
        columns = forward.columns
        if self._sql is not None:
            type_ = "text" if old.enum else old.type
            text = expressions.chosen(self._sql, schema.database, self.title)
            sql = expressions.user_sql(text, type_, lookup, schema.database, self.title)
            pairs, columns = (), tuple(lookup.column(each) for each in sorted(sql.reads))
        elif self.backward is not None:
            ((column, values),) = self._values.items()
            columns = (lookup.column(column, self.title),)
            pairs = tuple((((column, each),), value) for each, value in values.items())
        return LookupValue(
            self.to,
            lookup.name,
            forward.key,
            pairs,
            columns,
            forward.target,
            old.type,
            names.routine(f"value_{old.name}", table.name.schema, table.name.name, evolution),
            sql,
            self.unknown,
            null=old.nullable,
        )

    def _of_labels(
        self, table: Table, old: Column, labels: Sequence[str], schema: Schema
    ) -> Sequence[CountUnmapped]:
        """What counts the labels without a row; and, where an enum may hold what is none, those rows."""
        unmapped = tuple(label for label in labels if label not in self.rows)
        if unmapped or (labels and not schema.traits.enum_types):
            return (CountUnmapped(self.title, table.name, old.name, unmapped),)
        return ()

    def _questions(
        self,
        table: Table,
        old: Column,
        lookup: Table,
        key: Column,
        labels: Sequence[str],
        forward: LookupKey,
        backward: LookupValue,
        *,
        stands: bool,
    ) -> Sequence[Question]:
        asked: list[Question] = []
        if not labels and self.other is None:
            asked.append(CountOthers(self.title, table.name, old.name, tuple(self.rows)))
        if backward.sql is not None and stands:
            columns = tuple(each.name for each in lookup.columns)
            asked.append(
                AskExpression(
                    self.title,
                    lookup.name,
                    key.name,
                    backward.sql.type,
                    "backward",
                    backward.sql,
                    columns,
                    (),
                )
            )
        if stands:
            rows = (*forward.rows, *((("any other value", forward.otherwise),) if self.other else ()))
            given = [*self.rows.values(), *self._others]
            asked.append(CountLookups(self.title, lookup.name, rows, lookup_rows.missing(lookup, key, given)))
        return asked


_TEXTS = ("text", "character varying", "varchar", "tinytext", "mediumtext", "longtext")


def _in_unique_index(lookup: Table, columns: Sequence[Column]) -> bool:
    """Whether an edit of any of the columns is one of a key, as the server sees it."""
    held = {name for each in lookup.indexes if each.unique and each.whole for name in each.columns}
    return all(each.name in held for each in columns)
