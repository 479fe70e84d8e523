"""What a draft must be on both sides, in plain Python, from the case's promises.

The rules, one by one:

- what the old application's table has is the same on both sides, whoever wrote it and by whichever function;
- the process and the metadata are the new side's alone. The old application moves neither, and a call of the
  new function with two arguments leaves both empty; metadata that is added goes over what is there;
- a rollback keeps them, and the next start brings them back, whatever the old application did meanwhile;
- a deleted draft is gone for good, and so is what was kept of it;
- the old view shows its old columns and no others, the new one how far the process is as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crossfade.casebook import ledger
from crossfade.casebook.benefit_drafts import old_app
from crossfade.casebook.ledger import Wrong, difference
from crossfade.casebook.words import Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from crossfade.casebook.words import Moment

__all__ = ["COMMON", "SHAPES", "Entry", "Ledger"]

TRACKED = ("camunda_process_id", "submission_metadata")
CLOCKS = frozenset({"id", "created_at", "updated_at"})
COMMON = tuple(name for name in old_app.COLUMNS if name not in CLOCKS and not name.endswith("_at"))
"""What both sides show alike, but for the moments."""
SHAPES = {
    Side.OLD: (old_app.COLUMNS, old_app.SUMMARY),
    Side.NEW: (
        (*old_app.COLUMNS, *TRACKED),
        (*old_app.SUMMARY, "camunda_process_id", "workflow_status"),
    ),
}
"""The columns of the table and of the view, as each side shows them."""


@dataclass
class Entry:
    """One draft as it must be."""

    common: dict[str, Any]
    process: str | None = None
    metadata: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        """How far it is, in the old application's words."""
        return str(self.common["status"])

    @property
    def workflow_status(self) -> str:
        """How far its process is."""
        if self.status == "draft":
            return "not_started"
        if self.process is None:
            return "awaiting_process" if self.status == "submitted" else "untracked"
        if self.status == "approved":
            return "published" if (self.metadata or {}).get("published") is True else "publishing"
        return {"submitted": "in_review", "rejected": "rejected"}[self.status]

    def wrong(self, found: Mapping[str, Any] | None, side: Side) -> Wrong | None:
        """(expected, found) of what is not as it must be on that side; None where all is.

        `found` is a line of the table or one of the view.
        """
        if found is None:
            return {"row": "exists"}, {"row": "is gone"}
        shape = SHAPES[side]["plan_name" in found]
        if set(found) != set(shape):
            return {"columns": sorted(shape)}, {"columns": sorted(found)}
        said = self.common | {
            "plan_name": self.common["plan_data"].get("name"),
            "camunda_process_id": self.process,
            "submission_metadata": self.metadata,
            "workflow_status": self.workflow_status,
        }
        for moment, there in (
            ("submitted_at", self.status != "draft"),
            ("reviewed_at", self.status in {"approved", "rejected"}),
        ):
            if moment in found:
                right = (found[moment] is not None) is there
                said[moment] = found[moment] if right else "a moment" if there else None
        return difference({name: said[name] for name in shape if name not in CLOCKS}, found)

    def witness(self, moment: Moment) -> None:
        """A command begins or has ended, which changes nothing that is promised of a draft."""


class Ledger(ledger.Ledger["UUID", Entry]):
    """All drafts that one worker answers for, by id."""

    def known(self, id: UUID, row: Mapping[str, Any]) -> None:
        """A draft was there before all this."""
        self.rows[id] = Entry({name: row[name] for name in COMMON})

    def born(self, id: UUID, plan: Mapping[str, Any], by: str) -> None:
        """Either application made this draft."""
        empty: dict[str, Any] = dict.fromkeys(COMMON)
        given = {"plan_data": dict(plan), "status": "draft", "created_by": by, "updated_by": by}
        self.rows[id] = Entry(empty | given)

    def edited(self, id: UUID, plan: Mapping[str, Any], by: str) -> None:
        """Either application put another plan into it."""
        self.rows[id].common |= {"plan_data": dict(plan), "updated_by": by}

    def submitted(
        self,
        id: UUID,
        submission: str,
        by: str,
        process: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Either application submitted it; only the new one says with what process and metadata."""
        entry = self.rows[id]
        entry.common |= {"status": "submitted", "submission_id": submission}
        entry.common |= {"submitted_by": by, "updated_by": by}
        entry.process, entry.metadata = process, None if metadata is None else dict(metadata)

    def reviewed(self, id: UUID, status: str, by: str, reason: str | None = None) -> None:
        """Either application approved or rejected it."""
        self.rows[id].common |= {"status": status, "reviewed_by": by, "updated_by": by}
        if status == "rejected":
            self.rows[id].common["rejection_reason"] = reason

    def tracked(self, id: UUID, process: str, metadata: Mapping[str, Any] | None) -> None:
        """The new application said which process it has, and perhaps more."""
        entry = self.rows[id]
        entry.process = process
        if metadata is not None:
            entry.metadata = (entry.metadata or {}) | dict(metadata)

    def in_status(self, *statuses: str) -> list[UUID]:
        """The drafts that are in one of these."""
        return [key for key, entry in self.rows.items() if entry.status in statuses]
