"""Full dumps of one side, row by row, and what differs between two of them.

A dump holds one line for each row: its key, its owner, a digest of all its columns (md5, computed in the
database) and the values to show. The lines are read by a server-side cursor in one snapshot and kept on disk
in the order of the keys, so that two dumps of any size are compared by merging them. Rows which the traffic
may have written in between are left out by owner; they are the oracle's to check.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from sqlalchemy import text

from crossfade.casebook.databases import database_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from crossfade.casebook.extents import Extent

__all__ = ["Comparison", "Difference", "Dump", "compare", "dumped"]

BLOCK = 10_000  # rows fetched at a time
IN_MEMORY = 1 << 22  # bytes of a table's lines that are kept off the disk
EXAMPLES = 20
ABSENT = "no such row"

Pair = tuple[bytes | None, bytes | None]  # the lines of one row in two dumps


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
    """The lines of some extents, on disk, by table. Made by `dumped`; the caller closes it."""

    def __init__(self) -> None:
        self._tables: dict[str, IO[bytes]] = {}

    def read(self, connection: Connection, extent: Extent, *, clocks: bool) -> None:
        """Take in all rows of this table or view."""
        # The file belongs to the dump, which outlives this function.
        file = tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="crossfade-dump-")  # noqa: SIM115
        self._tables[extent.table] = file
        lines = connection.scalars(
            text(database_of(connection.engine).lines(extent, clocks=clocks)),
            execution_options={"yield_per": BLOCK},
        )
        for block in lines.partitions():
            file.write("".join(f"{line}\n" for line in block).encode())

    def tables(self) -> tuple[str, ...]:
        """The tables and views in this dump."""
        return tuple(self._tables)

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of that table, in the order of its keys."""
        self._tables[table].seek(0)
        return iter(self._tables[table])

    def close(self) -> None:
        """Give the space back."""
        for file in self._tables.values():
            file.close()


def dumped(engine: Engine, extents: Sequence[Extent], *, clocks: bool = True) -> Dump:
    """Dump these tables or views through this engine, in one snapshot; without clock columns if not `clocks`.

    Raises SQLAlchemyError where a table cannot be read.
    """
    dump = Dump()
    with engine.connect() as plain:
        connection = database_of(engine).snapshot(plain)
        for extent in extents:
            dump.read(connection, extent, clocks=clocks)
    return dump


def compare(before: Dump, after: Dump, *, excluded: Collection[str] = frozenset()) -> Comparison:
    """Compare two dumps of the same extents, leaving out the rows of the owners in `excluded`."""
    rows = left_out = differences = 0
    examples: list[Difference] = []
    owners = frozenset(owner.encode() for owner in excluded)
    for table in before.tables():
        for pair in _pairs(before.lines(table), after.lines(table)):
            if any(line is not None and line.split(b"\t", 2)[1] in owners for line in pair):
                left_out += 1
                continue
            rows += 1
            if pair[0] != pair[1]:
                differences += 1
                if len(examples) < EXAMPLES:
                    examples.append(_difference(table, pair))
    return Comparison(rows, left_out, differences, tuple(examples))


def _pairs(before: Iterator[bytes], after: Iterator[bytes]) -> Iterator[Pair]:
    """The lines of each row in both dumps, None where it has none."""
    first, second = next(before, None), next(after, None)
    while first is not None or second is not None:
        if first is not None and (second is None or _place(first) <= _place(second)):
            same = second is not None and _place(first) == _place(second)
            yield first, second if same else None
            first = next(before, None)
            second = next(after, None) if same else second
        else:
            yield None, second
            second = next(after, None)


def _place(line: bytes) -> bytes:
    return line[: line.index(b"\t")]


def _difference(table: str, pair: Pair) -> Difference:
    parts = [line.decode().rstrip("\n").split("\t") if line is not None else None for line in pair]
    key = next(part[0] for part in parts if part)
    before, after = (part[3] if part else ABSENT for part in parts)
    return Difference(table, json.loads(key), before, after)
