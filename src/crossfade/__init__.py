"""Crossfade changes the schema of a live database while the old and the new application keep running."""

from crossfade.changes import (
    AddColumn,
    AddForeignKey,
    AddIndex,
    DropColumn,
    EnumToReference,
    OpenEnum,
    RenameColumn,
    RenameTable,
    SeedRows,
    SetNotNull,
)
from crossfade.connecting import connect_args, search_path
from crossfade.errors import CrossfadeError
from crossfade.evolution import Evolution

__all__ = [
    "AddColumn",
    "AddForeignKey",
    "AddIndex",
    "CrossfadeError",
    "DropColumn",
    "EnumToReference",
    "Evolution",
    "OpenEnum",
    "RenameColumn",
    "RenameTable",
    "SeedRows",
    "SetNotNull",
    "connect_args",
    "search_path",
]
