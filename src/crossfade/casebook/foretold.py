"""What a preview tells of rows that the old side can't hold, beside what the case counts by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from crossfade.mappings import BEYOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from crossfade.document import Document

__all__ = ["Foretold", "foretold"]


@dataclass(frozen=True)
class Foretold:
    """Rows of a place (table.column) of which the old side could not hold everything.

    As the preview told them (None: it did not), and as they were counted.
    """

    place: str
    told: int | None
    counted: int


def foretold(document: Document, beyond: Mapping[str, str], engine: Engine) -> tuple[Foretold, ...]:
    """Every place of `beyond`, which has a query for each that counts its rows on the new side; where it has
    none, every place that the document tells of.
    """
    told = {
        count.what.removeprefix(f"{BEYOND}: ").partition(".")[2]: count.rows
        for way in document.ways_back
        for count in way.counts
        if count.what.startswith(BEYOND)
    }
    with engine.connect() as connection:
        counted = {place: int(connection.scalar(text(query)) or 0) for place, query in beyond.items()}
    if not beyond:  # then nothing is to be told
        counted = dict.fromkeys(told, 0)
    return tuple(Foretold(place, told.get(place), rows) for place, rows in counted.items())
