"""The routines by which writers are told of a lookup: the key of the row that stands for a value, and the
value that a row stands for.

They have the rights of their owner, and a search path of their own: whoever writes a row need not be allowed
to read the lookup table, nor can he put an operator in their way.
"""

from __future__ import annotations

from crossfade.dialects.postgresql.lookup_values import ROW, holds, routine, told
from crossfade.dialects.postgresql.lookup_values import of_key as said_of_key
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.dialects.postgresql.values import SAFE_PATH, built_in
from crossfade.expressions import LookupKey
from crossfade.steps import InstallLookup, RemoveLookup, Role, Statement

_SAFELY = Statement(f"SET LOCAL search_path = {SAFE_PATH}", Role.SETTING)
_AS_BEFORE = Statement("SET LOCAL search_path = DEFAULT", Role.SETTING)


def of_value(step: InstallLookup) -> Statement:
    """The routine for what a row stands for. It locks the row: an edit of it must find, or be found by,
    every row that refers to it.
    """
    value = step.backward
    lock = "KEY SHARE" if step.unique else "SHARE"
    body = (
        f"DECLARE\n  said {value.target};\nBEGIN\n"
        f"  SELECT {told(value, ROW, qualified=False)} INTO said FROM {table(value.lookup)} AS {ROW}\n"
        f"    WHERE {ROW}.{ident(value.key)} = $1 FOR {lock};\n"
        f"  RETURN {said_of_key(value, '$1', 'said')};\nEND"
    )
    return Statement(definer(step, f"{routine(value)}({value.source})", value.target, body))


def of_key(key: LookupKey) -> tuple[Statement, ...]:
    """The routine for the key of a value. The keys are looked up now, and constants in it, so that the server
    can put the routine's expression in the place of its call.
    """
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
    return (_SAFELY, Statement(f"DO {dollar_quoted(body)}", lock="ACCESS SHARE"), _AS_BEFORE)


def gone(step: RemoveLookup) -> tuple[Statement, ...]:
    """The removal of both routines."""
    return (
        Statement(f"DROP FUNCTION IF EXISTS {routine(step.forward)}(text)"),
        Statement(f"DROP FUNCTION IF EXISTS {routine(step.backward)}({step.backward.source})"),
    )


def definer(step: InstallLookup, signature: str, returns: str, body: str) -> str:
    """A routine with its owner's rights and a search path of its own."""
    # A column may have the name of a variable; every column is written with its row's alias.
    source = dollar_quoted(f"#variable_conflict use_variable\n{body}")
    return (
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {_path(step)} AS {source}"
    )


def _path(step: InstallLookup) -> str:
    """A type from elsewhere may have its equality in a schema of the user's."""
    if all(map(built_in, (*step.forward.columns, *step.backward.columns))):
        return SAFE_PATH
    return idents(("pg_catalog", *step.search_path, "pg_temp"))
