"""The complement of a table's lenses: what only the new side holds, kept in the journal and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossfade.dialects.mariadb import lookup_values, ranges, texts, values
from crossfade.dialects.mariadb.quoting import ident, idents, literal, parameter, table
from crossfade.dialects.mariadb.rendering import Server
from crossfade.dialects.mariadb.values import Row
from crossfade.expressions import LookupValue
from crossfade.lens import RowLens
from crossfade.steps import Compare, KeepComplement, RestoreComplement, Role, Statement

Kept = Compare | KeepComplement | RestoreComplement

_COLUMNS = ("evolution", "table_name", "change", "row_key", "old_values", "new_values", "state")
_RANGE = f"c.row_key > {parameter('after')} AND c.row_key <= {parameter('upto')}"
PICKED = f"c.state = 'kept' AND {_RANGE}"  # the condition that a batch brings a row back
_DECIDED = "IF(c.state = 'restoring', 'restored', 'superseded')"


def place(server: Server) -> str:
    """Where it is kept."""
    return f"{ident(server.journal)}.{ident('complement')}"


def keep(step: KeepComplement, server: Server) -> tuple[Statement, ...]:
    """Write what only the new side holds to the journal, with the old values of the moment."""
    return (
        Statement(f"DELETE c FROM {place(server)} AS c WHERE {_of(step)} AND c.state <> 'kept'", Role.BEFORE),
        *ranges.ends(step.table, step.key),
        ranges.following(step.table, step.key),
        *(_keep(step, lens, server) for lens in step.lenses),
        ranges.count(step.table, step.key),
    )


def brought_back(step: Compare, lens: RowLens, server: Server) -> str:
    """The condition that the row's new side is one that was kept."""
    return (
        f"EXISTS (SELECT 1 FROM {place(server)} AS c WHERE {_of_lens(step, lens)} AND c.state = 'restored' "
        f"AND c.row_key = {_key(step)})"
    )


def restore(step: RestoreComplement, server: Server) -> tuple[Statement, ...]:
    """Bring kept values back where the old side is as it was when they were kept.

    Each lens's rows are picked, and written, before; the last statement says what became of them, which an
    UPDATE can't.
    """
    # By name, though it is every one of them: what is not said of an index hides what comes after it.
    changes = f"c.{ident('change')} IN ({', '.join(literal(lens.change) for lens in step.lenses)})"
    decided = f"c.state IN ('restoring', 'superseding') AND {_of(step)} AND {changes} AND {_RANGE}"
    if server.mysql:  # whose INSERT returns nothing either
        told = f"UPDATE {place(server)} AS c SET c.state = {_DECIDED} WHERE {decided}"
    else:
        same = ", ".join(f"c.{ident(each)}" for each in _COLUMNS[:-1])
        told = (
            f"INSERT INTO {place(server)} ({idents(_COLUMNS)}) SELECT {same}, {_DECIDED} "
            f"FROM {place(server)} AS c WHERE {decided} "
            "ON DUPLICATE KEY UPDATE state = VALUES(state) RETURNING state"
        )
    return (
        upcoming([_of_lens(step, lens) for lens in step.lenses], server),
        ranges.QUIETLY,
        *(each for lens in step.lenses for each in _held(step, lens, server)),
        *(_restore(step, lens, server) for lens in step.lenses),
        ranges.reading(told),
    )


def upcoming(of: Iterable[str], server: Server) -> Statement:
    """What finds where a batch ends that brings back rows of the complement; `of` are the conditions of each
    change's.
    """
    size = parameter("batch")
    kept = " UNION ".join(
        f"(SELECT c.row_key FROM {place(server)} AS c WHERE {each} AND c.state = 'kept' "
        f"AND c.row_key > {parameter('after')} ORDER BY c.row_key LIMIT {size})"
        for each in of
    )
    return ranges.reading(
        f"SELECT MAX(k.row_key) FROM (SELECT row_key FROM ({kept}) AS u ORDER BY 1 LIMIT {size}) AS k",
        Role.NEXT,
    )


