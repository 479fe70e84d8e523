"""What `alembic upgrade --sql` prints of an evolution: its plan, and a check that it has been carried out.

No script can do what a command does: batches that wait while the server is not well, comparisons, locks that
are asked for again. So the script shows the statements as comments, and where the evolution is not there yet,
it ends with an error that says which command to run.
"""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from crossfade import commands, dialects, pages
from crossfade.alembic_plugin.moves import Move
from crossfade.alembic_plugin.places import database_of, evolution_of
from crossfade.errors import CrossfadeError


def script(context: MigrationContext, operation: Move) -> str:
    """The comments and the check."""
    head = [f"Crossfade: {operation.called} {operation.name} to {operation.to}."]
    head += [
        "What follows is shown, not executed: a script can't wait while the server is busy, nor go on later.",
        f"Run it with `crossfade` or `alembic`; the check below fails until {operation.name} is there.",
    ]
    lines = [*head, "", *_plan(context, operation)]
    comments = "\n".join(f"-- {line}".rstrip() for line in lines)
    return (
        f"{comments}\n\n{dialects.demanded(context.dialect.name, operation.name, sorted(operation.done))}\n"
    )


def _plan(context: MigrationContext, operation: Move) -> list[str]:
    try:
        evolution = evolution_of(context, operation.evolution)
        document = commands.preview(evolution, database_of(context), counts=False)
    except (CrossfadeError, CommandError) as error:
        return ["Its plan can't be shown here:", *str(error).splitlines()]
    return pages.text(document).splitlines()
