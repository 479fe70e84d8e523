"""The evolutions: entered, found, moved from state to state, and spoken to."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from crossfade.errors import Busy
from crossfade.journal.installation import Installation
from crossfade.journal.record import Control, Record
from crossfade.journal.server import Clock
from crossfade.journal.tables import complement, evolution, seed
from crossfade.phases import State


class Evolutions(Installation):
    """One row for each evolution."""

    def find(self, connection: Connection, name: str) -> Record | None:
        """The evolution of that name, or None."""
        return next((each for each in self.records(connection) if each.name == name), None)

    def records(self, connection: Connection) -> tuple[Record, ...]:
        """Every evolution, oldest first; none where there is no journal."""
        if not self.installed(connection):
            return ()
        rows = connection.execute(select(evolution).order_by(evolution.c.started_at, evolution.c.name))
        return tuple(
            Record(
                row.name,
                row.fingerprint,
                row.summary,
                State(row.state),
                row.run,
                tuple(row.tables),
                row.plan,
                row.started_at,
                row.changed_at,
                row.lease_holder,
                Control(**row.control),
                row.slowed,
            )
            for row in rows
        )

    def enter(self, connection: Connection, record: Record) -> Record:
        """Register an evolution that starts, or starts anew after a rollback; gives it back.

        Raises Busy where another runner has entered it since it was looked up.
        """
        self.demand_unmoved(connection, record.name, record.run - 1)
        given = {
            "fingerprint": record.fingerprint,
            "summary": record.summary,
            "state": str(record.state),
            "run": record.run,
            "tables": list(record.tables),
            "plan": record.plan,
            "changed_at": Clock(),
            "control": {},
            "slowed": None,
        }
        changed = connection.execute(update(evolution).where(evolution.c.name == record.name).values(**given))
        if changed.rowcount == 0:
            connection.execute(insert(evolution).values(name=record.name, **given))
        return record

    def demand_unmoved(self, connection: Connection, name: str, run: int) -> None:
        """Raises Busy where an evolution is no longer at `run` (0: not entered), because another runner
        has entered it.
        """
        now = self.find(connection, name)
        if (now.run if now else 0) != run:
            raise Busy(
                "another runner has just started it",
                place=f"evolution {name!r}",
                remedy="look at `crossfade status`",
            )

    def set_state(self, connection: Connection, name: str, state: State) -> None:
        """Move an evolution to a state."""
        connection.execute(
            update(evolution).where(evolution.c.name == name).values(state=str(state), changed_at=Clock())
        )

    def start_over(self, connection: Connection, name: str) -> None:
        """Let an evolution whose tables are gone be started anew; what was kept of them is forgotten."""
        for kept in (complement, seed):
            connection.execute(delete(kept).where(kept.c.evolution == name))
        self.set_state(connection, name, State.ROLLED_BACK)

    def control(self, connection: Connection, name: str) -> Control:
        """What a person has said to the runner of an evolution."""
        return Control(
            **connection.execute(select(evolution.c.control).where(evolution.c.name == name)).scalar_one()
        )

    def say(self, connection: Connection, name: str, control: Control) -> None:
        """Say something to the runner of an evolution; it listens between batches."""
        connection.execute(update(evolution).where(evolution.c.name == name).values(control=asdict(control)))

    def slow(self, connection: Connection, name: str, reason: str | None) -> None:
        """Note why the runner waits; None: it does not."""
        connection.execute(update(evolution).where(evolution.c.name == name).values(slowed=reason))
