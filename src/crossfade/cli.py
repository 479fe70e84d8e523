"""The command line: every command of `commands`, printed for a person or as JSON.

Exit codes: 0 done; 1 a promise was not held; 2 the call makes no sense; 3 refused, nothing was
changed; 4 rows disagree; 5 a lock or the lease was not to be had; 6 the database failed.
"""

from __future__ import annotations

import json as json_
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crossfade import commands
from crossfade import console as shown
from crossfade.config import URL_VARIABLE, Config, span
from crossfade.errors import CrossfadeError, UsageError, VerificationFailed
from crossfade.pages import FORMATS, put
from crossfade.progress import Observer, Silent
from crossfade.reports import Outcome, Report

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="EVOLUTION", help="Its name, or its file; may be left out where there is only one."
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        help=f"The database's URL; else {URL_VARIABLE}, else [tool.crossfade] database.", show_default=False
    ),
]
ALLOW_COPY = (
    "MariaDB, MySQL: where the server can't do without, it may copy a table or keep its writers waiting; "
    "in the commands after this one as well."
)
HANDS = "Connections that write the batches of a large table at once (2, unless something is said)."
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]

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

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Change the schema of a live database while the old and the new application keep running.",
)

complement = typer.Typer(no_args_is_help=True, help="The values that only the new side held at a rollback.")
app.add_typer(complement, name="complement")


