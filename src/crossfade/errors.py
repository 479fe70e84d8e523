"""Every exception of Crossfade, and nothing else.

    CrossfadeError                 exit code 1
    ├── UsageError                 2   the call or the configuration does not make sense
    ├── Refused                    3   refused before the first statement; nothing was changed
    │   ├── EvolutionError         3   the evolution contradicts itself (no database was asked)
    │   ├── SchemaMismatch         3   the database is not what the evolution needs
    │   ├── MissingPrivilege       3   the role may not do what the plan needs
    │   ├── Unsupported            3   this server or this construct is not supported
    │   └── WrongState             3   the command does not fit the evolution's state
    ├── VerificationFailed         4   rows disagree; both sides are left as they are
    ├── Busy                       5   a lock or the runner's lease was not to be had in time
    └── DatabaseFailed             6   the database could not be reached or failed a statement

Each says the fact, the place (evolution, change, table, column) and what to do next.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "Busy",
    "CrossfadeError",
    "DatabaseFailed",
    "EvolutionError",
    "MissingPrivilege",
    "Refused",
    "SchemaMismatch",
    "Unsupported",
    "UsageError",
    "VerificationFailed",
    "WrongState",
]


class CrossfadeError(Exception):
    """The root: catch this to catch all that Crossfade raises on purpose.

    `fact` says what is wrong, `place` where, `remedy` what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, fact: str, *, place: str = "", remedy: str = "") -> None:
        self.fact = fact
        self.place = place
        self.remedy = remedy
        super().__init__(fact)

    def __str__(self) -> str:
        lines = [self.fact]
        if self.place:
            lines.append(f"  where: {self.place}")
        if self.remedy:
            lines.append(f"  next:  {self.remedy}")
        return "\n".join(lines)

    def within(self, place: str) -> CrossfadeError:
        """The same error, with `place` put before the place it names; returns itself."""
        if self.place.startswith(place):
            return self
        self.place = f"{place}, {self.place}" if self.place else place
        return self


class UsageError(CrossfadeError):
    """The call or the configuration does not make sense."""

    exit_code = 2


class Refused(CrossfadeError):
    """Refused before the first statement; the database is as it was."""

    exit_code = 3


class EvolutionError(Refused):
    """The evolution contradicts itself; no database was asked."""


class SchemaMismatch(Refused):
    """The database's schema or data is not what the evolution needs."""


class MissingPrivilege(Refused):
    """The role may not do what the plan needs."""


class Unsupported(Refused):
    """This server, or this construct of the schema, is not supported."""


class WrongState(Refused):
    """The command does not fit the state that the evolution is in."""


class VerificationFailed(CrossfadeError):
    """Rows disagree between the two sides; both sides are left as they are."""

    exit_code = 4


class Busy(CrossfadeError):
    """A lock, or the runner's lease, was not to be had in time."""

    exit_code = 5


class DatabaseFailed(CrossfadeError):
    """The database could not be reached, or failed a statement of the plan."""

    exit_code = 6
