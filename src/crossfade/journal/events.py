"""The history: what happened, in which command, appended and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from crossfade.journal.installation import Installation
from crossfade.journal.record import Record
from crossfade.journal.tables import event
from crossfade.phases import Command, State


class Events(Installation):
    """One row for each event."""

    def note(
        self,
        connection: Connection,
        record: Record,
        command: str,
        kind: str,
        step: str,
        position: int | None = None,
        **detail: object,
    ) -> None:
        """Append an event: a step `began`, `ended`; a command `began`, `ended`, `failed`."""
        connection.execute(
            insert(event).values(
                evolution=record.name, run=record.run, command=command, kind=kind, position=position,
                step=step, detail=detail,
            )
        )  # fmt: skip

    def arrival(self, connection: Connection, record: Record) -> tuple[int, State]:
        """The event with which the evolution last arrived at a state (0: it never did), and that state."""
        query = (
            select(event.c.id, event.c.step)
            .where(event.c.evolution == record.name, event.c.kind == "arrived")
            .order_by(event.c.id.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return (0, State.ABSENT) if row is None else (row.id, State(row.step))

    def was_reverted(self, connection: Connection, record: Record) -> bool:
        """Whether the evolution last came to be live by a revert, not by a start."""
        query = (
            select(event.c.command)
            .where(event.c.evolution == record.name, event.c.kind == "arrived")
            .where(event.c.step == str(State.LIVE), event.c.command.in_((Command.START, Command.REVERT)))
            .order_by(event.c.id.desc())
            .limit(1)
        )
        return bool(connection.execute(query).scalar_one_or_none() == Command.REVERT)

    def began(self, connection: Connection, record: Record) -> int:
        """The event with which the evolution's latest run began."""
        query = select(func.min(event.c.id)).where(
            event.c.evolution == record.name, event.c.run == record.run
        )
        return int(connection.execute(query).scalar_one() or 0)

    def positions(
        self, connection: Connection, record: Record, command: str, kind: str, since: int = 0
    ) -> frozenset[int]:
        """The positions of the steps of `command` that have an event of `kind` in this run, after the
        event `since`.
        """
        rows = connection.execute(
            select(event.c.position).where(
                event.c.evolution == record.name,
                event.c.run == record.run,
                event.c.command == command,
                event.c.kind == kind,
                event.c.id > since,
                event.c.position.is_not(None),
            )
        )
        return frozenset(rows.scalars())

    def events(self, connection: Connection, name: str | None = None) -> Sequence[Any]:
        """The history, oldest first."""
        if not self.installed(connection):
            return ()
        query = select(event).order_by(event.c.id)
        return connection.execute(query if name is None else query.where(event.c.evolution == name)).all()
