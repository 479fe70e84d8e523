"""What a person sees: progress on a terminal or in plain lines, and reports as readable text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from crossfade import reports
from crossfade.names import is_retired
from crossfade.pages import kept, trees
from crossfade.progress import Observer
from crossfade.reports import Event, Kept, Outcome, Status, Verification

_TABLES = 4  # that are named in one line


@contextmanager
def watching(console: Console) -> Iterator[Observer]:
    """An observer for `console`: bars with rate and ETA on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield PlainLines(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(console, progress)


class PlainLines:
    """A line for each step; of long ones, a line each time that another tenth is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tenth = 0

    def began(self, title: str, position: int, total: int) -> None:
        self._tenth = 0
        self._say(f"[{position}/{total}] {title}")

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        tenth = rows * 10 // total if total else 0
        if tenth > self._tenth:
            self._tenth = tenth
            left = (total - rows) / rows_per_second if rows_per_second else 0.0
            self._say(
                f"      {rows:,} of about {total:,} rows, {rows_per_second:,.0f} rows/s, {left:.0f} s left"
            )

    def ended(self, title: str, seconds: float) -> None:
        if seconds >= 1:
            self._say(f"      done in {seconds:.1f} s")

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        self._say(f"      {reason}; trying again in {seconds:.1f} s (attempt {attempt})")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class Bars:
    """A bar for the running step, and a line for each that has ended."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console = console
        self._progress = progress
        self._task = progress.add_task("", total=None, rate="", visible=False)

    def began(self, title: str, position: int, total: int) -> None:
        self._progress.reset(
            self._task,
            description=f"[{position}/{total}] {title}".replace("[", "\\["),
            total=None,
            rate="",
            visible=True,
        )

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self._progress.update(
            self._task, completed=rows, total=total or None, rate=f"{rows_per_second:,.0f} rows/s"
        )

    def ended(self, title: str, seconds: float) -> None:
        self._console.print(Text.assemble(("✓ ", "green"), title, (f"  {seconds:.2f} s", "dim")))
        self._progress.update(self._task, visible=False)

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        self._console.print(
            Text(f"  {reason}; trying again in {seconds:.1f} s (attempt {attempt})", "yellow")
        )


def show_outcome(console: Console, outcome: Outcome) -> None:
    """What a command came to."""
    console.print(
        Text.assemble(
            (outcome.evolution, "bold"),
            " is ",
            (outcome.state, "bold green"),
            f" after {outcome.seconds:.1f} s",
        )
    )
    if outcome.backfill is not None:
        _fact(
            console,
            f"backfilled {outcome.backfill.rows:,} rows at {outcome.backfill.rows_per_second:,.0f} rows/s",
        )
    if outcome.verification is not None:
        _fact(console, f"compared {outcome.verification.rows:,} rows: every one agrees")
    for line in outcome.per_table:
        _fact(console, trees.told(line))
    starting = outcome.command == "start"
    if outcome.complement_rows:
        kept = "brought back" if starting else "kept for the next start"
        _fact(console, f"{outcome.complement_rows:,} values that only the new side holds were {kept}")
    if outcome.seeded:
        _fact(console, f"{outcome.seeded:,} rows seeded")
    if outcome.removed_seeds:
        _fact(console, f"{len(outcome.removed_seeds):,} untouched seed rows taken back")
    if outcome.seeds_kept:
        _fact(console, f"{outcome.seeds_kept:,} seed rows left: the application changed or uses them")
    for note in outcome.notes if starting else ():
        _fact(console, f"note: {note}")


def show_verification(console: Console, found: Verification) -> None:
    """What stands, and what does not; rows compared, and the first mismatches with both values."""
    if found.standing and not found.lacking:
        many = "1 relation" if found.standing == 1 else f"{found.standing} relations"
        console.print(Text.assemble(("✓ ", "green"), f"{many}: keys and indexes stand, and are used"))
    for lack in found.lacking:
        console.print(Text(f"✗ {lack.fact} ({lack.change})", "bold red"))
        console.print(Text(f"  run: {lack.remedy}"), soft_wrap=True)
    if not found.rows and found.standing:
        return
    if not found.rows:
        console.print("nothing to compare: the table is empty, or its changes only add to the new side")
        return
    if not found.mismatches:
        console.print(
            Text.assemble(
                ("✓ ", "green"),
                f"{found.rows:,} rows compared at {found.rows_per_second:,.0f} rows/s: every one agrees",
            )
        )
        return
    console.print(Text(f"✗ {found.mismatches:,} of {found.rows:,} rows disagree", "bold red"))
    table = Table("table", "key", "old side", "new side")
    for each in found.examples:
        table.add_row(each.table, _pairs(each.key), _pairs(each.old), _pairs(each.new))
    console.print(table)


def show_statuses(console: Console, found: Sequence[Status]) -> None:
    """Where each evolution stands."""
    if not found:
        console.print("no evolution has been started on this database", markup=False)
        return
    for each in found:
        console.print(Text.assemble((each.evolution, "bold"), " is ", (each.state, "bold green")))
        for line in _standing(each):
            _fact(console, line)


def _standing(status: Status) -> Iterator[str]:
    yield f"since {status.changed_at:%Y-%m-%d %H:%M:%S %Z}, on {_listed(status.tables)}"
    if status.progress is not None:
        yield _progress(status.progress)
    elif status.step is not None:
        yield f"last step: {status.step}"
    for writes in status.writes:
        sides = f"{writes.old:,} writes of the old side, {writes.new:,} of the new"
        yield f"carried over on {writes.table}: {sides}"
    if status.complement_rows:
        yield f"{status.complement_rows:,} values kept for the next start"
    if status.paused:
        yield "paused: crossfade resume lets it go on"
    elif status.slowed is not None:
        yield f"slowed by {status.slowed}"
    if status.target_seconds is not None:
        yield f"batches are to take {status.target_seconds} s"
    if status.runner is not None:
        yield f"at work: {status.runner}"


def _listed(tables: Sequence[str]) -> str:
    """The tables, but not those that are only names for later; of many, the first."""
    there = [each for each in tables if not is_retired(each.rpartition(".")[2])]
    more = len(there) - _TABLES
    return ", ".join(there[:_TABLES]) + (f" and {more} more" if more > 0 else "")


def _progress(found: reports.Progress) -> str:
    left = "" if found.eta_seconds is None else f", {timedelta(seconds=round(found.eta_seconds))} left"
    rate = f"{found.rows_per_second:,.0f} rows/s"
    return f"{found.step}: {found.rows:,} of about {found.total:,} rows, {rate}{left}"


def show_complement(console: Console, found: Sequence[Kept]) -> None:
    """What rollbacks kept: the row, the change, both values, and whether they came back."""
    if not found:
        console.print("nothing is kept on this database", markup=False)
    for each in found:
        for line in kept.lines(each):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_history(console: Console, events: Sequence[Event]) -> None:
    """A line for each event, oldest first."""
    if not events:
        console.print("nothing has happened on this database", markup=False)
    for each in events:
        at = each.at.strftime("%Y-%m-%d %H:%M:%S")
        line = f"{at}  {each.evolution} #{each.run}  {each.command:<9} {each.kind:<8} {each.step}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _fact(console: Console, line: str) -> None:
    console.print(Text(f"  {line}"), soft_wrap=True)


def _pairs(values: dict[str, str | None]) -> Text:
    return Text(", ".join(f"{key} = {'NULL' if value is None else value}" for key, value in values.items()))
