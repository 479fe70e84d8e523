"""The changes. A new one is one file beside these, and one entry in `CHANGES`."""

from crossfade.changes.add_column import AddColumn
from crossfade.changes.change import Change, Parts, Shown
from crossfade.changes.open_enum import OpenEnum
from crossfade.changes.seed_rows import SeedRows

CHANGES: tuple[type[Change], ...] = (OpenEnum, AddColumn, SeedRows)

__all__ = ["CHANGES", "AddColumn", "Change", "OpenEnum", "Parts", "SeedRows", "Shown"]
