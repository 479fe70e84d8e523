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
    AddForeignKey,
    AdoptIndex,
    CreateIndex,
    DropCheck,
    DropForeignKey,
    DropIndex,
    DropUnique,
    RenameCheck,
    RenameForeignKey,
    RenameIndex,
    ValidateCheck,
    ValidateForeignKey,
)
from crossfade.steps.counts import SHOWN, CountDuplicates, Counted, CountNulls, CountOrphans
from crossfade.steps.namespaces import (
    CloseSide,
    CreateNamespace,
    DropNamespace,
    OpenSide,
    PublishView,
    ViewColumn,
    WithdrawView,
)
from crossfade.steps.questions import (
    AskExpression,
    AskForeignKey,
    AskIndex,
    CountUnmapped,
    CountUnsaid,
    CountWrites,
)
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
from crossfade.steps.surveys import CountApart, CountValues

__all__ = [
    "SHOWN",
    "AddCheck",
    "AddColumn",
    "AddForeignKey",
    "AdoptIndex",
    "Analyze",
    "AskExpression",
    "AskForeignKey",
    "AskIndex",
    "CloseSide",
    "Compare",
    "CopyRows",
    "CountApart",
    "CountDuplicates",
    "CountNulls",
    "CountOrphans",
    "CountUnmapped",
    "CountUnsaid",
    "CountValues",
    "CountWrites",
    "Counted",
    "CreateEnum",
    "CreateIndex",
    "CreateNamespace",
    "DropCheck",
    "DropColumn",
    "DropEnum",
    "DropForeignKey",
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
    "RenameForeignKey",
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
    "ValidateForeignKey",
    "ViewColumn",
    "WithdrawView",
]
