"""The one document of an evolution: what it will do, and, as a guide, what it did. Frozen values for writers.

A count is None where nothing was counted.
"""

from __future__ import annotations

from crossfade.document.document import (
    Document,
    Lint,
    MappedValue,
    NewValue,
    Rate,
    RowCount,
    Said,
    Summary,
    ValueMapping,
    WayBack,
)
from crossfade.document.guide import Guide, Moved, Query, Tick, Waits, Walked
from crossfade.document.shapes import (
    ColumnLine,
    ColumnShape,
    NewColumn,
    OldColumn,
    OldTable,
    TableShape,
    TreeShape,
)

__all__ = [
    "ColumnLine",
    "ColumnShape",
    "Document",
    "Guide",
    "Lint",
    "MappedValue",
    "Moved",
    "NewColumn",
    "NewValue",
    "OldColumn",
    "OldTable",
    "Query",
    "Rate",
    "RowCount",
    "Said",
    "Summary",
    "TableShape",
    "Tick",
    "TreeShape",
    "ValueMapping",
    "Waits",
    "Walked",
    "WayBack",
]
