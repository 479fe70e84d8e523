"""Lookup tables as PostgreSQL's statements: the routines that tell writers, and the guard of their rows.

The routines have the rights of their owner, and a search path of their own: whoever writes a row need not be
allowed to read the lookup table, nor can he put an operator in their way.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from crossfade import names
from crossfade.dialects.postgresql import seeds
from crossfade.dialects.postgresql.lookup_values import ROW, holds, of_key, of_row, routine, told
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.dialects.postgresql.rendering import Server, granted, render
from crossfade.dialects.postgresql.triggers import ACTIVE, LOCK
from crossfade.dialects.postgresql.values import SAFE_PATH, built_in
from crossfade.schema import TableName
from crossfade.steps import (
    CountLookups,
    CountOthers,
    CountUnanswered,
    CreateTable,
    InstallLookup,
    KeepTable,
    RemoveLookup,
    Role,
    SeedLookup,
    Statement,
    UnseedLookup,
)

_SAFELY = Statement(f"SET LOCAL search_path = {SAFE_PATH}", Role.SETTING)
_AS_BEFORE = Statement("SET LOCAL search_path = DEFAULT", Role.SETTING)


@render.register
def _(step: InstallLookup, server: Server) -> tuple[Statement, ...]:
    guard = _guard_of(step)
    lookup = table(step.forward.lookup)
    made = (
        f"CREATE TRIGGER {ident(_trigger(guard))} AFTER UPDATE OR DELETE ON {lookup} "
        f"FOR EACH ROW EXECUTE FUNCTION {names.JOURNAL}.{ident(guard)}()"
    )
    always = f"ALTER TABLE {lookup} ENABLE ALWAYS TRIGGER {ident(_trigger(guard))}"
    return (
        Statement(f"GRANT USAGE ON SCHEMA {names.JOURNAL} TO PUBLIC"),
        Statement(_teller(step)),
        Statement(_guard(step, guard)),
        *(Statement(each, lock=LOCK, blocks="writes, briefly") for each in (made, always)),
        # From here on the keys stay what they are: they can be written into the routine.
        _SAFELY,
        Statement(_keys(step), lock="ACCESS SHARE"),
        _AS_BEFORE,
    )


@render.register
def _(step: RemoveLookup, server: Server) -> tuple[Statement, ...]:
    guard = _guard_of(step)
    return (
        Statement(
            f"DROP TRIGGER IF EXISTS {ident(_trigger(guard))} ON {table(step.forward.lookup)}",
            lock="ACCESS EXCLUSIVE",
            blocks="reads and writes, briefly",
        ),
        Statement(f"DROP FUNCTION IF EXISTS {names.JOURNAL}.{ident(guard)}()"),
        Statement(f"DROP FUNCTION IF EXISTS {routine(step.forward)}(text)"),
        Statement(f"DROP FUNCTION IF EXISTS {routine(step.backward)}({step.backward.source})"),
    )


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


def _teller(step: InstallLookup) -> str:
    """The routine for what a row stands for. It locks the row: an edit of it must find, or be found by,
    every row that refers to it.
    """
    value = step.backward
    lock = "KEY SHARE" if step.unique else "SHARE"
    body = (
        f"DECLARE\n  said {value.target};\nBEGIN\n"
        f"  SELECT {told(value, ROW, qualified=False)} INTO said FROM {table(value.lookup)} AS {ROW}\n"
        f"    WHERE {ROW}.{ident(value.key)} = $1 FOR {lock};\n"
        f"  RETURN {of_key(value, '$1', 'said')};\nEND"
    )
    return _definer(f"{routine(value)}({value.source})", value.target, body, _path(step))


def _guard(step: InstallLookup, name: str) -> str:
    key, value = step.forward, step.backward
    before, after = (of_row(value, told(value, each, qualified=False)) for each in ("OLD", "NEW"))
    refers = f"{table(step.table)} AS t WHERE t.{ident(value.column)}"
    users, former = (f"{refers} = {row}.{ident(value.key)}" for row in ("NEW", "OLD"))
    old = ident(key.column)
    changed = (
        f"TG_OP = 'DELETE' OR NEW.{ident(key.key)} IS DISTINCT FROM OLD.{ident(key.key)} "
        f"OR ({_stands(step, 'NEW')}) IS DISTINCT FROM stands OR before IS DISTINCT FROM after"
    )
    unsaid = ""
    if value.otherwise is None:
        unsaid = (
            f"    IF after IS NULL AND EXISTS (SELECT FROM {users}) THEN\n"
            + _refused(
                f"a row of {key.lookup} that is in use can't become %s yet: the old version of {step.table} "
                "has no value for it",
                "pg_catalog.to_jsonb(NEW)::text",
            )
            + "    END IF;\n"
        )
    body = (
        f"DECLARE\n  stands text;\n  before {value.target};\n  after {value.target};\n  sync text;\nBEGIN\n"
        f"  IF NOT ({ACTIVE}) THEN\n    RETURN NULL;\n  END IF;\n"
        f"  stands := {_stands(step, 'OLD')};\n"
        f"  before := {before};\n"
        f"  IF TG_OP = 'UPDATE' THEN\n    after := {after};\n  END IF;\n"
        f"  IF stands IS NOT NULL AND ({changed}) THEN\n"
        + _refused(
            f"a row of {key.lookup} stands for %s in {step.table} while evolution {step.evolution} is live: "
            "it can't be deleted, nor can what tells it be changed",
            "stands",
        )
        + "  END IF;\n"
        f"  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM {former}) THEN\n"
        + _refused(
            f"a row of {key.lookup} is in use in {step.table}",
            "''",
            "Let its rows refer to another one first.",
            "foreign_key_violation",
        )
        + "  END IF;\n"
        "  IF TG_OP = 'UPDATE' AND before IS DISTINCT FROM after THEN\n"
        f"{unsaid}"
        "    sync := pg_catalog.current_setting('crossfade.sync', true);\n"
        "    PERFORM pg_catalog.set_config('crossfade.sync', 'off', true);\n"
        f"    UPDATE {table(step.table)} AS t SET {old} = after "
        f"WHERE t.{ident(value.column)} = NEW.{ident(value.key)} AND t.{old} IS DISTINCT FROM after;\n"
        "    PERFORM pg_catalog.set_config('crossfade.sync', coalesce(sync, ''), true);\n"
        "  END IF;\n  RETURN NULL;\nEND"
    )
    return _definer(f"{names.JOURNAL}.{ident(name)}()", "trigger", body, _path(step))


def _stands(step: InstallLookup, row: str) -> str:
    """The value that the row was made or found for, as text; NULL where it is any other row."""
    rows = [(literal(value), held) for value, held in step.forward.rows]
    if step.forward.otherwise:
        rows.append((literal("any other value"), step.forward.otherwise))
    cases = " ".join(f"WHEN {holds(held, row, qualified=False)} THEN {value}" for value, held in rows)
    return f"CASE {cases} END"


def _refused(
    fact: str, what: str, hint: str = "Complete the evolution first.", code: str = "check_violation"
) -> str:
    return (
        f"      RAISE EXCEPTION USING ERRCODE = {literal(code)},\n"
        f"        MESSAGE = pg_catalog.replace({literal(fact)}, '%s', coalesce({what}, 'NULL')),\n"
        f"        HINT = {literal(hint)};\n"
    )


def _keys(step: InstallLookup) -> str:
    """What makes the routine for the key of a value: the keys are looked up now, and constants in it, so that
    the server can put the routine's expression in the place of its call.
    """
    key = step.forward
    rows = [(f"'$1 OPERATOR(pg_catalog.=) %L', {literal(value)}", held) for value, held in key.rows]
    if key.otherwise:
        rows.append(("'$1 IS NOT NULL'", key.otherwise))
    becomes = literal(f" THEN %L::{key.target.replace('%', '%%')}")
    finds = "".join(
        f"  SELECT {ROW}.{ident(key.key)} INTO STRICT key FROM {table(key.lookup)} AS {ROW} "
        f"WHERE {holds(held, ROW, qualified=False)};\n"
        f"  cases := cases || ' WHEN ' || format({test}) || format({becomes}, key);\n"
        for test, held in rows
    )
    create = (
        f"CREATE FUNCTION {routine(key)}(text) RETURNS {key.target} LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
    )
    body = (
        f"DECLARE\n  key {key.target};\n  cases text := 'SELECT CASE';\nBEGIN\n{finds}"
        f"  EXECUTE {literal(create)} || quote_literal(cases || ' END');\nEND"
    )
    return f"DO {dollar_quoted(body)}"


def _definer(signature: str, returns: str, body: str, path: str) -> str:
    # A column may have the name of a variable; every column is written with its row's alias.
    source = dollar_quoted(f"#variable_conflict use_variable\n{body}")
    return (
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {path} AS {source}"
    )


def _path(step: InstallLookup) -> str:
    """A type from elsewhere may have its equality in a schema of the user's."""
    if all(map(built_in, (*step.forward.columns, *step.backward.columns))):
        return SAFE_PATH
    return idents(("pg_catalog", *step.search_path, "pg_temp"))


def _guard_of(step: InstallLookup | RemoveLookup) -> str:
    return names.fitted(f"guard_{step.backward.function}")


def _trigger(guard: str) -> str:
    return names.fitted(f"~crossfade_{guard}")


def _kept(step: CreateTable | KeepTable) -> TableName:
    """Where a table is put away: by what it is called and how it was made."""
    told = json.dumps([step.evolution, str(step.table), step.create])
    return TableName(names.JOURNAL, names.fitted(f"kept_{hashlib.sha256(told.encode()).hexdigest()[:12]}"))
