"""`rollback`, `complete` and `purge`: out of it, by either end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from crossfade.commands.ground import Database, known, opened
from crossfade.commands.walk import move, walk
from crossfade.errors import WrongState
from crossfade.evolution import Evolution
from crossfade.outcomes import written
from crossfade.phases import Command, State, transition
from crossfade.plan import Plan
from crossfade.progress import Observer, Silent
from crossfade.reports import Outcome
from crossfade.session import Session
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
    """Drop what `complete` retired, the namespace, and what the journal keeps for a next start.

    Raises WrongState while the evolution has not been completed for as long as `after`.
    """
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, Command.PURGE)
        age = datetime.now(UTC) - record.changed_at
        if record.state is State.COMPLETED and age < after:
            raise WrongState(
                f"it was completed {_whole(age)} ago, and purge is to wait for {_whole(after)}",
                place=f"evolution {record.name!r}",
                remedy=f"purge it on {record.changed_at + after:%Y-%m-%d %H:%M %Z}, or say a shorter --after",
            )
        connection.rollback()
        return walk(dialect, journal, connection, record, Command.PURGE, lambda plan, _: plan.purge, observer)


def _await_silence(
    evolution: Evolution | str, database: Database, quiet_for: timedelta, observer: Observer
) -> None:
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        transition(record.name, record.state, Command.COMPLETE)

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
