"""What the server says of a statement that failed: its number, and its words."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError

NO_LOCK = 1205
PASSING = frozenset({NO_LOCK, 1213, 1317, 1927, 1969, 3024})
"""Locks, and what ends a statement early: an answer that says nothing of what was asked."""


def number(error: DBAPIError) -> int:
    """The server's number of the error; 0 where the driver made it."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def message(error: DBAPIError) -> str:
    """The server's words."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    return str(arguments[1]) if len(arguments) > 1 else str(error.orig)
