"""Steps that all workers share: everybody adds events to them, and the events must add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, func, select

from crossfade.casebook.books import HOT
from crossfade.casebook.run_ledger.models import Base
from crossfade.casebook.run_ledger.old_tables import EVENTS, STEPS
from crossfade.casebook.words import Fault, Finding, Side, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine, Select

__all__ = ["HotStep", "audit", "baselines", "first_steps"]


class HotStep(NamedTuple):
    """A step to which everybody adds events: its key and its run's, on both sides."""

    number: int
    trace: int
    key: UUID
    run: UUID

    @property
    def name(self) -> str:
        """What its tally is called: its keys on both sides."""
        return f"{self.number} {self.key}"


def first_steps(connection: Connection) -> list[tuple[int, int]]:
    """(id, trace) of the first step of each of the first and the last traces that have any."""
    first = select(func.min(STEPS.c.id), STEPS.c.trace_id).group_by(STEPS.c.trace_id).limit(HOT)
    ends = [first.order_by(STEPS.c.trace_id), first.order_by(STEPS.c.trace_id.desc())]
    return sorted({(step, trace) for each in ends for step, trace in connection.execute(each)})


def baselines(connection: Connection, steps: Sequence[HotStep]) -> dict[str, Tally]:
    """How many events these steps have, by the name of the tally."""
    wanted = EVENTS.c.step_id.in_([hot.number for hot in steps])
    counts = select(EVENTS.c.step_id, func.count()).where(wanted).group_by(EVENTS.c.step_id)
    known = {number: int(many) for number, many in connection.execute(counts)}
    return {hot.name: Tally(known.get(hot.number, 0)) for hot in steps}


def audit(engines: Mapping[Side, Engine], tallies: Mapping[str, Tally], stage: str) -> list[Finding]:
    """What is wrong with the shared steps: events that do not add up."""
    findings = []
    for side, engine in engines.items():
        with engine.connect() as connection:
            found = {str(key): int(many) for key, many in connection.execute(_counts(side, list(tallies)))}
        for name, tally in tallies.items():
            many = found.get(name.split()[side is Side.NEW], 0)
            if not tally.admits(many):
                expected = f"{tally.baseline + tally.committed} events (uncertain: {tally.uncertain})"
                place = (stage, side, "audit", name, expected, f"{many} events")
                findings.append(Finding(Fault.LOST, *place))
    return findings


def _counts(side: Side, names: Sequence[str]) -> Select[int, int] | Select[UUID, int]:
    """(key, events) of each of these steps, as that side has them."""
    keys = [name.split() for name in names]
    if side is Side.OLD:
        wanted = EVENTS.c.step_id.in_([int(number) for number, _ in keys])
        return select(EVENTS.c.step_id, func.count()).where(wanted).group_by(EVENTS.c.step_id)
    steps = Base.metadata.tables["user_workflow_run_step"]
    many = func.jsonb_array_length(steps.c.events, type_=Integer)
    return select(steps.c.step_id, many).where(steps.c.step_id.in_([UUID(key) for _, key in keys]))
