"""The guide: the document of an evolution after the fact. Every tick of its checklist is a measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from crossfade.document import Document, Guide, Query, Tick, Walked
from crossfade.measured import walks
from crossfade.phases import Command, State
from crossfade.reports import Writes
from crossfade.steps import Mode


def guide(
    document: Document,
    events: Sequence[Any],
    writes: tuple[Writes, ...],
    queries: Sequence[tuple[str, str]],
    made_at: datetime,
) -> Guide:
    """`document` with what the journal's `events` of its evolution say."""
    steps = {str(command): getattr(document, command) for command in Command}
    steps[Command.PURGE] = (*document.purge, *document.rollback)  # of either side
    walked = walks(events, steps)
    return Guide(
        **{name: getattr(document, name) for name in Document.model_fields},
        made_at=made_at,
        walks=walked,
        writes=writes,
        queries=tuple(Query(title=title, sql=sql) for title, sql in queries),
        checklist=tuple(_checklist(document, walked, writes)),
    )


def _checklist(document: Document, walked: Sequence[Walked], writes: Sequence[Writes]) -> Iterator[Tick]:
    state, name = document.state, document.evolution
    started = _last(walked, Command.START, State.LIVE)
    live = _last(walked, Command.REVERT, State.LIVE) or started
    over = {State.COMPLETED, State.PURGING, State.PURGED}
    gone = state in {State.ROLLED_BACK, State.ROLLING_BACK, State.CLEARING}
    yield _tick(
        "Both versions are live",
        started if not gone else None,
        f"crossfade start {name}",
        _moved(started) if started else "",
    )
    compared = next((each for each in reversed(walked) if each.compared and not gone), None)
    compares = any(step.mode == Mode.COMPARE for step in document.start)
    yield _compared(compared, name, compares=compares)
    new = sum(each.new for each in writes)
    if state == State.LIVE:
        yield Tick(
            text="The new version is in use",
            done=new > 0,
            measured=f"{_counted(new, 'write')} of the new version carried over to the old one"
            if writes
            else "it can't be told: nothing of these tables is carried over",
        )
    complete = _last(walked, Command.COMPLETE, State.COMPLETED) if state in over else None
    yield _silent(complete, sum(each.old for each in writes), name, document.state)
    yield _tick("The old version is retired", complete, f"crossfade complete {name}", _blocked(complete))
    purged = _last(walked, Command.PURGE, State.PURGED) if state == State.PURGED else None
    yield _tick("What was retired is dropped", purged, f"crossfade purge {name} --after 14d", "")
    cleared = _cleared(walked)
    if gone and cleared is not None:
        yield _tick("It is rolled back, and nothing is kept for a next start", cleared, "", "")
    elif gone:
        back = _last(walked, Command.ROLLBACK, State.ROLLED_BACK)
        kept = _counted(back.complement_rows, "value") if back else ""
        yield _tick(
            "It is rolled back", back, f"crossfade rollback {name}", f"{kept} kept for the next start"
        )
    elif state == State.LIVE and live is not started and live is not None:
        yield _tick("It was reverted: both versions are live again", live, "", _moved(live))


def _last(walked: Sequence[Walked], command: Command, state: State) -> Walked | None:
    found = [each for each in walked if each.command == command and each.ended == state]
    return found[-1] if found else None


def _cleared(walked: Sequence[Walked]) -> Walked | None:
    """The purge by which what was kept of the new side was forgotten, where it was the last that was done."""
    last = walked[-1] if walked else None
    return last if last and (last.command, last.ended) == (Command.PURGE, State.ROLLED_BACK) else None


def _tick(text: str, walked: Walked | None, following: str, measured: str) -> Tick:
    if walked is None:
        return Tick(text=text, done=False, measured=f"not yet: {following}")
    told = f"{_when(walked.at + timedelta(seconds=walked.seconds))}, after {_span(walked.seconds)}"
    return Tick(text=text, done=True, measured=f"{told}; {measured}" if measured else told)


def _compared(walked: Walked | None, name: str, *, compares: bool) -> Tick:
    text = "Every row was compared, and both sides agree"
    if not compares:
        return Tick(text=text, done=True, measured="nothing is to be compared: no value is made of another")
    if walked is None or walked.compared is None:
        return Tick(text=text, done=False, measured=f"not yet: crossfade verify {name}")
    found = walked.compared
    measured = (
        f"{_counted(found.rows, 'row')} compared in {_span(found.seconds)} by {walked.command}, "
        f"{found.mismatches:,} of them disagreed; {_when(walked.at + timedelta(seconds=walked.seconds))}"
    )
    return Tick(text=text, done=found.mismatches == 0 and found.rows > 0, measured=measured)


def _silent(complete: Walked | None, old: int, name: str, state: str) -> Tick:
    text = "The old version had fallen silent"
    if complete is not None and complete.silent is not None:
        return Tick(
            text=text, done=True, measured=f"no write for {_span(complete.silent)} before complete began"
        )
    if complete is not None:
        return Tick(text=text, done=False, measured="not measured: complete was called without --quiet-for")
    so_far = f"{_counted(old, 'write')} of the old version so far; " if state == State.LIVE else ""
    measured = f"{so_far}crossfade complete {name} --quiet-for 1h waits for it"
    return Tick(text=text, done=False, measured=measured)


def _moved(walked: Walked) -> str:
    rows, seconds = sum(each.rows for each in walked.moved), sum(each.seconds for each in walked.moved)
    rate = f" at {rows / seconds:,.0f} rows/s" if seconds else ""
    return f"{_counted(rows, 'row')} filled{rate}"


def _blocked(walked: Walked | None) -> str:
    if walked is None or walked.blocked is None:
        return ""
    return f"it held others up for {_span(walked.blocked)} at the longest"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
