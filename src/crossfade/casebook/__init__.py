"""The casebook: worked migrations, each a small application whose database changes while it runs.

A case is one `Case` value (`crossfade.casebook.case`); this is the list of them. They are loaded when they
are asked for, because each brings its applications with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from crossfade import names
from crossfade.errors import UsageError

if TYPE_CHECKING:
    from crossfade.casebook.case import Case

__all__ = ["CASES", "find"]

CASES = ("chat_templates", "task_types", "run_ledger", "recruitment", "benefit_drafts")


def find(name: str) -> Case:
    """The case of that name. Raises UsageError, with the nearest name, where there is none."""
    if name not in CASES:
        raise UsageError(f"There is no case {name!r}", remedy=names.nearest(name, CASES))
    case: Case = import_module(f"crossfade.casebook.{name}.case").CASE
    return case
