"""The application, put together from its commands and those of other floors, and the console script."""

from __future__ import annotations

import json as json_
import sys
import traceback
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from crossfade.cli import accounts, controls, documents, walks
from crossfade.errors import CrossfadeError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Change the schema of a live database while the old and the new application keep running.",
)


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


def application() -> typer.Typer:
    """The command line with what other floors add to it (entry points of the group crossfade.cli)."""
    for addition in (documents.app, walks.app, controls.app, accounts.app, *_of_other_floors()):
        known = {command.callback for command in app.registered_commands}
        app.registered_commands += [
            each for each in addition.registered_commands if each.callback not in known
        ]
        groups = {each.name for each in app.registered_groups}
        app.registered_groups += [each for each in addition.registered_groups if each.name not in groups]
    return app


def _of_other_floors() -> Iterator[typer.Typer]:
    for entry in sorted(entry_points(group="crossfade.cli"), key=lambda each: each.name):
        try:
            yield entry.load()
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("crossfade"):
                raise
            # Else its extra is not installed.


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
