"""`preview` and `guide`: documents, in the form that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossfade import commands
from crossfade.cli.options import Database, Json, Target
from crossfade.config import Config
from crossfade.errors import UsageError
from crossfade.pages import FORMATS, put

Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="How it is written; else as the output file's name ends.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to this file.", show_default=False)
]
Counts = Annotated[
    bool, typer.Option("--counts/--no-counts", help="Read the tables, to count the rows of each value.")
]

app = typer.Typer()


@app.command()
def preview(
    evolution: Target = None,
    *,
    database: Database = None,
    written: Format = None,
    output: Output = None,
    json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every statement of the other commands too.")
    ] = False,
    counts: Counts = True,
    allow_copy: Annotated[bool, typer.Option("--allow-copy", help="As `start` would be told.")] = False,
) -> None:
    """Show the plan: every statement, its lock, the rows it touches. Changes nothing."""
    form, config = _format(written, json=json), Config.nearest()
    target, url = config.evolution(evolution), config.database_url(database)
    found = commands.preview(target, url, counts=counts, allow_copy=allow_copy)
    put(found, form, output, everything=everything)


@app.command()
def guide(
    evolution: Target = None,
    *,
    database: Database = None,
    written: Format = None,
    output: Output = None,
    json: Json = False,
    counts: Counts = True,
) -> None:
    """Tell what was measured, what to ask when something is odd, and what is left to do. Changes nothing."""
    form, config = _format(written, json=json), Config.nearest()
    found = commands.guide(config.started(evolution), config.database_url(database), counts=counts)
    put(found, form, output, everything=False)


def _format(written: str | None, *, json: bool) -> str | None:
    if json and written not in {None, "json"}:
        raise UsageError(f"--json and --format {written} are two formats", place="--json")
    return "json" if json else written
