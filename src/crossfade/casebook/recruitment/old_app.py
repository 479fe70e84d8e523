"""The recruiting system as it was: plain SQL through psycopg or PyMySQL. It knows of no `workflow_id`.

What is deleted stays as a row that says so, until somebody removes it for good.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

PROCESSES, NODES, INTERVIEWS, TODOS = "recruitment_processes", "workflow_nodes", "interviews", "todos"

COLUMNS = {
    PROCESSES: ("user_id", "company", "job_title", "status", "notes"),
    NODES: ("process_id", "name", "node_type", "place", "is_done"),
    INTERVIEWS: ("user_id", "title", "mode", "scheduled_at", "feedback", "score"),
    TODOS: ("user_id", "title", "priority", "is_done", "due_at"),
}
"""What may be given and changed, of each table; the rest is kept by the methods below, or by the database."""
OWN = ("id", "is_deleted", "deleted_at")


class OldRecruiting:
    """Workflows, interviews and todos. Whoever names a row that is not there gets a ``LookupError``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, table: str, **values: Any) -> int:
        """Insert one row and return its id."""
        return self.create_many(table, [values])[0]

    def create_many(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows of the same columns with one statement, and return their ids in order."""
        names = _known(table, rows[0])
        given = {f"{name}_{at}": _sent(row[name]) for at, row in enumerate(rows) for name in names}
        tuples = ", ".join(f"({', '.join(f'%({name}_{at})s' for name in names)})" for at in range(len(rows)))
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES {tuples} RETURNING id"
        with self._engine.begin() as connection:
            return [int(made) for (made,) in connection.exec_driver_sql(statement, given)]

    def get(self, table: str, id: int) -> dict[str, Any] | None:
        """The row, deleted or not, or None; a workflow with its nodes, but for those that are deleted."""
        with self._engine.connect() as connection:
            found = _rows(connection, table, "id = %(id)s", {"id": id})
            if table == PROCESSES and found:
                there = "process_id = %(id)s AND NOT is_deleted ORDER BY place, id"
                found[0]["nodes"] = _rows(connection, NODES, there, {"id": id})
        return found[0] if found else None

    def listed(self, table: str, user_id: int, limit: int = 20) -> list[dict[str, Any]]:
        """This user's newest rows, newest first, but for those that are deleted."""
        newest = "user_id = %(user_id)s AND NOT is_deleted ORDER BY id DESC LIMIT %(limit)s"
        with self._engine.connect() as connection:
            return _rows(connection, table, newest, {"user_id": user_id, "limit": limit})

    def edit(self, table: str, id: int, **values: Any) -> None:
        """Change these columns of a row that is not deleted."""
        changes = ", ".join(f"{name} = %({name})s" for name in _known(table, values))
        given = {name: _sent(value) for name, value in values.items()} | {"id": id}
        self._write(f"UPDATE {table} SET {changes} WHERE id = %(id)s AND NOT is_deleted", given, 1)

    def soft_delete(self, table: str, *ids: int) -> datetime:
        """Delete rows that are not deleted, all of them with one statement; returns when."""
        now = datetime.now(UTC)
        named = {f"id_{at}": each for at, each in enumerate(ids)}
        among = ", ".join(f"%({name})s" for name in named)
        gone = f"UPDATE {table} SET is_deleted = TRUE, deleted_at = %(now)s"
        self._write(f"{gone} WHERE id IN ({among}) AND NOT is_deleted", {"now": now, **named}, len(ids))
        return now

    def restore(self, table: str, id: int) -> None:
        """Take a deletion back."""
        back = f"UPDATE {table} SET is_deleted = FALSE, deleted_at = NULL WHERE id = %(id)s AND is_deleted"
        self._write(back, {"id": id}, 1)

    def remove(self, table: str, id: int) -> None:
        """Remove a row for good, deleted or not; with a workflow go its nodes."""
        self._write(f"DELETE FROM {table} WHERE id = %(id)s", {"id": id}, 1)

    def _write(self, statement: str, given: Mapping[str, Any], rows: int) -> None:
        with self._engine.begin() as connection:
            written = connection.exec_driver_sql(statement, dict(given)).rowcount
            if written != rows:
                message = f"{written} of {rows} rows are there to be written: {statement}"
                raise LookupError(message)


def _known(table: str, values: Mapping[str, Any]) -> list[str]:
    if unknown := sorted(set(values).difference(COLUMNS[table])):
        message = f"{table} has no column {', '.join(unknown)}"
        raise TypeError(message)
    return list(values)


def _rows(connection: Connection, table: str, where: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = ", ".join((*OWN, *COLUMNS[table]))
    found = connection.exec_driver_sql(f"SELECT {names} FROM {table} WHERE {where}", dict(given)).mappings()
    return [{name: _read(name, value) for name, value in row.items()} for row in found]


def _sent(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _read(name: str, value: Any) -> Any:
    """The value as Python's own: MariaDB has no booleans and no time zones, and its JSON is a text."""
    if value is not None and name.startswith("is_"):
        return bool(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return json.loads(value) if name == "feedback" and isinstance(value, str) else value
