"""`crossfade alembic revision`: the revisions that carry an evolution out, in a project that has Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import alembic.config
import typer
from alembic.script import ScriptDirectory
from alembic.util import CommandError, rev_id

from crossfade.config import Config
from crossfade.errors import UsageError

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="An evolution in a project that has Alembic.")
app.add_typer(group, name="alembic")


@group.callback()
def _() -> None:
    """Keeps `revision` a command of its own."""


@group.command()
def revision(
    evolution: Annotated[
        str | None,
        typer.Argument(metavar="EVOLUTION", help="Its name; needed where there are several."),
    ] = None,
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="Alembic's ini file.")] = Path("alembic.ini"),
    head: Annotated[str, typer.Option(help="The revision, or the branch, that comes before.")] = "head",
    at_once: Annotated[
        bool, typer.Option("--at-once", help="One revision that starts and completes, instead of two.")
    ] = False,
) -> None:
    """Write two revisions: one that starts an evolution, and one, for a later deploy, that completes it."""
    found = Config.nearest().evolution(evolution)
    if not config.is_file():
        raise UsageError(f"there is no {config}", place="--config", remedy="give the path of alembic.ini")
    scripts = ScriptDirectory.from_config(alembic.config.Config(str(config)))
    name = repr(found.name)
    pieces = [(f"complete {found.name}", f"op.evolve({name})", f"op.devolve({name}, to='live')")]
    if at_once:
        pieces = [(f"evolve {found.name}", f"op.evolve({name})", f"op.devolve({name})")]
    else:
        pieces.insert(0, (f"start {found.name}", f"op.evolve({name}, to='live')", f"op.devolve({name})"))
    for message, upgrade, downgrade in pieces:
        try:
            written = scripts.generate_revision(
                rev_id(), message, head=head, refresh=True, upgrades=upgrade, downgrades=downgrade
            )
        except CommandError as error:
            raise UsageError(str(error), place=str(config)) from error
        if written is not None:
            head = written.revision
            typer.echo(f"{written.path}: {upgrade}")
