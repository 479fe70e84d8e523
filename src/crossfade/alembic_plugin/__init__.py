"""Crossfade in Alembic: an evolution in an ordinary revision, and autogenerate that knows what is ours.

    def upgrade() -> None:
        op.evolve("open_statuses")

    def downgrade() -> None:
        op.devolve("open_statuses")

Alembic finds `plugin` by itself (entry point `alembic.plugins`) and loads it while it is half imported: what
`setup` needs of Alembic is its operations, and all else waits until a revision is executed. Whatever is
imported first, Alembic or a module of this package, Alembic is imported before that module's body.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations
    from alembic.runtime.plugins import Plugin

    from crossfade.alembic_plugin.moves import Move

__all__ = ["plugin", "setup"]


def setup(plugin: Plugin) -> None:
    """Register the operations, and the comparison that leaves out what is Crossfade's own."""
    from crossfade.alembic_plugin import autogenerate, moves  # noqa: PLC0415 - see above

    moves.register(_carried)
    autogenerate.register(plugin)


def _carried(operations: Operations, move: Move) -> None:
    from crossfade.alembic_plugin.carrying import carry  # noqa: PLC0415 - Alembic is whole by now

    carry(operations.get_context(), move)


class _Entry(ModuleType):
    """What the entry point names. Alembic 1.18.0 to 1.20.0 take what they load for a collection of modules
    and iterate over it; later ones want a module, and warn of a collection. It is both.
    """

    setup = staticmethod(setup)

    def __iter__(self) -> Iterator[ModuleType]:
        yield self


plugin = _Entry(__name__)

import alembic  # noqa: E402, F401 - `plugin` must be there when it loads us
