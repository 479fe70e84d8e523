"""A small recruiting database, and how its rows are soft-deleted and restored."""

from __future__ import annotations

from crossfade import Evolution, Relate, SoftDelete
from tests.changes.database import execute

LEGACY = """
CREATE TABLE processes (id int PRIMARY KEY, title text, is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz);
CREATE TABLE interviews (id int PRIMARY KEY, note text, is_deleted boolean DEFAULT false,
  deleted_at timestamptz);
CREATE TABLE todos (id int PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false, deleted_at timestamp);
CREATE TABLE notes (id uuid PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false, deleted_at timestamptz);
INSERT INTO processes (id, title) SELECT n, 'p' || n FROM generate_series(1, 5) n;
INSERT INTO interviews (id, note) SELECT n, 'i' || n FROM generate_series(1, 10) n;
INSERT INTO todos (id) SELECT n FROM generate_series(1, 4) n;
INSERT INTO notes (id) SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid FROM generate_series(1, 4) n;
"""


def relation(child: str, column: str, to: str, **arguments: object) -> Relate:
    given = {"to": to, "on_delete": "SET NULL", "soft_delete": SoftDelete(), **arguments}
    return Relate(child, column, **given)  # type: ignore[arg-type]


def related(**arguments: object) -> Evolution:
    """Interviews of a process."""
    return Evolution("related", changes=[relation("interviews", "workflow_id", "processes", **arguments)])


def delete(of: str, where: str, at: str | None = "2020-01-01") -> str:
    since = "NULL" if at is None else f"'{at}'"
    return f"UPDATE {of} SET is_deleted = true, deleted_at = {since} WHERE {where}"


def restore(of: str, where: str) -> str:
    return f"UPDATE {of} SET is_deleted = false, deleted_at = NULL WHERE {where}"


def deleted(database: str, of: str = "interviews") -> list[tuple[int, str]]:
    """The rows that are deleted, and the day since when."""
    return execute(database, f"SELECT id, deleted_at::date::text FROM {of} WHERE is_deleted ORDER BY id")


def noted(database: str) -> list[tuple[str, str, str]]:
    """What the journal knows of: the relation, the child's key, the parent's."""
    return execute(database, "SELECT relation, child_key, parent_key FROM crossfade.taken ORDER BY 1, 2")
