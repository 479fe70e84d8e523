"""Where steps become statements: `render` finds the function for a step's class.

The functions are in the files beside this one, by what the steps are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from crossfade.dialects.postgresql.quoting import ident, table
from crossfade.schema import Grant, TableName
from crossfade.steps import Statement, Step


@dataclass(frozen=True)
class Server:
    """What a rendering must know of the server: its version, and how long a lock is waited for."""

    version: tuple[int, ...]
    lock_timeout_ms: int


@singledispatch
def render(step: Step, server: Server) -> tuple[Statement, ...]:
    """The statements of `step`, in order."""
    raise NotImplementedError(f"PostgreSQL has no rendering of {type(step).__name__}")


def alter(of: TableName, action: str) -> Statement:
    """An ALTER TABLE, with the lock that most of them take."""
    return Statement(
        f"ALTER TABLE {table(of)} {action}", lock="ACCESS EXCLUSIVE", blocks="reads and writes, briefly"
    )


def granted(grant: Grant, column: str | None, on: str) -> Statement:
    """The GRANT of a privilege, on one column or on all."""
    columns = f" ({ident(column)})" if column is not None else ""
    option = " WITH GRANT OPTION" if grant.grantable else ""
    return Statement(f"GRANT {grant.privilege}{columns} ON {on} TO {grantee(grant.grantee)}{option}")


def grantee(name: str) -> str:
    """A role as it is written in a GRANT."""
    return ident(name) if name else "PUBLIC"
