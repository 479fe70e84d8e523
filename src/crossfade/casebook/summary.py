"""The summary of a case: the figures as JSON, and the promises with what was measured of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossfade.casebook.figures import (
    BeforeAndDuring,
    CompleteFigures,
    PurgeFigures,
    RestartFigures,
    RevertFigures,
    RollbackFigures,
    Summary,
    TrafficFigures,
    VerifyFigures,
)
from crossfade.casebook.stages import BEFORE, DURING, running
from crossfade.casebook.words import Fault, Side
from crossfade.reports import Backfill

if TYPE_CHECKING:
    from crossfade.casebook.journey import Journey

__all__ = ["Promise", "Summary", "failures", "promises", "summarize"]

UNREACHED = "not reached"
NOTHING = Backfill(rows=0, seconds=0, rows_per_second=0)  # a start that has no rows to write
UNCHANGED = {
    "start": "The backfill changed nothing that the old one sees",
    "rollback": "The rollback changed nothing that the old one sees",
    "restart": "The second start brought everything back",
    "complete": "Complete changed nothing that the new one sees",
    "revert": "The revert brought the old side back",
    "purge": "Purge changed nothing that the new one sees",
}


@dataclass(frozen=True)
class Promise:
    """A promise, whether it was held, and the figure that says so."""

    text: str
    held: bool
    figure: str


def summarize(journey: Journey) -> Summary:
    """The figures of the journey; `ok` only where every promise was held."""
    counts = journey.notes.counts
    before, during = journey.compared(BEFORE, DURING, Side.OLD)
    start, rollback = journey.outcomes.get("start"), journey.outcomes.get("rollback")
    compared = {name: comparison.differences for name, comparison in journey.comparisons.items()}
    backfill = (start.backfill or NOTHING) if start else None
    problems = failures(journey)
    return Summary(
        case=journey.case,
        database=journey.database,
        rows=dict(journey.rows),
        traffic=TrafficFigures(
            statements=journey.notes.statements,
            failed=counts[Fault.FAILED],
            lost=counts[Fault.LOST],
            stale=counts[Fault.STALE],
            p50_ms=BeforeAndDuring(before=_ms(before.p50), during=_ms(during.p50)),
            p99_ms=BeforeAndDuring(before=_ms(before.p99), during=_ms(during.p99)),
            longest_stall_ms=_ms(journey.figures(DURING).longest),
        ),
        backfill=backfill and Backfill(**{name: round(value, 3) for name, value in backfill}),
        verify=_verify(journey),
        rollback=RollbackFigures(differences=compared["rollback"], complement_rows=rollback.complement_rows)
        if rollback and "rollback" in compared
        else None,
        restart=RestartFigures(differences=compared["restart"]) if "restart" in compared else None,
        complete=_complete(journey),
        revert=RevertFigures(differences=compared["revert"]) if "revert" in compared else None,
        purge=_purge(journey),
        per_table=(start.per_table or None) if start else None,
        ok=not problems,
        failures=problems or None,
    )


def promises(journey: Journey) -> tuple[Promise, ...]:
    """Every promise of the walk with its figure; those that were not reached are not held."""
    counts, notes, total = journey.notes.counts, journey.notes, len(journey.stages)
    verify = _verify(journey)
    unchanged = [name for stage in journey.stages for name in stage.closes]
    return (
        Promise(
            "No statement of either application failed",
            not counts[Fault.FAILED],
            f"{counts[Fault.FAILED]} of {notes.statements:,} statements",
        ),
        Promise(
            "No committed write was lost",
            not counts[Fault.LOST],
            f"{counts[Fault.LOST]} in {notes.checks:,} checks",
        ),
        Promise(
            "Each side saw the other's writes at once",
            not counts[Fault.STALE],
            f"{counts[Fault.STALE]} stale of {notes.crossed:,} reads across",
        ),
        Promise(
            "Every row agrees on both sides",
            verify is not None and not verify.mismatches,
            f"{verify.mismatches} mismatches in {verify.rows:,} rows" if verify else UNREACHED,
        ),
        *(
            _complete_promise(journey) if name == "complete" else _unchanged(journey, name)
            for name in unchanged
        ),
        _foretold(journey),
        Promise(
            "The walk went to its end",
            not journey.failure and len(journey.passed) == total,
            f"{len(journey.passed)} of {total} stages",
        ),
    )


def failures(journey: Journey) -> tuple[str, ...]:
    """What was not as promised, by key and with both values; empty where all was."""
    ended = [journey.failure] if journey.failure else []
    found = [str(finding) for finding in journey.notes.findings]
    reports = {**journey.verifications}
    reports |= {name: done.verification for name, done in journey.outcomes.items() if done.verification}
    for stage, report in reports.items():
        found += [
            f"mismatch in {stage!r}: {each.table} {each.key}: old {each.old}, new {each.new}"
            for each in report.examples
        ]
    for name, comparison in journey.comparisons.items():
        found += [f"difference in {name!r}: {each}" for each in comparison.examples]
    broken = [each for each in promises(journey) if not each.held]
    named = [f"{each.text}: {each.figure}" for each in broken if each.figure != UNREACHED]
    return (*ended, *named, *found) if broken else ()


def _verify(journey: Journey) -> VerifyFigures | None:
    if not journey.verifications:
        return None
    last = list(journey.verifications.values())[-1]
    outcomes = [outcome.verification for outcome in journey.outcomes.values() if outcome.command == "start"]
    every = [*journey.verifications.values(), *filter(None, outcomes)]
    mismatches = sum(report.mismatches for report in every)
    return VerifyFigures(rows=last.rows, seconds=round(last.seconds, 3), mismatches=mismatches)


def _complete(journey: Journey) -> CompleteFigures | None:
    comparison = journey.comparisons.get("complete")
    if comparison is None:
        return None
    outcomes = [
        outcome.verification for outcome in journey.outcomes.values() if outcome.command == "complete"
    ]
    verified = sum(report.mismatches for report in outcomes if report)
    stall = journey.figures(running("complete"), Side.NEW).longest
    return CompleteFigures(stall_ms=_ms(stall), mismatches=verified + comparison.differences)


def _purge(journey: Journey) -> PurgeFigures | None:
    comparison = journey.comparisons.get("purge")
    if comparison is None:
        return None
    foretold = journey.foretold or ()
    told = [each.told for each in foretold if each.told is not None]
    counted = sum(each.counted for each in foretold)
    missing = not told and counted > 0
    return PurgeFigures(
        differences=comparison.differences, told=None if missing else sum(told), counted=counted
    )


def _foretold(journey: Journey) -> Promise:
    text = "Preview told exactly what a revert could not give the old one"
    if journey.foretold is None:
        return Promise(text, held=False, figure=UNREACHED)
    if not journey.foretold:
        return Promise(text, held=True, figure="none told, and there is nothing")
    figures = [
        f"{'none' if each.told is None else f'{each.told:,}'} of {each.counted:,} rows told: {each.place}"
        for each in journey.foretold
    ]
    return Promise(text, all(each.told == each.counted for each in journey.foretold), "; ".join(figures))


def _complete_promise(journey: Journey) -> Promise:
    complete = _complete(journey)
    figure = (
        f"{complete.mismatches} mismatches, longest wait {complete.stall_ms:.1f} ms"
        if complete
        else UNREACHED
    )
    return Promise(UNCHANGED["complete"], complete is not None and not complete.mismatches, figure)


def _unchanged(journey: Journey, name: str) -> Promise:
    comparison, text = journey.comparisons.get(name), UNCHANGED.get(name, f"Nothing changed: {name}")
    if comparison is None:
        return Promise(text, held=False, figure=UNREACHED)
    figure = f"{comparison.differences} differences in {comparison.rows:,} rows"
    if comparison.excluded:
        figure += f", {comparison.excluded:,} left out"
    return Promise(text, not comparison.differences, figure)


def _ms(value: float) -> float:
    return round(value, 3)
