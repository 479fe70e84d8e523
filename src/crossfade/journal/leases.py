"""The lease: one runner at a time on an evolution, and none for longer than it lives."""

from __future__ import annotations

import os
import socket
import uuid

from sqlalchemy import ColumnElement, Connection, select, update

from crossfade.errors import Busy
from crossfade.journal.server import Clock, Later
from crossfade.journal.tables import evolution

LEASE_SECONDS = 15


class Leases:
    """The leases as one runner sees them."""

    def __init__(self) -> None:
        self.runner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def lease(self, connection: Connection, name: str) -> None:
        """Take the lease on an evolution. Raises Busy while another runner has it."""
        free = evolution.c.lease_holder.is_(None) | (evolution.c.lease_until < Clock())
        if not self._hold(connection, name, free):
            raise Busy(
                f"another runner is at work: {self._holder(connection, name)}",
                place=f"evolution {name!r}",
                remedy=f"wait for it; where it has died, its lease ends within {LEASE_SECONDS} s",
            )

    def renew(self, connection: Connection, name: str) -> None:
        """Renew this runner's lease. Raises Busy where it has passed to another, even to one that has gone.

        In the transaction of the work that it guards: a runner that was paused, and wakes up after
        another has gone on from where it was, can't commit anything.
        """
        if not self._hold(connection, name, evolution.c.lease_holder == self.runner):
            raise Busy(
                f"the lease has passed on, to {self._holder(connection, name) or 'a runner that is done'}",
                place=f"evolution {name!r}",
                remedy="look at `crossfade status`: what was left to do is the other runner's, or done",
            )

    def release(self, connection: Connection, name: str) -> None:
        """Give the lease back."""
        connection.execute(
            update(evolution)
            .where(evolution.c.name == name, evolution.c.lease_holder == self.runner)
            .values(lease_holder=None, lease_until=None)
        )

    def _hold(self, connection: Connection, name: str, where: ColumnElement[bool]) -> bool:
        held = connection.execute(
            update(evolution)
            .where(evolution.c.name == name, where)
            .values(lease_holder=self.runner, lease_until=Later(LEASE_SECONDS))
        )
        return held.rowcount == 1

    def _holder(self, connection: Connection, name: str) -> str | None:
        return connection.execute(select(evolution.c.lease_holder).where(evolution.c.name == name)).scalar()
