"""What the users of both applications come up with: names, times, feedback; the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from crossfade.casebook.recruitment.old_app import INTERVIEWS, PROCESSES

__all__ = ["Dice"]

COMPANIES = ("Northern Mutual", "Müller & Söhne", "健康テック", "O'Hara 100 %", "🦊 Ltd", "{x} -- %(y)s")
JOBS = ("Engineer", "Verkäufer", "工程师", "Ingénieure")
STATUSES = ("open", "open", "on hold", "hired", "closed")
TITLES = ("Phone screen", "Entretien", "最終面接", "Call back", "Send the résumé ✉", "100 % :sure")
NODES = (("Screening", "call"), ("Coding task", "task"), ("Offer", "decision"))
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


class Dice(random.Random):
    """A seeded source of what a user would write."""

    def row(self, table: str, user_id: int) -> dict[str, Any]:
        """All columns of a new row, but those of deletion."""
        return {"user_id": user_id, **self.edited(table)}

    def edited(self, table: str) -> dict[str, Any]:
        """What an edit form of that table sends."""
        if table == PROCESSES:
            return {
                "company": self.choice(COMPANIES),
                "job_title": f"{self.choice(JOBS)} {self.randint(1, 99)}",
                "status": self.choice(STATUSES),
                "notes": self._note(),
            }
        given: dict[str, Any] = {"title": f"{self.choice(TITLES)} {self.randint(1, 999)}"}
        if table == INTERVIEWS:
            feedback = {
                "round": self.randint(1, 5),
                "strengths": [self._note()],
                "rating": self.randint(0, 99) / 4,
            }
            return given | {
                "mode": self.choice(("video", "phone", "onsite")),
                "scheduled_at": self._time(),
                "feedback": feedback if self.random() < 0.7 else None,
                "score": self.choice((None, self.randint(0, 100))),
            }
        return given | {
            "priority": self.randint(0, 5),
            "is_done": self.random() < 0.3,
            "due_at": self._time(),
        }

    def node(self) -> dict[str, Any]:
        """A station of a workflow."""
        name, node_type = self.choice(NODES)
        return {
            "name": f"{name} {self.randint(1, 999)}",
            "node_type": node_type,
            "place": self.randint(7, 99),
        }

    def _note(self) -> str | None:
        return self.choice((None, "Très motivée ✅", "面接の日程", "C:\\cv\\2024", ""))

    def _time(self) -> datetime | None:
        """To the microsecond."""
        if self.random() < 0.2:
            return None
        return BEGIN + timedelta(microseconds=self.randint(0, 10**13))
