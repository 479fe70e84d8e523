"""The commands: each a function that returns a value and prints nothing.

Every door (the command line, a script, a plugin) goes through these.
"""

from __future__ import annotations

from crossfade.commands.accounts import complement, history, status
from crossfade.commands.comparison import verify
from crossfade.commands.controls import pause, resume, throttle
from crossfade.commands.documents import guide, preview
from crossfade.commands.endings import complete, purge, rollback
from crossfade.commands.ground import Database
from crossfade.commands.outset import start
from crossfade.commands.reversal import revert

__all__ = [
    "Database",
    "complement",
    "complete",
    "guide",
    "history",
    "pause",
    "preview",
    "purge",
    "resume",
    "revert",
    "rollback",
    "start",
    "status",
    "throttle",
    "verify",
]
