"""Rows that refer to nothing, set NULL: what they held is kept with the complement, and comes back."""

from __future__ import annotations

from crossfade.dialects.postgresql import complement
from crossfade.dialects.postgresql.quoting import ident, literal, parameter, table
from crossfade.dialects.postgresql.ranges import batched, counted, ends, following, key_json, quietly, within
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.steps import ClearLateOrphans, ClearOrphans, ReturnOrphans, Statement

_WRITES = "writes to the rows of the batch"


@render.register
def _(step: ClearOrphans, server: Server) -> tuple[Statement, ...]:
    return (
        *ends(step.table, step.row_key),
        *quietly(skip_triggers=step.skip_triggers),
        following(step.table, step.row_key),
        batched(_cleared(step, within(step.row_key)), lock="ROW EXCLUSIVE", blocks=_WRITES),
        counted(step.table, step.row_key),
    )


@render.register
def _(step: ClearLateOrphans, server: Server) -> tuple[Statement, ...]:
    return (
        *quietly(skip_triggers=step.skip_triggers),
        batched(_cleared(step, limit=parameter("batch")), lock="ROW EXCLUSIVE", blocks=_WRITES),
    )


@render.register
def _(step: ReturnOrphans, server: Server) -> tuple[Statement, ...]:
    column = ident(step.column.name)
    key = " AND ".join(
        f"t.{ident(each.name)} = (p.row_key::jsonb ->> {number})::{each.type}"
        for number, each in enumerate(step.row_key)
    )
    return (
        complement.upcoming([_of(step)]),
        *quietly(skip_triggers=step.skip_triggers),
        batched(
            f"WITH {complement.picked(_of(step))}, "
            f"restored AS (UPDATE {table(step.table)} AS t SET {column} = "
            f"(p.old_values ->> 0)::{step.column.type} FROM picked AS p "
            f"WHERE {key} AND t.{column} IS NULL RETURNING p.row_key) {complement.settled('restored')}",
            lock="ROW EXCLUSIVE",
            blocks=_WRITES,
        ),
    )


def _cleared(step: ClearOrphans | ClearLateOrphans, where: str = "", limit: str = "") -> str:
    """Lock the orphans in the order of their keys, keep what they hold, set it NULL."""
    column = ident(step.column.name)
    (target,) = step.key.target_columns
    key = ", ".join(f"t.{ident(each.name)}" for each in step.row_key)
    same = " AND ".join(f"t.{ident(each.name)} = o.{ident(each.name)}" for each in step.row_key)
    return (
        f"WITH orphaned AS MATERIALIZED (SELECT t.* FROM {table(step.table)} AS t "
        f"WHERE {f'{where} AND ' if where else ''}t.{column} IS NOT NULL AND NOT EXISTS "
        f"(SELECT FROM {table(step.key.target)} AS r WHERE r.{ident(target)} = t.{column}) "
        f"ORDER BY {key}{f' LIMIT {limit}' if limit else ''} FOR NO KEY UPDATE), "
        f"kept AS (INSERT INTO {complement.PLACE} "
        "(evolution, table_name, change, row_key, old_values, new_values, state) "
        f"SELECT {literal(step.evolution)}, {literal(str(step.table))}, {literal(step.change)}, "
        f"{key_json(step.row_key)}, jsonb_build_array(t.{column}::text), jsonb_build_array(NULL), 'kept' "
        "FROM orphaned AS t ON CONFLICT (evolution, table_name, change, row_key) "
        "DO UPDATE SET old_values = excluded.old_values, state = excluded.state) "
        f"UPDATE {table(step.table)} AS t SET {column} = NULL FROM orphaned AS o WHERE {same}"
    )


def _of(step: ReturnOrphans) -> str:
    return (
        f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.table))} "
        f"AND c.change = {literal(step.change)}"
    )
