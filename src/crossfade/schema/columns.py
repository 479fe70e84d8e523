"""Tables by name, their columns, and the enum types that these are of."""

from __future__ import annotations

from dataclasses import dataclass

from crossfade import names


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
    says how: "" directly, "array" or "domain". `collation` is the SQL of the collation, where it
    is not the type's own. `volatile` says that the default differs at each call,
    where only the server could tell. `on_update` is the SQL of what each update of the row puts there,
    unless it gives the column a value (MariaDB's ON UPDATE).
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
    volatile: bool = False
    collation: str | None = None
    on_update: str | None = None


@dataclass(frozen=True)
class EnumType:
    """An enum type and its labels, in order."""

    schema: str
    name: str
    labels: tuple[str, ...]
