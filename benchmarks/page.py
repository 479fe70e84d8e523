"""What the benchmarks found, as tables: for a terminal, and for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from benchmarks.backfill import BackfillFigures
from benchmarks.comparison import Comparison, Figures
from benchmarks.machine import Machine
from benchmarks.memory import MemoryFigures
from benchmarks.stalls import QUIET_SECONDS, StallFigures
from benchmarks.verification import VerificationFigures
from benchmarks.writes import WriteFigures

HEAD = """\
# Benchmarks

Every figure on this page is of one run of

    {command}

The data is that of the case `chat_templates`, the evolution its own: an enum becomes an open string, two
columns are added, three indexes are built.

Both sides of a comparison are measured in the same run, in alternation, on copies of one database, and
start from a checkpoint. Figures are medians over the rounds. A ratio is the median of the rounds' own
ratios, with the lowest and the highest in brackets: where these lie far apart, the machine was not quiet,
and the ratio says little.

The machine has {cores} cores and {memory} GiB of memory, and runs {server}, Python {python} and Crossfade
{crossfade}. The applications reach the server over a local socket. The settings that matter here:

{settings}

No commit waits for a disk, on either side. On a server whose commits do, what Crossfade adds to a write is
the same time, and a smaller part of it.
"""


class Results(Figures):
    """One run of all benchmarks."""

    command: str
    machine: Machine
    backfill: tuple[BackfillFigures, ...]
    writes: tuple[WriteFigures, ...]
    verification: tuple[VerificationFigures, ...]
    stalls: tuple[StallFigures, ...]
    memory: tuple[MemoryFigures, ...]


@dataclass(frozen=True)
class Section:
    """A table, and the words that it needs. The first column is text, the others are figures."""

    title: str
    text: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]

    def for_terminal(self) -> Table:
        """The table, for Rich."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        for line in self.lines:
            table.add_row(*line)
        return table

    def as_markdown(self) -> str:
        """The section of the page."""
        rule = ("---", *("---:" for _ in self.columns[1:]))
        table = "\n".join(f"| {' | '.join(line)} |" for line in (self.columns, rule, *self.lines))
        return f"## {self.title}\n\n{self.text}\n\n{table}\n"


def markdown(results: Results) -> str:
    """The whole of docs/benchmarks.md."""
    machine = results.machine
    settings = "\n".join(f"    {name} = {value}" for name, value in machine.settings.items())
    head = HEAD.format(command=results.command, **machine.model_dump(exclude={"settings"}), settings=settings)
    return "\n".join([head, *(section.as_markdown() for section in sections(results))])


def sections(results: Results) -> Iterator[Section]:
    """Every table, in the order of the page."""
    yield Section(
        "Backfill",
        "Rows per second of the whole backfill step of `start` (batches, watermarks, lease, commits),\n"
        "against a single `UPDATE` by hand with its commit. Both begin on the database on which `start`\n"
        "was stopped before its first batch, and fire no triggers. More than 1 is faster than by hand. The\n"
        "backfill of 10,000 rows and more is written over two connections, one UPDATE over one.",
        ("rows", "one UPDATE, rows/s", "backfill, rows/s", "ratio", "as `start` reports it, rows/s"),
        tuple(
            (f"{each.rows:,}", *_rates(each.rows_per_second), _rate(each.reported))
            for each in results.backfill
        ),
    )
    yield Section(
        "Writes while both versions are live",
        "Milliseconds that an application waits for a statement and its commit, on a table of\n"
        f"{results.writes[0].rows:,} rows, against the same statement before `start`. *Columns and indexes*\n"
        "is a table with what the evolution adds, but without Crossfade's triggers: the part that any way\n"
        "of making this change costs. Less is better.",
        ("statement", "before, ms", "columns and indexes, ms", "old application, ms", "new application, ms"),
        tuple(
            (each.write, f"{each.old.baseline:,.3f}", *map(_latency, (each.structure, each.old, each.new)))
            for each in results.writes
        ),
    )
    yield Section(
        "Verification",
        "Rows per second that `verify` compares on both sides, range by range, against one query over the\n"
        "whole table that does the same, which PostgreSQL may spread over several processes. More than 1 is\n"
        "faster than by hand. The last column is the comparison that `start` makes itself, right after its\n"
        "backfill: it passes over the dead versions of the rows that a vacuum has not yet removed.",
        ("rows", "one query, rows/s", "verify, rows/s", "ratio", "within start, rows/s"),
        tuple(
            (f"{each.rows:,}", *_rates(each.rows_per_second), _rate(filled.verified))
            for each, filled in zip(results.verification, results.backfill, strict=True)
        ),
    )
    first = results.stalls[0]
    yield Section(
        "The longest stall",
        f"Milliseconds that the old application waits, on {first.rows:,} rows, in {first.rounds} rounds. It "
        "reads a row,\nwrites a row, reads the next, without a pause: alone for "
        f"{QUIET_SECONDS:g} seconds (*none*), and while a command\nruns in another process. *Usual* is the "
        "median of all statements, *longest of a round* the median\nover the rounds; the step is the one "
        "during which the longest of all began.",
        ("command", "number", "usual", "longest of a round", "longest read", "longest write", "step"),
        tuple(
            (
                each.command,
                f"{each.statements:,}",
                *(f"{it:,.2f}" for it in (each.usual, each.typical, each.longest_read, each.longest_write)),
                each.step,
            )
            for each in results.stalls
        ),
    )
    yield Section(
        "Memory of the runner",
        "Peak resident memory of `crossfade start`, in MiB, against `crossfade status` on the same\n"
        "database, which loads the same code.",
        ("rows", "status, MiB", "start, MiB"),
        tuple((f"{each.rows:,}", f"{each.status:,.0f}", f"{each.start:,.0f}") for each in results.memory),
    )


def _rates(figures: Comparison) -> tuple[str, str, str]:
    return _rate(figures.baseline), _rate(figures.measured), _ratio(figures)


def _rate(per_second: float) -> str:
    return f"{round(per_second, -3):,.0f}" if per_second >= 10_000 else f"{per_second:,.0f}"


def _latency(figures: Comparison) -> str:
    return f"{figures.measured:,.3f}, {_ratio(figures)}"


def _ratio(figures: Comparison) -> str:
    return f"{figures.ratio:.2f} x ({figures.lowest:.2f} to {figures.highest:.2f})"
