"""Lookup tables as PostgreSQL's statements: made, put away, seeded, counted; writers are told of them, and
their rows guarded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from crossfade import names
from crossfade.dialects.postgresql import guards, seeds, tellers
from crossfade.dialects.postgresql.lookup_values import ROW, holds, told
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, render
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


@render.register
def _(step: InstallLookup, server: Server) -> tuple[Statement, ...]:
    return (
        Statement(f"GRANT USAGE ON SCHEMA {names.JOURNAL} TO PUBLIC"),
        tellers.of_value(step),
        *guards.guard(step),
        # From here on the keys stay what they are: they can be written into the routine.
        *tellers.of_key(step.forward),
    )


@render.register
def _(step: RemoveLookup, server: Server) -> tuple[Statement, ...]:
    return (*guards.unguard(step), *tellers.gone(step))


@render.register
def _(step: SeedLookup, server: Server) -> tuple[Statement, ...]:
    return seeds.seed(step)


@render.register
def _(step: UnseedLookup, server: Server) -> tuple[Statement, ...]:
    return seeds.unseed(step)


@render.register
def _(step: CreateTable, server: Server) -> tuple[Statement, ...]:
    kept = _kept(step)
    moved = (
        f"ALTER TABLE {table(kept)} SET SCHEMA {ident(step.table.schema)}; "
        f"ALTER TABLE {table(TableName(step.table.schema, kept.name))} RENAME TO {ident(step.table.name)};"
    )
    made = " ".join(f"{each};" for each in (step.create, *step.more))
    body = (
        f"BEGIN\n  IF pg_catalog.to_regclass({literal(table(kept))}) IS NOT NULL THEN\n    {moved}\n"
        f"  ELSE\n    {made}\n  END IF;\nEND"
    )
    owner = (f"ALTER TABLE {table(step.table)} OWNER TO {ident(step.owner)}",) if step.owner else ()
    grants = tuple(granted(each, None, table(step.table)) for each in step.grants)
    return (Statement(f"DO {dollar_quoted(body)}"), *map(Statement, owner), *grants)


@render.register
def _(step: KeepTable, server: Server) -> tuple[Statement, ...]:
    kept = _kept(step)
    return tuple(
        Statement(sql, lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly")
        for sql in (
            f"ALTER TABLE {table(step.table)} RENAME TO {ident(kept.name)}",
            f"ALTER TABLE {table(TableName(step.table.schema, kept.name))} SET SCHEMA {ident(kept.schema)}",
        )
    )


@render.register
def _(step: CountLookups, server: Server) -> tuple[Statement, ...]:
    counts = " UNION ALL ".join(
        f"SELECT {literal(value)} AS value, count(*) AS rows FROM {table(step.table)} AS {ROW} "
        f"WHERE {holds(held, ROW, qualified=False)}"
        for value, held in step.rows
    )
    wrong = "rows > 1" + (" OR rows = 0" if step.missing else "")
    return (
        Statement(
            f"SELECT value, rows FROM ({counts}) AS found WHERE {wrong} ORDER BY 1", lock="ACCESS SHARE"
        ),
    )


@render.register
def _(step: CountOthers, server: Server) -> tuple[Statement, ...]:
    column = ident(step.column)
    known = ", ".join(literal(each) for each in step.known)
    return (
        Statement(
            f"SELECT {column}::text AS value, count(*) AS rows FROM {table(step.table)} "
            f"WHERE ({column}::text IN ({known})) IS FALSE GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            lock="ACCESS SHARE",
        ),
    )


@render.register
def _(step: CountUnanswered, server: Server) -> tuple[Statement, ...]:
    value = replace(step.value, target="text")  # after a purge the old type may be gone
    column = ident(value.column)
    said = f"({told(value, ROW, qualified=False)}) IS NULL"
    null = f"t.{column} IS NOT NULL AND " if value.null else ""
    shown = ", ".join(
        f"{literal(each.name)}, {ROW}.{ident(each.name)}" for each in dict.fromkeys(value.columns)
    )
    return (
        Statement(
            f"SELECT coalesce(t.{column}::text || ' ' || jsonb_build_object({shown})::text, 'NULL') "
            f"AS value, count(*) AS rows, sum(count(*)) OVER () AS many FROM {table(step.table)} AS t "
            f"LEFT JOIN {table(value.lookup)} AS {ROW} ON {ROW}.{ident(value.key)} = t.{column} "
            f"WHERE {null}{said} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            lock="ACCESS SHARE",
        ),
    )


def _kept(step: CreateTable | KeepTable) -> TableName:
    """Where a table is put away: by what it is called and how it was made."""
    told = json.dumps([step.evolution, str(step.table), step.create])
    return TableName(names.JOURNAL, names.fitted(f"kept_{hashlib.sha256(told.encode()).hexdigest()[:12]}"))
