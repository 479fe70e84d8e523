"""What a rollback kept of a row, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from crossfade.reports import Kept

LONGEST = 100
"""Characters of a value that are shown."""


def lines(kept: Kept) -> Iterator[str]:
    """The row, the change, both values, whether they came back; of many columns, a line for each."""
    key = ", ".join("NULL" if part is None else part for part in kept.key)
    place = f"{kept.evolution}  {kept.table} ({key})  {kept.change}"
    if isinstance(kept.new, dict) and isinstance(kept.old, dict):
        yield f"{place}  {kept.state}"
        for column, value in kept.new.items():
            yield f"    {column}: {_text(value)} (old side: {_text(kept.old.get(column))})"
        return
    old, new = (" ".join(map(_text, side)) for side in (kept.old, kept.new))
    was = f" (old side: {old})" if old else ""
    yield f"{place}: {new}{was}  {kept.state}"


def _text(value: str | None) -> str:
    """A value, whole where it is short enough to be read."""
    if value is None:
        return "NULL"
    return repr(value) if len(value) <= LONGEST else f"{value[:LONGEST]!r}… ({len(value):,} characters)"
