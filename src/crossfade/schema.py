"""The schema as reflected: frozen tables, columns, constraints, and the facts that planning needs.

Nothing here asks a database. A `Schema` is what a plan is computed from, and it is exact about
what a plan must know: keys, indexes and checks by column, what depends on a column, what the role
may do.
"""

from __future__ import annotations

from dataclasses import dataclass

from crossfade import names
from crossfade.errors import SchemaMismatch


@dataclass(frozen=True, order=True)
class TableName:
    """A table's full name; `schema` is never guessed again once it is here.

    As text it is what a user may write: a part that holds a dot or a quote stands in quotes, so that
    two tables never share a text.
    """

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{names.written(self.schema)}.{names.written(self.name)}"


@dataclass(frozen=True)
class Column:
    """A column; `type` is in the database's own words, such as `character varying(50)`.

    `default` is the SQL of its default. `generated` is the SQL of a generated column, `identity`
    is "always", "by default" or "". `enum` names the enum type (schema, name) it is of, `wraps`
    says how: "" directly, "array" or "domain".
    """

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    generated: str | None = None
    identity: str = ""
    enum: tuple[str, str] | None = None
    wraps: str = ""
    comment: str | None = None


@dataclass(frozen=True)
class EnumType:
    """An enum type and its labels, in order."""

    schema: str
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """An index. `columns` are plain column names in key order; `expressions` says that some key is
    an expression, `options` the rest of each key in SQL (` DESC NULLS LAST`, an operator class).
    """

    name: str
    columns: tuple[str, ...]
    method: str = "btree"
    unique: bool = False
    options: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    predicate: str | None = None
    predicate_columns: tuple[str, ...] = ()
    expressions: bool = False
    constraint: str = ""  # "primary key", "unique", "exclusion" or "": the constraint it serves
    storage: str = ""  # storage parameters in SQL, such as `fillfactor=70`
    nulls_not_distinct: bool = False
    valid: bool = True

    @property
    def mentions(self) -> frozenset[str]:
        """Every column that the index holds or looks at."""
        return frozenset((*self.columns, *self.include, *self.predicate_columns))


@dataclass(frozen=True)
class Check:
    """A check constraint; `expression` is its SQL without the word CHECK."""

    name: str
    expression: str
    columns: tuple[str, ...]
    valid: bool = True


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of the table (`referencing`), or one that points to it (`not referencing`)."""

    name: str
    table: TableName
    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"


@dataclass(frozen=True)
class Trigger:
    """A user's trigger: the events are those of the database's catalogue."""

    name: str
    timing: str
    events: tuple[str, ...]
    level: str
    function: str
    enabled: bool = True

    @property
    def may_change_rows(self) -> bool:
        """Whether it can give a row that is written other values."""
        writes = {"INSERT", "UPDATE"}.intersection(self.events)
        return self.timing == "BEFORE" and self.level == "row" and bool(writes)


@dataclass(frozen=True)
class Grant:
    """A privilege that someone holds on a table, or on one column of it."""

    privilege: str
    grantee: str  # "" is PUBLIC
    grantable: bool = False
    column: str | None = None


@dataclass(frozen=True)
class Dependent:
    """Something of the user's that depends on a column and that a change of it would break."""

    kind: str
    name: str
    column: str


@dataclass(frozen=True)
class Table:
    """A table, with all that a plan may need to know of it."""

    name: TableName
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    referenced_by: tuple[ForeignKey, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    kind: str = "table"  # "table", "partitioned table", or what else it is
    partition_key: tuple[str, ...] = ()
    partitions: tuple[TableName, ...] = ()
    inherits: bool = False
    row_security: bool = False
    hides_rows: bool = False  # whether row-level security applies to the connected role itself
    owner: str = ""
    owned: bool = True  # whether the connected role may act as the owner
    grants: tuple[Grant, ...] = ()
    schema_owner: str = ""
    schema_readers: tuple[str, ...] = ()
    comment: str | None = None
    rows: int = 0  # the planner's estimate

    def find(self, column: str) -> Column | None:
        """The column of that name, or None."""
        return next((found for found in self.columns if found.name == column), None)

    def column(self, column: str, place: str = "") -> Column:
        """The column of that name. Raises SchemaMismatch with the nearest name."""
        found = self.find(column)
        if found is None:
            raise SchemaMismatch(
                f"table {self.name} has no column {column!r}",
                place=place or f"table {self.name}",
                remedy=names.nearest(column, (every.name for every in self.columns)),
            )
        return found

    def key_columns(self) -> tuple[Column, ...]:
        """The key's columns, in the key's order."""
        return tuple(self.column(name) for name in self.key)


@dataclass(frozen=True)
class Role:
    """What the connected role may do."""

    name: str
    superuser: bool = True
    may_create_schema: bool = True
    may_skip_triggers: bool = True
    creates_in: tuple[str, ...] = ()  # schemas in which it may create


@dataclass(frozen=True)
class Schema:
    """One database as reflected: the tables asked for, and what surrounds them."""

    database: str  # "postgresql"
    version: tuple[int, ...]
    tables: tuple[Table, ...]
    enums: tuple[EnumType, ...] = ()
    search_path: tuple[str, ...] = ("public",)
    table_names: tuple[TableName, ...] = ()
    schema_names: tuple[str, ...] = ()
    relation_names: tuple[TableName, ...] = ()  # tables, indexes, views, sequences: one name space
    role: Role = Role("postgres")
    read_only: bool = False

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

    def enum(self, name: tuple[str, str]) -> EnumType:
        """The enum type of that (schema, name)."""
        return next(each for each in self.enums if (each.schema, each.name) == name)
