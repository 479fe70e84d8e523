CREATE FUNCTION update_camunda_process_info(
    draft_id uuid,
    camunda_process_id varchar,
    submission_metadata jsonb DEFAULT NULL
) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    UPDATE benefit_plan_drafts AS d
    SET camunda_process_id = camunda_process_id,
        submission_metadata = CASE
            WHEN submission_metadata IS NULL THEN d.submission_metadata
            ELSE COALESCE(d.submission_metadata, '{}') || submission_metadata
        END
    WHERE d.id = draft_id AND d.status <> 'draft';
    RETURN FOUND;
END
$$;
