"""The soft-delete cascade as PostgreSQL's triggers.

The parent's trigger is one call a statement: the rows that it soft-deleted take all their live children in
one UPDATE, and each child taken is noted in the journal. The child's triggers strike a note out once anybody
touches what it is about: the flag, the time, the reference. A row that was restored and deleted again on its
own has no note left, whatever its time says.

Before children are looked for, their parents are locked as a DELETE would lock them: who has linked a child
and has not committed holds a key share lock there, by the foreign key, and is waited for. Each statement that
comes after a lock sees what was committed before it, under READ COMMITTED.

The routines have the rights of their owner, as the actions of a foreign key have: whoever soft-deletes a row
need not be allowed to write its children. Nobody may put them on a table of his own. They look for names in
pg_catalog alone. What reads the rows of the statement is planned at each call: a plan for one row would be
kept for a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import names
from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import dollar_quoted, ident, idents, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.dialects.postgresql.triggers import LOCK
from crossfade.schema import Column, TableName
from crossfade.steps import Cascade, InstallCascade, RemoveCascade, Statement

TAKEN = "crossfade.taken"

_OLD, _NEW = "crossfade_old", "crossfade_new"
_GONE, _BACK = ("n", "o"), ("o", "n")  # in which of both rows the flag is set, and in which it is not


@render.register
def _(step: InstallCascade, server: Server) -> tuple[Statement, ...]:
    cascade = step.cascade
    cascading, letting = _routine("cascade", cascade), _routine("let", cascade)
    return (
        Statement(_definer(cascading, _cascading(cascade))),
        # A plan of the day when there were few notes must not be kept for the day when there are many.
        Statement(_definer(letting, _letting(cascade), "SET enable_seqscan = off ")),
        # A trigger fires without: whoever could execute them could give them rows of his own making.
        Statement(f"REVOKE ALL ON FUNCTION {cascading}(), {letting}() FROM PUBLIC"),
        *(Statement(sql, lock=LOCK, blocks="writes, briefly") for _, _, sql in triggers(cascade)),
        Statement(_outdated(cascade), lock="ACCESS SHARE"),
    )


@render.register
def _(step: RemoveCascade, server: Server) -> tuple[Statement, ...]:
    cascade = step.cascade
    return (
        *(
            Statement(
                f"DROP TRIGGER IF EXISTS {ident(name)} ON {table(of)}",
                lock="ACCESS EXCLUSIVE",
                blocks="reads and writes, briefly",
            )
            for name, of, _ in triggers(cascade)
        ),
        *(
            Statement(f"DROP FUNCTION IF EXISTS {_routine(purpose, cascade)}()")
            for purpose in ("cascade", "let")
        ),
    )


def triggers(cascade: Cascade) -> tuple[tuple[str, TableName, str], ...]:
    """Each trigger's name, its table, and what makes it."""
    flag, child = ident(cascade.flag), table(cascade.child)
    touched = values.changed((cascade.at[1], cascade.column, *cascade.child_key))
    seen = f"REFERENCING OLD TABLE AS {_OLD} NEW TABLE AS {_NEW} FOR EACH STATEMENT"
    letting, keys = _routine("let", cascade), idents(each.name for each in cascade.child_key)
    lost = f"OLD.{flag} AND (NEW.{flag} IS NOT TRUE OR {touched})"
    made = (
        (
            "cascade",
            cascade.parent,
            f"UPDATE ON {table(cascade.parent)} {seen}",
            _routine("cascade", cascade),
        ),
        ("let", cascade.child, f"UPDATE ON {child} FOR EACH ROW WHEN ({lost})", letting),
        ("gone", cascade.child, f"DELETE ON {child} FOR EACH ROW WHEN (OLD.{flag})", letting),
        ("moved", cascade.child, f"UPDATE OF {keys} ON {child} FOR EACH STATEMENT", letting),
        ("none", cascade.child, f"TRUNCATE ON {child} FOR EACH STATEMENT", letting),
    )
    found = []
    for purpose, of, when, calls in made:
        name = f"~crossfade_{purpose}_{cascade.mark}"
        found.append((name, of, f"CREATE TRIGGER {ident(name)} AFTER {when} EXECUTE FUNCTION {calls}()"))
    return tuple(found)


