CREATE OR REPLACE VIEW draft_summary AS
SELECT d.id,
       d.plan_data ->> 'name' AS plan_name,
       d.status,
       d.submission_id,
       d.created_by,
       d.reviewed_by,
       d.updated_at,
       d.camunda_process_id,
       CASE
           WHEN d.status = 'draft' THEN 'not_started'
           WHEN d.camunda_process_id IS NULL AND d.status = 'submitted' THEN 'awaiting_process'
           WHEN d.camunda_process_id IS NULL THEN 'untracked'
           WHEN d.status = 'submitted' THEN 'in_review'
           WHEN d.status = 'rejected' THEN 'rejected'
           WHEN d.submission_metadata @> '{"published": true}' THEN 'published'
           ELSE 'publishing'
       END AS workflow_status
FROM benefit_plan_drafts AS d;