@app.callback()
def options(
    context: typer.Context,
    *,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error too.")] = False,
) -> None:
    """Change the schema of a live database while the old and the new application keep running."""
    context.obj = debug
    if show_version:
        typer.echo(version("crossfade"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


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


@app.command()
def start(
    evolution: Target = None,
    *,
    database: Database = None,
    hands: Annotated[int | None, typer.Option(min=1, max=16, help=HANDS)] = None,
    allow_copy: Annotated[bool, typer.Option("--allow-copy", help=ALLOW_COPY)] = False,
    json: Json = False,
) -> None:
    """Expand, backfill and verify: both versions are then live. Run again, it resumes."""
    config = Config.nearest()
    target = config.evolution(evolution)
    _walk(
        lambda observer: commands.start(
            target,
            config.database_url(database),
            hands=hands,
            allow_copy=allow_copy,
            observer=observer,
        ),
        json=json,
    )


@app.command()
def verify(evolution: Target = None, *, database: Database = None, json: Json = False) -> None:
    """Compare both sides of every row, now, and see that keys and indexes stand. Changes nothing."""
    config = Config.nearest()
    target = config.started(evolution)
    found = _observed(
        lambda observer: commands.verify(target, config.database_url(database), observer=observer), json=json
    )
    _print(found, json, lambda console: shown.show_verification(console, found))
    if found.mismatches or found.lacking:
        raise typer.Exit(VerificationFailed.exit_code)


@app.command()
def rollback(evolution: Target = None, *, database: Database = None, json: Json = False) -> None:
    """Take the new side away; what the old side can't hold is kept for the next start."""
    config = Config.nearest()
    target = config.started(evolution)
    _walk(
        lambda observer: commands.rollback(target, config.database_url(database), observer=observer),
        json=json,
    )


@app.command()
def complete(
    evolution: Target = None,
    *,
    database: Database = None,
    quiet_for: Annotated[
        str, typer.Option(help="Wait until the old side has written nothing for so long: 90s, 15m, 1h.")
    ] = "0s",
    json: Json = False,
) -> None:
    """Verify every row, stop the sync, retire the old side by renaming it away."""
    config = Config.nearest()
    target = config.started(evolution)
    quiet = span(quiet_for)
    _walk(
        lambda observer: commands.complete(
            target, config.database_url(database), quiet_for=quiet, observer=observer
        ),
        json=json,
    )


@app.command()
def revert(evolution: Target = None, *, database: Database = None, json: Json = False) -> None:
    """Bring the old side of a completed evolution back: both versions are live again."""
    config = Config.nearest()
    target = config.started(evolution)
    _walk(
        lambda observer: commands.revert(target, config.database_url(database), observer=observer), json=json
    )


@app.command()
def purge(
    evolution: Target = None,
    *,
    database: Database = None,
    after: Annotated[
        str,
        typer.Option(
            help="Refuse unless it was completed, reverted or rolled back so long ago: 90s, 15m, 1h, 14d, 2w."
        ),
    ] = "0s",
    json: Json = False,
) -> None:
    """Drop what complete retired; after a revert the new side; after a rollback what that has kept.

    The only command, beside rollback, that destroys anything.
    """
    config = Config.nearest()
    target = config.started(evolution)
    least = span(after)
    _walk(
        lambda observer: commands.purge(
            target, config.database_url(database), after=least, observer=observer
        ),
        json=json,
    )


@app.command()
def pause(evolution: Target = None, *, database: Database = None) -> None:
    """Let the runner at work wait before its next batch, until resume."""
    config = Config.nearest()
    commands.pause(config.started(evolution), config.database_url(database))
    typer.echo("it waits before its next batch; crossfade resume lets it go on")


@app.command()
def resume(evolution: Target = None, *, database: Database = None) -> None:
    """Let a paused runner go on."""
    config = Config.nearest()
    commands.resume(config.started(evolution), config.database_url(database))
    typer.echo("it goes on")


@app.command()
def throttle(
    evolution: Target = None,
    *,
    target: Annotated[
        float | None, typer.Option(min=0.001, max=60, help="Seconds that a batch is to take.")
    ] = None,
    hands: Annotated[int | None, typer.Option(min=1, max=16, help=HANDS)] = None,
    database: Database = None,
) -> None:
    """Change how long the batches of the runner at work take, and how many are written at once."""
    if target is None and hands is None:
        raise typer.BadParameter("give --target, --hands or both")
    config = Config.nearest()
    commands.throttle(
        config.started(evolution),
        config.database_url(database),
        target=None if target is None else timedelta(seconds=target),
        hands=hands,
    )
    if target is not None:
        typer.echo(f"batches are to take {target} s from now on")
    if hands is not None:
        typer.echo(f"{hands} are written at once: fewer from the next batch on, more from the next table on")


@app.command()
def status(*, database: Database = None, json: Json = False) -> None:
    """Where each evolution stands: its state, progress, rate, and who is at work."""
    found = commands.status(Config.nearest().database_url(database))
    _print(found, json, lambda console: shown.show_statuses(console, found))


@complement.command("show")
def complement_show(
    evolution: Annotated[str | None, typer.Argument(help="Only this evolution's.")] = None,
    *,
    database: Database = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of them at most.")] = 100,
    json: Json = False,
) -> None:
    """What rollbacks kept because the old side can't hold it, the latest first."""
    found = commands.complement(Config.nearest().database_url(database), evolution, limit=limit)
    _print(found, json, lambda console: shown.show_complement(console, found))


@app.command()
def history(
    evolution: Annotated[str | None, typer.Argument(help="Only this evolution's.")] = None,
    *,
    database: Database = None,
    json: Json = False,
) -> None:
    """What has happened, oldest first."""
    found = commands.history(Config.nearest().database_url(database), evolution)
    _print(found, json, lambda console: shown.show_history(console, found))


def application() -> typer.Typer:
    """The command line with what other floors add to it (entry points of the group crossfade.cli)."""
    for entry in sorted(entry_points(group="crossfade.cli"), key=lambda each: each.name):
        try:
            addition = entry.load()
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("crossfade"):
                raise
            continue  # its extra is not installed
        known = {command.callback for command in app.registered_commands}
        app.registered_commands += [
            each for each in addition.registered_commands if each.callback not in known
        ]
        groups = {each.name for each in app.registered_groups}
        app.registered_groups += [each for each in addition.registered_groups if each.name not in groups]
    return app


def main() -> None:
    """The console script: errors are told, not traced."""
    try:
        application()()
    except CrossfadeError as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        if "--json" in sys.argv:
            told = {
                "error": type(error).__name__,
                "fact": error.fact,
                "where": error.place,
                "next": error.remedy,
            }
            sys.stdout.write(json_.dumps(told) + "\n")
        else:
            Console(stderr=True).print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)
        sys.exit(error.exit_code)


def _format(written: str | None, *, json: bool) -> str | None:
    if json and written not in {None, "json"}:
        raise UsageError(f"--json and --format {written} are two formats", place="--json")
    return "json" if json else written


def _walk(command: Callable[[Observer], Outcome], *, json: bool) -> None:
    found = _observed(command, json=json)
    _print(found, json, lambda console: shown.show_outcome(console, found))


def _observed(command: Callable[[Observer], Any], *, json: bool) -> Any:
    if json:
        return command(Silent())
    with shown.watching(Console()) as observer:
        return command(observer)


def _print(found: Report | tuple[Report, ...], json: bool, show: Callable[[Console], None]) -> None:
    if not json:
        show(Console())
        return
    plain = (
        [each.model_dump(mode="json") for each in found]
        if isinstance(found, tuple)
        else found.model_dump(mode="json")
    )
    sys.stdout.write(json_.dumps(plain, ensure_ascii=False, indent=2) + "\n")
