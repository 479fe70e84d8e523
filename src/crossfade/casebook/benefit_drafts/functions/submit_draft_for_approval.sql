CREATE OR REPLACE FUNCTION submit_draft_for_approval(
    draft_id uuid,
    submitted_by varchar,
    camunda_process_id varchar DEFAULT NULL,
    submission_metadata jsonb DEFAULT NULL
) RETURNS varchar LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    submission varchar := 'SUB-' || gen_random_uuid();
BEGIN
    UPDATE benefit_plan_drafts AS d
    SET status = 'submitted', submission_id = submission, submitted_by = submitted_by, submitted_at = now(),
        updated_by = submitted_by, camunda_process_id = camunda_process_id,
        submission_metadata = submission_metadata
    WHERE d.id = draft_id AND d.status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'draft % is not there to be submitted', draft_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'only a draft can be submitted, once';
    END IF;
    RETURN submission;
END
$$;
