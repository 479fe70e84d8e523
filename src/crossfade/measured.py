"""What was measured, read from the history: commands as they were walked, rates, waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossfade.document import Moved, Rate, Waits, Walked
from crossfade.phases import Command
from crossfade.reports import PlannedStep, TableMoved, Verification
from crossfade.session import ENDED
from crossfade.verify import merged

UNMEASURED = "not measured yet in this database: the first start will measure it"
ENOUGH = 1_000
"""A rate over fewer rows says little: one over more is preferred, whichever was last."""


def rates(events: Sequence[Any], evolution: str, read: tuple[int, float]) -> tuple[Rate, ...]:
    """Rows a second of backfill and comparison: this evolution's last, else any one's last. Work that was
    never measured here is judged by `read`: rows that were read just now, and the seconds that it took.
    """
    return tuple(
        _last(events, evolution, work) or _probed(work, read) or _unmeasured(work)
        for work in ("backfill", "compare")
    )


def measured(events: Sequence[Any]) -> bool:
    """Whether a backfill and a comparison were measured in this database."""
    return all(_last(events, "", work) is not None for work in _KINDS)


_KINDS = {"backfill": "backfill", "compare": "verification"}  # what the events call the work


def of_steps(events: Sequence[Any], evolution: str) -> dict[tuple[str, str], float]:
    """Rows a second of each step of `evolution` that was walked before, by command and title: the last."""
    return {
        (event.command, event.step): event.detail[kind]["rows"] / event.detail[kind]["seconds"]
        for kind in _KINDS.values()
        for event in _timed(events, kind)
        if event.evolution == evolution and event.detail[kind]["rows"] >= ENOUGH
    }


def _timed(events: Sequence[Any], kind: str) -> Iterator[Any]:
    """The events that say how many rows were passed over in how many seconds."""
    for event in events:
        detail = event.detail.get(kind, {})
        if event.kind == ENDED and detail.get("rows") and detail.get("seconds"):
            yield event


def _probed(work: str, read: tuple[int, float]) -> Rate | None:
    rows, seconds = read
    if not rows or not seconds:
        return None
    slower = "; writing takes longer" if work == "backfill" else ""
    return Rate(
        work=work,
        rows_per_second=rows / seconds,
        source=f"no start measured it here; probed just now: {rows:,} rows read in {seconds:.3f} s{slower}",
        at_best=True,
    )


def _unmeasured(work: str) -> Rate:
    return Rate(work=work, rows_per_second=None, source=UNMEASURED)


def _last(events: Sequence[Any], evolution: str, work: str) -> Rate | None:
    kind = _KINDS[work]
    found = list(_timed(events, kind))
    if not found:
        return None

    def rank(event: Any) -> tuple[bool, bool, bool, int]:
        enough = event.detail[kind]["rows"] >= ENOUGH
        return enough, event.evolution == evolution, event.command == Command.START, event.id

    event = max(found, key=rank)
    rows, seconds = event.detail[kind]["rows"], event.detail[kind]["seconds"]
    source = (
        f"measured: {event.step}, evolution {event.evolution}, {event.at:%Y-%m-%d %H:%M} UTC, {rows:,} rows "
        f"in {seconds:.2f} s"
    )
    return Rate(work=work, rows_per_second=rows / seconds, source=source)


@dataclass
class _Span:
    """The events of one command, until it arrived or another was called."""

    events: list[Any] = field(default_factory=list)
    silent: float | None = None


def walks(events: Sequence[Any], steps: Mapping[str, Sequence[PlannedStep]]) -> tuple[Walked, ...]:
    """The commands that were walked, oldest first; `steps` are those of each command."""
    return tuple(_walked(span, steps.get(span.events[0].command, ())) for span in _spans(events))


def _spans(events: Sequence[Any]) -> Iterator[_Span]:
    span, silent = _Span(), None
    for event in events:
        if event.kind == "silent":
            silent = event.detail["seconds"]
            continue
        first = span.events[0] if span.events else None
        moved_on = first is not None and (event.run, event.command) != (first.run, first.command)
        if moved_on:
            yield span
            span = _Span()
        if not span.events:
            span.silent, silent = silent, None
        span.events.append(event)
        if event.kind == "arrived":
            yield span
            span = _Span()
    if span.events:
        yield span


def _walked(span: _Span, steps: Sequence[PlannedStep]) -> Walked:
    first, last = span.events[0], span.events[-1]
    ended = [event for event in span.events if event.kind == ENDED]
    compared = {
        event.position: Verification.model_validate(event.detail["verification"])
        for event in ended
        if "verification" in event.detail
    }
    failures = [event.detail["fact"] for event in span.events if event.kind == "failed"]
    blocked, blocking = _longest(span.events, {step.title: step for step in steps})
    return Walked(
        command=first.command,
        run=first.run,
        at=first.at,
        seconds=(last.at - first.at).total_seconds(),
        ended=last.step if last.kind == "arrived" else None,
        processes=max(1, sum(event.kind == "called" for event in span.events)),
        failure=failures[-1] if failures and last.kind == "failed" else None,
        moved=tuple(_moved(event) for event in ended if event.detail.get("backfill", {}).get("rows")),
        compared=merged(list(compared.values())) if compared else None,
        complement_rows=sum(event.detail.get("complement_rows", 0) for event in ended),
        seeded=sum(event.detail.get("seeded", 0) for event in ended),
        per_table=tuple(
            TableMoved.model_validate(line) for event in ended for line in event.detail.get("per_table", ())
        ),
        silent=span.silent,
        waits=waited([event.detail["waits"] for event in ended if "waits" in event.detail]),
        blocked=blocked,
        blocking=blocking,
    )


def _moved(event: Any) -> Moved:
    rows, seconds = event.detail["backfill"]["rows"], event.detail["backfill"]["seconds"]
    return Moved(
        step=event.step, rows=rows, seconds=seconds, rows_per_second=rows / seconds if seconds else 0.0
    )


def waited(details: Sequence[Mapping[str, Any]]) -> Waits:
    """Several steps' waits as one."""
    every = [Waits.model_validate(each) for each in details]
    longest = max(every, key=lambda each: each.longest, default=Waits())
    return Waits(
        times=sum(each.times for each in every),
        seconds=sum(each.seconds for each in every),
        longest=longest.longest,
        reason=longest.reason,
    )


def _longest(events: Sequence[Any], steps: Mapping[str, PlannedStep]) -> tuple[float | None, str]:
    """How long the longest transaction for which somebody had to wait has held its locks, and what it did
    first. The last event of a transaction says how long it took.
    """
    longest, title = None, ""
    together: list[str] = []
    for event in events:
        if event.kind != ENDED:
            together = []
            continue
        together.append(event.step)
        if "held" not in event.detail:
            continue
        found = [steps[each] for each in together if each in steps]
        blocks = any(each.blocks.endswith("briefly") for step in found for each in step.statements)
        if blocks and (longest is None or event.detail["held"] > longest):
            longest, title = event.detail["held"], together[0]
        together = []
    return longest, title
