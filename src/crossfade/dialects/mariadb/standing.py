"""What a relation must have, as MariaDB knows of it: its key, an index that is used, its triggers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from crossfade.dialects.dialect import Lack
from crossfade.dialects.mariadb import cascades
from crossfade.dialects.mariadb.quoting import ident, idents, literal, table
from crossfade.dialects.mariadb.rendering import Server, named, render
from crossfade.schema import TableName
from crossfade.steps import AskStanding, Cascade, Statement


@render.register
def _(step: AskStanding, server: Server) -> tuple[Statement, ...]:
    (column,), (target,) = step.key.columns, step.key.target_columns
    seen = "IS_VISIBLE = 'YES'" if server.mysql else "IGNORED = 'NO'"
    indexes = (
        f"SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE {_of('TABLE', step.table)} "
        f"AND SEQ_IN_INDEX = 1 AND {named('COLUMN_NAME', column)} AND {seen} ORDER BY INDEX_NAME"
    )
    keys = (
        "SELECT k.CONSTRAINT_NAME, r.DELETE_RULE FROM information_schema.KEY_COLUMN_USAGE AS k "
        "JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA "
        "AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME "
        f"WHERE {_of('k.TABLE', step.table)} AND {named('k.COLUMN_NAME', column)} "
        f"AND {_of('k.REFERENCED_TABLE', step.key.target)} ORDER BY k.CONSTRAINT_NAME"
    )
    # Row by row of what is referred to: a lookup of one value would read a small table as a whole.
    lookup = (
        f"SELECT 1 FROM {table(step.key.target)} AS r STRAIGHT_JOIN {table(step.table)} AS t "
        f"ON t.{ident(column)} = r.{ident(target)}"
    )
    schemas = f"{literal(step.table.schema)}, {literal(step.key.target.schema)}"
    triggers = f"SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN ({schemas})"
    return tuple(map(Statement, (indexes, f"EXPLAIN {lookup}", keys, triggers)))


def lacking(connection: Connection, step: AskStanding, server: Server) -> tuple[Lack, ...]:
    """What is not as it must be, each with what to run."""
    indexes, plan, keys, triggers = (
        connection.exec_driver_sql(each.sql, execution_options={"no_parameters": True}).all()
        for each in render(step, server)
    )
    found = [*_of_index(step, [name for (name,) in indexes], plan), *_of_key(step, keys)]
    if step.cascade is not None:
        found += _of_cascade(step.cascade, {name for (name,) in triggers}, server)
    return tuple(found)


def _of_index(step: AskStanding, indexes: Sequence[str], plan: Sequence[Any]) -> Iterator[Lack]:
    (column,) = step.key.columns
    shown = f"{step.table}.{column}"
    build = f"ALTER TABLE {table(step.table)} ADD INDEX {ident(step.index)} ({ident(column)})"
    if not indexes:
        yield Lack(f"no index begins with {shown}", build)
    elif not any(row.table == "t" and row.key in indexes for row in plan):
        analyze = f"ANALYZE TABLE {table(step.table)}"
        yield Lack(f"a lookup by {shown} does not use index {indexes[0]}", analyze)


def _of_key(step: AskStanding, keys: Sequence[Any]) -> Iterator[Lack]:
    key = step.key
    action = "RESTRICT" if key.on_delete == "NO ACTION" else key.on_delete
    add = (
        f"ADD CONSTRAINT {ident(key.name)} FOREIGN KEY ({idents(key.columns)}) "
        f"REFERENCES {table(key.target)} ({idents(key.target_columns)}) ON DELETE {key.on_delete}"
    )
    if not keys:
        fact = f"no foreign key of {step.table}.{key.columns[0]} refers to {key.target}"
        yield Lack(fact, f"ALTER TABLE {table(step.table)} {add}")
        return
    name, rule = keys[0]
    if rule.replace("NO ACTION", "RESTRICT") != action:
        # One statement for each: a key that gets another one's name at once is refused.
        yield Lack(
            f"foreign key {name} of {step.table} has ON DELETE {rule}, not {key.on_delete}",
            f"ALTER TABLE {table(step.table)} DROP FOREIGN KEY {ident(name)}; "
            f"ALTER TABLE {table(step.table)} {add}",
        )


def _of_cascade(cascade: Cascade, there: set[str], server: Server) -> Iterator[Lack]:
    for name, of, sql in cascades.triggers(cascade, server):
        if name not in there:
            yield Lack(f"trigger {name} of {of}, of the soft delete, is gone", sql)


def _of(what: str, name: TableName) -> str:
    return f"{what}_SCHEMA = {literal(name.schema)} AND {what}_NAME = {literal(name.name)}"
