"""The changes. A new one is one file beside these, and one entry in `CHANGES`."""

from crossfade.changes.add_column import AddColumn
from crossfade.changes.add_foreign_key import AddForeignKey
from crossfade.changes.add_function import AddFunction
from crossfade.changes.add_index import AddIndex
from crossfade.changes.add_view import AddView
from crossfade.changes.change import Change, Parts, Question, Shown
from crossfade.changes.consolidate import Consolidate
from crossfade.changes.defining import Defining
from crossfade.changes.drop_column import DropColumn
from crossfade.changes.embeds import Array, Count, KeyValue, Single
from crossfade.changes.enum_to_reference import EnumToReference
from crossfade.changes.open_enum import OpenEnum
from crossfade.changes.relate import Relate
from crossfade.changes.rename_column import RenameColumn
from crossfade.changes.rename_table import RenameTable
from crossfade.changes.replace_function import ReplaceFunction
from crossfade.changes.replace_view import ReplaceView
from crossfade.changes.seed_rows import SeedRows
from crossfade.changes.set_not_null import SetNotNull
from crossfade.changes.soft_delete import SoftDelete

CHANGES: tuple[type[Change], ...] = (
    OpenEnum,
    EnumToReference,
    AddColumn,
    DropColumn,
    AddForeignKey,
    AddIndex,
    Relate,
    RenameColumn,
    RenameTable,
    SetNotNull,
    SeedRows,
    Consolidate,
    AddFunction,
    ReplaceFunction,
    AddView,
    ReplaceView,
)

__all__ = [
    "CHANGES",
    "AddColumn",
    "AddForeignKey",
    "AddFunction",
    "AddIndex",
    "AddView",
    "Array",
    "Change",
    "Consolidate",
    "Count",
    "Defining",
    "DropColumn",
    "EnumToReference",
    "KeyValue",
    "OpenEnum",
    "Parts",
    "Question",
    "Relate",
    "RenameColumn",
    "RenameTable",
    "ReplaceFunction",
    "ReplaceView",
    "SeedRows",
    "SetNotNull",
    "Shown",
    "Single",
    "SoftDelete",
]
