"""What a table has besides columns: indexes, constraints, triggers, grants, and what depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade.schema.columns import TableName


@dataclass(frozen=True)
class Index:
    """An index. `columns` are plain column names in key order; `expressions` says that some key is
    an expression, and then `keys` are all keys in SQL; `options` are the rest of each key in SQL
    (` DESC NULLS LAST`, an operator class).
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
    parts: tuple[TableName, ...] = ()  # the indexes that it consists of, where its table is partitioned
    keys: tuple[str, ...] = ()
    deferral: str = ""  # of its constraint, in SQL: ` DEFERRABLE INITIALLY DEFERRED`

    @property
    def mentions(self) -> frozenset[str]:
        """Every column that the index holds or looks at."""
        return frozenset((*self.columns, *self.include, *self.predicate_columns))

    @property
    def whole(self) -> bool:
        """Whether it is built, and has every row, by plain columns alone."""
        return self.valid and self.predicate is None and not self.expressions


@dataclass(frozen=True)
class Check:
    """A check constraint; `expression` is its SQL without the word CHECK."""

    name: str
    expression: str
    columns: tuple[str, ...]
    valid: bool = True


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of the table (`referencing`), or one that points to it (`not referencing`).

    `definition` is what the database says it is, without its name: made again, it is just so.
    """

    name: str
    table: TableName
    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    definition: str = ""
    valid: bool = True


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


WHOLE_TABLE = ""  # stands for a column's name, where the table itself is spoken of
EVERYTHING = "*"  # stands for all columns, and whatever else a table has


@dataclass(frozen=True)
class Dependent:
    """Something of the user's that depends on a column and that a change of it would break; a function that
    speaks of the table depends on WHOLE_TABLE as well.
    """

    kind: str
    name: str
    column: str
