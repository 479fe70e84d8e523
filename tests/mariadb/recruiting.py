"""A small recruiting database on MariaDB, and how its rows are soft-deleted and restored."""

from __future__ import annotations

from typing import Any

from crossfade import Evolution
from tests.changes.recruiting import delete, related, relation, restore
from tests.mariadb.sessions import opened

__all__ = ["LEGACY", "delete", "deleted", "execute", "noted", "related", "relation", "restore", "several"]

TIMES = "is_deleted BOOLEAN NOT NULL DEFAULT FALSE, deleted_at"
LEGACY = f"""
CREATE TABLE processes (id INT PRIMARY KEY, title TEXT, {TIMES} DATETIME(6));
CREATE TABLE interviews (id INT AUTO_INCREMENT PRIMARY KEY, note TEXT, is_deleted BOOLEAN,
  deleted_at DATETIME, changed TIMESTAMP(6) NOT NULL DEFAULT '2000-01-01' ON UPDATE CURRENT_TIMESTAMP(6));
CREATE TABLE todos (id INT, no VARCHAR(10), {TIMES} TIMESTAMP(3) NULL, PRIMARY KEY (id, no));
CREATE TABLE notes (id CHAR(36) PRIMARY KEY, {TIMES} DATETIME(6));
INSERT INTO processes (id, title) SELECT seq, CONCAT('p', seq) FROM seq_1_to_5;
INSERT INTO interviews (id, note, is_deleted) SELECT seq, CONCAT('i', seq), FALSE FROM seq_1_to_10;
INSERT INTO todos (id, no) SELECT seq, 'a' FROM seq_1_to_4;
INSERT INTO notes (id) SELECT CONCAT('00000000-0000-0000-0000-00000000000', seq) FROM seq_1_to_4
"""


def several() -> Evolution:
    """Three levels, and two relations of one table."""
    changes = [
        relation("interviews", "workflow_id", "processes"),
        relation("todos", "interview_id", "interviews"),
        relation("todos", "workflow_id", "processes"),
    ]
    return Evolution("several", changes=changes)


def execute(database: str, *statements: str, version: str | None = None) -> list[Any]:
    """The rows of the last statement, as tuples, or as values where they have one column."""
    with opened(database, version=version) as session:
        rows: list[Any] = []
        for statement in statements:
            rows = session.rows(statement)
    return [row[0] if len(row) == 1 else row for row in rows]


def deleted(database: str, of: str = "interviews") -> list[tuple[int, str]]:
    """The rows that are deleted, and the day since when."""
    return execute(
        database, f"SELECT id, DATE_FORMAT(deleted_at, '%Y-%m-%d') FROM {of} WHERE is_deleted ORDER BY id"
    )


def noted(database: str) -> list[tuple[str, str]]:
    """What the journal knows of: the child's key, the parent's."""
    with opened(database) as session:
        return session.rows(
            f"SELECT child_key, parent_key FROM `_crossfade_{session.shop}`.taken ORDER BY 1, 2"
        )
