"""Rows that refer to nothing, set NULL: what they held is kept with the complement, and comes back.

No statement writes two tables' rows and tells of one: what is kept is written first, and what is set NULL is
just what was kept.
"""

from __future__ import annotations

from crossfade.dialects.mariadb import ranges, texts
from crossfade.dialects.mariadb.complement import PICKED, place, upcoming
from crossfade.dialects.mariadb.quoting import ident, literal, parameter, table
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.steps import ClearLateOrphans, ClearOrphans, ReturnOrphans, Role, Statement

Cleared = ClearOrphans | ClearLateOrphans


@render.register
def _(step: ClearOrphans, server: Server) -> tuple[Statement, ...]:
    return (
        *ranges.ends(step.table, step.row_key),
        ranges.QUIETLY,
        ranges.following(step.table, step.row_key),
        ranges.changing(_kept(step, server, ranges.between(step.row_key))),
        ranges.changing(_cleared(step, server, ranges.between(step.row_key))),
        ranges.count(step.table, step.row_key),
    )


@render.register
def _(step: ClearLateOrphans, server: Server) -> tuple[Statement, ...]:
    return (
        ranges.QUIETLY,
        ranges.changing(_kept(step, server, limit=f" LIMIT {parameter('batch')}"), Role.SETTING),
        ranges.changing(_cleared(step, server)),
    )


@render.register
def _(step: ReturnOrphans, server: Server) -> tuple[Statement, ...]:
    column, mysql = f"{ranges.ROW}.{ident(step.column.name)}", server.mysql
    matched = [
        f"{ranges.ROW}.{ident(each.name)} = "
        + texts.keyed(each, texts.member("c.row_key", number, mysql=mysql), constant=False)
        for number, each in enumerate(step.row_key)
    ]
    first = f"{ranges.ROW}.{ident(step.row_key[0].name)}"
    held = texts.stored(step.column, texts.member("c.old_values", 0, mysql=mysql))
    assignments = [
        f"c.state = IF({first} IS NULL, 'superseded', 'restored')",
        *ranges.stays(step.stay),
        f"{column} = {held}",
    ]
    sql = (
        f"UPDATE {place(server)} AS c LEFT JOIN {table(step.table)} AS {ranges.ROW} "
        f"ON {' AND '.join(matched)} AND {column} IS NULL SET {', '.join(assignments)} "
        f"WHERE {_of(step)} AND {PICKED}"
    )
    return upcoming([_of(step)], server), ranges.QUIETLY, ranges.changing(sql)


def _kept(step: Cleared, server: Server, where: str = "", limit: str = "") -> str:
    """Lock the orphans in the order of their keys, and keep what they hold."""
    column = f"{ranges.ROW}.{ident(step.column.name)}"
    (target,) = step.key.target_columns
    said = (literal(step.evolution), literal(str(step.table)), literal(step.change))
    return (
        f"INSERT INTO {place(server)} "
        f"(evolution, table_name, {ident('change')}, row_key, old_values, new_values, state) "
        f"SELECT {', '.join(said)}, {_key(step)}, {texts.listed((step.column,), ranges.ROW)}, "
        f"JSON_ARRAY(NULL), 'kept' FROM {table(step.table)} AS {ranges.ROW} "
        f"WHERE {f'{where} AND ' if where else ''}{column} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {table(step.key.target)} AS r WHERE r.{ident(target)} = {column}) "
        f"ORDER BY {ranges.order(step.row_key)}{limit} FOR UPDATE "
        "ON DUPLICATE KEY UPDATE old_values = VALUES(old_values), state = VALUES(state)"
    )


def _cleared(step: Cleared, server: Server, where: str = "") -> str:
    """Set NULL what holds just what was kept of it."""
    column = f"{ranges.ROW}.{ident(step.column.name)}"
    held = texts.listed((step.column,), ranges.ROW)
    assignments = [*ranges.stays(step.stay), f"{column} = NULL"]
    return (
        f"UPDATE {table(step.table)} AS {ranges.ROW} JOIN {place(server)} AS c "
        f"ON {_of(step)} AND c.row_key = {_key(step)} SET {', '.join(assignments)} "
        f"WHERE {f'{where} AND ' if where else ''}{column} IS NOT NULL AND c.state = 'kept' "
        f"AND c.old_values = {held}"
    )


def _of(step: Cleared | ReturnOrphans) -> str:
    return (
        f"c.evolution = {literal(step.evolution)} AND c.table_name = {literal(str(step.table))} "
        f"AND c.{ident('change')} = {literal(step.change)}"
    )


def _key(step: Cleared) -> str:
    return f"JSON_ARRAY({ranges.shown(step.row_key)}) COLLATE utf8mb4_bin"
