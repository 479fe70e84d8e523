"""A runner's work on one evolution: transactions that are tried again, and guarded by the lease."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from crossfade.dialects import SchemaDialect
from crossfade.errors import Busy, DatabaseFailed
from crossfade.journal import Journal, Record
from crossfade.phases import State
from crossfade.progress import Observer
from crossfade.schema import TableName
from crossfade.steps import Role, Stage, Statement, Tally

T = TypeVar("T")

BEGAN = "began"
ENDED = "ended"

_jitter = random.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How long locks are asked for again: `attempts` times, with pauses from `first` seconds that
    double up to `longest`, each shortened at random by up to half.
    """

    attempts: int = 60
    first: float = 0.1
    longest: float = 5.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th try (from 1)."""
        return float(min(self.longest, self.first * 2 ** min(attempt - 1, 16)) * _jitter.uniform(0.5, 1.0))


@dataclass
class Waits:
    """How often, and for how long, the work of one step has waited: for locks, for the server to be well."""

    times: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        self._turn = threading.Lock()  # the hands of a walk wait each for itself

    def add(self, reason: str, seconds: float) -> None:
        """Note one wait."""
        with self._turn:
            self.times += 1
            self.seconds += seconds
            if seconds > self.longest:
                self.longest, self.reason = seconds, reason

    def told(self) -> dict[str, Any]:
        """What the step's event says of it; nothing where nothing was waited for."""
        return {"waits": asdict(self)} if self.times else {}

    def clear(self) -> None:
        """Begin anew, with the next step."""
        self.times, self.seconds, self.longest, self.reason = 0, 0.0, 0.0, ""