def _cascading(cascade: Cascade) -> str:
    """The body of the parent's trigger."""
    flag, key = ident(cascade.flag), ident(cascade.key.name)
    moved = (
        f"SELECT bool_or(n.{flag}), bool_or(o.{flag}) FROM {_NEW} AS n JOIN {_OLD} AS o "
        f"ON n.{key} = o.{key} WHERE (n.{flag} IS TRUE) <> (o.{flag} IS TRUE)"
    )
    return (
        "DECLARE\n  gone boolean;\n  back boolean;\nBEGIN\n"
        # Most updates are of live rows that stay so.
        f"  IF NOT EXISTS (SELECT FROM {_NEW} AS n WHERE n.{flag})\n"
        f"    AND NOT EXISTS (SELECT FROM {_OLD} AS o WHERE o.{flag}) THEN\n    RETURN NULL;\n  END IF;\n"
        f"  EXECUTE {literal(moved)} INTO gone, back;\n"
        f"  IF gone THEN\n{_each(_taking(cascade))}  END IF;\n"
        f"  IF back THEN\n{_each(_restoring(cascade))}  END IF;\n"
        "  RETURN NULL;\nEND"
    )


def _taking(cascade: Cascade) -> tuple[str, ...]:
    """What takes the live children of the rows that were soft-deleted."""
    at, flag, key = cascade.at[1], ident(cascade.flag), ident(cascade.key.name)
    given, now = f"p.{ident(cascade.at[0].name)}", "CURRENT_TIMESTAMP"
    since = f"coalesce({', '.join(f'CAST({each} AS {at.type})' for each in (given, now))})"
    parents = _parents(cascade, _GONE)
    waited = (
        f"SELECT FROM {table(cascade.parent)} AS t WHERE t.{key} IN (SELECT p.{key} FROM {parents}) "
        f"ORDER BY t.{key} FOR UPDATE"
    )
    took = (
        f"UPDATE {table(cascade.child)} AS c SET {flag} = true, {ident(at.name)} = {since} FROM {parents} "
        f"WHERE c.{ident(cascade.column.name)} = p.{key} AND c.{flag} IS NOT TRUE "
        f"RETURNING c.{flag} AS taken, {_json('c', cascade.child_key)} AS child_key, "
        f"{_json('c', (cascade.column,))} AS parent_key, {_moment(cascade)} AS at"
    )
    noted = (
        f"WITH took AS ({took}) INSERT INTO {TAKEN} AS t (relation, child_key, parent_key, at) "
        f"SELECT {literal(cascade.relation)}, k.child_key, k.parent_key, k.at FROM took AS k WHERE k.taken "
        "ON CONFLICT (relation, child_key) DO UPDATE SET parent_key = excluded.parent_key, at = excluded.at"
    )
    return waited, _locked(cascade, parents, f"c.{flag} IS NOT TRUE"), noted


def _restoring(cascade: Cascade) -> tuple[str, ...]:
    """What restores the children that were taken of the rows that were restored."""
    child, at = table(cascade.child), ident(cascade.at[1].name)
    flag, key, column = ident(cascade.flag), ident(cascade.key.name), ident(cascade.column.name)
    parents = _parents(cascade, _BACK)
    same = " AND ".join(f"c.{ident(each.name)} = k.{ident(each.name)}" for each in cascade.child_key)
    let = (
        f"DELETE FROM {TAKEN} AS t USING {child} AS c, {parents} WHERE c.{column} = p.{key} AND c.{flag} "
        f"AND t.relation = {literal(cascade.relation)} AND t.child_key = {_json('c', cascade.child_key)} "
        f"RETURNING {_listed('c', cascade.child_key)}"
    )
    restored = (
        f"WITH let AS ({let}) UPDATE {child} AS c SET {flag} = false, {at} = NULL FROM let AS k WHERE {same}"
    )
    return _locked(cascade, parents, f"c.{flag}"), restored


def _locked(cascade: Cascade, parents: str, where: str) -> str:
    """The children that meet the condition, locked in the order of their keys."""
    key = ident(cascade.key.name)
    return (
        f"SELECT FROM {table(cascade.child)} AS c WHERE c.{ident(cascade.column.name)} IN "
        f"(SELECT p.{key} FROM {parents}) AND {where} ORDER BY {_listed('c', cascade.child_key)} "
        "FOR NO KEY UPDATE"
    )


