"""The walk that every command that changes the state goes: the lease, the state, the steps, the outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from crossfade.commands.ground import Database, known, opened, plan_of
from crossfade.dialects import SchemaDialect
from crossfade.evolution import Evolution
from crossfade.journal import Journal, Record
from crossfade.outcomes import outcome
from crossfade.phases import Command, transition
from crossfade.plan import Plan
from crossfade.progress import Observer, Silent
from crossfade.reports import Outcome
from crossfade.runner import run
from crossfade.session import Session
from crossfade.steps import Step

Walked = Callable[[Plan, Session], Sequence[Step]]


def move(
    evolution: Evolution | str, database: Database, command: Command, steps: Walked, observer: Observer | None
) -> Outcome:
    """Walk an evolution that the journal knows to where `command` leads."""
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, command)
        connection.rollback()
        return walk(dialect, journal, connection, record, command, steps, observer)


def walk(
    dialect: SchemaDialect, journal: Journal, connection: Connection, record: Record, command: Command,
    steps: Walked, observer: Observer | None,
) -> Outcome:  # fmt: skip
    """Take the lease, move to the command's state, walk the steps."""
    journal.lease(connection, record.name)
    journal.demand_unmoved(connection, record.name, record.run)  # what was looked at is of this run
    record = journal.find(connection, record.name) or record  # as it is now that nobody else can move it
    move = transition(record.name, record.state, command)
    if record.state is not move.during:
        journal.clear_progress(connection, record, command)
    since, origin = journal.arrival(connection, record)
    journal.set_state(connection, record.name, move.during)
    journal.note(connection, record, command, "called", str(command), runner=journal.runner)
    connection.commit()
    plan = plan_of(record)
    if record.control.allow_copy:
        dialect = dialect.copying()
    session = Session(dialect, journal, record, command, observer or Silent(), since, origin)
    started = time.monotonic()
    try:
        run(session, steps(plan, session), move)
        return outcome(session, move.after, time.monotonic() - started, plan.remarks)
    finally:
        session.leave()
