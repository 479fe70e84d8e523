"""Full dumps of one side, row by row, and what differs between two of them.

A dump holds a key, an owner and a digest of every row, computed in the database (md5 of the row's text),
read by a server-side cursor in one snapshot and kept on disk in the order of the keys, so that two dumps of
any size are compared by merging them. Rows which the traffic may have written in between are left out by
owner; they are the oracle's to check.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import IO, TYPE_CHECKING, NamedTuple

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Engine

    from crossfade.casebook.case import Extent

__all__ = ["Comparison", "Difference", "Dump", "compare", "dumped"]

BLOCK = 10_000  # rows fetched at a time
IN_MEMORY = 1 << 22  # bytes of a dump that are kept off the disk
EXAMPLES = 20
ABSENT = "no such row"


class Line(NamedTuple):
    """One row of a dump, in the order in which dumps are merged."""

    table: str
    key: str
    owner: str
    digest: str
    shown: str


@dataclass(frozen=True)
class Difference:
    """A row that is not the same in both dumps; the values are those of `Extent.shown`."""

    table: str
    key: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.table}, row {self.key}: before {self.before}, after {self.after}"


@dataclass(frozen=True)
class Comparison:
    """Two dumps compared: rows that had to be the same, rows left out, and how many differ."""

    rows: int
    excluded: int
    differences: int
    examples: tuple[Difference, ...]


class Dump:
    """All rows of some extents, on disk. Made by `dumped`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.rows = 0

    def write(self, lines: Iterable[Line]) -> None:
        """Append these rows, which must come after all that are there already."""
        for line in lines:
            self._file.write(json.dumps(line).encode())
            self._file.write(b"\n")
            self.rows += 1

    def __iter__(self) -> Iterator[Line]:
        self._file.seek(0)
        for line in self._file:
            yield Line(*json.loads(line))

    def close(self) -> None:
        """Give the space back."""
        self._file.close()


def dumped(engine: Engine, extents: Sequence[Extent], *, clocks: bool = True) -> Dump:
    """Dump these tables or views through this engine, in one snapshot; without clock columns if not `clocks`.

    The caller closes the dump. Raises SQLAlchemyError where a table cannot be read.
    """
    # The file belongs to the dump, which outlives this function.
    dump = Dump(tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="crossfade-dump-"))  # noqa: SIM115
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for extent in sorted(extents, key=lambda extent: extent.table):
            rows = connection.execute(
                text(_query(extent, clocks=clocks)), execution_options={"yield_per": BLOCK}
            )
            dump.write(Line(extent.table, *row) for row in rows)
    return dump


def compare(before: Dump, after: Dump, *, excluded: Collection[str] = frozenset()) -> Comparison:
    """Compare two dumps of the same extents, leaving out the rows of the owners in `excluded`."""
    rows = left_out = differences = 0
    examples: list[Difference] = []
    marked = merge(((line, 0) for line in before), ((line, 1) for line in after), key=_place)
    for _, found in groupby(marked, key=_place):
        pair: list[Line | None] = [None, None]
        for line, which in found:
            pair[which] = line
        first, second = pair
        if any(line is not None and line.owner in excluded for line in pair):
            left_out += 1
            continue
        rows += 1
        if first is None or second is None or first.digest != second.digest:
            differences += 1
            if len(examples) < EXAMPLES:
                examples.append(_difference(first, second))
    return Comparison(rows, left_out, differences, tuple(examples))


def _place(marked: tuple[Line, int]) -> tuple[str, bytes]:
    line = marked[0]
    return line.table, line.key.encode()  # as COLLATE "C" orders them


def _difference(before: Line | None, after: Line | None) -> Difference:
    some = before or after
    assert some is not None  # noqa: S101 - for the type checker: a group has a line
    return Difference(
        some.table, some.key, before.shown if before else ABSENT, after.shown if after else ABSENT
    )


def _query(extent: Extent, *, clocks: bool) -> str:
    columns = [name for name in extent.columns if clocks or name not in extent.clock]
    quoted = ", ".join(f'"{name}"' for name in columns)
    key = " || '/' || ".join(f'"{name}"::text' for name in extent.key)
    shown = ", ".join(f"'{name}', \"{name}\"" for name in extent.shown) or "'key', " + key
    return (
        f'SELECT ({key}) COLLATE "C" AS place, ({extent.owner})::text, md5(ROW({quoted})::text), '
        f'json_build_object({shown})::text FROM "{extent.table}" ORDER BY place'
    )
