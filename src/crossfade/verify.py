"""Verification: both sides of every row compared by the lens's law, range by range, each in a snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from sqlalchemy import Connection

from crossfade.errors import VerificationFailed
from crossfade.pace import Pace
from crossfade.ranges import boundary, limits, one
from crossfade.reports import Mismatch, Verification
from crossfade.script import Line
from crossfade.session import Session, execute
from crossfade.spans import Key
from crossfade.steps import Compare, CompareTree, Role

EXAMPLES = 20

T = TypeVar("T")


def compare(session: Session, line: Line) -> Verification:
    """Compare every row of a step's table; nothing is written.

    Each range is read in one snapshot, so that no half of a write is seen. It is repeatable, and
    runs under traffic.
    """
    step = cast("Compare | CompareTree", line.step)  # no other step has this mode
    started = time.monotonic()
    pace = Pace(size=5_000, target=0.25, most=100_000)
    (first,), (last,) = line.of_role(Role.FIRST), line.of_role(Role.LAST)
    lo = _read(session, line, lambda connection: one(connection, first))
    hi = _read(session, line, lambda connection: one(connection, last))
    rows = mismatches = 0
    examples: list[Mismatch] = []
    while lo is not None and hi is not None:
        began = time.monotonic()
        batch = partial(_range, line, step, lo, hi, pace.size, EXAMPLES - len(examples))
        lo, count, wrong, found = _read(session, line, batch)
        rows += count
        mismatches += wrong
        examples += found
        pace.learn(time.monotonic() - began)
        total = max(step.estimate, rows) if step.estimate else 0  # 0: a table that was never analyzed
        session.observer.advanced(rows, total, rows / max(time.monotonic() - started, 1e-9))
    seconds = time.monotonic() - started
    return Verification(
        rows=rows,
        seconds=seconds,
        rows_per_second=rows / max(seconds, 1e-9),
        mismatches=mismatches,
        examples=tuple(examples),
    )


def merged(verifications: list[Verification]) -> Verification:
    """Several tables' verifications as one."""
    rows = sum(each.rows for each in verifications)
    seconds = sum(each.seconds for each in verifications)
    return Verification(
        rows=rows,
        seconds=seconds,
        rows_per_second=rows / seconds if seconds else 0.0,
        mismatches=sum(each.mismatches for each in verifications),
        examples=tuple(example for each in verifications for example in each.examples),
    )


def demand(verification: Verification, place: str) -> None:
    """Raises VerificationFailed, with the first mismatches by key, unless every row agreed."""
    if not verification.mismatches:
        return
    lines = [
        f"    {each.table} {_shown(each.key)}: old {_shown(each.old)}, new {_shown(each.new)}"
        for each in verification.examples
    ]
    if verification.mismatches > len(lines):
        lines.append(f"    and {verification.mismatches - len(lines)} more")
    raise VerificationFailed(
        f"{verification.mismatches} of {verification.rows} rows disagree\n" + "\n".join(lines),
        place=place,
        remedy="find what wrote them past the sync, mend these rows, and verify again; or rollback",
    )


def _read(session: Session, line: Line, work: Callable[[Connection], T]) -> T:
    def reading(connection: Connection) -> T:
        for statement in line.of_role(Role.SETTING):
            execute(connection, statement)
        return work(connection)

    return session.attempt(line.step.title, reading, guarded=False)


def _range(
    line: Line,
    step: Compare | CompareTree,
    lo: Key,
    last: Key,
    size: int,
    wanted: int,
    connection: Connection,
) -> tuple[Key | None, int, int, list[Mismatch]]:
    hi, following = boundary(connection, line, lo, last, size)
    values = limits(lo, hi)
    (work,), (sample,) = line.of_role(Role.WORK), line.of_role(Role.SAMPLE)
    rows, wrong = tuple(execute(connection, work, values).one())
    found = execute(connection, sample, {**values, "batch": wanted}) if wrong and wanted > 0 else ()
    examples = [step.mismatch([None if value is None else str(value) for value in row]) for row in found]
    return following, int(rows), int(wrong), examples


def _shown(values: dict[str, str | None]) -> str:
    return ", ".join(f"{name} = {'NULL' if value is None else repr(value)}" for name, value in values.items())
