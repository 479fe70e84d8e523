"""Crossfade in a process of its own, as a person runs it."""

from __future__ import annotations

import sys

from crossfade.casebook.chat_templates import case, evolution

# `evolution` is the module here; the case imports what it defines.
FILE = str(evolution.__file__)
NAME = case.CASE.evolution.name


def crossfade(*arguments: str, database: str) -> list[str]:
    """The command line of `crossfade ARGUMENTS --json` on a database."""
    program = "from crossfade.cli import main; main()"
    return [sys.executable, "-c", program, *arguments, "--database", database, "--json"]
