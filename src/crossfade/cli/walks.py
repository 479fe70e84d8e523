"""The commands that walk an evolution's steps, or compare its rows, and show how far they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from crossfade import commands
from crossfade import console as shown
from crossfade.cli.options import Database, Hands, Json, Target
from crossfade.cli.output import observed, tell
from crossfade.config import Config, span
from crossfade.errors import VerificationFailed
from crossfade.progress import Observer
from crossfade.reports import Outcome

ALLOW_COPY = (
    "MariaDB, MySQL: where the server can't do without, it may copy a table or keep its writers waiting; "
    "in the commands after this one as well."
)

app = typer.Typer()


@app.command()
def start(
    evolution: Target = None,
    *,
    database: Database = None,
    hands: Hands = None,
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
    found = observed(
        lambda observer: commands.verify(target, config.database_url(database), observer=observer), json=json
    )
    tell(found, json, lambda console: shown.show_verification(console, found))
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


def _walk(command: Callable[[Observer], Outcome], *, json: bool) -> None:
    found = observed(command, json=json)
    tell(found, json, lambda console: shown.show_outcome(console, found))
