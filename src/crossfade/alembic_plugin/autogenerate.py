"""Autogenerate, told what is Crossfade's: `alembic check` finds nothing in reserved names.

What it finds in others while both versions are live is true: the tables have then what either needs.
"""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult

from crossfade.names import JOURNAL, is_reserved


def register(plugin: Plugin) -> None:
    """Have it come last, when everything has been compared."""
    plugin.add_autogenerate_comparator(_without_ours, "autogenerate", priority=DispatchPriority.LAST)


def _without_ours(_: AutogenContext, found: UpgradeOps) -> PriorityDispatchResult:
    _sift(found)
    return PriorityDispatchResult.CONTINUE


def _sift(container: OpContainer) -> None:
    kept = [each for each in container.ops if not _is_ours(each)]
    for each in kept:
        if isinstance(each, OpContainer):
            _sift(each)
    container.ops = [each for each in kept if not (isinstance(each, ModifyTableOps) and each.is_empty())]


def _is_ours(operation: MigrateOperation) -> bool:
    match operation:
        case DropTableOp():
            return operation.schema == JOURNAL or is_reserved(operation.table_name)
        case DropColumnOp():
            return is_reserved(operation.column_name)
        case DropIndexOp():
            return operation.schema == JOURNAL or is_reserved(str(operation.index_name))
        case DropConstraintOp():
            return is_reserved(str(operation.constraint_name))
    return False
