"""The changes. A new one is one file beside these, and one entry in `CHANGES`."""

from crossfade.changes.add_column import AddColumn
from crossfade.changes.add_foreign_key import AddForeignKey
from crossfade.changes.add_index import AddIndex
from crossfade.changes.change import Change, Parts, Question, Shown
from crossfade.changes.enum_to_reference import EnumToReference
from crossfade.changes.open_enum import OpenEnum
from crossfade.changes.seed_rows import SeedRows

CHANGES: tuple[type[Change], ...] = (OpenEnum, EnumToReference, AddColumn, AddForeignKey, AddIndex, SeedRows)

__all__ = [
    "CHANGES",
    "AddColumn",
    "AddForeignKey",
    "AddIndex",
    "Change",
    "EnumToReference",
    "OpenEnum",
    "Parts",
    "Question",
    "SeedRows",
    "Shown",
]
