"""Seeing what a command and the server do, and acting at that moment: nothing waits for a length of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from sqlalchemy.engine import make_url

from crossfade import connect_args

DEADLINE = 30.0  # seconds; what is waited for comes in milliseconds, but a test machine may be busy

T = TypeVar("T")
Session = psycopg.Connection[tuple[Any, ...]]
Moment = tuple[str, str]  # such as ("began", the unit's title)


def until(condition: Callable[[], T], what: str, running: Future[Any] | None = None) -> T:
    """What `condition` gives as soon as it is true.

    Fails where that takes longer than the deadline, or where `running`, which should bring it about, ends.
    """
    deadline = time.monotonic() + DEADLINE
    pause = threading.Event()
    while not (found := condition()):
        if running is not None and running.done():
            raise AssertionError(f"it has ended: {running.result()}, before {what}")
        assert time.monotonic() < deadline, f"not within {DEADLINE:g} s: {what}"
        pause.wait(0.005)
    return found


def came_to(running: Future[T]) -> T:
    """What a command in the background came to. Fails where it does not end; raises what it raises."""
    return running.result(DEADLINE)


def opened(database: str, *, version: str | None = None, autocommit: bool = True) -> Session:
    """A session of an application: of the new one, where `version` names its evolution.

    A statement that does not end by itself is an error of the application, not a test that hangs.
    """
    address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    given = connect_args(version) if version is not None else {}
    session = psycopg.connect(address, autocommit=autocommit, **given)
    session.execute(f"SET statement_timeout = '{DEADLINE:g}s'")
    if not autocommit:
        session.commit()
    return session


def rows(session: Session, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    return session.execute(sql, values or None).fetchall()


def value(session: Session, sql: str, *values: object) -> Any:
    """The one value of a query."""
    ((found,),) = rows(session, sql, *values)
    return found


BLOCKED = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'crossfade' AND wait_event_type = 'Lock'
  AND (%(by)s::int IS NULL OR %(by)s = ANY (pg_blocking_pids(pid)))
"""


def crossfade_blocked(
    watcher: Session, running: Future[Any] | None = None, *, by: Session | None = None
) -> int:
    """The server's process that works for Crossfade, once it waits for a lock (that `by` has)."""

    def look() -> list[tuple[Any, ...]]:
        values = {"by": by.info.backend_pid if by is not None else None}
        return watcher.execute(BLOCKED, values).fetchall()

    return int(until(look, "Crossfade waits for a lock", running)[0][0])


@dataclass
class Watch:
    """An observer that remembers, and that acts once, in the runner's thread, when something happens."""

    moments: list[Moment] = field(default_factory=list)
    actions: list[tuple[str, str, Callable[[], object]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # those that `waited` told
    passed: dict[str, list[int]] = field(default_factory=dict)  # the rows that `advanced` told, by the unit
    _title: str = ""

    def on(self, kind: str, title: str, action: Callable[[], object]) -> Watch:
        """Do `action` at the first `kind` ("began", "advanced", …) of a step with `title` in its title."""
        self.actions.append((kind, title, action))
        return self

    def began(self, title: str, position: int, total: int) -> None:
        assert 1 <= position <= total
        self._title = title
        self._happened("began")

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        assert rows_per_second >= 0
        assert total == 0 or rows <= total
        self.passed.setdefault(self._title, []).append(rows)
        self._happened("advanced")

    def ended(self, title: str, seconds: float) -> None:
        assert (title, seconds >= 0) == (self._title, True)
        self._happened("ended")

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        assert reason
        assert seconds > 0
        assert attempt > 0
        self.reasons.append(reason)
        self._happened("waited")

    @property
    def refusals(self) -> int:
        """How often a lock was not to be had."""
        return len(self.reasons)

    def _happened(self, kind: str) -> None:
        self.moments.append((kind, self._title))
        due = [each for each in self.actions if each[0] == kind and each[1] in self._title]
        for each in due[:1]:
            self.actions.remove(each)
            each[2]()
