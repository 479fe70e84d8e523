"""The summary as a page for people: stages, traffic before and during, promises and their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crossfade.casebook.stages import BEFORE, DURING, running
from crossfade.casebook.summary import promises
from crossfade.casebook.words import Side
from crossfade.pages.trees import told

if TYPE_CHECKING:
    from rich.console import Console

    from crossfade.casebook.journey import Journey
    from crossfade.casebook.latency import Figures
    from crossfade.casebook.summary import Summary

__all__ = ["print_page"]

FAILURES_SHOWN = 20
LEFT_OUT = (
    "dumps of one side are compared row by row. Only rows that the traffic wrote in between are left out, by "
    "key: the oracle checks those, on both sides, at every stop."
)


def print_page(console: Console, journey: Journey, summary: Summary) -> None:
    """Print the page; what failed comes last, by key, with both values."""
    rows = ", ".join(f"{count:,} rows in {table}" for table, count in summary.rows.items())
    console.print()
    console.print(Text.assemble((summary.case, "bold"), f" on {summary.database}: {rows}"))
    console.print(_stages(journey))
    if summary.per_table:
        console.print(Text("What became of the tables", "bold"))
        for moved in summary.per_table:
            console.print(Text(f"  {told(moved)}"))
        console.print()
    console.print(_traffic(journey))
    console.print(_promises(journey))
    for remark in (LEFT_OUT, *journey.remarks):
        console.print(Text(f"Note: {remark}", "dim"))
    if summary.ok:
        console.print(Panel.fit(Text("Every promise was held.", "bold green"), border_style="green"))
        return
    console.print(Panel.fit(Text("Not every promise was held.", "bold red"), border_style="red"))
    found = summary.failures or ()
    for line in found[:FAILURES_SHOWN]:
        console.print(Text(f"  {line}", "red"))
    if len(found) > FAILURES_SHOWN:
        console.print(Text(f"  … and {len(found) - FAILURES_SHOWN} more (all are in --json)", "red"))


def _table(title: str, first: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _stages(journey: Journey) -> Table:
    table = _table("What happened", "stage", "command", "in all", "what it did")
    table.columns[0].no_wrap = True
    table.columns[-1].justify = "left"
    for passed in journey.passed:
        command = f"{passed.command_seconds:.2f} s" if passed.command_seconds else ""
        table.add_row(passed.title, command, f"{passed.seconds:.1f} s", _did(journey, passed.name))
    return table


def _did(journey: Journey, stage: str) -> str:
    """What the stage's command reported, in a few words."""
    words: list[str] = []
    verification = journey.verifications.get(stage)
    if verification:
        words.append(f"{verification.rows:,} rows compared, {verification.mismatches} mismatches")
    outcome = journey.outcomes.get(stage)
    if outcome:
        if outcome.backfill:
            filled = outcome.backfill
            words.append(f"{filled.rows:,} rows filled, {filled.rows_per_second:,.0f} rows/s")
        if outcome.complement_rows:
            verb = "kept" if outcome.command == "rollback" else "brought back"
            words.append(f"new-only values of {outcome.complement_rows:,} rows {verb}")
        if outcome.seeded:
            words.append(f"{outcome.seeded} rows seeded")
        if outcome.removed_seeds or outcome.seeds_kept:
            words.append(f"{len(outcome.removed_seeds)} seeds taken away, {outcome.seeds_kept} in use left")
    return "; ".join(words)


def _traffic(journey: Journey) -> Table:
    headings = ("operations", "p50 ms", "p99 ms", "longest ms")
    table = _table("What the applications noticed", "application", *headings)
    before, during = journey.compared(BEFORE, DURING, Side.OLD)
    _row(table, "old, before the evolution", before)
    _row(table, "old, since then", during)
    for command in ("start", "rollback"):
        _row(table, f"old, while {command} ran", journey.figures(running(command), Side.OLD))
    beside = frozenset(stage.name for stage in journey.stages if len(stage.running) > 1)
    _row(table, "new, beside the old one", journey.figures(beside, Side.NEW))
    for command in ("complete", "revert", "purge"):
        _row(table, f"new, while {command} ran", journey.figures(running(command), Side.NEW))
    _row(table, "new, alone", journey.figures(frozenset({"after", "end"}), Side.NEW))
    return table


def _row(table: Table, name: str, figures: Figures) -> None:
    values = (figures.p50, figures.p99, figures.longest)
    table.add_row(name, f"{figures.count:,}", *(f"{value:.2f}" for value in values))


def _promises(journey: Journey) -> Table:
    table = _table("What was promised", "", "promise", "measured")
    table.columns[1].justify = table.columns[2].justify = "left"
    table.columns[2].min_width = 24  # no word of a figure is cut, however narrow the terminal
    for promise in promises(journey):
        tick = Text("✓", "green") if promise.held else Text("✗", "bold red")
        table.add_row(tick, promise.text, promise.figure)
    return table
