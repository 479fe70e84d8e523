"""`verify`: both sides of every row, compared now."""

from __future__ import annotations

from crossfade import verify as verification
from crossfade.commands.ground import Database, known, opened, plan_of
from crossfade.errors import WrongState
from crossfade.evolution import Evolution
from crossfade.phases import State
from crossfade.progress import Observer, Silent
from crossfade.reports import Verification
from crossfade.script import script
from crossfade.session import Session


def verify(
    evolution: Evolution | str, database: Database, *, observer: Observer | None = None
) -> Verification:
    """Compare both sides of every row, now. Changes nothing; mismatches are counted and shown."""
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        if record.state is not State.LIVE:
            raise WrongState(
                f"there are no two sides to compare: evolution {record.name!r} is {record.state}",
                place=f"evolution {record.name!r}",
                remedy="start it first"
                if record.state is not State.COMPLETED
                else "it has been verified, then completed",
            )
        plan = plan_of(record)
        connection.rollback()
        session = Session(dialect, journal, record, "verify", observer or Silent())
        found = []
        for number, unit in enumerate(script(plan.verify, dialect), 1):
            session.observer.began(unit.title, number, len(plan.verify))
            found.append(verification.compare(session, unit.lines[0]))
            session.observer.ended(unit.title, found[-1].seconds)
        return verification.merged(found)
