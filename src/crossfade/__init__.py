"""Crossfade changes the schema of a live database while the old and the new application keep running."""

from crossfade.changes import (
    AddColumn,
    AddForeignKey,
    AddFunction,
    AddIndex,
    AddView,
    Array,
    Consolidate,
    Count,
    DropColumn,
    EnumToReference,
    KeyValue,
    OpenEnum,
    Relate,
    RenameColumn,
    RenameTable,
    ReplaceFunction,
    ReplaceView,
    SeedRows,
    SetNotNull,
    Single,
    SoftDelete,
)
from crossfade.connecting import connect_args, search_path
from crossfade.errors import CrossfadeError
from crossfade.evolution import Evolution
from crossfade.names import legacy_uuid

__all__ = [
    "AddColumn",
    "AddForeignKey",
    "AddFunction",
    "AddIndex",
    "AddView",
    "Array",
    "Consolidate",
    "Count",
    "CrossfadeError",
    "DropColumn",
    "EnumToReference",
    "Evolution",
    "KeyValue",
    "OpenEnum",
    "Relate",
    "RenameColumn",
    "RenameTable",
    "ReplaceFunction",
    "ReplaceView",
    "SeedRows",
    "SetNotNull",
    "Single",
    "SoftDelete",
    "connect_args",
    "legacy_uuid",
    "search_path",
]
