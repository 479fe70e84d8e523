"""`op.evolve` and `op.devolve` carried out: the commands, from inside a revision.

Alembic's own transaction is committed first, and another one begins afterwards, as for any operation that
can't be in one: Crossfade works in many short transactions, over connections of its own. A revision that was
interrupted is not stamped, and run again it goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from crossfade import commands
from crossfade.alembic_plugin import offline
from crossfade.alembic_plugin.moves import Move
from crossfade.alembic_plugin.places import database_of, evolution_of
from crossfade.alembic_plugin.told import Told
from crossfade.errors import CrossfadeError
from crossfade.evolution import Evolution
from crossfade.phases import Command, State

_COMMANDS: dict[Command, Callable[..., object]] = {
    Command.START: commands.start,
    Command.ROLLBACK: commands.rollback,
    Command.COMPLETE: commands.complete,
    Command.REVERT: commands.revert,
    Command.PURGE: commands.purge,
}

log = logging.getLogger("alembic.crossfade")  # under the name that an alembic.ini has a level for


def carry(context: MigrationContext, operation: Move) -> None:
    """Do what the operation says, or in a script (`--sql`) show it. Raises CommandError."""
    if context.as_sql:
        context.impl.static_output(offline.script(context, operation))
        return
    if context._in_external_transaction:  # noqa: SLF001 - there is no public word for it
        raise CommandError(
            f"op.{operation.called}({operation.name!r}) can't be part of a transaction that env.py began: it "
            "works in many short ones; let context.begin_transaction() begin it"
        )
    database = database_of(context)
    try:
        evolution = evolution_of(context, operation.evolution)
        with context.autocommit_block():
            _walk(operation, evolution, database)
    except CrossfadeError as error:
        raise CommandError(str(error)) from error


def _walk(operation: Move, evolution: Evolution, database: commands.Database) -> None:
    while (command := operation.way.get(state := _state(evolution.name, database))) is not None:
        log.info("%s is %s: %s", evolution.name, state, command)
        _COMMANDS[command](evolution, database, observer=Told(evolution.name))
    log.info("%s is %s", evolution.name, state)


def _state(name: str, database: commands.Database) -> State:
    known = {each.evolution: State(each.state) for each in commands.status(database)}
    return known.get(name, State.ABSENT)
