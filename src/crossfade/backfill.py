"""Batches: walking a table by its key in short transactions, each with its watermark.

A batch, its watermark and the renewal of the lease commit together: killed anywhere, the walk goes
on with what no committed batch has done. The size follows the time that batches take.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Connection

from crossfade.pace import Pace
from crossfade.ranges import boundary, limits, one
from crossfade.script import Line
from crossfade.session import Session, execute, tallied
from crossfade.spans import Span, Spans
from crossfade.steps import Role, Tally
from crossfade.throttle import Throttle

HANDS = 2
"""How many work on one table at once, each over a connection of its own, unless a person says otherwise."""

WORTH = 10_000
"""Rows from which on more than one is worth it."""


@dataclass
class _Walk:
    """A walk's progress, as the journal holds it between batches. The hand that changes it holds `turn`."""

    spans: Spans
    rows: int = 0
    changed: int = 0
    seconds: float = 0.0  # until this run began
    began: float = field(default_factory=time.monotonic)
    turn: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)  # a hand has failed: the others stop

    @property
    def spent(self) -> float:
        """Seconds that it has taken so far."""
        return self.seconds + time.monotonic() - self.began


class _Stopped(Exception):
    """Another hand has failed."""


@dataclass
class _Hand:
    """One of those that work on a walk, over a connection of its own; `bite` is what it has in hand."""

    session: Session
    line: Line
    walk: _Walk
    pace: Pace
    throttle: Throttle
    watch: threading.Lock
    number: int = 1
    bite: Span | None = None

    def work(self) -> None:
        """Take batch after batch, until nothing is left to take, another hand fails, or fewer are wanted."""
        try:
            while not self.walk.over.is_set():
                started = time.monotonic()
                done = self.session.attempt(
                    self.line.step.title, self._batch, refused=self.pace.give_way, sealed=self._sealed
                )
                if done is None:
                    return
                with self.watch:  # one of them looks after the server, and all wait where it is not well
                    self.throttle.breathe(time.monotonic() - started)
                    self._tell()
                if self.number > max(1, self.throttle.hands or HANDS):
                    return
        except _Stopped:
            return
        except BaseException:
            self.walk.over.set()
            raise

    def _batch(self, connection: Connection) -> Tally | None:
        began, size = time.monotonic(), self.pace.size
        for statement in (*self.session.dialect.opening(), *self.line.of_role(Role.SETTING)):
            execute(connection, statement)
        with self.walk.turn:
            if self.bite is None:
                self.bite = self.walk.spans.take()
            if self.bite is None:
                return None
            hi, following = boundary(connection, self.line, *self.bite, size)
            self.bite = self.walk.spans.cut(self.bite, hi, following)
        values = limits(*self.bite)
        done = tallied(connection, self.line.of_role(Role.WORK), values)
        rows = size
        if following is None:
            (count,) = self.line.of_role(Role.COUNT)
            rows = int(execute(connection, count, values).scalar_one())
        self.pace.learn(time.monotonic() - began)
        return Tally(rows, done.changed)

    @contextmanager
    def _sealed(self, connection: Connection, done: Tally | None) -> Iterator[None]:
        """What is left after this batch is written down, and committed with it, before another hand's is."""
        if done is None or self.bite is None:
            yield
            return
        walk = self.walk
        with walk.turn:
            rows, changed = walk.rows + done.rows, walk.changed + done.changed
            left = walk.spans.without(self.bite)
            _save(self.session, self.line, connection, left, rows=rows, changed=changed, seconds=walk.spent)
            yield
            walk.spans.finish(self.bite)
            walk.rows, walk.changed, self.bite = rows, changed, None

    def _tell(self) -> None:
        walk, estimate = self.walk, self.line.step.estimate
        total = max(estimate, walk.rows) if estimate else 0  # 0: a table that was never analyzed
        self.session.observer.advanced(walk.rows, total, walk.rows / max(walk.spent, 1e-9))


def by_range(session: Session, line: Line, pace: Pace | None = None) -> Tally:
    """Walk a step's table from its first key to the one that was last when the walk began.

    Rows born later are the sync's: the walk ends under any number of inserts. A table of some size is walked
    by several hands: each takes the next range, and commits what is left together with its batch.
    """
    step = line.step
    pace = pace or Pace.of(step.weight, step.batch_seconds)
    walk = session.attempt(step.title, partial(_begin, session, line))
    if walk is None:
        return Tally()
    control = session.attempt(step.title, lambda each: session.journal.control(each, session.record.name))
    hands = (control.hands or HANDS) if step.shared and step.estimate >= WORTH else 1
    # A hand that waits for the server to be well still hears that another has failed.
    patient = session if hands == 1 else replace(session, sleep=partial(_rest, walk))
    hand = _Hand(patient, line, walk, pace, Throttle(patient, pace), threading.Lock())
    with ThreadPoolExecutor(hands, "crossfade hand") as pool:
        others = [pool.submit(replace(hand, number=number).work) for number in range(2, hands + 1)]
        hand.work()
    for each in others:
        each.result()
    return Tally(walk.rows, walk.changed, walk.spent)


def _rest(walk: _Walk, seconds: float) -> None:
    if walk.over.wait(seconds):
        raise _Stopped


def _begin(session: Session, line: Line, connection: Connection) -> _Walk | None:
    """Where to go on from, or the table's ends; None where it is empty."""
    saved = session.journal.load_progress(connection, session.record, session.command, line.position)
    if saved is not None:
        mark = saved.watermark
        left = [(tuple(lo), tuple(hi)) for lo, hi in mark["left"]]
        return _Walk(Spans(left), saved.rows, mark["changed"], saved.seconds)
    for statement in line.of_role(Role.BEFORE):
        execute(connection, statement)
    (first,), (last,) = line.of_role(Role.FIRST), line.of_role(Role.LAST)
    lo, hi = one(connection, first), one(connection, last)
    if lo is None or hi is None:
        return None
    walk = _Walk(Spans([(lo, hi)]))
    _save(session, line, connection, walk.spans.waiting, total=line.step.estimate)
    return walk


def _save(
    session: Session,
    line: Line,
    connection: Connection,
    left: Sequence[Span],
    *,
    rows: int = 0,
    changed: int = 0,
    seconds: float = 0.0,
    **values: int,
) -> None:
    session.journal.save_progress(
        connection, session.record, session.command, line.position, step=line.step.title, detail={},
        watermark={"left": left, "changed": changed}, rows=rows, seconds=seconds, **values,
    )  # fmt: skip
