"""`status`, `complement show` and `history`: what the journal tells."""

from __future__ import annotations

from typing import Annotated

import typer

from crossfade import commands
from crossfade import console as shown
from crossfade.cli.options import Database, Json
from crossfade.cli.output import tell
from crossfade.config import Config

app = typer.Typer()

complement = typer.Typer(no_args_is_help=True, help="The values that only the new side held at a rollback.")
app.add_typer(complement, name="complement")


@app.command()
def status(*, database: Database = None, json: Json = False) -> None:
    """Where each evolution stands: its state, progress, rate, and who is at work."""
    found = commands.status(Config.nearest().database_url(database))
    tell(found, json, lambda console: shown.show_statuses(console, found))


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
    tell(found, json, lambda console: shown.show_complement(console, found))


@app.command()
def history(
    evolution: Annotated[str | None, typer.Argument(help="Only this evolution's.")] = None,
    *,
    database: Database = None,
    json: Json = False,
) -> None:
    """What has happened, oldest first."""
    found = commands.history(Config.nearest().database_url(database), evolution)
    tell(found, json, lambda console: shown.show_history(console, found))
