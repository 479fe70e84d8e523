"""An observer that lets the applications act in the middle of a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Visitor:
    """An observer that acts once, in the runner's thread, at the `number`-th moment between transactions."""

    number: int
    action: Callable[[], None]
    when_paused: Callable[[], None] | None = None
    moments: int = 0

    def began(self, title: str, position: int, total: int) -> None:
        self._moment()

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        self._moment()

    def ended(self, title: str, seconds: float) -> None:
        """The next one begins at once."""

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        if self.when_paused is not None and "paused" in reason:
            self.when_paused()

    def _moment(self) -> None:
        self.moments += 1
        if self.moments == self.number:
            self.action()
