"""The drafting tool's schema in an empty database: as it was, and as a new installation has it.

A database that is in use goes from one to the other by the evolution; this is for tests and the demo.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["BPMN", "install", "install_legacy"]

HERE = Path(__file__).parent
BPMN = HERE / "approval.bpmn"
ADDED = """
ALTER TABLE benefit_plan_drafts ADD camunda_process_id varchar(255), ADD submission_metadata jsonb;
CREATE INDEX ix_benefit_plan_drafts_camunda_process_id ON benefit_plan_drafts (camunda_process_id);
CREATE INDEX ix_benefit_plan_drafts_submission_metadata ON benefit_plan_drafts
    USING gin (submission_metadata);
DROP FUNCTION submit_draft_for_approval(uuid, varchar);
"""
NEW = (
    "functions/submit_draft_for_approval.sql",
    "functions/update_camunda_process_info.sql",
    "functions/get_draft_by_camunda_process.sql",
    "views/draft_summary.sql",
)


def install_legacy(connection: Connection) -> None:
    """Make the schema as it was."""
    _run(connection, (HERE / "legacy.sql").read_text(encoding="utf-8"))


def install(connection: Connection) -> None:
    """Make the schema as it is after the evolution."""
    install_legacy(connection)
    _run(connection, ADDED)
    for each in NEW:
        _run(connection, (HERE / each).read_text(encoding="utf-8"))


def _run(connection: Connection, script: str) -> None:
    connection.exec_driver_sql(script.replace("%", "%%"))
