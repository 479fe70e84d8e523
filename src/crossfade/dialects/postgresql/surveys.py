"""What a document counts in the data, as PostgreSQL's statements. They read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import ident, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.lens import Law, RowLens
from crossfade.steps import CountApart, CountValues, Role, Statement

_READ_ONLY = Statement("SET TRANSACTION READ ONLY", Role.SETTING)


@render.register
def _(step: CountValues, server: Server) -> tuple[Statement, ...]:
    column = ident(step.column)
    return (
        _READ_ONLY,
        Statement(
            f"SELECT {column}::text AS value, count(*) AS rows FROM {table(step.table)} "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {step.most}",
            lock="ACCESS SHARE",
        ),
    )


@render.register
def _(step: CountApart, server: Server) -> tuple[Statement, ...]:
    safe = all(map(values.qualifies, step.lenses))
    row = values.READ if safe else values.WRITTEN  # a user's SQL is under the role's own path
    path = (Statement(f"SET LOCAL search_path = {values.SAFE_PATH}", Role.SETTING),) if safe else ()
    counts = [
        f"count(*) FILTER (WHERE {condition}) AS {kind}_{number}"
        for number, lens in enumerate(step.lenses)
        for kind, condition in _conditions(lens, row, step.columns)
    ]
    return (
        _READ_ONLY,
        *path,
        Statement(
            f"SELECT {', '.join(('count(*) AS rows', *counts))} FROM {table(step.table)} AS t",
            lock="ACCESS SHARE",
        ),
    )


def _conditions(lens: RowLens, row: values.Row, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if lens.forward:
        yield "kept", values.kept(lens, row, columns)
    if lens.law is Law.FREE:
        return
    agree = values.agree(lens, row, columns)
    if lens.law is not Law.BACKWARD:
        yield "lost", f"{agree} AND ({values.kept(lens.inverse(), row, columns)})"
    yield "apart", f"NOT ({agree})"
