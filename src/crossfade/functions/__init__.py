"""The databases' own functions that can't give a row one lasting value.

Of the user's own functions only the server knows what they are.
"""

from __future__ import annotations

from crossfade.functions.mariadb import MARIADB
from crossfade.functions.postgresql import POSTGRESQL

_KNOWN = {"postgresql": POSTGRESQL, "mariadb": MARIADB, "mysql": MARIADB}


def kind_of(name: str, database: str) -> str:
    """What the function is instead of one value: "an aggregate", "a set", "a full-text search", or "" for one
    that gives one.
    """
    known = _KNOWN[database]
    if name in known.aggregates:
        return "an aggregate"
    if name in known.searches:
        return "a full-text search"
    return "a set" if name in known.sets else ""


def is_volatile(name: str, database: str) -> bool:
    """Whether the function differs at each call, or does something."""
    known = _KNOWN[database]
    return name in known.volatile or (name.startswith(known.system) and name not in known.steady)


def is_fleeting(name: str, database: str, *, given: bool = True) -> bool:
    """Whether it does, or gives another statement another value; `given`: it is given an argument."""
    known = _KNOWN[database]
    moment = name in known.moments or (not given and name in known.unless_given)
    return moment or is_volatile(name, database)


def bare(database: str) -> frozenset[str]:
    """Functions that are called without parentheses, where these may be left out."""
    return _KNOWN[database].bare


__all__ = ["bare", "is_fleeting", "is_volatile", "kind_of"]
