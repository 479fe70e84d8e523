"""An enum column becomes a string column of the same name, open to any value."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import String
from sqlalchemy.types import TypeEngine

from crossfade import expressions, names
from crossfade.changes.carried import carried_checks, carried_indexes
from crossfade.changes.change import Parts, Shown
from crossfade.changes.column_types import rendered
from crossfade.changes.dependents import demand_movable
from crossfade.changes.not_null import not_null, takes_null
from crossfade.changes.put_away import put_away
from crossfade.errors import EvolutionError, SchemaMismatch, Unsupported
from crossfade.expressions import ValueMap
from crossfade.lens import Assignment, RowLens, law_of
from crossfade.schema import Column, Schema, Table
from crossfade.steps import AddColumn, CountUnmapped, GiveDefault, RenameColumn, SetDefault, Step, ViewColumn


@dataclass(frozen=True)
class OpenEnum:
    """The enum column `column` of `table` becomes a string column of the same name.

        before   orders(id, status order_status NOT NULL)         'new', 'paid'
        after    orders(id, status VARCHAR(50))                   'new', 'paid', 'anything'

    `values` maps each label of the enum to its string; left out, every label stays as it is.
    `nullable` says whether the new column takes NULL (default: as the old one). `unknown` is the
    label that old readers see for a string, or a NULL, that no label stands for; left out, such
    writes are refused while both versions are live. `accept` names functions that mention the
    column and were looked at: see the page of this change.
    """

    table: str
    column: str
    type: TypeEngine[str] = field(default_factory=String)
    nullable: bool | None = None
    values: Mapping[str, str] | None = None
    unknown: str | None = None
    accept: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.type, String):
            raise EvolutionError(
                f"{self.type!r} is not a string type", place=self.title, remedy="use String(n) or Text()"
            )
        self._check_values(self.values or {})

    @property
    def title(self) -> str:
        """The change as a user would name it."""
        return f"OpenEnum {self.table}.{self.column}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table it touches."""
        return (self.table,)

    @property
    def looks_at(self) -> tuple[str, ...]:
        """No other table."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The column it claims."""
        return (self.column,)

    def compile(self, schema: Schema, evolution: str) -> Parts:
        """The change's parts; raises Refused for what the schema does not allow."""
        table = schema.table(self.table, self.title)
        old = self._source(table)
        enum = schema.enum(old.enum or ("", ""))
        labels = enum.labels
        values = dict(self.values) if self.values is not None else {label: label for label in labels}
        self._known_labels(values, labels)
        self._check_values(values)
        nullable = takes_null(table.name, old, self.nullable, self.title)

        successor = names.successor(self.column, evolution)
        type_, collation = rendered(self.type, schema, self.title)
        default = self._default(table, old, values, schema)
        own = None if schema.traits.view_defaults else default  # of the table's column, or of the view's
        new = Column(successor, type_, default=own, comment=old.comment, collation=collation)
        standing = replace(new, nullable=nullable)
        lens = self._lens(table, old, new, values)
        unmapped = tuple(label for label in labels if label not in values)
        # Where an enum is no type of its own, a column may hold what is no label at all.
        counts = unmapped or not schema.traits.enum_types
        mapping: dict[str | None, str | None] = dict(values.items())
        apart = values.values() if schema.traits.enum_types else map(_blurred, values.values())
        merges = self.unknown is not None or len(set(apart)) < len(values)
        indexes = carried_indexes(table, old, new, mapping, schema, evolution, self.title, merges=merges)
        checks = carried_checks(table, old, standing, mapping, schema, evolution, self.title)

        proof = names.successor(f"{self.column}_not_null", evolution)
        # In ADD COLUMN, a default would be the value of every row that stands, or comes before the sync.
        bare = replace(new, default=None)
        required: tuple[Step, ...] = () if nullable else not_null(table.name, bare, proof, schema)
        given = (GiveDefault(table.name, successor, own),) if own is not None else ()
        later = default if schema.traits.view_defaults else None
        away = put_away(table, old, schema, evolution, self.title, replaced=True)
        # Whoever holds a privilege on this one column of the table holds it on the column in its place.
        grants = tuple(each for each in table.grants if each.column == old.name)
        return Parts(
            start=(AddColumn(table.name, bare, grants), *required, *given, *indexes.start, *checks.start),
            complete=(
                *away.complete,
                RenameColumn(table.name, successor, self.column),
                *indexes.promote,
                *checks.promote,
                *((SetDefault(table.name, self.column, later),) if later is not None else ()),
            ),
            purge=away.purge,
            recreate=away.recreate,
            revive=away.revive,
            lenses=(lens,),
            shown=(Shown(table.name, self.column, ViewColumn(self.column, successor, later)),),
            checks=(CountUnmapped(self.title, table.name, self.column, unmapped),) if counts else (),
            notes=(*indexes.notes, *checks.notes),
        )

    def _check_values(self, values: Mapping[str, str]) -> None:
        limit = getattr(self.type, "length", None)
        for label, value in values.items():
            if limit is not None and len(value) > limit:
                raise EvolutionError(
                    f"the value {value!r} of {label!r} has {len(value)} characters, the column {limit}",
                    place=self.title,
                    remedy="shorten the value or widen the type",
                )
            if "\0" in value:
                raise EvolutionError(
                    f"the value {value!r} of {label!r} holds a NUL character, which no database stores",
                    place=self.title,
                    remedy="leave the NUL out",
                )

    def _source(self, table: Table) -> Column:
        old = table.column(self.column, self.title)
        if old.wraps:
            what = "an array" if old.wraps == "array" else "a domain"
            raise Unsupported(
                f"{table.name}.{old.name} is {what} of an enum ({old.type})",
                place=self.title,
                remedy="OpenEnum takes a column of the enum itself",
            )
        if old.enum is None:
            raise SchemaMismatch(
                f"{table.name}.{old.name} is of type {old.type}, not an enum",
                place=self.title,
                remedy="OpenEnum is for enum columns",
            )
        for holds, what in (
            (table.key, "the key"),
            (table.partition_key, "the partition key"),
            *((key.columns, f"foreign key {key.name}") for key in table.foreign_keys),
            *(
                (key.target_columns, f"what foreign key {key.name} of {key.table} refers to")
                for key in table.referenced_by
            ),
        ):
            if old.name in holds:
                raise Unsupported(
                    f"{table.name}.{old.name} is part of {what}",
                    place=self.title,
                    remedy="a column that identifies or refers to rows can't be opened",
                )
        demand_movable(table, old, self.accept, self.title)
        return old

    def _known_labels(self, values: Mapping[str, str], labels: tuple[str, ...]) -> None:
        for label in (*values, *((self.unknown,) if self.unknown is not None else ())):
            if label not in labels:
                raise SchemaMismatch(
                    f"the enum has no label {label!r}", place=self.title, remedy=names.nearest(label, labels)
                )

    def _lens(self, table: Table, old: Column, new: Column, values: Mapping[str, str]) -> RowLens:
        there: list[tuple[str | None, str | None]] = list(values.items())
        back: dict[str | None, str | None] = {}
        for label, value in values.items():
            back.setdefault(value, label)
        if old.nullable:
            there.append((None, None))
            back[None] = None
        forward = ValueMap(old.name, tuple(there), old.type, new.type)
        backward = ValueMap(new.name, tuple(back.items()), new.type, old.type, self.unknown)
        return RowLens(
            self.title,
            table.name,
            (old,),
            (new,),
            (self.column,),
            (Assignment(new.name, forward),),
            (Assignment(old.name, backward),),
            law_of(forward, backward),
        )

    def _default(self, table: Table, old: Column, values: Mapping[str, str], schema: Schema) -> str | None:
        if old.default is None:
            return None
        label = expressions.literal_of(old.default, schema.database)
        if label is None or label not in values:
            raise Unsupported(
                f"the default of {table.name}.{old.name} is {old.default}, not one of the enum's labels",
                place=self.title,
                remedy="give the column a plain label as its default, or none",
            )
        return expressions.literal(values[label], schema.database)


def _blurred(value: str) -> str:
    """What values that a collation may call one have in common: case, accents, trailing spaces differ."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each)).rstrip(" ")
