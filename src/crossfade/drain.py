"""A drain: work that is executed in batches, each in a short transaction, until it changes nothing more."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial

from sqlalchemy import Connection

from crossfade.script import Line
from crossfade.session import Session, tallied
from crossfade.steps import Role, Statement, Tally


def drain(session: Session, line: Line, size: int = 1_000) -> Tally:
    """Execute a step's work in batches until it changes nothing more; each statement to its end.

    What the batches came to is kept with them, so that a walk which goes on after a crash tells of all.
    """
    title = line.step.title
    tally = session.attempt(title, partial(_drained, session, line))
    for statement in line.of_role(Role.WORK):
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
    batch = (*session.dialect.opening(), *line.of_role(Role.SETTING), statement)
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
