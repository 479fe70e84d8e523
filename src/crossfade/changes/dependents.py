"""What of the users' own is in the way of moving a column to another one, or of giving it another name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.schema import WHOLE_TABLE, Column, Dependent, Schema, Table

_SHOWING = {"view", "materialized view", "rule"}

__all__ = ["WHOLE_TABLE", "demand_alone", "demand_movable", "demand_unspoken", "followers"]


def demand_movable(table: Table, old: Column, accept: Collection[str], place: str) -> None:
    """Raises SchemaMismatch, which lists them, for what would break without `old`; functions named in
    `accept` aside. Raises Unsupported, which names it, for what one partition alone says of `old`: the
    indexes and checks that are carried over are those of the table itself.
    """
    _demand_none(
        (each for each in table.dependents if each.column == old.name),
        f"{table.name}.{old.name}",
        accept,
        place,
        "drop them or move them off the column first",
    )
    for each in table.local:
        if each.column == old.name:
            raise Unsupported(
                f"{each.kind} {each.name} can't be carried over: it stands on a partition alone, not on "
                f"{table.name}",
                place=place,
                remedy="drop it first, or give it to the whole table",
            )


def demand_unspoken(table: Table, column: str, schema: Schema, accept: Collection[str], place: str) -> None:
    """Raises SchemaMismatch, which lists them, for functions that speak of the column, or of the table itself
    (WHOLE_TABLE), by its name; those in `accept` aside. All else that depends on it follows it, and views
    where these do.
    """
    staying = {"function"} if schema.traits.views_follow else {"function", "view"}
    spoken = (each for each in table.dependents if each.column == column and each.kind in staying)
    what = str(table.name) if column == WHOLE_TABLE else f"{table.name}.{column}"
    _demand_none(spoken, what, accept, place, "drop them or write them without that name first")


def demand_alone(table: Table, schema: Schema, accept: Collection[str], place: str) -> None:
    """Raises SchemaMismatch, which lists them, for what shows the table, and once it is retired would show
    what it held last, or speaks of it by its name; what is named in `accept` aside.
    """
    showing = {each.name: each for each in table.dependents if each.kind in _SHOWING}
    stale = [each for each in showing.values() if each.name not in accept]
    _demand_none(stale, str(table.name), accept, place, "drop them, or write them over the new table, first")
    demand_unspoken(table, WHOLE_TABLE, schema, accept, place)


def followers(table: Table, column: str) -> Sequence[Dependent]:
    """What depends on the column and follows it to another name."""
    return [each for each in table.dependents if each.column == column and each.kind != "function"]


def _demand_none(
    found: Iterable[Dependent], of: str, accept: Collection[str], place: str, remedy: str
) -> None:
    broken = [each for each in found if not (each.kind == "function" and each.name in accept)]
    if not broken:
        return
    listed = "; ".join(f"{each.kind} {each.name}" for each in broken)
    accepting = any(each.kind == "function" for each in broken)
    many = "1 dependent" if len(broken) == 1 else f"{len(broken)} dependents"
    raise SchemaMismatch(
        f"{many} of {of} would break: {listed}",
        place=place,
        remedy=remedy + ("; functions that were looked at can be named in accept=(…)" if accepting else ""),
    )
