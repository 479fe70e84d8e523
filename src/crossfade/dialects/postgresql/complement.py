"""The complement of a table's lenses: what only the new side holds, kept in the journal and brought back."""

from __future__ import annotations

from collections.abc import Iterable

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.lookup_values import called
from crossfade.dialects.postgresql.quoting import ident, literal, parameter, table
from crossfade.dialects.postgresql.ranges import (
    as_json,
    batched,
    counted,
    ends,
    following,
    key_json,
    quietly,
    reading,
    within,
)
from crossfade.expressions import LookupValue
from crossfade.lens import RowLens
from crossfade.steps import Compare, KeepComplement, RestoreComplement, Role, Statement

PLACE = "crossfade.complement"


def keep(step: KeepComplement) -> tuple[Statement, ...]:
    """Write what only the new side holds to the journal, with the old values of the moment."""
    works = []
    row, settings = reading(step.lenses)
    for lens in step.lenses:
        where = values.kept(lens, row, step.columns)
        works.append(
            batched(
                f"INSERT INTO {PLACE} AS c "
                "(evolution, table_name, change, row_key, old_values, new_values, state) "
                f"SELECT {literal(step.evolution)}, {literal(str(step.table))}, {literal(lens.change)}, "
                f"{key_json(step.key)}, {as_json(lens.old)}, {as_json(lens.new)}, 'kept' "
                f"FROM {table(step.table)} AS t WHERE {within(step.key)} AND ({where}) "
                # What an earlier rollback kept, and an interrupted start has not brought back yet, stays.
                "ON CONFLICT (evolution, table_name, change, row_key) DO NOTHING"
            )
        )
    return (
        Statement(f"DELETE FROM {PLACE} AS c WHERE {_of(step)} AND c.state <> 'kept'", Role.BEFORE),
        *settings,
        *ends(step.table, step.key),
        following(step.table, step.key),
        *works,
        counted(step.table, step.key),
    )


def restore(step: RestoreComplement) -> tuple[Statement, ...]:
    """Bring kept values back, where the old side is as it was when they were kept."""
    works = [_restored(step, lens) for lens in step.lenses]
    of = [_of_lens(step, lens) for lens in step.lenses]
    return (upcoming(of), *quietly(skip_triggers=step.skip_triggers), *works)


def is_back(step: Compare, lens: RowLens) -> str:
    """The condition that the row's new side is one that was kept."""
    return (
        f"EXISTS (SELECT FROM {PLACE} AS c WHERE {_of_lens(step, lens)} AND c.state = 'restored' "
        f"AND c.row_key = {key_json(step.key)})"
    )


def upcoming(of: Iterable[str]) -> Statement:
    """What finds where a batch ends that brings back rows of the complement; `of` are the conditions of each
    change's.
    """
    size = parameter("batch")
    kept = " UNION ".join(
        f"(SELECT c.row_key FROM {PLACE} AS c WHERE {each} AND c.state = 'kept' "
        f"AND c.row_key > {parameter('after')} ORDER BY c.row_key LIMIT {size})"
        for each in of
    )
    return batched(
        f"SELECT max(k.row_key) FROM (SELECT row_key FROM ({kept}) AS u ORDER BY 1 LIMIT {size}) AS k",
        Role.NEXT,
        lock="",
    )


def picked(of: str) -> str:
    """The query, named so, of what a batch brings back of those rows of the complement."""
    return (
        "picked AS MATERIALIZED (SELECT c.ctid AS place, c.row_key, c.old_values, c.new_values "
        f"FROM {PLACE} AS c WHERE {of} AND c.state = 'kept' AND c.row_key > {parameter('after')} "
        f"AND c.row_key <= {parameter('upto')} ORDER BY c.row_key)"
    )


def settled(restored: str, key: str = "row_key") -> str:
    """The statement that notes what became of what was picked; the query `restored` tells what is back, by
    its column `key`.

    It is no join: a planner that knows nothing yet of rows which have just been kept would compare all of
    them with all that was picked.
    """
    return (
        f"UPDATE {PLACE} AS c SET state = CASE WHEN c.row_key IN (SELECT r.{key} FROM {restored} AS r) "
        "THEN 'restored' ELSE 'superseded' END "
        "WHERE c.ctid = ANY (ARRAY(SELECT p.place FROM picked AS p)) RETURNING c.state"
    )


def _restored(step: RestoreComplement, lens: RowLens) -> Statement:
    key = " AND ".join(
        f"t.{ident(column.name)} = (p.row_key::jsonb ->> {number})::{column.type}"
        for number, column in enumerate(step.key)
    )
    unmoved = "".join(
        f" AND t.{ident(column.name)}::text IS NOT DISTINCT FROM p.old_values ->> {number}"
        for number, column in enumerate(lens.old)
    )
    assignments = ", ".join(
        f"{ident(column.name)} = (p.new_values ->> {number})::{column.type}"
        for number, column in enumerate(lens.new)
    )
    return batched(
        f"WITH {picked(_of_lens(step, lens))}, "
        f"restored AS (UPDATE {table(step.table)} AS t SET {assignments} FROM picked p "
        f"WHERE {key}{unmoved}{_stands(lens)} RETURNING p.row_key) {settled('restored')}",
        lock="ROW EXCLUSIVE",
        blocks="writes to the rows of the batch",
    )


def _stands(lens: RowLens) -> str:
    """That the lookup's row to which a kept key refers is there, and still stands for the old value."""
    told = {each.value.column: each for each in lens.backward if isinstance(each.value, LookupValue)}
    conditions = ""
    for number, column in enumerate(lens.new):
        if (each := told.get(column.name)) is None or not isinstance(each.value, LookupValue):
            continue
        value, kept = each.value, f"(p.new_values ->> {number})::{column.type}"
        conditions += (
            f" AND (p.new_values ->> {number} IS NULL OR (t.{ident(each.column)} = {called(value, kept)} "
            f"AND EXISTS (SELECT FROM {table(value.lookup)} AS l WHERE l.{ident(value.key)} = {kept})))"
        )
    return conditions


def _of_lens(step: Compare | RestoreComplement, lens: RowLens) -> str:
    return f"{_of(step)} AND c.change = {literal(lens.change)}"


def _of(step: Compare | KeepComplement | RestoreComplement) -> str:
    return f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.table))}"
