"""Databases with a ledger at several stages: made once for each server, and copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy.engine import make_url

from crossfade import commands
from crossfade.reports import Outcome
from crossfade.testing import PostgresServer
from tests.concurrency.watching import opened
from tests.trees.ledger import EVOLUTION, FILL, SCHEMA

_numbers = count(1)  # of this process: a server may see more than one stock

# What only the new side can say: its own keys, columns, fields, order, and rows that are born there.
OF_NEW = """
INSERT INTO missions (mission_id, title, status, marks, outside, minutes)
VALUES ('55555555-5555-4555-8555-555555555555', 'born', 'closed', '{"a": "b"}', 'mine', 5);
INSERT INTO moves (move_id, mission_id, place, lines, details, tried)
VALUES ('66666666-6666-4666-8666-666666666666', '55555555-5555-4555-8555-555555555555', 1,
        '[{"words": "b", "taken": "2024-05-02"}, {"words": "a"}]', '{"note": [1, null]}', 9);
UPDATE missions SET outside = 'said', settings = '[1.50]', minutes = -1 WHERE legacy_job = 1;
UPDATE missions SET settings = 'null', outside = NULL WHERE legacy_job = 2;
UPDATE moves SET details = details || '{"note": "kept"}', tried = 70 WHERE legacy_task = 1;
UPDATE moves SET lines = jsonb_build_array(lines -> 1, lines -> 0) WHERE legacy_task IN (1, 2, 3);
UPDATE moves SET move_id = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' WHERE legacy_task = 4;
"""
# Each stage: the one that it is made of, the command, and what the applications then write.
STAGES = {
    "live": ("old", "start", ""),
    "written": ("live", "", OF_NEW),
    "rolled back": (
        "written",
        "rollback",
        "UPDATE tasks SET name = 'x' WHERE id = 1; DELETE FROM lines WHERE id = 7",
    ),
    "completed": (
        "written",
        "complete",
        """DELETE FROM moves WHERE legacy_task = 5;
        UPDATE moves SET lines = lines - 0, name = 'y' WHERE legacy_task < 4""",
    ),
    "reverted": ("completed", "revert", "UPDATE tasks SET name = 'z' WHERE id = 2"),
    "purged": (
        "completed",
        "purge",
        "UPDATE moves SET labels = '{}'; DELETE FROM missions WHERE title = 'job 3'",
    ),
}


@dataclass
class Stock:
    """The stages on one server."""

    server: PostgresServer
    stages: dict[str, str] = field(default_factory=dict)

    def copy(self, stage: str) -> str:
        """The URL of a new database at a stage."""
        if stage not in self.stages:
            self.stages[stage] = self._made(stage)
        name = f"trees_{next(_numbers)}"
        template = make_url(self.stages[stage]).database
        with opened(self.server.url) as session:
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return make_url(self.stages[stage]).set(database=name).render_as_string(hide_password=False)

    def drop(self, database: str) -> None:
        """Take a copy away."""
        self.server.drop_database(make_url(database).database or "")

    def _made(self, stage: str) -> str:
        if stage == "old":
            database = self.server.create_database(f"trees_old_{next(_numbers)}")
            with opened(database) as session:
                session.execute(SCHEMA)
                session.execute(FILL)
            return database
        before, command, writes = STAGES[stage]
        database = self.copy(before)
        if command:
            walked(command)(EVOLUTION, database)
        with opened(database) as session:
            session.execute(writes)
        return database


def walked(command: str) -> Callable[..., Outcome]:
    """The command of that name."""
    found: Callable[..., Outcome] = getattr(commands, command)
    return found
