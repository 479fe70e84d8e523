"""How long work tells how far it is. The runner speaks, a door listens."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """What a door implements to show progress."""

    def began(self, title: str, position: int, total: int) -> None:
        """A step begins; `position` counts from 1 to `total`."""

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        """A batched step has passed over `rows` of about `total` rows (0: unknown)."""

    def ended(self, title: str, seconds: float) -> None:
        """The step has ended."""

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        """Something was not to be had; it is tried again, for the `attempt`-th time, after `seconds`."""


class Silent:
    """An observer that says nothing."""

    def began(self, title: str, position: int, total: int) -> None:
        """Nothing."""

    def advanced(self, rows: int, total: int, rows_per_second: float) -> None:
        """Nothing."""

    def ended(self, title: str, seconds: float) -> None:
        """Nothing."""

    def waited(self, reason: str, seconds: float, attempt: int) -> None:
        """Nothing."""
