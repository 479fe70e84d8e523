"""What the suite does behind the applications' backs. Each database has its own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Stagehand(Protocol):
    """It has made the legacy table of an entry, and looks after it. `version` is the server's."""

    version: tuple[int, ...]

    def catalogue(self) -> list[str]:
        """A line for each thing that the database has for the table: `index NAME: CREATE …`,
        `constraint NAME`, `trigger NAME`, `function NAME`, `sequence NAME`, `schema NAME`, and others.
        """

    def settled(self, lines: list[str]) -> list[str]:
        """The catalogue's lines, as they are for good once the evolution has been completed."""

    def quoted(self, name: str) -> str:
        """A name as the catalogue's lines have it."""

    def puts_back(self) -> AbstractContextManager[None]:
        """Whatever happens to the table's rows within, they are put back as they were, both sides."""

    def close(self) -> None:
        """End the connection."""
