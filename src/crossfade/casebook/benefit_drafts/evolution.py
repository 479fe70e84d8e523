"""The evolution: a draft knows the process that approves it, and what was said when it was submitted."""

from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import JSONB

from crossfade import AddColumn, AddFunction, Evolution, ReplaceFunction, ReplaceView

evolution = Evolution(
    "engine_tracking",
    summary="Drafts are tracked through the process engine",
    changes=[
        AddColumn("benefit_plan_drafts", Column("camunda_process_id", String(255)), index=True),
        AddColumn("benefit_plan_drafts", Column("submission_metadata", JSONB), index="gin"),
        ReplaceFunction("submit_draft_for_approval", file="functions/submit_draft_for_approval.sql"),
        AddFunction("update_camunda_process_info", file="functions/update_camunda_process_info.sql"),
        AddFunction("get_draft_by_camunda_process", file="functions/get_draft_by_camunda_process.sql"),
        ReplaceView("draft_summary", file="views/draft_summary.sql"),
    ],
)
