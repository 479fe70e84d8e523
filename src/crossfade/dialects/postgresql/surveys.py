"""What a document counts in the data, as PostgreSQL's statements. They read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import ident, literal, table
from crossfade.dialects.postgresql.rendering import Server, render
from crossfade.expressions import Expression, LookupKey
from crossfade.lens import Law, RowLens
from crossfade.names import RESERVED
from crossfade.steps import CountApart, CountReturns, CountValues, ReadRows, Role, Statement

_READ_ONLY = Statement("SET TRANSACTION READ ONLY", Role.SETTING)
_ROWS = f"{RESERVED}rows"  # a name that no column of the user's has


@render.register
def _(step: CountValues, server: Server) -> tuple[Statement, ...]:
    row, path = _under(() if step.lens is None else (step.lens,))
    column = ident(step.column)
    back = "NULL" if step.back is None else f"({values.value(step.back, row, (step.column,))})::text"
    return (
        _READ_ONLY,
        *path,
        _query(
            f"SELECT {_said(step.made, f't.{column}')} AS value, {back} AS back, "
            f"sum(t.{_ROWS})::bigint AS rows, count(*) OVER () AS many "
            f"FROM (SELECT {column}, count(*) AS {_ROWS} FROM {table(step.table)} GROUP BY 1) AS t "
            f"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {step.most}"
        ),
    )


@render.register
def _(step: CountApart, server: Server) -> tuple[Statement, ...]:
    row, path = _under(step.lenses)
    counts = [
        f"count(*) FILTER (WHERE {condition}) AS {kind}_{number}"
        for number, lens in enumerate(step.lenses)
        for kind, condition in _conditions(lens, row, step)
    ]
    sql = f"SELECT {', '.join(('count(*) AS rows', *counts))} FROM {table(step.table)} AS t"
    return (_READ_ONLY, *path, _query(sql))


@render.register
def _(step: CountReturns, server: Server) -> tuple[Statement, ...]:
    row, path = _under(step.lenses)
    lenses = [each if step.side == "new" else each.inverse() for each in step.lenses]
    made = [(column.name, sql) for each in lenses for column, sql in values.backward(each, row, step.columns)]
    names = {name for name, _ in made}
    shown = [f"t.{ident(each)}" for each in step.columns if each not in names]
    shown += [f"({sql}) AS {ident(name)}" for name, sql in made]
    columns = (*(each for each in step.columns if each not in names), *names)
    counts = [
        f"count(*) FILTER (WHERE {condition}) AS returns_{number}"
        for number, lens in enumerate(step.lenses)
        if (condition := _lost(lens, row, columns) if step.side == "old" else _kept(lens, row, columns))
    ]
    sql = (
        f"SELECT {', '.join(('count(*) AS rows', *counts))} "
        f"FROM (SELECT {', '.join(shown)} FROM {table(step.table)} AS t) AS t"
    )
    return (_READ_ONLY, *path, _query(sql))


@render.register
def _(step: ReadRows, server: Server) -> tuple[Statement, ...]:
    return (
        _READ_ONLY,
        _query(
            "SELECT count(*) AS rows, sum(length(t::text)) AS characters "
            f"FROM (SELECT * FROM {table(step.table)} LIMIT {step.most}) AS t"
        ),
    )


def _query(sql: str) -> Statement:
    return Statement(sql, lock="ACCESS SHARE")


def _under(lenses: Sequence[RowLens]) -> tuple[values.Row, tuple[Statement, ...]]:
    """The row, and the path to read it under: a user's SQL is under the role's own."""
    if not all(map(values.qualifies, lenses)):
        return values.WRITTEN, ()
    return values.READ, (Statement(f"SET LOCAL search_path = {values.SAFE_PATH}", Role.SETTING),)


def _said(made: Expression | None, column: str) -> str:
    """A value as a document tells it: a key of a lookup row by what that row holds, as a JSON object."""
    if not isinstance(made, LookupKey):
        return f"{column}::text"
    held = ", ".join(f"{literal(each.name)}, l.{ident(each.name)}::text" for each in made.columns)
    found = f"SELECT json_build_object({held})::text FROM {table(made.lookup)} AS l"
    return f"({found} WHERE l.{ident(made.key)} = {column})"


def _conditions(lens: RowLens, row: values.Row, step: CountApart) -> Iterator[tuple[str, str]]:
    kept, lost = _kept(lens, row, step.columns), _lost(lens, row, step.columns)
    if kept:
        yield "kept", kept
    if lens.law is Law.FREE:
        born = _born_since(lens, row) if step.retired and lens.backward else "false"
        if lost:
            yield "lost", lost if born == "false" else f"NOT ({born}) AND ({lost})"
        if lens.backward:
            yield "apart", born
        return
    agree = values.agree(lens, row, step.columns)
    if lens.law is not Law.BACKWARD:
        yield "lost", f"{agree} AND ({lost or 'false'})"
    yield "apart", f"NOT ({agree})"


def _kept(lens: RowLens, row: values.Row, columns: Sequence[str]) -> str:
    """The condition that the old side would not give the new one back; empty where nothing is said of it."""
    return values.kept(lens, row, columns) if lens.forward else ""


def _lost(lens: RowLens, row: values.Row, columns: Sequence[str]) -> str:
    """The condition that the new side would not give the old one back; empty where there is none."""
    if lens.backward:
        return values.kept(lens.inverse(), row, columns)
    return " OR ".join(f"{row[each]} IS NOT NULL" for each in lens.old)  # NULL comes back by itself


def _born_since(lens: RowLens, row: values.Row) -> str:
    """The condition that a row was born when its old side was retired already."""
    if lens.mark:
        return f"{row[lens.mark]} IS NOT TRUE"
    return " AND ".join(f"{row[each]} IS NULL" for each in lens.old)
