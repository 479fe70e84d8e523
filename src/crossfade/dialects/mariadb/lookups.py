"""Lookup tables as MariaDB's statements: made, put away, seeded, counted; writers are told of them, and their
rows guarded.
"""

from __future__ import annotations

import hashlib
import json

from crossfade import names
from crossfade.dialects.mariadb import guards, seeds, tellers, texts
from crossfade.dialects.mariadb.lookup_values import ROW, holds, told
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import Server, both, ddl, granted, has_table, nothing, render
from crossfade.schema import TableName
from crossfade.steps import (
    CountLookups,
    CountOthers,
    CountUnanswered,
    CreateTable,
    InstallLookup,
    KeepTable,
    RemoveLookup,
    SeedLookup,
    Statement,
    UnseedLookup,
)

_ROWS = ident("rows")  # a word of the server's own


@render.register
def _(step: InstallLookup, server: Server) -> tuple[Statement, ...]:
    return (
        tellers.of_value(step.backward, server),
        *guards.guard(step),
        # From here on the keys stay what they are: they can be written into the routine.
        tellers.of_key(step.forward, server),
    )


@render.register
def _(step: RemoveLookup, server: Server) -> tuple[Statement, ...]:
    return (
        *guards.unguard(step),
        *(tellers.gone(each, server) for each in (step.forward, step.backward)),
    )


@render.register
def _(step: SeedLookup, server: Server) -> tuple[Statement, ...]:
    return seeds.seed(step, server)


@render.register
def _(step: UnseedLookup, server: Server) -> tuple[Statement, ...]:
    return seeds.unseed(step, server)


@render.register
def _(step: CreateTable, server: Server) -> tuple[Statement, ...]:
    kept, there = _kept(step, server), has_table(step.table)
    back = f"RENAME TABLE {table(kept)} TO {table(step.table)}"
    return (
        _unlocked(back, nothing(has_table(kept))),
        _unlocked(step.create, there),
        *(_unlocked(_again(each, server), "SELECT 1 WHERE FALSE") for each in step.more),
        *(granted(each, None, step.table) for each in step.grants),
    )


@render.register
def _(step: KeepTable, server: Server) -> tuple[Statement, ...]:
    kept = _kept(step, server)
    done = both(has_table(kept), nothing(has_table(step.table)))
    return (ddl(f"RENAME TABLE {table(step.table)} TO {table(kept)}", done),)


@render.register
def _(step: CountLookups, server: Server) -> tuple[Statement, ...]:
    counts = " UNION ALL ".join(
        f"SELECT {literal(value)} AS value, COUNT(*) AS {_ROWS} FROM {table(step.table)} AS {ROW} "
        f"WHERE {holds(held, ROW)}"
        for value, held in step.rows
    )
    wrong = f"{_ROWS} > 1" + (f" OR {_ROWS} = 0" if step.missing else "")
    return (Statement(f"SELECT value, {_ROWS} FROM ({counts}) AS found WHERE {wrong} ORDER BY 1"),)


@render.register
def _(step: CountOthers, server: Server) -> tuple[Statement, ...]:
    column = f"t.{ident(step.column)}"
    text = f"CAST({column} AS CHAR CHARACTER SET utf8mb4)"
    known = " OR ".join(f"BINARY {text} = BINARY {literal(each)}" for each in step.known) or "FALSE"
    return (
        Statement(
            f"SELECT MIN({text}) AS value, COUNT(*) AS {_ROWS} FROM {table(step.table)} AS t "
            f"WHERE ({known}) IS FALSE AND {column} IS NOT NULL GROUP BY BINARY {text} "
            "ORDER BY 2 DESC, 1 LIMIT 20"
        ),
    )


@render.register
def _(step: CountUnanswered, server: Server) -> tuple[Statement, ...]:
    value = step.value
    column = f"t.{ident(value.column)}"
    null = f"{column} IS NOT NULL AND " if value.null else ""
    held = ", ".join(
        f"{literal(each.name)}, {texts.shown(each, f'{ROW}.{ident(each.name)}')}"
        for each in dict.fromkeys(value.columns)
    )
    shown = (
        f"COALESCE(CONCAT(CAST({column} AS CHAR CHARACTER SET utf8mb4), ' ', JSON_OBJECT({held})), 'NULL')"
    )
    return (
        Statement(
            f"SELECT {shown} AS value, COUNT(*) AS {_ROWS}, SUM(COUNT(*)) OVER () AS many "
            f"FROM {table(step.table)} AS t LEFT JOIN {table(value.lookup)} AS {ROW} "
            f"ON {ROW}.{ident(value.key)} = {column} WHERE {null}({told(value, ROW)}) IS NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
        ),
    )


def _unlocked(sql: str, done: str) -> Statement:
    """A statement about a table that nobody knows yet."""
    return ddl(sql, done, lock="", blocks="nothing")


def _again(index: str, server: Server) -> str:
    """The statement for an index, so that it may be executed again."""
    if server.mysql:
        return index
    head, rest = index.split("INDEX ", 1)
    return f"{head}INDEX IF NOT EXISTS {rest}"


def _kept(step: CreateTable | KeepTable, server: Server) -> TableName:
    """Where a table is put away: by what it is called and how it was made."""
    said = json.dumps([step.evolution, str(step.table), step.create])
    return TableName(server.journal, names.fitted(f"kept_{hashlib.sha256(said.encode()).hexdigest()[:12]}"))
