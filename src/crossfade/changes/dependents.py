"""What of the users' own is in the way of moving a column to another one."""

from __future__ import annotations

from collections.abc import Collection

from crossfade.errors import SchemaMismatch, Unsupported
from crossfade.schema import Column, Table


def demand_movable(table: Table, old: Column, accept: Collection[str], place: str) -> None:
    """Raises SchemaMismatch, which lists them, for what would break without `old`; functions named in
    `accept` aside. Raises Unsupported, which names it, for what one partition alone says of `old`: the
    indexes and checks that are carried over are those of the table itself.
    """
    broken = [
        each
        for each in table.dependents
        if each.column == old.name and not (each.kind == "function" and each.name in accept)
    ]
    if broken:
        listed = "; ".join(f"{each.kind} {each.name}" for each in broken)
        accepting = any(each.kind == "function" for each in broken)
        many = "1 dependent" if len(broken) == 1 else f"{len(broken)} dependents"
        raise SchemaMismatch(
            f"{many} of {table.name}.{old.name} would break: {listed}",
            place=place,
            remedy="drop them or move them off the column first"
            + ("; functions that were looked at can be named in accept=(…)" if accepting else ""),
        )
    for each in table.local:
        if each.column == old.name:
            raise Unsupported(
                f"{each.kind} {each.name} can't be carried over: it stands on a partition alone, not on "
                f"{table.name}",
                place=place,
                remedy="drop it first, or give it to the whole table",
            )
