"""How far a command is, in Alembic's own log."""

from __future__ import annotations

import logging
import time

from crossfade.progress import Silent

EVERY = 10.0  # seconds between two lines about one step

log = logging.getLogger("alembic.crossfade")


class Told(Silent):
    """Tells of steps that take their time, and of waits."""

    def __init__(self, evolution: str) -> None:
        self._evolution = evolution
        self._title = ""
        self._last = time.monotonic()

    def began(self, title: str, position: int, total: int) -> None:
        """Note which step it is."""
        self._title, self._last = title, time.monotonic()
        log.debug("%s %d/%d: %s", self._evolution, position, total, title)

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        """Tell how far it is, now and then."""
        if time.monotonic() - self._last < EVERY:
            return
        self._last = time.monotonic()
        of = f" of about {total:,}" if total else ""
        rate = f"{rows_per_second:,.0f} rows/s"
        log.info("%s: %s: %s%s rows, %s", self._evolution, self._title, f"{rows:,}", of, rate)

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        """Tell what is waited for."""
        log.info("%s: %s: %s; again in %.1f s", self._evolution, self._title, reason, seconds)
