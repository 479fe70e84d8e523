"""What a relation must have, as PostgreSQL knows of it: its key, an index that is used, its triggers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from crossfade.dialects.dialect import Lack
from crossfade.dialects.postgresql import cascades
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.schema import Index
from crossfade.steps import (
    AddForeignKey,
    AskStanding,
    Cascade,
    CreateIndex,
    Role,
    Statement,
    Step,
    ValidateForeignKey,
)

_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@render.register
def _(step: AskStanding, server: Server) -> tuple[Statement, ...]:
    (column,), (target,) = step.key.columns, step.key.target_columns
    of, to = literal(table(step.table)), literal(table(step.key.target))
    indexes = (
        "SELECT i.relname, x.indisvalid FROM pg_catalog.pg_index AS x "
        "JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid "
        "JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] "
        f"WHERE x.indrelid = {of}::regclass AND a.attname = {literal(column)} AND x.indpred IS NULL "
        "ORDER BY x.indisvalid DESC, i.relname"
    )
    keys = (
        "SELECT c.conname, c.convalidated, c.confdeltype::text, "
        "EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgconstraint = c.oid AND t.tgenabled = 'D') "
        "FROM pg_catalog.pg_constraint AS c "
        f"WHERE c.contype = 'f' AND c.conrelid = {of}::regclass AND c.confrelid = {to}::regclass "
        "AND c.conkey = ARRAY(SELECT a.attnum FROM pg_catalog.pg_attribute AS a "
        f"WHERE a.attrelid = c.conrelid AND a.attname = {literal(column)}) "
        "ORDER BY c.convalidated DESC, c.conname"
    )
    lookup = (
        f"SELECT FROM {table(step.table)} AS t WHERE t.{ident(column)} = "
        f"(SELECT r.{ident(target)} FROM {table(step.key.target)} AS r LIMIT 1)"
    )
    triggers = (
        "SELECT t.tgname FROM pg_catalog.pg_trigger AS t "
        f"WHERE t.tgrelid IN ({of}::regclass, {to}::regclass) AND t.tgenabled <> 'D' AND NOT t.tgisinternal"
    )
    return (
        # A small table is read as a whole for less: it is asked as if it were a large one.
        Statement("SET LOCAL enable_seqscan = off", Role.SETTING),
        Statement(indexes),
        Statement(f"EXPLAIN (FORMAT JSON) {lookup}", lock="ACCESS SHARE"),
        Statement(keys),
        Statement(triggers),
    )


def lacking(connection: Connection, step: AskStanding) -> tuple[Lack, ...]:
    """What is not as it must be, each with what to run."""
    answers = [
        connection.exec_driver_sql(each.sql, execution_options={"no_parameters": True})
        for each in render(step, Server((), 0))
    ]
    _, indexes, ((plan,),), keys, triggers = [each.all() if each.returns_rows else () for each in answers]
    found = [*_of_index(step, indexes, plan[0]["Plan"]), *_of_key(step, keys)]
    if step.cascade is not None:
        found += _of_cascade(step.cascade, {name for (name,) in triggers})
    return tuple(found)


def _of_index(step: AskStanding, indexes: Sequence[Any], plan: dict[str, Any]) -> Iterator[Lack]:
    (column,) = step.key.columns
    shown = f"{step.table}.{column}"
    build = _sql(CreateIndex(step.table, Index(step.index, (column,))))
    if not indexes:
        yield Lack(f"no index begins with {shown}", build)
        return
    name, valid = indexes[0]
    if not valid:
        again = f"REINDEX INDEX CONCURRENTLY {ident(step.table.schema)}.{ident(name)}"
        yield Lack(f"index {name} of {step.table} is not valid: its build was broken off", again)
        return
    scans = [node for node in _nodes(plan) if node.get("Alias") == "t"]
    if not any("Index Cond" in node for scan in scans for node in _nodes(scan)):
        yield Lack(f"a lookup by {shown} does not use index {name}", build)


def _of_key(step: AskStanding, keys: Sequence[Any]) -> Iterator[Lack]:
    key = step.key
    validate = _sql(ValidateForeignKey(step.table, key.name))
    if not keys:
        fact = f"no foreign key of {step.table}.{key.columns[0]} refers to {key.target}"
        yield Lack(fact, f"{_sql(AddForeignKey(step.table, key))}; {validate}")
        return
    name, valid, action, off = keys[0]
    shown = f"foreign key {name} of {step.table}"
    if _ACTIONS[action] != key.on_delete:
        drop = f"ALTER TABLE {table(step.table)} DROP CONSTRAINT {ident(name)}"
        yield Lack(
            f"{shown} has ON DELETE {_ACTIONS[action]}, not {key.on_delete}",
            f"{drop}; {_sql(AddForeignKey(step.table, key))}; {validate}",
        )
    elif not valid:
        yield Lack(f"{shown} was never validated", _sql(ValidateForeignKey(step.table, name)))
    elif off:
        both = (f"ALTER TABLE {table(each)} ENABLE TRIGGER ALL" for each in (step.table, key.target))
        yield Lack(f"triggers of {shown} are disabled: it is not enforced", "; ".join(both))


def _of_cascade(cascade: Cascade, there: set[str]) -> Iterator[Lack]:
    for name, of, sql in cascades.triggers(cascade):
        if name not in there:
            yield Lack(
                f"trigger {name} of {of}, of the soft delete, is gone or disabled",
                f"DROP TRIGGER IF EXISTS {ident(name)} ON {table(of)}; {sql}",
            )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _sql(step: Step) -> str:
    """What is to be run to do what `step` does."""
    return "; ".join(each.sql for each in render(step, Server((), 0)) if each.role is Role.WORK)
