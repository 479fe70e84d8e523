"""Autogenerate, told what is ours: `alembic check` finds nothing in reserved names, nor in the journal.

What it finds in others while both versions are live is true: the tables have then what either needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations.ops import UpgradeOps
from alembic.util import DispatchPriority, PriorityDispatchResult

from crossfade.names import JOURNAL, is_reserved

if TYPE_CHECKING:  # neither is there yet when Alembic loads its plugins
    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.plugins import Plugin


def register(plugin: Plugin) -> None:
    """Have it come first, before anything is compared, and told as a difference."""
    plugin.add_autogenerate_comparator(_leave_out, "autogenerate", priority=DispatchPriority.FIRST)


def _leave_out(context: AutogenContext, _: UpgradeOps) -> PriorityDispatchResult:
    # The list behind env.py's include_object, of which a plugin has no other: what is compared is asked here.
    context._object_filters = [*context._object_filters, _is_theirs]  # noqa: SLF001
    return PriorityDispatchResult.CONTINUE


def _is_theirs(item: Any, name: str | None, kind: str, reflected: bool, _: Any) -> bool:
    """Whether something of the database is the user's; what models say always is."""
    if not reflected:
        return True
    schema = item.schema if kind == "table" else getattr(getattr(item, "table", None), "schema", None)
    return schema != JOURNAL and not (name is not None and is_reserved(name))
