"""The runner: walks a script, journals each step, resumes where an earlier walk stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from crossfade import backfill, verify
from crossfade.drain import drain
from crossfade.errors import VerificationFailed
from crossfade.lease import heartbeat
from crossfade.phases import State, Transition
from crossfade.schema import TableName
from crossfade.script import Line, Unit, script
from crossfade.session import BEGAN, ENDED, Session, execute, tallied
from crossfade.steps import Mode, ReplaceView, Stage, Statement, Step, Tally


def run(session: Session, steps: Sequence[Step], move: Transition) -> None:
    """Walk the steps that have not ended yet, then arrive at the state that follows.

    What each step came to is in the journal's events. Raises VerificationFailed, Busy or
    DatabaseFailed; run again, the walk goes on. A comparison is always made anew, unless what it
    gates has been done, or has been begun and can't be taken back: yesterday's does not count today.
    """
    units = script(steps, session.dialect)
    ended = session.ended(session.command)
    gated = {line.position for unit in units if unit.mode is not Mode.COMPARE for line in unit.lines}
    latest = max((ended & gated) | _under_way(session, units, ended), default=-1)
    with heartbeat(session):
        try:
            for number, unit in enumerate(units, 1):
                positions = [line.position for line in unit.lines]
                if unit.mode is Mode.COMPARE and latest > positions[0]:
                    continue
                if unit.mode is not Mode.COMPARE and ended.issuperset(positions):
                    continue
                session.observer.began(unit.title, number, len(units))
                started = time.monotonic()
                _WAYS[unit.mode](session, unit)
                session.waits.clear()
                session.observer.ended(unit.title, time.monotonic() - started)
        except VerificationFailed as error:
            session.attempt(error.place, partial(_fail, session, error, move))
            raise
        session.attempt(str(move.after), partial(_arrive, session, move.after))


def _under_way(session: Session, units: Sequence[Unit], ended: frozenset[int]) -> set[int]:
    """The positions of what an earlier walk has begun, and not ended, of which a statement that commits by
    itself stands: the columns that were compared may have other names by now.
    """
    lines = [line for unit in units if unit.mode in {Mode.APART, Mode.SWITCH} for line in unit.lines]
    begun = session.begun(session.command) - ended if lines else frozenset()
    return {line.position for line in lines if line.position in begun and session.stands(line.statements)}


def _together(session: Session, unit: Unit) -> None:
    """All lines in one transaction, with their events: either all have ended or none has begun."""

    def work(connection: Connection) -> None:
        began = time.monotonic()
        for statement in unit.opening:
            execute(connection, statement)
        waits = session.waits.told()
        for line in unit.lines:
            tally = tallied(connection, line.statements)
            # The transaction's locks are held until its last line has ended.
            held = {"held": time.monotonic() - began} if line is unit.lines[-1] else {}
            _end(session, connection, line, {**line.step.tell(tally), **waits, **held})
            waits = {}  # they were the unit's: its first line tells of them

    session.attempt(unit.title, work)


def _outside(session: Session, unit: Unit) -> None:
    """One line without a transaction. What was begun and has not ended is undone first."""
    (line,) = unit.lines
    undo = line.step.undo()
    if undo is not None and line.position in session.begun(session.command):
        session.outside(undo.title, session.dialect.render(undo))
    _apart(session, unit)


def _apart(session: Session, unit: Unit) -> None:
    """One line whose statements commit by themselves: noted before and after, so that a walk which goes on
    after a crash asks which of them have been executed.
    """
    (line,) = unit.lines
    session.attempt(unit.title, lambda connection: _begin(session, connection, line))
    began, waited = time.monotonic(), session.waits.seconds
    session.outside(unit.title, (*unit.opening, *line.statements))
    held = time.monotonic() - began - (session.waits.seconds - waited)
    detail = {**line.step.tell(Tally()), **session.waits.told(), "held": held}
    session.attempt(unit.title, lambda connection: _end(session, connection, line, detail))


def _switch(session: Session, unit: Unit) -> None:
    """The lines of a table whose view changes with it: statements of the new version wait meanwhile."""
    (view,) = (line.step for line in unit.lines if isinstance(line.step, ReplaceView))
    others = [line for line in unit.lines if line.step is not view]
    (shown,) = session.dialect.render(view)

    def note(kind: str, detail: dict[str, Any], connection: Connection) -> None:
        for line in unit.lines:
            _event(session, connection, line, kind, detail if line is unit.lines[-1] else {})

    session.attempt(unit.title, partial(note, BEGAN, {}))
    began, waited = time.monotonic(), session.waits.seconds
    session.switch(unit.title, view.view, shown, _stages(others, view.before.table))
    held = time.monotonic() - began - (session.waits.seconds - waited)
    session.attempt(unit.title, partial(note, ENDED, {**session.waits.told(), "held": held}))


def _stages(lines: Sequence[Line], table: TableName) -> tuple[Stage, ...]:
    """What is done to the table: under its lock, but for its own change of name, and what locks nothing."""
    stages: list[Stage] = []
    rest: list[Statement] = []
    for line in lines:
        if line.step.moves is not None:
            stages.append(Stage(None, line.statements, moves=True))
            table = line.step.moves[1]
            continue
        rest += [each for each in line.statements if not each.lock]
        locking = tuple(each for each in line.statements if each.lock)
        if locking and stages and stages[-1].table == table:
            stages[-1] = Stage(table, (*stages[-1].statements, *locking))
        elif locking:
            stages.append(Stage(table, locking))
    return (*stages, *((Stage(None, tuple(rest)),) if rest else ()))


def _ranges(session: Session, unit: Unit) -> None:
    (line,) = unit.lines
    session.attempt(unit.title, lambda connection: _begin(session, connection, line))
    tally = backfill.by_range(session, line)
    _finish(session, line, tally)


def _drain(session: Session, unit: Unit) -> None:
    (line,) = unit.lines
    session.attempt(unit.title, lambda connection: _begin(session, connection, line))
    _finish(session, line, drain(session, line))


def _compare(session: Session, unit: Unit) -> None:
    (line,) = unit.lines
    verification = verify.compare(session, line)
    verify.demand(verification, f"evolution {session.record.name!r}, {line.step.title}")
    detail = {"verification": verification.model_dump(mode="json"), **session.waits.told()}
    session.attempt(unit.title, lambda connection: _end(session, connection, line, detail))


_WAYS = {
    Mode.TOGETHER: _together,
    Mode.ALONE: _together,
    Mode.OUTSIDE: _outside,
    Mode.RANGES: _ranges,
    Mode.DRAIN: _drain,
    Mode.COMPARE: _compare,
    Mode.APART: _apart,
    Mode.SWITCH: _switch,
}


def _finish(session: Session, line: Line, tally: Tally) -> None:
    session.attempt(
        line.step.title,
        lambda connection: _end(session, connection, line, {**line.step.tell(tally), **session.waits.told()}),
    )


def _begin(session: Session, connection: Connection, line: Line) -> None:
    _event(session, connection, line, BEGAN, {})


def _end(session: Session, connection: Connection, line: Line, detail: dict[str, Any]) -> None:
    _event(session, connection, line, ENDED, detail)


def _event(session: Session, connection: Connection, line: Line, kind: str, detail: dict[str, Any]) -> None:
    session.journal.note(
        connection, session.record, session.command, kind, line.step.title, line.position, **detail
    )


def _fail(session: Session, error: VerificationFailed, move: Transition, connection: Connection) -> None:
    session.journal.note(connection, session.record, session.command, "failed", error.place, fact=error.fact)
    if move.refused is not None:
        session.journal.set_state(connection, session.record.name, move.refused)


def _arrive(session: Session, after: State, connection: Connection) -> None:
    session.journal.set_state(connection, session.record.name, after)
    session.journal.note(connection, session.record, session.command, "arrived", str(after))
