"""The commands: each a function that returns a value and prints nothing.

Every door (the command line, a script, a plugin) goes through these.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from crossfade import codec
from crossfade import verify as verification
from crossfade.dialects import SchemaDialect, connect
from crossfade.errors import DatabaseFailed, Refused, SchemaMismatch, UsageError, WrongState
from crossfade.evolution import Evolution
from crossfade.journal import Control, Journal, Record
from crossfade.names import nearest
from crossfade.outcomes import outcome, statuses, written
from crossfade.phases import Command, State, transition
from crossfade.plan import Plan, build
from crossfade.preview import preview as told
from crossfade.progress import Observer, Silent
from crossfade.reports import Event, Kept, Outcome, Preview, Status, Verification
from crossfade.runner import run
from crossfade.schema import TableName
from crossfade.script import script
from crossfade.session import Session, execute
from crossfade.silence import wait_for_silence
from crossfade.steps import Step

Database = str | URL
Walked = Callable[[Plan, Session], Sequence[Step]]


def preview(evolution: Evolution, database: Database) -> Preview:
    """The plan, for reading: every statement of every command. Changes nothing.

    Raises Refused, or a subclass, for all that `start` would refuse.
    """
    with _opened(database) as (dialect, journal, connection):
        record = journal.find(connection, evolution.name)
        if record is not None and record.state is not State.ROLLED_BACK:
            if record.state.holds_tables:
                _unedited(record, evolution)
            plan = _plan_of(record)  # what `start` planned is what the commands that are left will walk
        else:
            plan = _fit(evolution, dialect, journal, connection)
        rows = {
            str(table.name): table.rows for table in dialect.reflect(connection, map(str, plan.tables)).tables
        }
        kept = journal.count_complement(connection, evolution.name) if record is not None else 0
        return told(plan, dialect, state=record.state if record else State.ABSENT, rows=rows, kept_rows=kept)


def start(evolution: Evolution, database: Database, *, observer: Observer | None = None) -> Outcome:
    """Expand, backfill, verify; both versions are then live. Resumes where an earlier start stopped.

    Raises Refused before anything is changed, VerificationFailed where rows disagree.
    """
    with _opened(database) as (dialect, journal, connection):
        record = journal.find(connection, evolution.name)
        state = record.state if record else State.ABSENT
        if record is not None and state.holds_tables:
            _unedited(record, evolution)
        transition(evolution.name, state, Command.START)
        if record is None or state is not State.STARTING:
            try:
                plan = _fit(evolution, dialect, journal, connection)
            except Refused:  # of the user's making, or of another runner's that has begun since
                journal.demand_unmoved(connection, evolution.name, record.run if record else 0)
                raise
            connection.rollback()
            journal.install(connection)  # holds the journal's lock from here to the commit
            _free(journal, connection, plan.evolution, plan.tables)
            record = journal.enter(connection, _fresh(plan, record))
        else:
            connection.rollback()
        return _walk(
            dialect, journal, connection, record, Command.START, lambda plan, _: plan.start, observer
        )


def rollback(evolution: Evolution | str, database: Database, *, observer: Observer | None = None) -> Outcome:
    """Take the new side away; what the old side cannot hold is kept, and comes back at the next start."""

    def undo(plan: Plan, session: Session) -> Sequence[Step]:
        if any(session.ended(Command.COMPLETE).difference(range(len(plan.verify)))):
            raise WrongState(
                "it is completed but for the last note in the journal",
                place=f"evolution {session.record.name!r}",
                remedy="complete it again, which ends at once",
            )
        return plan.rollback(session.begun(Command.START, since=0))

    return _move(evolution, database, Command.ROLLBACK, undo, observer)


def complete(
    evolution: Evolution | str,
    database: Database,
    *,
    quiet_for: timedelta = timedelta(0),
    observer: Observer | None = None,
) -> Outcome:
    """Compare every row, stop the sync, retire the old side by renaming it away.

    Waits first until the old side has written nothing for as long as `quiet_for`. Raises Busy where it
    does not fall silent, VerificationFailed where rows disagree; both versions are then still live.
    """
    if quiet_for:
        _await_silence(evolution, database, quiet_for, observer or Silent())
    return _move(evolution, database, Command.COMPLETE, lambda plan, _: plan.complete, observer)


def revert(evolution: Evolution | str, database: Database, *, observer: Observer | None = None) -> Outcome:
    """Bring the old side of a completed evolution back; both versions are then live, as after `start`.

    Before a purge the old side comes back as it was, but for the rows that the new application changed;
    after it, by `backward` alone. Raises SchemaMismatch where rows hold what the old side can't say.
    """

    def steps(plan: Plan, session: Session) -> Sequence[Step]:
        return plan.revert_purged if session.origin is State.PURGED else plan.revert

    with _opened(database) as (dialect, journal, connection):
        record = _known(journal, connection, evolution)
        transition(record.name, record.state, Command.REVERT)
        _sayable(record, dialect, connection)
        connection.rollback()
        return _walk(dialect, journal, connection, record, Command.REVERT, steps, observer)


def purge(
    evolution: Evolution | str,
    database: Database,
    *,
    after: timedelta = timedelta(0),
    observer: Observer | None = None,
) -> Outcome:
    """Drop what `complete` retired, the namespace, and what the journal keeps for a next start.

    Raises WrongState while the evolution has not been completed for as long as `after`.
    """
    with _opened(database) as (dialect, journal, connection):
        record = _known(journal, connection, evolution)
        transition(record.name, record.state, Command.PURGE)
        age = datetime.now(UTC) - record.changed_at
        if record.state is State.COMPLETED and age < after:
            raise WrongState(
                f"it was completed {_whole(age)} ago, and purge is to wait for {_whole(after)}",
                place=f"evolution {record.name!r}",
                remedy=f"purge it on {record.changed_at + after:%Y-%m-%d %H:%M %Z}, or say a shorter --after",
            )
        connection.rollback()
        return _walk(
            dialect, journal, connection, record, Command.PURGE, lambda plan, _: plan.purge, observer
        )


def verify(
    evolution: Evolution | str, database: Database, *, observer: Observer | None = None
) -> Verification:
    """Compare both sides of every row, now. Changes nothing; mismatches are counted and shown."""
    with _opened(database) as (dialect, journal, connection):
        record = _known(journal, connection, evolution)
        if record.state is not State.LIVE:
            raise WrongState(
                f"there are no two sides to compare: evolution {record.name!r} is {record.state}",
                place=f"evolution {record.name!r}",
                remedy="start it first"
                if record.state is not State.COMPLETED
                else "it has been verified, then completed",
            )
        plan = _plan_of(record)
        connection.rollback()
        session = Session(dialect, journal, record, "verify", observer or Silent())
        found = []
        for number, unit in enumerate(script(plan.verify, dialect), 1):
            session.observer.began(unit.title, number, len(plan.verify))
            found.append(verification.compare(session, unit.lines[0]))
            session.observer.ended(unit.title, found[-1].seconds)
        return verification.merged(found)


def pause(evolution: Evolution | str, database: Database) -> None:
    """Let the runner at work wait before its next batch, until `resume`."""
    _say(evolution, database, lambda control: replace(control, paused=True))


def resume(evolution: Evolution | str, database: Database) -> None:
    """Let a paused runner go on."""
    _say(evolution, database, lambda control: replace(control, paused=False))


def throttle(evolution: Evolution | str, database: Database, *, target: timedelta) -> None:
    """Say how long a batch is to take; the runner at work listens between batches."""
    _say(evolution, database, lambda control: replace(control, target=target.total_seconds()))


def status(database: Database) -> tuple[Status, ...]:
    """Where each evolution stands, oldest first."""
    with _opened(database) as (dialect, journal, connection):
        return statuses(dialect, journal, connection)


def complement(database: Database, name: str | None = None, *, limit: int = 100) -> tuple[Kept, ...]:
    """What rollbacks have kept, of one evolution or of all, the latest first."""
    with _opened(database) as (_, journal, connection):
        return tuple(
            Kept(
                evolution=row.evolution,
                table=row.table_name,
                change=row.change,
                key=json.loads(row.row_key),
                old=row.old_values,
                new=row.new_values,
                state=row.state,
                kept_at=row.kept_at,
            )
            for row in journal.kept(connection, name, limit)
        )


def history(database: Database, name: str | None = None) -> tuple[Event, ...]:
    """What has happened, oldest first: of one evolution, or of all."""
    with _opened(database) as (_, journal, connection):
        return tuple(
            Event(
                id=row.id, at=row.at, evolution=row.evolution, run=row.run, command=row.command,
                kind=row.kind, step=row.step, detail=row.detail,
            )
            for row in journal.events(connection, name)
        )  # fmt: skip


@contextmanager
def _opened(database: Database) -> Iterator[tuple[SchemaDialect, Journal, Connection]]:
    dialect = connect(database)
    try:
        with dialect.engine.connect() as connection:
            yield dialect, Journal(), connection
    except DBAPIError as error:
        raise DatabaseFailed(
            f"the database refused a statement: {str(error.orig).strip()}",
            place=dialect.server,
            remedy="mend the cause, then run the same command again",
        ) from error
    finally:
        dialect.engine.dispose()


def _move(
    evolution: Evolution | str, database: Database, command: Command, steps: Walked, observer: Observer | None
) -> Outcome:
    with _opened(database) as (dialect, journal, connection):
        record = _known(journal, connection, evolution)
        transition(record.name, record.state, command)
        connection.rollback()
        return _walk(dialect, journal, connection, record, command, steps, observer)


def _walk(
    dialect: SchemaDialect, journal: Journal, connection: Connection, record: Record, command: Command,
    steps: Walked, observer: Observer | None,
) -> Outcome:  # fmt: skip
    """Take the lease, move to the command's state, walk the steps."""
    journal.lease(connection, record.name)
    record = journal.find(connection, record.name) or record  # as it is now that nobody else can move it
    move = transition(record.name, record.state, command)
    if record.state is not move.during:
        journal.clear_progress(connection, record, command)
    since, origin = journal.arrival(connection, record)
    journal.set_state(connection, record.name, move.during)
    journal.note(connection, record, command, "called", str(command), runner=journal.runner)
    connection.commit()
    plan = _plan_of(record)
    session = Session(dialect, journal, record, command, observer or Silent(), since, origin)
    started = time.monotonic()
    try:
        run(session, steps(plan, session), move)
        return outcome(session, move.after, time.monotonic() - started, plan.notes)
    finally:
        session.leave()


