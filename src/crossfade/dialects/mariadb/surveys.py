"""What a document counts in the data, as MariaDB's statements. They read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crossfade.dialects.mariadb import texts, values
from crossfade.dialects.mariadb.quoting import ident, literal, table
from crossfade.dialects.mariadb.rendering import Server, render
from crossfade.dialects.mariadb.stand_ins import stand_in
from crossfade.dialects.mariadb.values import Row
from crossfade.expressions import Expression, LookupKey
from crossfade.lens import Law, RowLens
from crossfade.names import RESERVED
from crossfade.schema import Column
from crossfade.steps import CountApart, CountReturns, CountValues, ReadRows, Role, Statement

_READ_ONLY = Statement("START TRANSACTION READ ONLY", Role.SETTING)
_COUNT = ident(f"{RESERVED}rows")  # a name that no column of the user's has
_ROWS = ident("rows")  # a word of the server's own
_ROW = Row("t")


@render.register
def _(step: CountValues, server: Server) -> tuple[Statement, ...]:
    # Exactly, whatever the column's collation: `a`, `A` and `a ` are three values.
    exact = f"COLLATE {'utf8mb4_0900_bin' if server.mysql else 'utf8mb4_nopad_bin'}"
    column = ident(step.column)
    held = _shown(step, f"t.{column}")
    said = _said(step.made, f"t.{column}") or held
    back = "NULL" if step.back is None else _text(values.value(step.back, _ROW, (step.column,)))
    return (
        _READ_ONLY,
        Statement(
            f"SELECT {said} {exact} AS value, {back} AS back, CAST(SUM(t.{_COUNT}) AS SIGNED) AS {_ROWS}, "
            f"COUNT(*) OVER () AS many FROM (SELECT t.{column}, COUNT(*) AS {_COUNT} "
            f"FROM {table(step.table)} AS t GROUP BY {held} {exact}, t.{column}) AS t "
            f"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {step.most}"
        ),
    )


@render.register
def _(step: CountApart, server: Server) -> tuple[Statement, ...]:
    counts = [
        _counted(condition, f"{kind}_{number}")
        for number, lens in enumerate(step.lenses)
        for kind, condition in _conditions(lens, step)
    ]
    return (
        _READ_ONLY,
        Statement(f"SELECT {', '.join((f'COUNT(*) AS {_ROWS}', *counts))} FROM {table(step.table)} AS t"),
    )


@render.register
def _(step: CountReturns, server: Server) -> tuple[Statement, ...]:
    lenses = [each if step.side == "new" else each.inverse() for each in step.lenses]
    made = [
        (column.name, sql) for each in lenses for column, sql in values.backward(each, _ROW, step.columns)
    ]
    names = {name for name, _ in made}
    shown = [f"t.{ident(each)}" for each in step.columns if each not in names]
    shown += [f"({sql}) AS {ident(name)}" for name, sql in made]
    columns = (*(each for each in step.columns if each not in names), *names)
    counts = [
        _counted(condition, f"returns_{number}")
        for number, lens in enumerate(step.lenses)
        if (condition := _lost(lens, columns) if step.side == "old" else _kept(lens, columns))
    ]
    return (
        _READ_ONLY,
        Statement(
            f"SELECT {', '.join((f'COUNT(*) AS {_ROWS}', *counts))} "
            f"FROM (SELECT {', '.join(shown)} FROM {table(step.table)} AS t) AS t"
        ),
    )


@render.register
def _(step: ReadRows, server: Server) -> tuple[Statement, ...]:
    # With a limit, they are read whole into a table of the server's own.
    return (
        _READ_ONLY,
        Statement(
            f"SELECT COUNT(*) AS {_ROWS} FROM (SELECT * FROM {table(step.table)} LIMIT {step.most}) AS t"
        ),
    )


def _counted(condition: str, name: str) -> str:
    return f"COUNT(CASE WHEN {condition} THEN 1 END) AS {name}"


def _shown(step: CountValues, sql: str) -> str:
    """A value of the column as text."""
    known: Iterable[Column] = () if step.lens is None else (*step.lens.old, *step.lens.new)
    column = next((each for each in known if each.name == step.column), None)
    return _text(sql) if column is None else texts.shown(column, sql)


def _said(made: Expression | None, column: str) -> str:
    """A key of a lookup row as a document tells it: by what that row holds, as a JSON object. Empty where the
    column holds no such keys.
    """
    if not isinstance(made, LookupKey):
        return ""
    held = ", ".join(
        f"{literal(each.name)}, {texts.shown(each, f'l.{ident(each.name)}')}" for each in made.columns
    )
    found = f"SELECT {_text(f'JSON_OBJECT({held})')} FROM {table(made.lookup)} AS l"
    return f"({found} WHERE l.{ident(made.key)} = {column})"


def _text(sql: str) -> str:
    return f"CAST({sql} AS CHAR CHARACTER SET utf8mb4)"


def _conditions(lens: RowLens, step: CountApart) -> Iterator[tuple[str, str]]:
    kept, lost = _kept(lens, step.columns), _lost(lens, step.columns)
    if kept:
        yield "kept", kept
    if lens.law is Law.FREE:
        born = _born_since(lens) if step.retired and lens.backward else "FALSE"
        if lost:
            yield "lost", lost if born == "FALSE" else f"NOT ({born}) AND ({lost})"
        if lens.backward:
            yield "apart", born
        return
    agree = values.agree(lens, _ROW, step.columns)
    if lens.law is not Law.BACKWARD:
        yield "lost", f"{agree} AND ({lost or 'FALSE'})"
    yield "apart", f"NOT ({agree})"


def _kept(lens: RowLens, columns: Sequence[str]) -> str:
    """The condition that the old side would not give the new one back; empty where nothing is said of it."""
    return values.kept(lens, _ROW, columns) if lens.forward else ""


def _lost(lens: RowLens, columns: Sequence[str]) -> str:
    """The condition that the new side would not give the old one back; empty where there is none."""
    if lens.backward:
        return values.kept(lens.inverse(), _ROW, columns)
    return " OR ".join(f"{_ROW[each]} IS NOT NULL" for each in lens.old)  # NULL comes back by itself


def _born_since(lens: RowLens) -> str:
    """The condition that a row was born when its old side was retired already."""
    if lens.mark:
        return f"{_ROW[lens.mark]} IS NOT TRUE"
    return " AND ".join(map(_without, lens.old))


def _without(column: Column) -> str:
    """The condition that a row was given no value: where it must have one, it has what stands in for one."""
    default = stand_in(column)
    return f"{_ROW[column]} IS NULL" if default is None else f"({texts.same(column, _ROW[column], default)})"