def _letting(cascade: Cascade) -> str:
    """The body of the child's triggers: what the note was about is no longer so. A row that only has another
    key keeps its note, marked until the statement is over: another note may have that key by then.
    """
    of = f"t.relation = {literal(cascade.relation)}"
    old, flag = _json("OLD", cascade.child_key), ident(cascade.flag)
    moved = literal(f"crossfade.moved_{cascade.mark}")
    touched = values.changed((cascade.at[1], cascade.column))
    return (
        "BEGIN\n"
        f"  IF TG_OP = 'TRUNCATE' THEN\n    DELETE FROM {TAKEN} AS t WHERE {of};\n"
        "  ELSIF TG_LEVEL = 'STATEMENT' THEN\n"
        f"    IF current_setting({moved}, true) = 'on' THEN\n"
        f"      UPDATE {TAKEN} AS t SET child_key = substr(t.child_key, 2)\n"
        f"        WHERE {of} AND left(t.child_key, 1) = '>';\n"
        f"      PERFORM set_config({moved}, '', true);\n    END IF;\n"
        f"  ELSIF TG_OP = 'DELETE' THEN\n    DELETE FROM {TAKEN} AS t WHERE {of} AND t.child_key = {old};\n"
        f"  ELSIF NEW.{flag} IS NOT TRUE OR {touched} THEN\n"
        f"    DELETE FROM {TAKEN} AS t WHERE {of} AND t.child_key = {old};\n"
        f"  ELSE\n    UPDATE {TAKEN} AS t SET child_key = '>' || {_json('NEW', cascade.child_key)}\n"
        f"      WHERE {of} AND t.child_key = {old};\n"
        f"    PERFORM set_config({moved}, 'on', true);\n"
        "  END IF;\n  RETURN NULL;\nEND"
    )


def _outdated(cascade: Cascade) -> str:
    """Forget the notes of an earlier installation that no longer hold: nobody looked after them since."""
    key = " AND ".join(
        f"c.{ident(each.name)} = (t.child_key::jsonb ->> {number})::{each.type}"
        for number, each in enumerate(cascade.child_key)
    )
    flag, column = ident(cascade.flag), ident(cascade.column.name)
    held = (
        f"SELECT FROM {table(cascade.child)} AS c JOIN {table(cascade.parent)} AS p "
        f"ON p.{ident(cascade.key.name)} = c.{column} WHERE {key} AND c.{flag} AND p.{flag} "
        f"AND t.parent_key = {_json('c', (cascade.column,))} AND t.at IS NOT DISTINCT FROM {_moment(cascade)}"
    )
    of = literal(cascade.relation)
    return f"DELETE FROM {TAKEN} AS t WHERE t.relation = {of} AND NOT EXISTS ({held})"


def _parents(cascade: Cascade, way: tuple[str, str]) -> str:
    """The rows, as they are now, whose flag is set in the one row and not in the other, as `p`."""
    flag, key = ident(cascade.flag), ident(cascade.key.name)
    now, before = way
    return (
        f"(SELECT n.* FROM {_NEW} AS n JOIN {_OLD} AS o ON n.{key} = o.{key} "
        f"WHERE {now}.{flag} AND {before}.{flag} IS NOT TRUE) AS p"
    )


def _moment(cascade: Cascade) -> str:
    """When the child was deleted, the same in every session."""
    at = cascade.at[1]
    zoned = "without" not in at.type and at.type != "timestamp"
    moment = f"c.{ident(at.name)}" + (" AT TIME ZONE 'UTC'" if zoned else "")
    return f"to_char({moment}, 'YYYY-MM-DD HH24:MI:SS.US')"


def _json(row: str, columns: Iterable[Column]) -> str:
    return f"jsonb_build_array({', '.join(f'{row}.{ident(each.name)}::text' for each in columns)})::text"


def _listed(row: str, columns: Iterable[Column]) -> str:
    return ", ".join(f"{row}.{ident(each.name)}" for each in columns)


def _each(statements: Iterable[str]) -> str:
    return "".join(f"    EXECUTE {literal(each)};\n" for each in statements)


def _routine(purpose: str, cascade: Cascade) -> str:
    return f"{names.JOURNAL}.{ident(f'{purpose}_{cascade.mark}')}"


def _definer(name: str, body: str, settings: str = "") -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {values.SAFE_PATH} {settings}AS {dollar_quoted(body)}"
    )
