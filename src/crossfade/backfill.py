"""Batches: walking a table by its key in short transactions, each with its watermark.

A batch, its watermark and the renewal of the lease commit together: killed anywhere, the walk goes
on after the last batch that was committed. The size follows the time that batches take.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection

from crossfade.pace import Pace
from crossfade.script import Line
from crossfade.session import Session, execute, tallied
from crossfade.steps import Role, Statement, Tally
from crossfade.throttle import Throttle

Key = tuple[str, ...]


def of_role(line: Line, role: Role) -> tuple[Statement, ...]:
    """The line's statements of one role, in order."""
    return tuple(statement for statement in line.statements if statement.role is role)


def one(connection: Connection, statement: Statement, **values: object) -> Key | None:
    """The first row of a query as a key, or None."""
    row = execute(connection, statement, values).first()
    return None if row is None else tuple(row)


def limits(lo: Key, hi: Key) -> dict[str, object]:
    """The parameters of a range, both ends included."""
    return {
        **{f"lo_{number}": value for number, value in enumerate(lo)},
        **{f"hi_{number}": value for number, value in enumerate(hi)},
    }


def boundary(connection: Connection, line: Line, lo: Key, last: Key, size: int) -> tuple[Key, Key | None]:
    """Where a batch of `size` rows from `lo` ends, and where the next begins (None: nowhere)."""
    (statement,) = of_role(line, Role.NEXT)
    rows = execute(connection, statement, {**limits(lo, last), "batch": size}).all()
    if len(rows) < 2:
        return last, None
    return tuple(rows[0]), tuple(rows[1])


@dataclass
class _Walk:
    """A walk's progress, as the journal holds it between batches."""

    at: Key | None
    last: Key
    rows: int = 0
    changed: int = 0
    seconds: float = 0.0
    marked: float = field(default_factory=time.monotonic)  # up to when `seconds` counts


def by_range(session: Session, line: Line, estimate: int, pace: Pace | None = None) -> Tally:
    """Walk a step's table from its first key to the one that was last when the walk began.

    Rows born later are the sync's: the walk ends under any number of inserts.
    """
    pace = pace or Pace.of(line.step.weight, line.step.batch_seconds)
    title = line.step.title
    throttle = Throttle(session, pace)
    walk = session.attempt(title, partial(_begin, session, line, estimate))
    while walk is not None and walk.at is not None:
        started = time.monotonic()
        work = partial(_batch, session, line, walk, walk.at, pace)
        walk = session.attempt(title, work, refused=pace.give_way)
        throttle.breathe(time.monotonic() - started)
        total = max(estimate, walk.rows) if estimate else 0  # 0: a table that was never analyzed
        session.observer.advanced(walk.rows, total, walk.rows / max(walk.seconds, 1e-9))
    if walk is None:
        return Tally()
    return Tally(walk.rows, walk.changed, walk.seconds + time.monotonic() - walk.marked)


def drain(session: Session, line: Line, size: int = 1_000) -> Tally:
    """Execute a step's work in batches until it changes nothing more; each statement to its end.

    What the batches came to is kept with them, so that a walk which goes on after a crash tells of all.
    """
    title = line.step.title
    tally = session.attempt(title, partial(_drained, session, line))
    for statement in of_role(line, Role.WORK):
        while True:
            more = session.attempt(title, partial(_drain_batch, session, line, statement, size, tally))
            if more.changed == tally.changed:
                break
            tally = more
            session.observer.advanced(tally.changed, 0, tally.changed / max(tally.seconds, 1e-9))
    return tally


def _drained(session: Session, line: Line, connection: Connection) -> Tally:
    """What the batches of an earlier walk came to."""
    saved = session.journal.load_progress(connection, session.record, session.command, line.position)
    if saved is None:
        return Tally()
    returned = {tuple(row): times for row, times in saved.detail["returned"]}
    return Tally(saved.rows, saved.rows, saved.seconds, returned)


def _drain_batch(
    session: Session, line: Line, statement: Statement, size: int, so_far: Tally, connection: Connection
) -> Tally:
    began = time.monotonic()
    batch = (*session.dialect.opening(), *of_role(line, Role.SETTING), statement)
    done = tallied(connection, batch, {"batch": size})
    if not done.changed:
        return so_far
    changed = so_far.changed + done.changed
    seconds = so_far.seconds + time.monotonic() - began
    returned = Counter(so_far.returned) + Counter(done.returned)
    session.journal.save_progress(
        connection, session.record, session.command, line.position,
        watermark=None, rows=changed, total=0, seconds=seconds, step=line.step.title,
        detail={"returned": [[row, times] for row, times in returned.items()]},
    )  # fmt: skip
    return Tally(changed, changed, seconds, returned)


def _begin(session: Session, line: Line, estimate: int, connection: Connection) -> _Walk | None:
    """Where to go on from, or the table's ends; None where it is empty."""
    saved = session.journal.load_progress(connection, session.record, session.command, line.position)
    if saved is not None:
        mark = saved.watermark
        return _Walk(
            None if mark["at"] is None else tuple(mark["at"]),
            tuple(mark["last"]),
            saved.rows,
            mark["changed"],
            saved.seconds,
        )
    for statement in of_role(line, Role.BEFORE):
        execute(connection, statement)
    (first,), (last,) = of_role(line, Role.FIRST), of_role(line, Role.LAST)
    lo, hi = one(connection, first), one(connection, last)
    if lo is None or hi is None:
        return None
    walk = _Walk(lo, hi)
    _save(session, line, connection, walk, estimate)
    return walk


def _batch(session: Session, line: Line, walk: _Walk, lo: Key, pace: Pace, connection: Connection) -> _Walk:
    began, size = time.monotonic(), pace.size
    for statement in (*session.dialect.opening(), *of_role(line, Role.SETTING)):
        execute(connection, statement)
    hi, following = boundary(connection, line, lo, walk.last, size)
    values = limits(lo, hi)
    done = tallied(connection, of_role(line, Role.WORK), values)
    rows = size
    if following is None:
        (count,) = of_role(line, Role.COUNT)
        rows = int(execute(connection, count, values).scalar_one())
    pace.learn(time.monotonic() - began)
    marked = time.monotonic()
    moved = _Walk(
        following,
        walk.last,
        walk.rows + rows,
        walk.changed + done.changed,
        walk.seconds + marked - walk.marked,
        marked,
    )
    _save(session, line, connection, moved, 0)
    return moved


def _save(session: Session, line: Line, connection: Connection, walk: _Walk, estimate: int) -> None:
    values: dict[str, Any] = {
        "watermark": {"at": walk.at, "last": walk.last, "changed": walk.changed},
        "rows": walk.rows,
        "seconds": walk.seconds,
        "step": line.step.title,
        "detail": {},
    }
    if estimate or walk.rows == 0:
        values["total"] = estimate
    session.journal.save_progress(connection, session.record, session.command, line.position, **values)
