"""The vocabulary of steps: small, frozen, reversible instructions. Data, never code on a connection.

A step says its phase, how it is run (`mode`) and its undo. A dialect renders it to statements; the
runner executes them and preview prints them. Every field is plain data, so that a plan can be
kept in the journal and walked again by another process.
"""

from __future__ import annotations

from crossfade.steps.columns import (
    AddColumn,
    CreateEnum,
    DropColumn,
    DropEnum,
    Relax,
    RenameColumn,
    SetDefault,
    SetNotNull,
)
from crossfade.steps.constraints import (
    AddCheck,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    DropIndex,
    DropUnique,
    RenameCheck,
    RenameIndex,
    ValidateCheck,
)
from crossfade.steps.namespaces import (
    CloseSide,
    CreateNamespace,
    DropNamespace,
    OpenSide,
    PublishView,
    ViewColumn,
    WithdrawView,
)
from crossfade.steps.questions import AskExpression, CountUnmapped, CountUnsaid, CountWrites
from crossfade.steps.rows import (
    Analyze,
    Compare,
    CopyRows,
    Forget,
    InstallSync,
    KeepComplement,
    RemoveSync,
    RestoreComplement,
)
from crossfade.steps.seeds import SeedRows, UnseedRows
from crossfade.steps.step import Mode, Role, Statement, Step, Tally

__all__ = [
    "AddCheck",
    "AddColumn",
    "AdoptIndex",
    "Analyze",
    "AskExpression",
    "CloseSide",
    "Compare",
    "CopyRows",
    "CountUnmapped",
    "CountUnsaid",
    "CountWrites",
    "CreateEnum",
    "CreateIndex",
    "CreateNamespace",
    "DropCheck",
    "DropColumn",
    "DropEnum",
    "DropIndex",
    "DropNamespace",
    "DropUnique",
    "Forget",
    "InstallSync",
    "KeepComplement",
    "Mode",
    "OpenSide",
    "PublishView",
    "Relax",
    "RemoveSync",
    "RenameCheck",
    "RenameColumn",
    "RenameIndex",
    "RestoreComplement",
    "Role",
    "SeedRows",
    "SetDefault",
    "SetNotNull",
    "Statement",
    "Step",
    "Tally",
    "UnseedRows",
    "ValidateCheck",
    "ViewColumn",
    "WithdrawView",
]
