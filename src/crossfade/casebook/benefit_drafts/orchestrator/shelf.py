"""The plan store inside: published plans in a SQLite file, each under its draft's id, for a demo."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossfade.casebook.benefit_drafts import plans
from crossfade.casebook.benefit_drafts.orchestrator.sqlite import SqliteFile
from crossfade.casebook.benefit_drafts.orchestrator.stores import Published

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path
    from uuid import UUID

__all__ = ["Shelf"]

TABLES = """
CREATE TABLE IF NOT EXISTS plans (
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    resource TEXT NOT NULL,
    PRIMARY KEY (id, version)
);
"""
NEWEST = "SELECT version, resource FROM plans WHERE id = ? ORDER BY version DESC LIMIT 1"


class Shelf:
    """A ``Plans`` (stores.py): like a FHIR server it would keep each version, and there is never a second."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, TABLES)

    async def publish(self, draft_id: UUID, plan: Mapping[str, Any]) -> Published:
        """Put the draft's plan there, unless it is."""
        form = json.dumps(plans.published_form(draft_id, plan), ensure_ascii=False, sort_keys=True)

        def published(db: sqlite3.Connection) -> Published:
            there = db.execute(NEWEST, (str(draft_id),)).fetchone()
            if there is None:
                db.execute(
                    "INSERT INTO plans (id, version, resource) VALUES (?, 1, ?)", (str(draft_id), form)
                )
            version = "1" if there is None else str(there["version"])
            return Published(f"InsurancePlan/{draft_id}", version, anew=there is None)

        return await self._file.write(published)

    async def get(self, draft_id: UUID) -> Mapping[str, Any] | None:
        """The plan that was made of a draft, or None."""
        found = await self._file.read(lambda db: db.execute(NEWEST, (str(draft_id),)).fetchone())
        return None if found is None else dict(json.loads(found["resource"]))

    async def ping(self) -> None:
        """Whether the file can be read."""
        await self._file.read(lambda db: db.execute("SELECT 1 FROM plans LIMIT 1").fetchone())

    async def close(self) -> None:
        """Let the file go."""
        await self._file.close()
