"""What the users of both applications come up with: runs, steps, events; the same for the same seed.

Everything is in the new side's words; the traffic says it to the old one in its own.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["Dice"]

STATUSES = ("pending", "running", "completed", "failed", "cancelled", "timeout")
ENDS = ("completed", "completed", "completed", "failed", "cancelled", "timeout")
STEP_STATUSES = ("pending", "running", "completed", "completed", "failed", "skipped")
CHANNELS = ("web", "web", "voice", "efax")
KINDS = ("asked", "answered", "typed", "heard", "handed over")
TEXTS = ("done", "Müller & Söhne", "資格確認\n", "O'Neill's 100 %", '🩺 \\ "x"', "{x} -- %(y)s", "")
KEYS = ("patient", "language", "queue", "ключ", "a.b c")
BEGAN = datetime(2019, 3, 31, tzinfo=UTC)


class Dice(random.Random):
    """A seeded source of what a user would write. `marks` are of this worker's runs alone."""

    def __init__(self, seed: str, worker: int) -> None:
        super().__init__(seed)
        self.kind_of_own = f"flagged {worker}"
        self.url_of_own = f"https://w{worker}.example/ask"
        self.tickets = [f"T{worker}-{number}" for number in range(4)]

    def once(self) -> datetime:
        """A moment in the past, to the microsecond; some are full tenths of a second."""
        fraction = self.choice((self.randrange(1_000_000), self.randrange(10) * 100_000))
        return BEGAN + timedelta(seconds=self.randrange(150_000_000), microseconds=fraction)

    def text(self) -> str | None:
        """What somebody wrote, or nothing."""
        return None if self.random() < 0.3 else f"{self.choice(TEXTS)} {self.randint(1, 999)}"

    def value(self) -> Any:
        """A value of any kind."""
        number = self.randint(0, 9999) / 8
        return self.choice((None, number, True, [], "ключ", {"amount": number, "payer": None}, [{"a": []}]))

    def data(self) -> dict[str, Any] | None:
        """An object, or nothing."""
        return None if self.random() < 0.4 else {"said": self.text(), "amount": self.randint(0, 9999) / 4}

    def context(self) -> tuple[str, Any]:
        """A key and what is known under it; tickets are of this worker's runs alone."""
        if self.random() < 0.3:
            return "ticket", self.choice(self.tickets)
        return self.choice(KEYS), self.value()

    def event(self) -> dict[str, Any]:
        """What happened; its payload may be nothing, or not even that."""
        kind = self.kind_of_own if self.random() < 0.1 else self.choice(KINDS)
        return {"kind": kind, "message": self.text()} | self._perhaps("payload")

    def screenshot(self) -> dict[str, Any]:
        """What was seen."""
        size = {"width": 320 * self.randint(1, 6), "height": 200} if self.random() < 0.7 else {}
        picture = self.choice((None, b"", self.randbytes(self.randint(1, 60))))
        return {"url": f"https://shots.example/{self.randrange(10**9)}.png", "thumbnail": picture} | size

    def endpoint(self) -> dict[str, Any]:
        """What was called."""
        url = self.url_of_own if self.random() < 0.2 else f"https://api.example/{self.randint(1, 50)}?q=é"
        told = {"status_code": 200, "latency_ms": self.randrange(80_000) / 8} if self.random() < 0.8 else {}
        return {"method": self.choice(("GET", "POST")), "url": url} | told

    def binding(self) -> dict[str, Any]:
        """What was given."""
        return {"name": self.choice(KEYS), "source": f"step.{self.randint(1, 9)}"} | self._perhaps("value")

    def course(self) -> dict[str, Any]:
        """When something began and ended, and what went wrong."""
        began = self.once() if self.random() < 0.8 else None
        took = timedelta(microseconds=self.randrange(40_000_000_000))
        if self.random() < 0.05:
            took = timedelta(days=40)
        ended = began + took if began and self.random() < 0.8 else None
        wrong = {"error_message": self.text(), "error_details": self.data()} if self.random() < 0.2 else {}
        return {"started_at": began, "ended_at": ended, "error_message": None, "error_details": None} | wrong

    def step(self, number: int) -> dict[str, Any]:
        """A step with what belongs to it."""
        columns = {"step_number": number, "status": self.step_status(), "input_data": self.data()}
        events = [self.event() | {"occurred_at": self.once()} for _ in range(self.randint(0, 3))]
        shots = [self.screenshot() | {"taken_at": self.once()} for _ in range(self.randint(0, 2))]
        tries = [
            {"attempt": attempt + 1, "reason": self.text(), "retried_at": self.once()}
            for attempt in range(self.choice((0, 0, 0, 2)))
        ]
        bindings = [self.binding() for _ in range(self.choice((0, 0, 1, 2)))]
        parts = {"events": events, "screenshots": shots, "retries": tries, "bindings": bindings}
        return columns | self.course() | parts

    def run(self) -> dict[str, Any]:
        """A run with its steps, but for whose it is."""
        columns = {"channel": self.channel(), "status": self.status()}
        calls = [self.endpoint() | {"called_at": self.once()} for _ in range(self.randint(0, 2))]
        context = dict(self.context() for _ in range(self.randint(0, 3)))
        steps = [self.step(number) for number in range(1, self.choice((1, 2, 2, 3, 5, 0)))]
        return columns | self.course() | {"context": context, "endpoints": calls, "steps": steps}

    def channel(self) -> str:
        """How somebody came to the product."""
        return self.choice(CHANNELS)

    def status(self) -> str:
        """How far a run is."""
        return self.choice(STATUSES)

    def step_status(self) -> str:
        """How far a step is."""
        return self.choice(STEP_STATUSES)

    def end(self) -> tuple[str, str | None, Any]:
        """How a run ended, and what went wrong."""
        status = self.choice(ENDS)
        if status != "failed":
            return status, None, None
        return status, f"timeout: 権限 {self.randint(1, 9)}", self.data()

    def order(self, many: int) -> list[int]:
        """The positions of so many elements in another order, or by chance in the same."""
        return self.sample(range(many), many)

    def _perhaps(self, name: str) -> dict[str, Any]:
        return {} if self.random() < 0.3 else {name: self.value()}
