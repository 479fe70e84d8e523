"""What the users of both applications come up with: names, types, parameters; the same for the same seed."""

from __future__ import annotations

import random
from typing import Any

from crossfade.casebook.chat_templates.oracle import LABELS
from crossfade.casebook.words import Side

__all__ = ["Dice"]

TYPES = (
    "medical_chat",
    "code_review_chat",
    None,
    "simple_chat",
    "rag_chat",
    "function_chat",
    "advanced_chat",
)
CHOICES: dict[Side, tuple[str | None, ...]] = {Side.OLD: LABELS, Side.NEW: TYPES}
PATTERNS = ("chat", "batch", "streaming", None)
STATUSES = ("completed", "completed", "failed", "running")
NAMES = (
    "Quarterly review",
    "Résumé für den Vorstand",
    "要件レビュー",
    "O'Neill's 100 %",
    "🩺 intake",
    "{x} -- %(y)s",
)


class Dice(random.Random):
    """A seeded source of what a user would write."""

    def type(self, side: Side) -> Any:
        """A type as that side's application knows them: a label, or any string or None."""
        return self.choice(CHOICES[side])

    def name(self) -> str:
        """A name of a template."""
        return f"{self.choice(NAMES)} {self.randint(1, 999)}"

    def owner(self) -> int:
        """The id of a user."""
        return self.randint(1, 50)

    def pattern(self) -> str | None:
        """An execution pattern."""
        return self.choice(PATTERNS)

    def status(self) -> str:
        """How an execution went."""
        return self.choice(STATUSES)

    def params(self) -> dict[str, Any]:
        """Default parameters."""
        return {"temperature": self.randint(0, 20) / 10, "stop": None, "note": self.name()}

    def row(self, side: Side) -> dict[str, Any]:
        """The arguments of that side's `create`."""
        row: dict[str, Any] = {
            "owner_id": self.owner(),
            "name": self.name(),
            "workflow_type": self.type(side),
        }
        row["default_params"] = self.params() if self.random() < 0.7 else None
        if side is Side.NEW:
            row["execution_pattern"] = self.pattern()
        return row
