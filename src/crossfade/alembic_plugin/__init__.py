"""Crossfade in Alembic: an evolution in an ordinary revision, and autogenerate that knows what is ours.

    def upgrade() -> None:
        op.evolve("open_statuses")

    def downgrade() -> None:
        op.devolve("open_statuses")

Alembic finds `plugin` by itself (entry point `alembic.plugins`). Nothing here imports Alembic before `setup`:
Alembic is only half there when it loads its plugins.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.runtime.plugins import Plugin

__all__ = ["plugin", "setup"]


def setup(plugin: Plugin) -> None:
    """Register the operations, and the comparison that leaves out what is Crossfade's own."""
    from crossfade.alembic_plugin import autogenerate, operations  # noqa: PLC0415 - Alembic is not whole before

    operations.register()
    autogenerate.register(plugin)


class _Entry(ModuleType):
    """What the entry point names. Alembic 1.18.0 to 1.20.0 take what they load for a collection of modules
    and iterate over it; later ones want a module, and warn of a collection. It is both.
    """

    setup = staticmethod(setup)

    def __iter__(self) -> Iterator[ModuleType]:
        yield self


plugin = _Entry(__name__)
