"""How large a batch is: it follows the time that batches take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pace:
    """How many rows a batch holds: smoothed towards `target` seconds, between `least` and `most`."""

    size: int = 1_000
    target: float = 0.05
    least: int = 100
    most: int = 20_000

    def learn(self, seconds: float) -> None:
        """Adapt to a batch that took `seconds`: at most double or half at a time."""
        factor = min(2.0, max(0.5, self.target / max(seconds, 1e-6)))
        self.size = min(self.most, max(self.least, int(self.size * (0.5 + factor / 2))))

    def give_way(self) -> None:
        """A batch could not have its locks: the next try asks for half of them, and so on, down to `least`.

        Where applications lock rows the other way round, a large batch would meet one of them each time.
        """
        self.size = max(self.least, self.size // 2)