def _keep(step: KeepComplement, lens: RowLens, server: Server) -> Statement:
    row = Row(ranges.ROW, server.journal)
    said = (literal(step.evolution), literal(str(step.table)), literal(lens.change))
    # What an earlier rollback kept, and an interrupted start has not brought back yet, stays.
    already = (
        f"SELECT 1 FROM {place(server)} AS c WHERE {_of(step)} AND c.{ident('change')} = {said[2]} "
        f"AND c.row_key = {_key(step)}"
    )
    return ranges.reading(
        f"INSERT INTO {place(server)} ({idents(_COLUMNS)}) "
        f"SELECT {', '.join(said)}, {_key(step)}, {texts.listed(lens.old, ranges.ROW)}, "
        f"{texts.listed(lens.new, ranges.ROW)}, 'kept' FROM {table(step.table)} AS {ranges.ROW} "
        f"WHERE {ranges.between(step.key)} AND ({values.kept(lens, row, step.columns)}) "
        f"AND NOT EXISTS ({already})"
    )


def _restore(step: RestoreComplement, lens: RowLens, server: Server) -> Statement:
    row, mysql = Row(ranges.ROW, server.journal), server.mysql
    matched = [
        f"{row[column]} = "
        + texts.keyed(column, texts.member("c.row_key", number, mysql=mysql), constant=False)
        for number, column in enumerate(step.key)
    ]
    before = [texts.member("c.old_values", number, mysql=mysql) for number in range(len(lens.old))]
    matched += [
        f"BINARY {texts.shown(column, row[column])} <=> BINARY {kept}"
        for column, kept in zip(lens.old, before, strict=True)
    ]
    matched += _stands(lens, row, server)
    first = row[step.key[0]]
    assignments = [
        f"c.state = IF({first} IS NULL, 'superseding', 'restoring')",
        *ranges.stays(step.stay),
        *(
            f"{row[column]} = {texts.stored(column, texts.member('c.new_values', number, mysql=mysql))}"
            for number, column in enumerate(lens.new)
        ),
    ]
    sql = (
        f"UPDATE {place(server)} AS c LEFT JOIN {table(step.table)} AS {ranges.ROW} "
        f"ON {' AND '.join(matched)} SET {', '.join(assignments)} "
        f"WHERE {_of_lens(step, lens)} AND {PICKED}"
    )
    return ranges.changing(sql, Role.SETTING)


def _stands(lens: RowLens, row: Row, server: Server) -> Iterator[str]:
    """That the lookup's row to which a kept key refers is there, and still stands for the old value."""
    for name, value, said, key in _referring(lens, server):
        (old,) = (known for known in lens.old if known.name == name)
        stands = texts.same(old, row[old], lookup_values.called(value, server.journal, key))
        there = f"SELECT 1 FROM {table(value.lookup)} AS l WHERE l.{ident(value.key)} = {key}"
        yield f"({said} IS NULL OR ({stands} AND EXISTS ({there})))"


def _held(step: RestoreComplement, lens: RowLens, server: Server) -> Iterator[Statement]:
    """The rows of lookups to which the keys refer that a batch brings back."""
    for _, value, _, key in _referring(lens, server):
        keys = f"SELECT {key} FROM {place(server)} AS c WHERE {_of_lens(step, lens)} AND {PICKED}"
        among = f"{lookup_values.ROW}.{ident(value.key)} IN ({keys})"
        yield ranges.reading(lookup_values.holding(value, server.journal, among), Role.SETTING)


def _referring(lens: RowLens, server: Server) -> Iterator[tuple[str, LookupValue, str, str]]:
    """What kept values say of lookups: an old column, what a row of the lookup stands for in it, and the SQL
    of such a row's key, as text and as it is.
    """
    numbers = {column.name: (number, column) for number, column in enumerate(lens.new)}
    for each in lens.backward:
        if isinstance(each.value, LookupValue) and each.value.column in numbers:
            number, column = numbers[each.value.column]
            said = texts.member("c.new_values", number, mysql=server.mysql)
            yield each.column, each.value, said, texts.keyed(column, said, constant=False)


def _of_lens(step: Kept, lens: RowLens) -> str:
    return f"{_of(step)} AND c.{ident('change')} = {literal(lens.change)}"


def _of(step: Kept) -> str:
    return f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.table))}"


def _key(step: Compare | KeepComplement) -> str:
    return f"JSON_ARRAY({ranges.shown(step.key)}) COLLATE utf8mb4_bin"
