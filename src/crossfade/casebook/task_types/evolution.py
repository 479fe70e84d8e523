"""The evolution: a job's type is a row of the catalogue of task types, domain and action."""

from crossfade import DropColumn, EnumToReference, Evolution

evolution = Evolution(
    "task_types",
    summary="Workflow types become task types: a domain and an action",
    changes=[
        EnumToReference("batch_job", "workflow_type", "task_type_id", lookup="task_type",
            rows={"eligibility": {"domain": "eligibility", "action": "check_legacy"},
                  "claim_status": {"domain": "claim", "action": "status_check_legacy"},
                  "prior_auth": {"domain": "prior_auth", "action": "check_legacy"}},
            backward={"domain": {"eligibility": "eligibility", "claim": "claim_status",
                                 "prior_auth": "prior_auth"}}),
        DropColumn("rcm_trace", "workflow_type",
            backward="(SELECT workflow_type FROM batch_job WHERE batch_job.id = rcm_trace.batch_job_id)"),
    ],
)  # fmt: skip
