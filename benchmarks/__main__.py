"""Runs the benchmarks of one table and prints what they found: `python -m benchmarks --help`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import backfill, memory, stalls, verification, writes
from benchmarks.machine import describe
from benchmarks.page import Results, markdown, sections
from benchmarks.stage import SETTINGS, Stage
from crossfade.errors import CrossfadeError
from crossfade.testing import embedded_postgresql

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
SIZES = "10000,100000,1000000"
LEAST = 5_000  # fewer rows give the single statements too few to write to


def sizes(given: str) -> tuple[int, ...]:
    """The sizes that `--rows` names, smallest first. Raises BadParameter for what is no such list."""
    try:
        found = tuple(sorted({int(each) for each in given.split(",")}))
    except ValueError as error:
        raise typer.BadParameter("give numbers, separated by commas", param_hint="--rows") from error
    if found[0] < LEAST:
        raise typer.BadParameter(f"{LEAST:,} rows are the least", param_hint="--rows")
    return found


def command(rows: str, server: str | None) -> str:
    """The command that makes the page with these figures."""
    options = [f"--rows {rows}"] * (rows != SIZES) + [f"--server {server}"] * (server is not None)
    return f'make bench ARGS="{" ".join([*options, "--write-docs"])}"'


def run(stage: Stage, rows: tuple[int, ...], made_by: str) -> Results:
    """All of them: by size where size matters, the others on the size in the middle."""
    middle = rows[len(rows) // 2]
    written = writes.measure(stage, middle)
    stalled = stalls.measure(stage, middle)
    filled, verified, remembered = [], [], []
    for each in rows:
        filled.append(backfill.measure(stage, each))
        verified.append(verification.measure(stage, each))
        remembered.append(memory.measure(stage, each))
        stage.forget(each)
    return Results(
        command=made_by,
        machine=describe(stage),
        backfill=tuple(filled),
        writes=written,
        verification=tuple(verified),
        stalls=stalled,
        memory=tuple(remembered),
    )


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    rows: Annotated[str, typer.Option(help="Sizes of the table, separated by commas.")] = SIZES,
    server: Annotated[
        str | None, typer.Option(help="Major version of PostgreSQL; without it, the newest there is.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
    write_docs: Annotated[bool, typer.Option("--write-docs", help="Write docs/benchmarks.md anew.")] = False,
) -> None:
    """Measure what Crossfade costs, on a private PostgreSQL server that is gone afterwards."""
    chosen = sizes(rows)
    console = Console()
    began = time.monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.0f} s[/]  {what}", highlight=False)

    try:
        with embedded_postgresql(server, settings=SETTINGS) as postgresql:
            results = run(Stage(postgresql, say), chosen, command(rows, server))
    except CrossfadeError as error:
        console.print(str(error), markup=False)
        raise typer.Exit(error.exit_code) from error
    say("done")
    for section in sections(results):
        console.print()
        console.print(section.for_terminal())
    if json:
        json.write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if write_docs:
        PAGE.write_text(markdown(results), encoding="utf-8")
        console.print(f"\nwrote docs/{PAGE.name}")


if __name__ == "__main__":
    app()
