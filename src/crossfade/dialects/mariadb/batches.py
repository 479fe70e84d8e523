"""The statements of batched steps: one short transaction for each range of the key.

`FIRST` and `LAST` find the ends, `NEXT` where a batch of `batch` rows ends and the next begins (`skip` is one
less), `WORK` does the range from `lo` to `hi`, both included.

A user's triggers can't be kept out of it here, as the sync can: their firing is what a preview tells. Columns
that are changed with every write of their row (ON UPDATE CURRENT_TIMESTAMP) stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.mariadb import ranges, texts, values
from crossfade.dialects.mariadb.complement import brought_back
from crossfade.dialects.mariadb.lookup_values import ROW, holding
from crossfade.dialects.mariadb.quoting import ident, parameter, table
from crossfade.dialects.mariadb.rendering import Server
from crossfade.dialects.mariadb.values import Row
from crossfade.expressions import LookupValue
from crossfade.lens import Law, RowLens
from crossfade.steps import Compare, CopyRows, Role, Statement


def copy_rows(step: CopyRows, server: Server) -> tuple[Statement, ...]:
    """Fill the new columns of rows that have none; a value that stands is written over only to repair."""
    return (
        *ranges.ends(step.table, step.key),
        ranges.QUIETLY,
        *_held(step, server),
        ranges.following(step.table, step.key),
        *(_copy(step, lenses, server) for lenses in _at_once(step.lenses)),
        ranges.count(step.table, step.key),
    )


def compare(step: Compare, server: Server) -> tuple[Statement, ...]:
    """Count the rows of a range and those whose sides disagree, in one snapshot."""
    row = Row(ranges.ROW, server.journal)
    wrong = " OR ".join(f"NOT ({_right(lens, step, row, server)})" for lens in step.lenses)
    sides = ", ".join(
        texts.shown(column, row[column]) for lens in step.lenses for column in (*lens.old, *lens.new)
    )
    source = f"FROM {table(step.table)} AS {ranges.ROW} WHERE {ranges.between(step.key)}"
    return (
        Statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", Role.SETTING),
        *ranges.ends(step.table, step.key),
        ranges.following(step.table, step.key),
        ranges.reading(f"SELECT COUNT(*), COUNT(CASE WHEN {wrong} THEN 1 END) {source}"),
        ranges.reading(
            f"SELECT {ranges.shown(step.key)}, {sides} {source} AND ({wrong}) "
            f"ORDER BY {ranges.order(step.key)} LIMIT {parameter('batch')}",
            Role.SAMPLE,
        ),
    )


def _held(step: CopyRows, server: Server) -> tuple[Statement, ...]:
    """The rows of lookups that are in use: one may have many others, which nobody need wait for."""
    asked = (each.value for lens in step.lenses for each in lens.forward)
    lookups = dict.fromkeys(value for value in asked if isinstance(value, LookupValue))
    found = []
    for value in lookups:
        # Not EXISTS, for which the server would read the whole index of the table, for each batch.
        uses = f"{ranges.ROW}.{ident(value.column)} = {ROW}.{ident(value.key)}"
        used = f"(SELECT 1 FROM {table(step.table)} AS {ranges.ROW} WHERE {uses} LIMIT 1) IS NOT NULL"
        found.append(Statement(holding(value, server.journal, used), Role.SETTING))
    return tuple(found)


def _copy(step: CopyRows, lenses: Sequence[RowLens], server: Server) -> Statement:
    row, asking = Row(ranges.ROW, server.journal), values.in_trigger(ranges.ROW, server.journal)
    todo = [
        _astray(lens, row, step.columns) if step.repair else values.unfilled(lens, row, step.columns)
        for lens in lenses
    ]
    assignments = ranges.stays(step.stay)
    for lens, condition in zip(lenses, todo, strict=True):
        # The condition may be out of date, where a lookup's row is edited meanwhile; what is written may not.
        for column, sql in values.forward(lens, asking, step.columns):
            given = sql if len(lenses) == 1 else f"CASE WHEN {condition} THEN {sql} ELSE {row[column]} END"
            assignments.append(f"{row[column]} = {given}")
    where = " OR ".join(f"({condition})" for condition in todo)
    return ranges.changing(
        f"UPDATE {table(step.table)} AS {ranges.ROW} SET {', '.join(assignments)} "
        f"WHERE {ranges.between(step.key)} AND ({where})"
    )


def _at_once(lenses: Sequence[RowLens]) -> list[tuple[RowLens, ...]]:
    """The lenses, each with those that one statement may do with it. An UPDATE assigns from left to right,
    and what comes later reads what has been assigned: a condition that speaks of two columns would be another
    one after the first.
    """
    if all(len(lens.new) == 1 for lens in lenses):
        return [tuple(lenses)]
    return [(lens,) for lens in lenses]


def _astray(lens: RowLens, row: Row, columns: Sequence[str]) -> str:
    # Nothing at all agrees with nothing at all, and is no value for a NOT NULL column.
    needed = lens.new if lens.law is not Law.FORWARD else ()
    missing = [f"{row[each]} IS NULL" for each in needed if not each.nullable]
    if lens.law is Law.FREE:
        return " OR ".join(missing) or "FALSE"
    return " OR ".join([f"NOT ({values.agree(lens, row, columns)})", *missing])


def _right(lens: RowLens, step: Compare, row: Row, server: Server) -> str:
    agree = values.agree(lens, row, step.columns)
    if not (step.fresh and lens.copied):
        return agree
    restored = brought_back(step, lens, server)
    return f"CASE WHEN {values.unfilled(lens, row, step.columns)} THEN {restored} ELSE {agree} END"
