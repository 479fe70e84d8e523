"""A column of few values becomes a reference to the rows of a lookup table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass

import sqlalchemy

from crossfade import names
from crossfade.changes import foreign_keys, lookup_rows, lookup_values, lookups
from crossfade.changes.change import Parts, Question, Shown
from crossfade.changes.dependents import demand_movable
from crossfade.changes.lookup_rows import Row
from crossfade.changes.not_null import not_null, takes_null
from crossfade.changes.put_away import put_away
from crossfade.errors import EvolutionError, SchemaMismatch
from crossfade.expressions import LookupKey
from crossfade.lens import Assignment, RowLens, lookup_law
from crossfade.schema import Column, ForeignKey, Index, Schema, Table
from crossfade.steps import (
    AddColumn,
    CountOthers,
    CountUnmapped,
    CreateIndex,
    InstallLookup,
    Step,
    ViewColumn,
)


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
        lookup_values.demand_one_column(self.backward, self.title)

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
        return (lookups.name_of(self.lookup),)

    @property
    def claims(self) -> tuple[str, ...]:
        """The columns it claims."""
        return (self.column, self.to)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        old = self._source(table)
        lookup, creation = lookups.found(self.lookup, table, schema, evolution, self.title)
        stands = lookup.name in schema.table_names
        lookups.demand_guardable(lookup, schema, self.title)
        key = lookups.key_of(lookup, self.key, self.title)
        labels = schema.enum(old.enum).labels if old.enum else ()
        lookup_values.demand_labels(labels, self.rows, self.backward, self.unknown, self.other, self.title)
        match = lookup_rows.match(lookup, self._given, self.match, self.title)
        held = {value: lookup_rows.held(row, match, self.title) for value, row in self.rows.items()}
        nullable = takes_null(table.name, old, self.nullable, self.title)

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
        backward = lookup_values.value(
            self.backward,
            forward,
            lookup,
            old,
            self.to,
            names.routine(f"value_{old.name}", table.name.schema, table.name.name, evolution),
            self.unknown,
            schema,
            self.title,
        )
        seeds = lookup_rows.seed(lookup, key, self._given, match, evolution, self.title, schema.database)
        install = InstallLookup(
            evolution,
            table.name,
            forward,
            backward,
            lookups.in_unique_index(lookup, (*backward.columns, *forward.columns)),
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
                *self._of_values(table, old, labels, schema),
                *(lookup_values.asked(backward, lookup, self.title) if stands else ()),
                *(lookup_rows.asked(forward, lookup, key, self._given, self.title) if stands else ()),
            ),
            notes=away.notes,
        )

    @property
    def _given(self) -> tuple[Row, ...]:
        return (*self.rows.values(), *(() if self.other is None else (self.other,)))

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

    def _of_values(
        self, table: Table, old: Column, labels: Sequence[str], schema: Schema
    ) -> Iterator[Question]:
        """What counts the values without a row; and, where an enum may hold what is no label, those rows."""
        unmapped = tuple(label for label in labels if label not in self.rows)
        if unmapped or (labels and not schema.traits.enum_types):
            yield CountUnmapped(self.title, table.name, old.name, unmapped)
        if not labels and self.other is None:
            yield CountOthers(self.title, table.name, old.name, tuple(self.rows))


_TEXTS = ("text", "character varying", "varchar", "tinytext", "mediumtext", "longtext")
