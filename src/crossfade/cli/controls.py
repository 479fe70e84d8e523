"""`pause`, `resume` and `throttle`: a word to the runner at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from crossfade import commands
from crossfade.cli.options import Database, Hands, Target
from crossfade.config import Config

app = typer.Typer()


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
    hands: Hands = None,
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
