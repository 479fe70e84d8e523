"""Who writes, and how an application reaches its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.conformance.columns import Side


class Default:
    """Stands for DEFAULT in place of a value."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Final = Default()


@dataclass(frozen=True)
class Writer:
    """An application's way to its version: the side that it writes, whether its session says that version
    (on PostgreSQL: whether the version's namespace is on its search path), whether it names a view, and a
    column of the table in the documentation.
    """

    name: str
    side: Side
    on_path: bool = False
    view: bool = True


OLD = Writer("old", "old", view=False)
NEW = Writer("new", "new", on_path=True)
NAMED = Writer("new, by name", "new")
TABLE = Writer("new, on the table", "new", view=False)
