-- What the legacy schema has besides its tables; made last, because rows are then loaded in half the time.

CREATE INDEX ix_batch_job_workflow_type ON batch_job (workflow_type);
CREATE INDEX ix_batch_job_org_id ON batch_job (org_id, created_at);
-- Few jobs wait, and every worker asks for the next one.
CREATE INDEX ix_batch_job_queued ON batch_job (org_id, priority DESC, created_at) WHERE status = 'queued';

ALTER TABLE rcm_trace ADD FOREIGN KEY (batch_job_id) REFERENCES batch_job (id) ON DELETE CASCADE;
CREATE INDEX ix_rcm_trace_batch_job_id ON rcm_trace (batch_job_id);
CREATE INDEX ix_rcm_trace_workflow_type ON rcm_trace (workflow_type);
