"""The evolution: eight tables of executions become runs and their steps."""

from crossfade import Array, Consolidate, Count, Evolution, KeyValue
from crossfade.casebook.run_ledger.models import DURATION, Run, RunStep

evolution = Evolution(
    "run_ledger",
    summary="Eight tables of executions become runs and their steps",
    changes=[
        Consolidate("workflow_trace", Run.__table__, key="run_id", legacy="legacy_trace_id",
            columns={"duration_ms": DURATION},
            values={"status": {"queued": "pending", "running": "running", "succeeded": "completed",
                               "failed": "failed", "cancelled": "cancelled", "timed_out": "timeout"}},
            embed={"context": KeyValue("workflow_trace_context", key="key", value="value",
                                       dropped=("id",)),
                   "endpoints_used": Array("workflow_trace_endpoint", order_by="called_at",
                                           optional=True)}),
        Consolidate("workflow_steps", RunStep.__table__, key="step_id", legacy="legacy_step_id",
            columns={"run_id": "trace_id", "duration_ms": DURATION},
            values={"status": {"queued": "pending", "running": "running", "done": "completed",
                               "failed": "failed", "skipped": "skipped"}},
            embed={"events": Array("workflow_events", order_by="occurred_at"),
                   "screenshots": Array("workflow_trace_screenshot", order_by="taken_at"),
                   "metadata.bindings": Array("workflow_data_bindings"),
                   "metadata.retries": Array("workflow_step_retries", order_by="attempt"),
                   "retry_count": Count("workflow_step_retries")}),
    ],
)  # fmt: skip
