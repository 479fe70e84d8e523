CREATE FUNCTION get_draft_by_camunda_process(process_id varchar) RETURNS TABLE (
    id uuid,
    plan_data jsonb,
    status varchar,
    submission_id varchar,
    camunda_process_id varchar,
    submission_metadata jsonb
) LANGUAGE sql STABLE AS $$
    SELECT d.id, d.plan_data, d.status, d.submission_id, d.camunda_process_id, d.submission_metadata
    FROM benefit_plan_drafts AS d
    WHERE d.camunda_process_id = process_id
$$;
