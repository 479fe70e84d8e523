"""`rollback`, `complete` and `purge`: out of it, by either end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from crossfade.commands.bindings import demand_unbound
from crossfade.commands.ground import Database, known, opened, plan_of
from crossfade.commands.walk import move, walk
from crossfade.dialects import SchemaDialect
from crossfade.errors import Unsupported, WrongState
from crossfade.evolution import Evolution
from crossfade.journal import Journal, Record
from crossfade.outcomes import written
from crossfade.phases import Command, State, transition
from crossfade.plan import Plan
from crossfade.progress import Observer, Silent
from crossfade.reports import Outcome
from crossfade.session import ENDED, Session
from crossfade.silence import wait_for_silence
from crossfade.steps import Step


def rollback(evolution: Evolution | str, database: Database, *, observer: Observer | None = None) -> Outcome:
    """Take the new side away; what the old side cannot hold is kept, and comes back at the next start."""

    def undo(plan: Plan, session: Session) -> Sequence[Step]:
        if any(session.begun(Command.COMPLETE).difference(range(len(plan.verify)))):
            raise WrongState(
                "its old side is being retired, or has been",
                place=f"evolution {session.record.name!r}",
                remedy="complete it again, which goes on where it stopped; then revert it",
            )
        return plan.rollback(session.begun(Command.START, since=0))

    return move(evolution, database, Command.ROLLBACK, undo, observer)


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
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, Command.COMPLETE)
        since, _ = journal.arrival(connection, record)
        # Where an earlier walk has retired the old definitions, their names are the new ones' by now.
        ended = journal.positions(connection, record, Command.COMPLETE, ENDED, since)
        left = [each for place, each in enumerate(plan_of(record).complete) if place not in ended]
        demand_unbound(left, dialect, connection, f"evolution {record.name!r}")
    if quiet_for:
        _await_silence(evolution, database, quiet_for, observer or Silent())
    return move(evolution, database, Command.COMPLETE, lambda plan, _: plan.complete, observer)


def purge(
    evolution: Evolution | str,
    database: Database,
    *,
    after: timedelta = timedelta(0),
    observer: Observer | None = None,
) -> Outcome:
    """Drop what the last decision has left over: after `complete`, the side that it retired; after `revert`,
    the new side; after `rollback`, what that has kept. And what the journal keeps for a next start.

    Raises WrongState while that decision is younger than `after`, where none was made yet, and where the
    new version is still writing after a revert.
    """

    def steps(plan: Plan, session: Session) -> Sequence[Step]:
        if session.origin is State.COMPLETED:
            return plan.purge
        return plan.clear(session.begun(Command.START, since=0) if session.origin is State.LIVE else ())

    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        leads = transition(record.name, record.state, Command.PURGE)
        if record.state is State.LIVE:
            _demand_reverted(record, dialect, journal, connection)
        _demand_age(record, after)
        if leads.after is State.PURGED:
            demand_unbound(plan_of(record).purge, dialect, connection, f"evolution {record.name!r}")
        connection.rollback()
        return walk(dialect, journal, connection, record, Command.PURGE, steps, observer)


def _demand_reverted(
    record: Record, dialect: SchemaDialect, journal: Journal, connection: Connection
) -> None:
    place = f"evolution {record.name!r}"
    if not journal.was_reverted(connection, record):
        raise WrongState(
            "purge does not fit: it is live since its start, and neither side was given up",
            place=place,
            remedy="complete it or roll it back first: purge then drops what that leaves over",
        )
    written_to = {each.table: each.new for each in written(dialect, connection, record) if each.new}
    if written_to:
        told = ", ".join(f"{table} ({writes} writes)" for table, writes in written_to.items())
        raise WrongState(
            f"the new version, which purge would drop, has written since the revert: {told}",
            place=place,
            remedy="complete it again, if it is the new version that stays; or stop that and roll it back, "
            "which keeps what only the new side holds: purge can drop that afterwards",
        )


def _demand_age(record: Record, after: timedelta) -> None:
    decided = {State.COMPLETED: "completed", State.LIVE: "reverted", State.ROLLED_BACK: "rolled back"}
    age = datetime.now(UTC) - record.changed_at
    if record.state in decided and age < after:
        raise WrongState(
            f"it was {decided[record.state]} {_whole(age)} ago, and purge is to wait for {_whole(after)}",
            place=f"evolution {record.name!r}",
            remedy=f"purge it on {record.changed_at + after:%Y-%m-%d %H:%M %Z}, or say a shorter --after",
        )


def _await_silence(
    evolution: Evolution | str, database: Database, quiet_for: timedelta, observer: Observer
) -> None:
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, Command.COMPLETE)

        counted = plan_of(record).writes if record.state is State.LIVE else ()
        if counted and not written(dialect, connection, record):
            raise Unsupported(
                f"{dialect.server} counts no writes by side: nobody can tell when the old version is silent",
                place=f"evolution {record.name!r}, --quiet-for",
                remedy="see that the old version is stopped, then complete it without --quiet-for",
            )

        def old_writes() -> int:
            found = sum(each.old for each in written(dialect, connection, record))
            connection.rollback()  # no transaction stays open while we wait
            return found

        place = f"evolution {record.name!r}"
        wait_for_silence(old_writes, quiet_for, place=place, observer=observer)
        writes, seconds = old_writes(), quiet_for.total_seconds()
        step = "the old version was silent"
        journal.note(connection, record, Command.COMPLETE, "silent", step, seconds=seconds, writes=writes)
        connection.commit()


def _whole(span: timedelta) -> str:
    return str(timedelta(seconds=int(span.total_seconds())))
