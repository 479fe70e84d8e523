"""Crossfade changes the schema of a live database while the old and the new application keep running."""

from crossfade.changes import AddColumn, AddForeignKey, AddIndex, EnumToReference, OpenEnum, SeedRows
from crossfade.connecting import connect_args, search_path
from crossfade.errors import CrossfadeError
from crossfade.evolution import Evolution

__all__ = [
    "AddColumn",
    "AddForeignKey",
    "AddIndex",
    "CrossfadeError",
    "EnumToReference",
    "Evolution",
    "OpenEnum",
    "SeedRows",
    "connect_args",
    "search_path",
]
