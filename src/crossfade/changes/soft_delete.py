"""How a table says that a row is deleted, and stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crossfade import names
from crossfade.errors import MissingPrivilege, SchemaMismatch, Unsupported
from crossfade.schema import Column, Schema, Table, TableName
from crossfade.steps import Cascade

# Types whose text is the same in every session: a record of the row can be found by it.
_STEADY = (
    "smallint", "integer", "bigint", "int", "mediumint", "tinyint", "numeric", "decimal", "uuid", "text",
    "character", "character varying", "varchar", "char",
)  # fmt: skip


_TYPES = {
    "postgresql": (("boolean",), ("timestamp",)),
    "mariadb": (("tinyint(1)", "boolean"), ("datetime", "timestamp")),
    "mysql": (("tinyint(1)", "boolean"), ("datetime", "timestamp")),
}


@dataclass(frozen=True)
class SoftDelete:
    """Both tables mark a deleted row: `flag` is true then, and `at` says since when.

    A row is live where the flag is false, or NULL.
    """

    flag: str = "is_deleted"
    at: str = "deleted_at"

    def __post_init__(self) -> None:
        names.checked_column(self.flag, "SoftDelete")
        names.checked_column(self.at, "SoftDelete")

    def cascade(self, child: Table, parent: Table, column: Column, schema: Schema, place: str) -> Cascade:
        """The cascade from `parent` to `child`, whose `column` refers to the parent's key.

        Raises Refused where it can't be kept, or would go round in a circle.
        """
        for table in (parent, child):
            _demand_plain(table, place)
            self._demand_columns(table, schema, place)
        flag, at = child.column(self.flag), child.column(self.at)
        if flag.generated or at.generated or not at.nullable:
            shown = flag.name if flag.generated else at.name
            why = "is generated" if flag.generated or at.generated else "is NOT NULL, and a live row has none"
            raise SchemaMismatch(
                f"{child.name}.{shown} {why}: rows can't be soft-deleted and restored by it",
                place=place,
                remedy="name other columns in SoftDelete(flag=…, at=…), or change that one first",
            )
        found = Cascade(
            parent.name,
            parent.column(parent.key[0]),
            child.name,
            child.key_columns(),
            column,
            self.flag,
            (parent.column(self.at), at),
        )
        for each in (found.key, *found.child_key):
            if each.type.partition("(")[0].lower().removesuffix(" unsigned") not in _STEADY:
                raise Unsupported(
                    f"a soft delete can't be followed by a key of type {each.type} ({each.name})",
                    place=place,
                    remedy="leave soft_delete= out, or give the table a key of integers, UUIDs or text",
                )
        _demand_followable(child, found, place)
        _demand_no_circle(found, schema, place)
        return found

    def notes(self, cascade: Cascade, schema: Schema) -> tuple[str, ...]:
        """What the database can't do, and an application might."""
        if schema.database == "postgresql":
            return ()
        told = (
            f"a statement that sets or clears {cascade.flag} of {cascade.parent}, and reads {cascade.child} "
            "at once, by a join or a subquery, is refused by the server from start on (error 1442): a "
            "trigger can't write a table that its statement reads"
        )
        return (told,)

    def _demand_columns(self, table: Table, schema: Schema, place: str) -> None:
        flag, at = table.column(self.flag, place), table.column(self.at, place)
        booleans, times = _TYPES[schema.database]
        for column, types, what in ((flag, booleans, "flag"), (at, times, "time")):
            if not column.type.lower().startswith(types):
                raise SchemaMismatch(
                    f"{table.name}.{column.name} is of type {column.type}, and a {what} of a soft delete is "
                    f"of {' or '.join(types)}",
                    place=place,
                    remedy="name another column in SoftDelete(flag=…, at=…)",
                )


def _demand_plain(table: Table, place: str) -> None:
    if table.kind != "table" or table.inherits:
        kind = table.kind if table.kind != "table" else "table that takes part in inheritance"
        raise Unsupported(
            f"{table.name} is a {kind}, and a soft delete is followed in ordinary tables only",
            place=place,
            remedy="leave soft_delete= out",
        )
    if table.hides_rows:
        raise MissingPrivilege(
            f"row-level security of {table.name} is forced, and would hide rows from the soft delete",
            place=place,
            remedy="connect as a role with BYPASSRLS, or ALTER TABLE … NO FORCE ROW LEVEL SECURITY",
        )


def _demand_followable(child: Table, cascade: Cascade, place: str) -> None:
    """Raises Refused where the relation is followed already, or a key changes under it."""
    if any(each.name.endswith(cascade.mark) for each in child.triggers):
        raise SchemaMismatch(
            f"{child.name} is soft-deleted with {cascade.parent} by {cascade.column.name} already",
            place=place,
            remedy="leave soft_delete= out",
        )
    for key in child.foreign_keys:
        moves = re.search(r"ON UPDATE (CASCADE|SET)", key.definition)
        if key.columns == (cascade.column.name,) and moves:
            raise Unsupported(
                f"foreign key {key.name} of {child.name} has {moves[0]}: a soft delete can't be followed by "
                "keys that change",
                place=place,
                remedy="make it ON UPDATE NO ACTION first, or leave soft_delete= out",
            )


def _demand_no_circle(cascade: Cascade, schema: Schema, place: str) -> None:
    """Raises SchemaMismatch, which names the tables, where a row would in the end be deleted with itself."""
    follows: dict[TableName, list[TableName]] = {}
    for parent, child in schema.cascades:
        follows.setdefault(parent, []).append(child)
    ways: list[tuple[TableName, ...]] = [(cascade.parent, cascade.child)]
    seen: set[TableName] = set()
    while ways:
        way = ways.pop()
        if way[-1] == cascade.parent:
            raise SchemaMismatch(
                f"rows would be soft-deleted in a circle: {' → '.join(map(str, way))}",
                place=place,
                remedy="leave soft_delete= out of one of these relations",
            )
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [(*way, each) for each in follows.get(way[-1], ())]
