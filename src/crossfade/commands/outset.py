"""`start`: into both versions live."""

from __future__ import annotations

from dataclasses import replace

from crossfade.commands.admission import demand_free, fitting_plan, fresh
from crossfade.commands.ground import Database, demand_unedited, opened
from crossfade.commands.walk import walk
from crossfade.errors import Refused
from crossfade.evolution import Evolution
from crossfade.phases import Command, State, transition
from crossfade.progress import Observer
from crossfade.reports import Outcome


def start(
    evolution: Evolution,
    database: Database,
    *,
    hands: int | None = None,
    allow_copy: bool = False,
    observer: Observer | None = None,
) -> Outcome:
    """Expand, backfill, verify; both versions are then live. Resumes where an earlier start stopped.

    `hands` is over how many connections at once large tables are written, as `throttle` says it later. With
    `allow_copy`, the server may copy a table, or keep its writers waiting, where it can't do without: in this
    command and in those that come after it.
    Raises Refused before anything is changed, VerificationFailed where rows disagree.
    """
    with opened(database) as (dialect, journal, connection):
        record = journal.find(connection, evolution.name)
        state = record.state if record else State.ABSENT
        if record is not None and state.holds_tables:
            demand_unedited(record, evolution)
        transition(evolution.name, state, Command.START)
        if record is None or state is not State.STARTING:
            try:
                admitting = dialect.copying() if allow_copy else dialect
                plan = fitting_plan(evolution, admitting, journal, connection)
            except Refused:  # of the user's making, or of another runner's that has begun since
                journal.demand_unmoved(connection, evolution.name, record.run if record else 0)
                raise
            connection.rollback()
            journal.install(connection)  # holds the journal's lock from here to the commit
            demand_free(
                journal,
                connection,
                plan.evolution,
                (*plan.tables, *plan.renamed.values(), *plan.definitions),
                plan.reads,
            )
            record = journal.enter(connection, fresh(plan, record))
        else:
            connection.rollback()
        if hands is not None or allow_copy:
            control = replace(
                record.control,
                hands=hands or record.control.hands,
                allow_copy=allow_copy or record.control.allow_copy,
            )
            journal.say(connection, record.name, control)
        return walk(dialect, journal, connection, record, Command.START, lambda plan, _: plan.start, observer)
