"""An application: one connection, one version, and the statements that it sends; of each database its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tests.conformance.columns import Row
from tests.conformance.entry import Entry
from tests.conformance.writer import Writer


class Application(Protocol):
    """`writer` at work on the table of `entry`; `columns` are those of its version, by the model's names."""

    writer: Writer
    entry: Entry
    columns: list[str]
    error: type[Exception]  # what its driver raises

    def read(self) -> list[Row]:
        """Every row, as its version shows it."""

    def ask(self, query: str, /) -> list[Row]:
        """The rows of a query."""

    def insert(self, rows: Sequence[Row], /) -> list[Row]:
        """One INSERT for all rows, in which DEFAULT may stand for a value."""

    def insert_many(self, rows: Sequence[Row], /) -> None:
        """The driver's bulk insert."""

    def upsert(self, row: Row, written: Sequence[str], /) -> list[Row]:
        """An INSERT that writes the columns `written` where such a row stands."""

    def update(self, given: Row, where: Row, /) -> list[Row]:
        """UPDATE of the columns `given`, of the rows `where` columns equal values."""

    def delete(self, where: Row, /) -> list[Row]:
        """DELETE of the rows `where` columns equal values."""

    def delete_each(self, numbers: Sequence[int], /) -> None:
        """One DELETE of the rows that have these numbers."""

    def refuses(self, error: Exception, /) -> bool:
        """Whether an error of the driver says that a constraint has refused the write."""

    def lacks(self, error: Exception, /) -> bool:
        """Whether an error of the driver says that there is no such view, column or function."""

    def state(self, error: Exception, /) -> str | None:
        """What the database calls an error of the driver."""

    def close(self) -> None:
        """End the connection."""