@dataclass(frozen=True)
class Session:
    """One command on one evolution."""

    dialect: SchemaDialect
    journal: Journal
    record: Record
    command: str
    observer: Observer
    since: int = 0  # the event with which the evolution last arrived at a state,
    origin: State = State.ABSENT  # and that state
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    waits: Waits = field(default_factory=Waits)

    def wait(self, reason: str, seconds: float, attempt: int) -> None:
        """Wait, and tell so."""
        self.waits.add(reason, seconds)
        self.observer.waited(reason, seconds, attempt)
        self.sleep(seconds)

    def ended(self, command: str) -> frozenset[int]:
        """The positions of the steps of `command` that have ended since the last arrival at a state."""
        with self.dialect.engine.connect() as connection:
            return self.journal.positions(connection, self.record, command, ENDED, self.since)

    def begun(self, command: str, since: int | None = None) -> frozenset[int]:
        """The positions of the steps of `command` that have begun, ended or not: since the last arrival,
        or after the event `since`.
        """
        after = self.since if since is None else since
        with self.dialect.engine.connect() as connection:
            return self.journal.positions(
                connection, self.record, command, BEGAN, after
            ) | self.journal.positions(connection, self.record, command, ENDED, after)

    def stands(self, statements: Iterable[Statement]) -> bool:
        """Whether the effect of one of the statements stands, as far as they can tell."""
        with self.dialect.engine.connect() as connection:
            return any(stands(connection, statement) for statement in statements)

    def leave(self) -> None:
        """Give the lease back; where the server is gone, it ends by itself."""
        with suppress(DBAPIError), self.dialect.engine.begin() as connection:
            self.journal.release(connection, self.record.name)

    def attempt(
        self,
        title: str,
        work: Callable[[Connection], T],
        *,
        guarded: bool = True,
        refused: Callable[[], None] | None = None,
        sealed: Callable[[Connection, T], AbstractContextManager[None]] = lambda *_: nullcontext(),
    ) -> T:
        """`work` in one transaction, tried again while the reason that it failed may pass.

        `guarded` renews the lease before the commit, so that a runner that has lost it commits
        nothing. `refused` is called before each further try. `sealed` is what the end of the
        transaction is in: its block holds the renewal and the commit. Raises Busy when patience ends,
        DatabaseFailed for what will not pass.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                with self.dialect.engine.connect() as connection, connection.begin() as transaction:
                    result = work(connection)
                    with sealed(connection, result):
                        if guarded:
                            self.journal.renew(connection, self.record.name)
                        transaction.commit()
                    return result
            except DBAPIError as error:
                self._wait(error, title, attempt)
                if refused is not None:
                    refused()

    def outside(self, title: str, statements: Iterable[Statement]) -> None:
        """The statements one by one, outside any transaction, on one connection; none whose effect stands."""
        options = {"isolation_level": "AUTOCOMMIT"}
        with self.dialect.engine.connect().execution_options(**options) as connection:
            try:
                for statement in statements:
                    if not stands(connection, statement):
                        self._insist(connection, statement, title)
            finally:
                connection.invalidate()  # what it has SET must not come back from the pool

    def switch(self, title: str, view: TableName, shown: Statement, stages: Sequence[Stage]) -> None:
        """Execute the stages while statements that name `view` wait; then it is as `shown`."""
        attempt = 0
        while True:
            attempt += 1
            try:
                reason = self.dialect.switch(view, shown, stages)
            except DBAPIError as error:
                self._wait(error, title, attempt)
                continue
            if reason is None:
                return
            self._demand_patience(reason, "", title, attempt)
            self.wait(reason, self.patience.pause(attempt), attempt)

    def _insist(self, connection: Connection, statement: Statement, title: str) -> None:
        attempt = 0
        while True:
            attempt += 1
            try:
                if attempt > 1 and statement.again:
                    execute(connection, Statement(statement.again))
                if attempt > 1 or not self.dialect.had_at_once(connection, statement):
                    execute(connection, statement)
            except DBAPIError as error:
                self._wait(error, title, attempt)
            else:
                return

    def _wait(self, error: DBAPIError, title: str, attempt: int) -> None:
        reason = self.dialect.passing(error)
        if reason is None:
            raise failed(error, title, self.record.name, self.dialect.remedy(error)) from error
        holder = self.dialect.blocker(error, self.record.tables)
        held = f"; the oldest transaction there: {holder}" if holder else ""
        self._demand_patience(reason, held, title, attempt, error)
        pause = self.patience.pause(attempt)
        self.wait(f"{reason}{held}", pause, attempt)

    def _demand_patience(
        self, reason: str, held: str, title: str, attempt: int, error: DBAPIError | None = None
    ) -> None:
        if attempt >= self.patience.attempts:
            raise Busy(
                f"{reason}, {attempt} times{held}",
                place=f"evolution {self.record.name!r}, {title}",
                remedy=f"look for long transactions in {self.dialect.transactions}, then run the same "
                "command again",
            ) from error


def execute(
    connection: Connection, statement: Statement, values: Mapping[str, object] | None = None
) -> CursorResult[Any]:
    """Execute a statement exactly as it stands; `values` only where it is bound."""
    if statement.bound:
        return connection.exec_driver_sql(statement.sql, dict(values or {}))
    return connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})


def stands(connection: Connection, statement: Statement) -> bool:
    """Whether the effect of a statement stands already, where the statement can tell."""
    return bool(statement.done) and execute(connection, Statement(statement.done)).first() is not None


def tallied(
    connection: Connection, statements: Iterable[Statement], values: Mapping[str, object] | None = None
) -> Tally:
    """Execute the statements; tally the rows that those of role WORK changed and returned."""
    changed = 0
    returned: Counter[tuple[str, ...]] = Counter()
    for statement in statements:
        result = execute(connection, statement, values)
        if statement.role is Role.WORK:
            changed += max(result.rowcount, 0)
            if result.returns_rows:
                returned.update(tuple(row) for row in result)
    return Tally(changed=changed, returned=returned)


def failed(error: DBAPIError, title: str, evolution: str, remedy: str | None = None) -> DatabaseFailed:
    """The error for a statement that the database would not execute."""
    return DatabaseFailed(
        f"the database refused a statement: {str(error.orig).strip()}",
        place=f"evolution {evolution!r}, {title}",
        remedy=remedy
        or "mend the cause, then run the same command again: it goes on where it stopped; or rollback",
    )
