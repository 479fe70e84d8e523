"""What a rollback kept of a row, in lines."""

from __future__ import annotations

import json
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
            yield f"    {column}: {_json(value)} (old side: {_json(kept.old.get(column))})"
        return
    old, new = (
        " ".join("NULL" if part is None else repr(part) for part in side) for side in (kept.old, kept.new)
    )
    was = f" (old side: {old})" if old else ""
    yield f"{place}: {new}{was}  {kept.state}"


def _json(value: object) -> str:
    """A JSON value, whole where it is short enough to be read."""
    if value is None:
        return "NULL"
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST:
        return text
    size = f"{len(text):,} characters"
    if isinstance(value, list | dict):
        size += f", {len(value):,} {'elements' if isinstance(value, list) else 'fields'}"
    return f"{text[:LONGEST]}… ({size})"
