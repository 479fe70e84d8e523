"""The evolution: an interview and a todo belong to a workflow, and are soft-deleted and restored with it."""

from crossfade import Evolution, Relate, SoftDelete

evolution = Evolution(
    "related_workflows",
    summary="Interviews and todos know their workflow",
    changes=[
        Relate("interviews", "workflow_id", to="recruitment_processes", on_delete="SET NULL",
               soft_delete=SoftDelete(flag="is_deleted", at="deleted_at")),
        Relate("todos", "workflow_id", to="recruitment_processes", on_delete="SET NULL",
               soft_delete=SoftDelete(flag="is_deleted", at="deleted_at")),
    ],
)  # fmt: skip
