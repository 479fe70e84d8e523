"""What the server says of a statement that failed: its number."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError


def number(error: DBAPIError) -> int:
    """The server's number of the error; 0 where the driver made it."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
