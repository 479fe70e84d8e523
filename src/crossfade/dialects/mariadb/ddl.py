"""Every step of the vocabulary that this database can do, as its statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crossfade.dialects.mariadb import (
    cascades,
    columns,
    constraints,
    counts,
    lookups,
    namespaces,
    orphans,
    questions,
    rows,
    seeds,
    standing,
    surveys,
    switches,
)
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.schema import TableName
from crossfade.steps import Role, Statement, Step

# Each says how its steps are rendered when it is loaded.
FILES = (
    cascades,
    columns,
    constraints,
    counts,
    lookups,
    namespaces,
    orphans,
    questions,
    rows,
    seeds,
    standing,
    surveys,
    switches,
)


class Renderer:
    """Renders steps for a server; `lock_timeout_ms` bounds the wait for a lock."""

    def __init__(self, server: Server, lock_timeout_ms: int) -> None:
        self.server = server
        # What it takes to write a change of metadata down is part of a statement's time.
        self._seconds = lock_timeout_ms / 1000 + 0.3

    def render(self, step: Step) -> tuple[Statement, ...]:
        """The statements of `step`, in order."""
        statements = render(step, self.server)
        if not self.server.allow_copy:
            return statements
        return tuple(replace(each, sql=each.copying) if each.copying else each for each in statements)

    def opening(self, tables: Sequence[TableName]) -> tuple[Statement, ...]:
        """What a change of metadata begins with, where others queue behind it: locks are waited for in whole
        seconds here, statements in fractions. A batch keeps nobody waiting but for its rows.
        """
        if not tables or self.server.mysql:  # there, only reads can be timed
            return ()
        return (Statement(f"SET SESSION max_statement_time = {self._seconds}", Role.SETTING),)