def _fit(evolution: Evolution, dialect: SchemaDialect, journal: Journal, connection: Connection) -> Plan:
    """The plan, once all that can be refused has been looked at."""
    written = [table for change in evolution.changes for table in change.tables]
    schema = dialect.reflect(connection, written)
    # Before anything is said of the tables: what another evolution does there is not the user's to mend.
    _free(journal, connection, evolution.name, (table.name for table in schema.tables))
    plan = build(evolution, schema)
    for check in plan.checks:
        (statement,) = dialect.render(check)
        counts: dict[str, int] = {row.value: row.rows for row in execute(connection, statement)}
        listed = ", ".join(f"{label!r} ({counts.get(label, 0)} rows)" for label in check.labels)
        raise SchemaMismatch(
            f"values without a mapping: {listed}",
            place=f"evolution {evolution.name!r}, {check.change}",
            remedy="add them to values=, or leave values= out to keep every value as it is",
        )
    return plan


def _free(journal: Journal, connection: Connection, evolution: str, tables: Iterable[TableName]) -> None:
    wanted = {str(table) for table in tables}
    for record in journal.records(connection):
        shared = wanted.intersection(record.tables)
        if record.name != evolution and record.state.holds_tables and shared:
            raise WrongState(
                f"evolution {record.name!r} is {record.state} on {', '.join(sorted(shared))}",
                place=f"evolution {evolution!r}",
                remedy=f"complete {record.name!r} or roll it back first",
            )


