"""How large a batch is: it follows the time that batches take."""

from __future__ import annotations

from dataclasses import dataclass

BATCH_BYTES = 16 * 2**20
"""What one batch writes at most: replicas and archives get the log in pieces, whatever the rows weigh."""


@dataclass
class Pace:
    """How many rows a batch holds: smoothed towards `target` seconds, between `least` and `most`."""

    size: int = 1_000
    target: float = 0.05
    least: int = 100
    most: int = 20_000

    @classmethod
    def of(cls, weight: int, target: float | None = None) -> Pace:
        """The pace for rows of about `weight` bytes each (0: not known), of batches of `target` seconds."""
        most = min(cls.most, max(1, BATCH_BYTES // weight)) if weight else cls.most
        seconds = cls.target if target is None else target
        return cls(size=min(cls.size, most), target=seconds, least=min(cls.least, most), most=most)

    def learn(self, seconds: float) -> None:
        """Adapt to a batch that took `seconds`: at most double or half at a time."""
        factor = min(2.0, max(0.5, self.target / max(seconds, 1e-6)))
        self.size = min(self.most, max(self.least, int(self.size * (0.5 + factor / 2))))

    def give_way(self) -> None:
        """A batch could not have its locks: the next try asks for half of them, and so on, down to `least`.

        Where applications lock rows the other way round, a large batch would meet one of them each time.
        """
        self.size = max(self.least, self.size // 2)
