"""A drain: work that is executed in batches, each in a short transaction, until it changes nothing more."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from crossfade.ranges import one
from crossfade.script import Line
from crossfade.session import Session, execute, tallied
from crossfade.steps import Role, Statement, Tally


def drain(session: Session, line: Line, size: int = 1_000) -> Tally:
    """Execute a step's work in batches until nothing of it is left.

    A step that says where a batch ends (NEXT) is walked: each batch is all of its work from there on, and
    looks at nothing twice. Any other's statements are executed one after the other, each until it changes
    nothing more. What the batches came to is kept with them, so that a walk which goes on after a crash tells
    of all.
    """
    title, work = line.step.title, line.of_role(Role.WORK)
    tally, mark = session.attempt(title, partial(_begun, session, line))
    for statements in [work] if line.of_role(Role.NEXT) else [(each,) for each in work]:
        while True:
            batch = partial(_batch, session, line, statements, size, tally, mark)
            if (done := session.attempt(title, batch)) is None:
                break
            tally, mark = done
            session.observer.advanced(tally.changed, 0, tally.changed / max(tally.seconds, 1e-9))
    return tally


def _begun(session: Session, line: Line, connection: Connection) -> tuple[Tally, str]:
    """What the batches of an earlier walk came to, and where the last one ended."""
    saved = session.journal.load_progress(connection, session.record, session.command, line.position)
    if saved is None:
        return Tally(), ""
    returned = {tuple(row): times for row, times in saved.detail["returned"]}
    return Tally(saved.rows, saved.rows, saved.seconds, returned), saved.watermark or ""


def _batch(
    session: Session,
    line: Line,
    work: Sequence[Statement],
    size: int,
    so_far: Tally,
    mark: str,
    connection: Connection,
) -> tuple[Tally, str] | None:
    """What has been done, with this batch, and where it ended; None where there was nothing to do."""
    began = time.monotonic()
    for statement in session.dialect.opening():
        execute(connection, statement)
    values: dict[str, object] = {"batch": size, "after": mark}
    for statement in line.of_role(Role.NEXT):
        (upto,) = one(connection, statement, **values) or (None,)
        if upto is None:
            return None
        values["upto"] = mark = upto
    done = tallied(connection, (*line.of_role(Role.SETTING), *work), values)
    if not done.changed:
        return None
    changed = so_far.changed + done.changed
    seconds = so_far.seconds + time.monotonic() - began
    returned = Counter(so_far.returned) + Counter(done.returned)
    session.journal.save_progress(
        connection, session.record, session.command, line.position,
        watermark=mark or None, rows=changed, total=0, seconds=seconds, step=line.step.title,
        detail={"returned": [[row, times] for row, times in returned.items()]},
    )  # fmt: skip
    return Tally(changed, changed, seconds, returned), mark
