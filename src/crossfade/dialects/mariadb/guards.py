"""The guard of a lookup's rows: triggers that keep them true while both versions are live.

The rows that stand for old values keep what tells them: the routine for keys holds these as constants. An
edit of another row that is in use gives the rows that use it their old side anew. Their sync is not switched
off meanwhile, which an error would leave so: it is told, and sees that both sides agree by then.
"""

from __future__ import annotations

from collections.abc import Iterable

from crossfade import names
from crossfade.dialects.mariadb import texts
from crossfade.dialects.mariadb.lookup_values import holds, of_row, told
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import ddl, has_trigger, nothing
from crossfade.dialects.mariadb.tellers import TEXT, held_as
from crossfade.dialects.mariadb.triggers import ACTIVE, TOLD, otherwise, refused, said
from crossfade.steps import InstallLookup, RemoveLookup, Statement

_EVENTS = ("UPDATE", "DELETE")
_STANDS, _BEFORE, _AFTER = "`~stands`", "`~before`", "`~after`"
_IN_USE = 1451  # of a row that others refer to


def guard(step: InstallLookup) -> tuple[Statement, ...]:
    """The triggers on the lookup table."""
    lines = {"UPDATE": _on_update(step), "DELETE": _on_delete(step)}
    type_ = held_as(step.backward.target)
    found = []
    for event in _EVENTS:
        name, of = _name(step, event), step.forward.lookup
        body = "\n".join(
            [
                "BEGIN",
                f"  DECLARE {TOLD} VARCHAR(128);",
                f"  DECLARE {_STANDS} {TEXT};",
                *(f"  DECLARE {each} {type_};" for each in (_BEFORE, _AFTER) if event == "UPDATE"),
                f"  IF {ACTIVE} THEN",
                *(f"    {line}" for line in lines[event]),
                "  END IF;",
                "END",
            ]
        )
        made = f"CREATE TRIGGER {ident(of.schema)}.{ident(name)}"
        sql = f"{made} AFTER {event} ON {table(of)} FOR EACH ROW\n{body}"
        found.append(ddl(sql, has_trigger(of.schema, name)))
    return tuple(found)


def unguard(step: RemoveLookup) -> tuple[Statement, ...]:
    """What removes them."""
    schema = step.forward.lookup.schema
    return tuple(
        ddl(
            f"DROP TRIGGER IF EXISTS {ident(schema)}.{ident(_name(step, event))}",
            nothing(has_trigger(schema, _name(step, event))),
        )
        for event in _EVENTS
    )


def _on_update(step: InstallLookup) -> list[str]:
    key, value = step.forward, step.backward
    other = f"NOT (NEW.{ident(key.key)} <=> OLD.{ident(key.key)})"
    stands_no_more = f"NOT (BINARY {_STANDS} <=> BINARY ({_stands(step, 'NEW')}))"
    moved = f"NOT ({_exact(step, _BEFORE)} <=> {_exact(step, _AFTER)})"
    rows, uses = f"{table(step.table)} AS t", f"t.{ident(value.column)} = NEW.{ident(value.key)}"
    unsaid: Iterable[str] = ()
    if value.otherwise is None:
        unsaid = refused(
            f"{_AFTER} IS NULL AND EXISTS (SELECT 1 FROM {rows} WHERE {uses})",
            said(
                f"a row of {key.lookup} that is in use can't change so yet: the old version of {step.table} "
                "has no value for it"
            ),
        )
    return [
        f"SET {_STANDS} = {_stands(step, 'OLD')};",
        f"SET {_BEFORE} = {of_row(value, told(value, 'OLD'))};",
        f"SET {_AFTER} = {of_row(value, told(value, 'NEW'))};",
        *_refused_standing(step, f"{_STANDS} IS NOT NULL AND ({other} OR {stands_no_more} OR {moved})"),
        f"IF {moved} THEN",
        *(f"  {line}" for line in unsaid),
        "  SET @crossfade_guard = 'on';",
        *(f"  {line}" for line in _carried(step, f"{rows} SET", uses)),
        "  SET @crossfade_guard = NULL;",
        "END IF;",
    ]


def _carried(step: InstallLookup, rows: str, uses: str) -> list[str]:
    """The lines that give the rows in use their old side, by the name that its column has by then."""
    found = []
    for name in filter(None, (step.forward.column, step.also)):
        old = f"t.{ident(name)}"
        stale = f"NOT ({_exact(step, old)} <=> {_exact(step, _AFTER)})"
        found.append([f"UPDATE {rows} {old} = {_AFTER} WHERE {uses} AND {stale};"])
    first, *others = found
    return otherwise(first, *others) if others else first


def _on_delete(step: InstallLookup) -> list[str]:
    key, value = step.forward, step.backward
    users = f"{table(step.table)} AS t WHERE t.{ident(value.column)} = OLD.{ident(value.key)}"
    return [
        f"SET {_STANDS} = {_stands(step, 'OLD')};",
        *_refused_standing(step, f"{_STANDS} IS NOT NULL"),
        *refused(
            f"EXISTS (SELECT 1 FROM {users})",
            said(f"a row of {key.lookup} is in use in {step.table}"),
            _IN_USE,
        ),
    ]


def _refused_standing(step: InstallLookup, test: str) -> list[str]:
    return refused(
        test,
        [
            *said(f"evolution {step.evolution}: this row of {step.forward.lookup} stands for "),
            f"QUOTE({_STANDS})",
            *said(f" in {step.table}, and must stay"),
        ],
    )


def _stands(step: InstallLookup, row: str) -> str:
    """The value that the row was made or found for, as text; NULL where it is any other row."""
    rows = [(literal(value), held) for value, held in step.forward.rows]
    if step.forward.otherwise:
        rows.append((literal("any other value"), step.forward.otherwise))
    cases = " ".join(f"WHEN {holds(held, row, step.forward.columns)} THEN {value}" for value, held in rows)
    return f"CASE {cases} END"


def _exact(step: InstallLookup, sql: str) -> str:
    return texts.exact(step.backward.target, sql)


def _name(step: InstallLookup | RemoveLookup, event: str) -> str:
    return names.fitted(f"~crossfade_guard_{event.lower()}_{step.backward.function}")
