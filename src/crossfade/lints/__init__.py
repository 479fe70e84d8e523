"""Lints: what a reviewer should look at before `start`, each with a code, and accepted with a reason.

Pure: they are found in the plan's steps, the tables, the statements and what the database answered.
docs/lints.md has a section for each code.
"""

from __future__ import annotations

from crossfade.lints.codes import CODES, check_accepted, silenced
from crossfade.lints.keys import of_keys
from crossfade.lints.planned import of_plan
from crossfade.lints.traffic import of_held, of_sessions, of_statements

__all__ = [
    "CODES",
    "check_accepted",
    "of_held",
    "of_keys",
    "of_plan",
    "of_sessions",
    "of_statements",
    "silenced",
]
