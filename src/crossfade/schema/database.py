"""One database as reflected, and what the connected role may do there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from crossfade import names
from crossfade.errors import SchemaMismatch
from crossfade.schema.columns import EnumType, TableName
from crossfade.schema.definitions import Definition, Redefinition
from crossfade.schema.table import Table


@dataclass(frozen=True)
class Role:
    """What the connected role may do."""

    name: str
    superuser: bool = True
    may_create_schema: bool = True
    may_skip_triggers: bool = True
    creates_in: tuple[str, ...] = ()  # schemas in which it may create


@dataclass(frozen=True)
class Traits:
    """What databases differ in, where a plan must know: whether enums are types of their own, whether a view
    follows a column that gets another name, whether a namespace is looked at before what it stands for (else
    it shows every table), whether a constraint can be added first and validated later, whether rows can be
    changed at commit, whether NOT NULL can be taken off without writing the rows anew, whether a view's
    column may have a default of its own, whether an index stays when one of its columns goes, whether a
    foreign key needs an index of its columns, and refers to columns of just their type and collation, whether
    statements that change the structure share a transaction, and whether functions and views can have two
    versions.
    """

    enum_types: bool = True
    views_follow: bool = True
    namespaces_stack: bool = True
    validates_later: bool = True
    deferred_triggers: bool = True
    relaxes: bool = True
    view_defaults: bool = True
    indexes_stay: bool = False
    exact_keys: bool = False
    ddl_together: bool = True
    definitions: bool = True


@dataclass(frozen=True)
class Schema:
    """One database as reflected: the tables asked for, and what surrounds them."""

    database: str  # "postgresql"
    version: tuple[int, ...]
    tables: tuple[Table, ...]
    enums: tuple[EnumType, ...] = ()
    enum_columns: tuple[
        tuple[tuple[str, str], TableName, str], ...
    ] = ()  # (enum type, relation, column), of every relation
    search_path: tuple[str, ...] = ("public",)
    table_names: tuple[TableName, ...] = ()
    schema_names: tuple[str, ...] = ()
    relation_names: tuple[TableName, ...] = ()  # tables, indexes, views, sequences: one name space
    role: Role = Role("postgres")
    read_only: bool = False
    volatile_functions: tuple[str, ...] = ()  # the users' own, by their bare names in lower case
    traits: Traits = Traits()
    collation: str | None = None  # that of tables which say none, where it is of importance
    cascades: tuple[tuple[TableName, TableName], ...] = ()  # (parent, child) whose rows go with the parent's
    definitions: tuple[Definition, ...] = ()  # functions and views, of the names that were asked for
    redefinitions: tuple[Redefinition, ...] = ()  # what changes make of them, in the order of making

    def find(self, written: str) -> Table | None:
        """The reflected table that `written` (as a user writes it) names, or None."""
        schema, name = names.split_table(written)
        for place in (schema,) if schema else self.search_path:
            for table in self.tables:
                if table.name == TableName(place or "", name):
                    return table
        return None

    def table(self, written: str, place: str = "") -> Table:
        """The reflected table. Raises SchemaMismatch with the nearest name."""
        found = self.find(written)
        if found is not None:
            return found
        schema, name = names.split_table(written)
        known = [
            each.name if not schema and each.schema in self.search_path else str(each)
            for each in self.table_names
        ]
        elsewhere = [str(each) for each in self.table_names if not schema and each.name == name]
        raise SchemaMismatch(
            f"there is no table {written!r} on the search path ({', '.join(self.search_path)})"
            if elsewhere
            else f"there is no table {written!r}",
            place=place or f"search path {', '.join(self.search_path)}",
            remedy=f"write {elsewhere[0]!r}" if elsewhere else names.nearest(written, known),
        )

    def without_retired(self) -> Schema:
        """The schema with no table that shows what an earlier evolution retired."""
        return replace(self, tables=tuple(each.without_retired() for each in self.tables))

    def without_dependents(self, gone: Collection[str]) -> Schema:
        """The schema where what the identities in `gone` name does not depend on any table."""
        tables = (
            replace(each, dependents=tuple(of for of in each.dependents if of.name not in gone))
            for each in self.tables
        )
        return replace(self, tables=tuple(tables))

    def enum(self, name: tuple[str, str]) -> EnumType:
        """The enum type of that (schema, name)."""
        return next(each for each in self.enums if (each.schema, each.name) == name)
