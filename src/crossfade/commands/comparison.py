"""`verify`: both sides of every row, compared now, and what must stand besides."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade import verify as verification
from crossfade.commands.ground import Database, known, opened, plan_of
from crossfade.errors import WrongState
from crossfade.evolution import Evolution
from crossfade.phases import State
from crossfade.plan import Plan
from crossfade.progress import Observer, Silent
from crossfade.reports import Lacking, Verification
from crossfade.script import script
from crossfade.session import Session
from crossfade.steps import under


def verify(
    evolution: Evolution | str, database: Database, *, observer: Observer | None = None
) -> Verification:
    """Compare both sides of every row, now, and see that what the changes need stands. Changes nothing;
    mismatches are counted and shown. Once it is completed, only what must stand is asked for.
    """
    with opened(database) as (dialect, journal, connection):
        record = known(journal, connection, evolution)
        plan = plan_of(record)
        alone = record.state in {State.COMPLETED, State.PURGED} and plan.standing
        if record.state is not State.LIVE and not alone:
            raise WrongState(
                f"there are no two sides to compare: evolution {record.name!r} is {record.state}",
                place=f"evolution {record.name!r}",
                remedy="start it first"
                if record.state is not State.COMPLETED
                else "it has been verified, then completed",
            )
        connection.rollback()
        session = Session(dialect, journal, record, "verify", observer or Silent())
        found = []
        for number, unit in enumerate(() if alone else script(plan.verify, dialect), 1):
            session.observer.began(unit.title, number, len(plan.verify))
            found.append(verification.compare(session, unit.lines[0]))
            session.observer.ended(unit.title, found[-1].seconds)
        standing = {"standing": len(plan.standing), "lacking": tuple(_lacking(plan, session))}
        return verification.merged(found).model_copy(update=standing)


def _lacking(plan: Plan, session: Session) -> Iterator[Lacking]:
    """What does not stand, or is not used."""
    moved = plan.renamed if session.record.state is not State.LIVE else {}
    for step in plan.standing:
        asked = under(step, moved)
        with session.dialect.engine.connect() as connection:  # rolled back at its end
            for each in session.dialect.lacking(connection, asked):
                yield Lacking(change=asked.change, table=str(asked.table), fact=each.fact, remedy=each.remedy)
