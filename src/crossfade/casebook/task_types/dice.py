"""What the users of both applications come up with: names, types, payloads; the same for the same seed."""

from __future__ import annotations

import random
from typing import Any

from crossfade.casebook.task_types.oracle import DOMAINS, LABELS, TASKS, Task
from crossfade.casebook.words import Side

__all__ = ["APPEAL", "Dice"]

APPEAL: Task = ("claim", "appeal")  # the one that the story is about: registered with its first use
KNOWN = (*TASKS.values(), ("claim", "submit"), ("eligibility", "verify_benefits"), ("prior_auth", "submit"))
STATUSES = ("queued", "queued", "running", "finished", "failed")
EVENTS = ("sent", "answered", "posted", "appealed", "reopened")
NAMES = ("Nightly sweep", "Müller & Söhne", "資格確認", "O'Neill's 100 %", "🩺 intake", "{x} -- %(y)s")


class Dice(random.Random):
    """A seeded source of what a user would write."""

    def label(self) -> str:
        """One of the old application's types."""
        return self.choice(LABELS)

    def known(self) -> Task:
        """A task type that is in the catalogue, once the evolution has begun."""
        return self.choice(KNOWN)

    def domain(self) -> str:
        """A domain for which there is an old type."""
        return self.choice(tuple(DOMAINS))

    def type(self, side: Side) -> str | Task:
        """A type as that side's application knows them."""
        return self.label() if side is Side.OLD else self.known()

    def name(self) -> str:
        """A name of a job, or of a task type."""
        return f"{self.choice(NAMES)} {self.randint(1, 999)}"

    def status(self) -> tuple[str, str | None]:
        """How far a job is, and what went wrong."""
        status = self.choice(STATUSES)
        return status, "timeout: 権限" if status == "failed" else None

    def event(self) -> str:
        """What happened to a job."""
        return self.choice(EVENTS)

    def detail(self) -> dict[str, Any] | None:
        """A payload, or what a trace tells."""
        if self.random() < 0.3:
            return None
        return {"amount": self.randint(0, 9999) / 4, "payer": None, "note": self.name()}

    def job(self, org_id: int) -> dict[str, Any]:
        """The arguments of `create`, without a type."""
        given = {"org_id": org_id, "name": self.name(), "priority": self.choice((0, 0, 0, 5))}
        return given | {"payload": self.detail()}
