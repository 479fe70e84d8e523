"""What is left of a walk over a table's keys, while one hand or several work on it."""

from __future__ import annotations

from dataclasses import dataclass, field

Key = tuple[str, ...]
Span = tuple[Key, Key]  # from one key to another, both included


@dataclass
class Spans:
    """The spans of which no work is committed yet: those that nobody has begun, and those in hand."""

    waiting: list[Span]
    in_hand: list[Span] = field(default_factory=list)

    def take(self) -> Span | None:
        """A span that nobody has begun, the first one; None where all are in hand, or done."""
        if not self.waiting:
            return None
        span = self.waiting.pop(0)
        self.in_hand.append(span)
        return span

    def cut(self, span: Span, end: Key, following: Key | None) -> Span:
        """What is kept in hand of a span, up to `end`; the rest, from `following` on, waits."""
        if following is None:
            return span
        bite = (span[0], end)
        self.in_hand[self.in_hand.index(span)] = bite
        self.waiting.insert(0, (following, span[1]))
        return bite

    def without(self, bite: Span) -> list[Span]:
        """What is left once a span in hand is done."""
        return [each for each in self.in_hand if each != bite] + self.waiting

    def finish(self, bite: Span) -> None:
        """The work on a span in hand is committed."""
        self.in_hand.remove(bite)
