"""What the sync does with a row for a lens without new columns: the new version leaves an old column out.

Rows of the new application, which does not know the column, get what `backward` gives them as they are
inserted; no update touches it. Where nothing tells who inserts a row, a column that must have a value gets
one; else a session of the new version, which gave none, is meant. Only a value that was given counts as a
write of the old side.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossfade.dialects.postgresql import values
from crossfade.dialects.postgresql.quoting import ident, literal
from crossfade.dialects.postgresql.triggers import inside
from crossfade.lens import RowLens
from crossfade.schema import Column
from crossfade.steps import InstallSync


def on_insert(
    step: InstallSync, lens: RowLens, *, pinned: bool, new: Sequence[str], old: Sequence[str]
) -> list[str]:
    """The lines for a row that is inserted; `new` and `old` count it as that side's."""
    filled = [
        *(
            f"NEW.{ident(column.name)} := {sql};"
            for column, sql in values.backward(lens, values.NEW, step.columns)
        ),
        *(line for column in lens.old if column.name != lens.mark for line in _demanded(step, column)),
    ]
    if step.one_sided:
        return [f"    {line}" for line in filled]
    speaks_new = "TG_ARGV[0] = 'new'" if pinned else inside(step.namespace)
    (column,) = lens.old
    told = values.given([column])  # none where the default differs at each call
    return [
        f"    IF {_untold(column, speaks_new)} THEN",
        *(f"      {line}" for line in filled),
        *new,
        *([f"    ELSIF {told[0]} THEN", *old] if old and told else []),
        "    END IF;",
    ]


def on_update(step: InstallSync, lens: RowLens, *, old: Sequence[str]) -> list[str]:
    """The lines for a row that is updated: only the old application can have changed the column."""
    if step.one_sided or not old:
        return []
    return [f"    IF {values.changed(lens.old)} THEN", *old, "    END IF;"]


def _untold(column: Column, speaks_new: str) -> str:
    """The condition that nobody gave the column a value."""
    if column.default is not None:
        given = values.given([column])
        return f"{speaks_new} AND NOT ({given[0]})" if given else speaks_new
    missing = f"NEW.{ident(column.name)} IS NULL"
    return missing if not column.nullable else f"{missing} AND {speaks_new}"


def _demanded(step: InstallSync, column: Column) -> list[str]:
    """Refuse a row for which there is no value, in words that its writer can understand."""
    if column.nullable:
        return []
    fact = literal(
        f"a row of {step.table} has no value for {column.name}, which the old version must have: "
        "backward gives none"
    )
    return [
        f"IF NEW.{ident(column.name)} IS NULL THEN",
        "  RAISE EXCEPTION USING ERRCODE = 'not_null_violation',",
        f"    MESSAGE = {fact},",
        "    HINT = 'Write the rows first that backward= of the evolution reads.';",
        "END IF;",
    ]
