"""The heartbeat: renews a runner's lease while a long statement keeps it from doing so itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from crossfade.errors import Busy
from crossfade.journal import LEASE_SECONDS
from crossfade.session import Session


@contextmanager
def heartbeat(session: Session) -> Iterator[None]:
    """Renew the lease every third of its length until the block ends.

    A beat that fails is left to the runner's own next commit, which checks the lease and says why.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(LEASE_SECONDS / 3):
            try:
                with session.dialect.engine.begin() as connection:
                    session.journal.renew(connection, session.record.name)
            except (Busy, DBAPIError):
                continue

    thread = threading.Thread(target=beat, name="crossfade lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
