"""An observer that lets the applications act in the middle of a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Visitor:
    """An observer that acts once, in the runner's thread and between its transactions: at a moment of that
    number (from 1), or after the first batch of a unit with such a title.
    """

    when: int | str
    action: Callable[[], None]
    when_paused: Callable[[], None] | None = None
    moments: int = 0
    _title: str = ""

    def began(self, title: str, position: int, total: int) -> None:
        self._title = title
        self._moment()

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self._moment()
        if isinstance(self.when, str) and self.when in self._title:
            self.when = 0
            self.action()

    def ended(self, title: str, seconds: float) -> None:
        """The next one begins at once."""

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        if self.when_paused is not None and "paused" in reason:
            self.when_paused()

    def _moment(self) -> None:
        self.moments += 1
        if self.moments == self.when:
            self.action()
