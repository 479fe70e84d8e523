-- What the legacy schema has besides its tables; made last, because rows are then loaded in half the time.

ALTER TABLE user_workflow ADD FOREIGN KEY (org_id) REFERENCES organization (id);
CREATE INDEX ix_user_workflow_org_id ON user_workflow (org_id);
ALTER TABLE user_workflow_node ADD FOREIGN KEY (workflow_id) REFERENCES user_workflow (id);
CREATE INDEX ix_user_workflow_node_workflow_id ON user_workflow_node (workflow_id);

ALTER TABLE workflow_trace ADD FOREIGN KEY (workflow_id) REFERENCES user_workflow (id);
ALTER TABLE workflow_trace ADD FOREIGN KEY (org_id) REFERENCES organization (id);
CREATE INDEX ix_workflow_trace_workflow_id ON workflow_trace (workflow_id);
CREATE INDEX ix_workflow_trace_org_id ON workflow_trace (org_id, created_at);

ALTER TABLE workflow_steps ADD FOREIGN KEY (trace_id) REFERENCES workflow_trace (id) ON DELETE CASCADE;
ALTER TABLE workflow_steps ADD FOREIGN KEY (node_id) REFERENCES user_workflow_node (id);
CREATE INDEX ix_workflow_steps_trace_id ON workflow_steps (trace_id);
CREATE INDEX ix_workflow_steps_node_id ON workflow_steps (node_id);

ALTER TABLE workflow_events ADD FOREIGN KEY (step_id) REFERENCES workflow_steps (id) ON DELETE CASCADE;
CREATE INDEX ix_workflow_events_step_id ON workflow_events (step_id);

ALTER TABLE workflow_trace_screenshot
    ADD FOREIGN KEY (step_id) REFERENCES workflow_steps (id) ON DELETE CASCADE;
CREATE INDEX ix_workflow_trace_screenshot_step_id ON workflow_trace_screenshot (step_id);

-- Its index serves the foreign key, too.
ALTER TABLE workflow_trace_context ADD UNIQUE (trace_id, key);
ALTER TABLE workflow_trace_context
    ADD FOREIGN KEY (trace_id) REFERENCES workflow_trace (id) ON DELETE CASCADE;

ALTER TABLE workflow_trace_endpoint
    ADD FOREIGN KEY (trace_id) REFERENCES workflow_trace (id) ON DELETE CASCADE;
CREATE INDEX ix_workflow_trace_endpoint_trace_id ON workflow_trace_endpoint (trace_id);

ALTER TABLE workflow_data_bindings
    ADD FOREIGN KEY (step_id) REFERENCES workflow_steps (id) ON DELETE CASCADE;
CREATE INDEX ix_workflow_data_bindings_step_id ON workflow_data_bindings (step_id);

ALTER TABLE workflow_step_retries
    ADD FOREIGN KEY (step_id) REFERENCES workflow_steps (id) ON DELETE CASCADE;
CREATE INDEX ix_workflow_step_retries_step_id ON workflow_step_retries (step_id);
