"""What the sync does with a row for a lens without new columns: the new version leaves an old column out.

Rows of the new application, which does not know the column, get what `backward` gives them as they are
inserted; no update touches it. Where nothing tells who inserts a row, a column that must have a value gets
one; else a session of the new version, which gave none, is meant. Only a value that was given counts as a
write of the old side.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.mariadb import values
from crossfade.dialects.mariadb.triggers import NOT_NULL, otherwise, refused, said
from crossfade.dialects.mariadb.values import Row
from crossfade.lens import RowLens
from crossfade.schema import Column
from crossfade.steps import InstallSync


def on_insert(
    step: InstallSync, lens: RowLens, row: Row, language: str, *, new: Sequence[str], old: Sequence[str]
) -> list[str]:
    """The lines for a row that is inserted; `new` and `old` count it as that side's."""
    filled = [
        *_filled(step, lens, row),
        *(line for column in lens.old if column.name != lens.mark for line in _demanded(step, column)),
    ]
    if step.one_sided:
        return filled
    (column,) = lens.old
    told = values.given([column], language)  # none where the default differs at each call
    return [
        f"IF {_untold(column, values.speaks_new(step.evolution), language)} THEN",
        *(f"  {line}" for line in (*filled, *new)),
        *([f"ELSEIF {told[0]} THEN", *(f"  {line}" for line in old)] if old and told else []),
        "END IF;",
    ]


def on_update(step: InstallSync, lens: RowLens, *, old: Sequence[str]) -> list[str]:
    """The lines for a row that is updated: only the old application can have changed the column."""
    if step.one_sided or not old:
        return []
    return [f"IF {values.changed(lens.old)} THEN", *(f"  {line}" for line in old), "END IF;"]


def _filled(step: InstallSync, lens: RowLens, row: Row) -> list[str]:
    """The lines that give `backward`. Other tables that it reads may get their columns' names back before
    this trigger is another one: what finds no such column asks for it by its other name.
    """
    place = step.lenses.index(lens)
    lines: list[str] = []
    for known in (*reversed([lenses[place] for lenses in step.later]), lens):
        sets = [
            f"SET {values.NEW[column]} = {sql};" for column, sql in values.backward(known, row, step.columns)
        ]
        lines = otherwise(sets, lines) if lines and lines != sets else sets
    return lines


def _untold(column: Column, speaks_new: str, language: str) -> str:
    """The condition that nobody gave the column a value."""
    missing = f"{values.NEW[column]} IS NULL"
    if column.default is not None:
        given = values.given([column], language)
        return f"{speaks_new} AND NOT ({given[0]})" if given else speaks_new
    if column.nullable:
        return f"{missing} AND {speaks_new}"
    # What stands in for a default, an old application may mean.
    absent = values.absent(column, language)
    return missing if absent == missing else f"{missing} OR ({speaks_new} AND ({absent}))"


def _demanded(step: InstallSync, column: Column) -> list[str]:
    """Refuse a row for which there is no value, in words that its writer can understand."""
    if column.nullable:
        return []
    return refused(
        f"{values.NEW[column]} IS NULL",
        said(
            f"a row of {step.table} has no value for {column.name}, which the old version must have: "
            "backward gives none"
        ),
        NOT_NULL,
    )
