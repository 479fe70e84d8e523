"""An evolution with all four changes of functions and views, and of columns that they are bound to."""

from __future__ import annotations

from sqlalchemy import String

from crossfade import Evolution, OpenEnum, ReplaceView
from tests.crash.course import Course, Stage, Walk
from tests.definitions.drafts import DRAFTS, EVOLUTION, ROLES

LEGACY = f"""
{DRAFTS} {ROLES}
CREATE TYPE kind AS ENUM ('plain', 'rag');
ALTER TABLE drafts ADD COLUMN kind kind NOT NULL DEFAULT 'plain';
UPDATE drafts SET kind = 'rag' WHERE id > 3;
CREATE VIEW kinds AS SELECT kind, count(*) AS times FROM drafts GROUP BY kind;
"""
KINDS = Evolution(
    "kinds",
    changes=[
        *EVOLUTION.changes,
        OpenEnum("drafts", "kind", String(50), values={"plain": "simple", "rag": "chat"}, unknown="plain"),
        ReplaceView("kinds", sql="CREATE VIEW kinds AS SELECT count(*) AS n, kind FROM drafts GROUP BY kind"),
    ],
)
NEW = f"public__{KINDS.name}"
COURSE = Course(
    KINDS,
    "tests.definitions.course:KINDS",
    LEGACY,
    {
        "live": Stage(
            "absent",
            "start",
            f"SET search_path = {NEW}, public; SELECT submit(1, 'a', 'p', '{{}}'); "
            "UPDATE drafts SET kind = 'agent' WHERE id = 2; SET search_path = public; SELECT submit(2, 'b')",
        ),
        "rolled back": Stage("live", "rollback", "SELECT submit(3, 'c')"),
        "completed": Stage("live", "complete", "SELECT submit(4, 'd', 'q')"),
        "reverted": Stage("completed", "revert", "SELECT submit(5, 'e')"),
        "purged": Stage("completed", "purge", "SELECT submit(5, 'e', 'r')"),
    },
    (
        Walk("rolled back", "start"),
        Walk("live", "rollback"),
        Walk("live", "complete"),
        Walk("completed", "revert"),
        Walk("completed", "purge"),
        Walk("reverted", "purge"),
        Walk("purged", "revert"),
    ),
)
