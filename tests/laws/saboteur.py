"""The means to break a mechanism: what is rendered is rewritten, or a function is replaced.

A break that breaks nothing any more, because the mechanism has changed, is itself an error: `done` counts
what was broken, and the catalogue's tests look at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import pytest

from crossfade.dialects.postgresql import PostgreSQL
from crossfade.steps import Statement, Step

S = TypeVar("S", bound=Step)


class Saboteur:
    """Breaks things until `patch` is undone."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.done = 0

    def step(self, kind: type[S], change: Callable[[S], S]) -> None:
        """Render another step in place of each of a kind."""
        render = PostgreSQL.render

        def rendered(dialect: PostgreSQL, step: Step) -> tuple[Statement, ...]:
            if not isinstance(step, kind):
                return render(dialect, step)
            other = change(step)
            self.done += other != step
            return render(dialect, other)

        self._patch.setattr(PostgreSQL, "render", rendered)

    def sql(self, kind: type[Step], pattern: str, replacement: str | None) -> None:
        """Rewrite the SQL of each step of a kind; a statement that matches is left out for None."""
        render = PostgreSQL.render

        def rewritten(statement: Statement) -> list[Statement]:
            if re.search(pattern, statement.sql) is None:
                return [statement]
            self.done += 1
            if replacement is None:
                return []
            return [replace(statement, sql=re.sub(pattern, replacement, statement.sql))]

        def rendered(dialect: PostgreSQL, step: Step) -> tuple[Statement, ...]:
            statements = render(dialect, step)
            if not isinstance(step, kind):
                return statements
            return tuple(each for statement in statements for each in rewritten(statement))

        self._patch.setattr(PostgreSQL, "render", rendered)

    def call(
        self, owner: object, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]
    ) -> None:
        """Replace a function by what `make` makes of it."""
        broken = make(getattr(owner, name))

        @wraps(broken)
        def called(*given: Any, **named: Any) -> Any:
            self.done += 1
            return broken(*given, **named)

        self._patch.setattr(owner, name, called)
