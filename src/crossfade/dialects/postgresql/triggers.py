"""What Crossfade's triggers have in common: their names, how they are made, what they ask of a session.

The names sort after any ASCII name of the user's, so that they fire last.
"""

from __future__ import annotations

from crossfade import names
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.schema import TableName
from crossfade.steps import Statement

LOCK = "SHARE ROW EXCLUSIVE"
ACTIVE = "pg_catalog.current_setting('crossfade.sync', true) IS DISTINCT FROM 'off'"

CLOSED_INSERT = "~crossfade_closed_insert"
CLOSED_UPDATE = "~crossfade_closed_update"
INSERT_NEW = "~crossfade_insert_new"
INSERT_OLD = "~crossfade_insert_old"
SYNC = "~crossfade_sync"
UPDATE = "~crossfade_update"
ALL = (CLOSED_INSERT, CLOSED_UPDATE, INSERT_NEW, INSERT_OLD, SYNC, UPDATE)


def trigger(
    name: str, event: str, of: TableName, call: str, *, when: str | None = None
) -> tuple[Statement, ...]:
    """A trigger that fires in every session, those of a logical replication's apply worker included."""
    condition = f"WHEN ({when}) " if when is not None else ""
    created = (
        f"CREATE TRIGGER {ident(name)} BEFORE {event} ON {table(of)} FOR EACH ROW {condition}"
        f"EXECUTE FUNCTION {call}"
    )
    statements = (created, f"ALTER TABLE {table(of)} ENABLE ALWAYS TRIGGER {ident(name)}")
    return tuple(Statement(sql, lock=LOCK, blocks="writes, briefly") for sql in statements)


def inside(namespace: str) -> str:
    """The condition that the session has the namespace on its search path, and so is the new version's."""
    # A schema that is not there is not on the path, whatever the setting says.
    return f"{literal(namespace)}::name OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false))"


def function(purpose: str, evolution: str, of: TableName) -> str:
    """The qualified name of a trigger function."""
    name = names.routine(purpose, of.schema, of.name, evolution)
    return f"{names.JOURNAL}.{ident(name)}"


def counter(side: str, evolution: str, of: TableName) -> str:
    """The qualified name of the sequence that counts a side's writes."""
    return function(f"writes_{side}", evolution, of)
