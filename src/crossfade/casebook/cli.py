"""The commands `crossfade case NAME` and `crossfade demo`."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markdown import Markdown

from crossfade import commands
from crossfade.casebook import CASES, find
from crossfade.casebook.embedded import demand_place, write
from crossfade.casebook.journey import Journey
from crossfade.casebook.page import print_page
from crossfade.casebook.premises import premises
from crossfade.casebook.screen import watcher
from crossfade.casebook.summary import summarize
from crossfade.casebook.walk import Pace, walk
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossfade.casebook.case import Case
    from crossfade.casebook.engines import Access
    from crossfade.casebook.summary import Summary

__all__ = ["app", "run_case"]

INTRODUCTION = """
{story} In the next minute you see that happen **while both versions run**:

1. the old application works alone, so that there is something to compare with;
2. **start**: both versions are live; each sees the other's writes in its own shape;
3. **rollback**, and **start** again: what only the new version knows comes back;
4. **complete**: the old version has left, its shape goes;
5. **revert** all the same, then **complete** and **purge**, which is the only step that destroys anything.

Every write of one application is read at once by the other; at each stop every row is compared.
"""
DEMO = "chat_templates"  # the shortest of the cases
NEXT = """
**What next**

- `crossfade case {name} --rows 200000 --seconds 60 --json out.json`: the same at scale, with figures.
- The other cases: {others}.
- The evolution you have just seen is {lines} lines: `{evolution}`.
- `crossfade preview EVOLUTION --database URL` shows what yours would do, and changes nothing.
"""

Rows = Annotated[int, typer.Option(min=1, help="Rows of the case's main table.")]
CaseRows = Annotated[
    int | None, typer.Option(min=1, help="Rows of the case's main table; without it, the case's own number.")
]
Database = Annotated[
    str | None,
    typer.Option(help="A database's URL; or 'postgresql' or 'mariadb', an embedded server, as without it."),
]
Seconds = Annotated[
    float, typer.Option(min=0.1, help="Seconds of traffic in all; the commands take what they take.")
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write the summary's figures here ('-': print only them).")
]
Guide = Annotated[
    Path | None,
    typer.Option(
        help="Write the evolution's guide, as it is at the end, to this file: between its markers, if there."
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of the data and of the traffic.")]
Workers = Annotated[int, typer.Option(min=1, max=32, help="Users of each application at a time.")]
Rate = Annotated[float, typer.Option(min=1, help="Operations a second of each application, in all.")]


app = typer.Typer(no_args_is_help=True)


@app.command("case", help=f"Walk through a worked case under live traffic: {', '.join(CASES)}.")
def case_command(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(CASES)}.")],
    *,
    rows: CaseRows = None,
    database: Database = None,
    seconds: Seconds = 60.0,
    json: Json = None,
    guide: Guide = None,
    seed: Seed = 1,
    workers: Workers = 4,
    rate: Rate = 150.0,
) -> None:
    """Walk through a worked case under live traffic; exits 0 only if every promise was held."""
    quiet = json == Path("-")
    console = Console(stderr=quiet)
    pace = Pace(seconds=seconds, workers=workers, rate=rate, seed=seed)
    if guide is not None:
        demand_place(guide)
    with _in_order():
        case = find(name)
        summary = run_case(console, case, database, rows or case.rows, pace, guide)
    if quiet:
        sys.stdout.write(summary.as_json() + "\n")
    elif json:
        json.write_text(summary.as_json() + "\n", encoding="utf-8")
    raise typer.Exit(0 if summary.ok else 1)


@app.command("demo")
def demo_command(*, rows: Rows = 50_000, seconds: Seconds = 30.0) -> None:
    """See a schema change under two live applications, from nothing, in about a minute."""
    console = Console()
    case = find(DEMO)
    console.print(Markdown(INTRODUCTION.format(story=case.story.format(rows=f"{rows:,}"))))
    with _in_order():
        summary = run_case(console, case, None, rows, Pace(seconds=seconds))
    if summary.ok:
        place = Path(__file__).parent / case.name / "evolution.py"
        text = place.read_text(encoding="utf-8")
        others = ", ".join(f"`crossfade case {each}`" for each in CASES if each != case.name)
        lines = len(text[text.index("evolution = ") :].strip().splitlines())
        console.print(Markdown(NEXT.format(name=case.name, others=others, evolution=place, lines=lines)))
    raise typer.Exit(0 if summary.ok else 1)


def run_case(
    console: Console, case: Case, database: str | None, rows: int, pace: Pace, guide: Path | None = None
) -> Summary:
    """Build the case, walk through it, clean up, and print the page; raises CrossfadeError.

    Writes the evolution's guide to a file, where one is given and the walk went to its end.
    """
    with watcher(console) as screen:
        screen.say(f"building {case.name}: {rows:,} rows")
        with premises(
            case, database, rows=rows, seed=pace.seed, say=screen.say, status=commands.status
        ) as place:
            journey = Journey(case.name, place.server, place.rows)
            accesses: dict[Side, Access] = {
                Side.OLD: (place.url, {}),
                Side.NEW: (place.url, dict(place.namespace)),
            }
            walk(case, accesses, journey, commands=commands, watcher=screen, pace=pace)
            if guide is not None and not journey.failure:
                write(commands.guide(case.evolution, place.url), guide)
    summary = summarize(journey)
    print_page(console, journey, summary)
    return summary


@contextmanager
def _in_order() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the block by an exception, so that what was made is taken away."""

    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)  # the exit code that a shell gives a signal

    handlers = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