def _fresh(plan: Plan, earlier: Record | None) -> Record:
    encoded = {each.name: codec.encode(getattr(plan, each.name)) for each in fields(plan)}
    now = datetime.now(UTC)
    return Record(
        plan.evolution, plan.fingerprint, plan.summary, State.STARTING, earlier.run + 1 if earlier else 1,
        tuple(str(table) for table in plan.tables), encoded, now, now, None,
    )  # fmt: skip


def _plan_of(record: Record) -> Plan:
    return Plan(**{name: codec.decode(value) for name, value in record.plan.items()})


def _unedited(record: Record, evolution: Evolution) -> None:
    if record.fingerprint != evolution.fingerprint:
        raise WrongState(
            f"evolution {record.name!r} was edited since it was started: it was {record.fingerprint}, "
            f"it is {evolution.fingerprint}",
            place=f"evolution {record.name!r}, which is {record.state}",
            remedy="put the file back as it was, or roll back first and start the edited one",
        )


def _known(journal: Journal, connection: Connection, evolution: Evolution | str) -> Record:
    name = evolution if isinstance(evolution, str) else evolution.name
    record = journal.find(connection, name)
    if record is None:
        known = [each.name for each in journal.records(connection)]
        raise UsageError(
            f"no evolution {name!r} has been started on this database",
            place="--evolution",
            remedy=nearest(name, known) or "start it first",
        )
    if isinstance(evolution, Evolution) and record.state.holds_tables:
        _unedited(record, evolution)
    return record


def _await_silence(
    evolution: Evolution | str, database: Database, quiet_for: timedelta, observer: Observer
) -> None:
    with _opened(database) as (dialect, journal, connection):
        record = _known(journal, connection, evolution)
        transition(record.name, record.state, Command.COMPLETE)

        def old_writes() -> int:
            found = sum(each.old for each in written(dialect, connection, record))
            connection.rollback()  # no transaction stays open while we wait
            return found

        place = f"evolution {record.name!r}"
        wait_for_silence(old_writes, quiet_for, place=place, observer=observer)


def _say(evolution: Evolution | str, database: Database, change: Callable[[Control], Control]) -> None:
    with _opened(database) as (_, journal, connection):
        record = _known(journal, connection, evolution)
        journal.say(connection, record.name, change(record.control))
        connection.commit()


def _sayable(record: Record, dialect: SchemaDialect, connection: Connection) -> None:
    """Raises SchemaMismatch where rows hold values for which the old version has none."""
    if record.state is State.REVERTING:
        return
    for check in _plan_of(record).unsaid:
        (statement,) = dialect.render(check)
        found = [(row.value, row.rows) for row in execute(connection, statement)]
        if found:
            listed = ", ".join(f"{value!r} ({rows} rows)" for value, rows in found)
            raise SchemaMismatch(
                f"{check.table}.{check.shown} holds values that the old version can't say: {listed}",
                place=f"evolution {record.name!r}, {check.change}",
                remedy="give these rows another value first; unknown= would have said what old readers see",
            )


def _whole(span: timedelta) -> str:
    return str(timedelta(seconds=int(span.total_seconds())))
