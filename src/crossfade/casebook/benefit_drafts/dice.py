"""What the users of both applications come up with: plans, reasons, metadata; the same for the same seed."""

from __future__ import annotations

import random
from typing import Any

from crossfade.casebook.benefit_drafts.data import BENEFITS, KINDS, NAMES, PAYERS, REASONS

__all__ = ["CHANNELS", "Dice"]

CHANNELS = ("web", "portal", "Fax 📠", "電話", 'bulk "import"')


class Dice(random.Random):
    """A seeded source of what a user would write."""

    def plan(self) -> dict[str, Any]:
        """An insurance plan; one in ten has no name yet, and a few are big."""
        lines = 120 if self.random() < 0.02 else self.randint(1, 3)
        benefits = [
            {
                "type": {"text": self.choice(BENEFITS)},
                "limit": [{"value": {"value": self.randint(0, 9999) / 4}}],
            }
            for _ in range(lines)
        ]
        named = {} if self.random() < 0.1 else {"name": f"{self.choice(NAMES)} {self.randint(1, 999)}"}
        return {
            "resourceType": "InsurancePlan",
            "meta": {"versionId": str(self.randint(1, 9))},
            "status": "draft",
            **named,
            "ownedBy": {"display": self.choice(PAYERS)},
            "coverage": [{"type": {"text": self.choice(KINDS)}, "benefit": benefits}],
        }

    def reason(self) -> str | None:
        """Why a draft was rejected, if somebody says so."""
        return self.choice(REASONS)

    def process(self) -> str:
        """The id of a process, as the engine makes them."""
        return f"approval:1:{self.getrandbits(96):024x}"

    def channel(self) -> str:
        """By which way a draft came."""
        return self.choice(CHANNELS)

    def metadata(self, desk: str) -> dict[str, Any]:
        """What is said of a submission at this desk."""
        said: dict[str, Any] = {"desk": desk, "channel": self.channel(), "priority": self.randint(1, 5)}
        if self.random() < 0.3:
            said["reviewers"] = [{"name": "Zoë", "level": self.randint(1, 3)}, None]
        return said
