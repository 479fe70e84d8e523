"""A batch of the backfill that stands still where a test wants it, until the test opens the gate."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from crossfade.commands import ground
from crossfade.dialects import connect
from tests.concurrency.watching import DEADLINE, Session, crossfade_blocked, opened, until, value

GATE = 4_711
WAITS = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"


class Gate:
    """Stops Crossfade's INSERT into `table` "before" its first row, or "after" its last: when it stops, its
    snapshot is taken, and after the last row these are there, not yet committed.
    """

    def __init__(self, database: str, table: str, moment: str) -> None:
        self._guard = opened(database)
        self._table, self._moment = table, moment

    def close(self) -> None:
        """Put the gate up; the table must be there by now."""
        self._guard.execute(f"SELECT pg_advisory_lock({GATE})")
        self._guard.execute(
            f"""
            CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF current_setting('application_name') = 'crossfade' THEN
                PERFORM pg_advisory_xact_lock_shared({GATE});
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER stand {self._moment} INSERT ON {self._table}
            FOR EACH STATEMENT EXECUTE FUNCTION stand()
            """
        )

    def reached(self, running: Future[Any]) -> None:
        """Wait until the batch stands there."""
        crossfade_blocked(self._guard, running, by=self._guard)

    def open(self) -> None:
        """Let it go on."""
        self._guard.execute(f"SELECT pg_advisory_unlock({GATE})")

    def end(self) -> None:
        """Whatever has happened, nobody waits for it any more."""
        self._guard.close()


@contextmanager
def gate(database: str, table: str, moment: str) -> Iterator[Gate]:
    """A gate, and batches with the patience to wait for it."""
    found = Gate(database, table, moment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground, "connect", partial(connect, lock_timeout_ms=int(DEADLINE * 1000)))
        try:
            yield found
        finally:
            found.end()


def settled(work: Future[Any], session: Session, watcher: Session) -> None:
    """Wait until what `session` does in the background has ended, or waits for a lock."""
    until(lambda: work.done() or value(watcher, WAITS, session.info.backend_pid), "it ends, or waits")
