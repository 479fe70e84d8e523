"""`status`, `history` and `complement`: what the journal tells, and nothing is changed."""

from __future__ import annotations

import json

from crossfade.commands.ground import Database, opened
from crossfade.outcomes import statuses
from crossfade.reports import Event, Kept, Status


def status(database: Database) -> tuple[Status, ...]:
    """Where each evolution stands, oldest first."""
    with opened(database) as (dialect, journal, connection):
        return statuses(dialect, journal, connection)


def complement(database: Database, name: str | None = None, *, limit: int = 100) -> tuple[Kept, ...]:
    """What rollbacks have kept, of one evolution or of all, the latest first."""
    with opened(database) as (_, journal, connection):
        return tuple(
            Kept(
                evolution=row.evolution,
                table=row.table_name,
                change=row.change,
                key=json.loads(row.row_key),
                old=row.old_values,
                new=row.new_values,
                state=row.state,
                kept_at=row.kept_at,
            )
            for row in journal.kept(connection, name, limit)
        )


def history(database: Database, name: str | None = None) -> tuple[Event, ...]:
    """What has happened, oldest first: of one evolution, or of all."""
    with opened(database) as (_, journal, connection):
        return tuple(
            Event(
                id=row.id, at=row.at, evolution=row.evolution, run=row.run, command=row.command,
                kind=row.kind, step=row.step, detail=row.detail,
            )
            for row in journal.events(connection, name)
        )  # fmt: skip
