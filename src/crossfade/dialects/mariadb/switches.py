"""A view that gets another definition, as MariaDB's statement; the gate executes it."""

from __future__ import annotations

from crossfade.dialects.mariadb.namespaces import view_sql
from crossfade.dialects.mariadb.rendering import BRIEFLY, Server, render
from crossfade.steps import ReplaceView, Statement


@render.register
def _(step: ReplaceView, server: Server) -> tuple[Statement, ...]:
    return (Statement(view_sql(step.after, replace=True), lock="EXCLUSIVE", blocks=BRIEFLY),)
