-- The drafting tool's database as it was: a plan is drafted, submitted, and approved or rejected by functions.

CREATE TABLE benefit_plan_drafts (
    id               uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    plan_data        jsonb        NOT NULL,
    status           varchar(20)  NOT NULL DEFAULT 'draft' CONSTRAINT benefit_plan_drafts_status
        CHECK (status IN ('draft', 'submitted', 'approved', 'rejected')),
    submission_id    varchar(64)  CONSTRAINT uq_benefit_plan_drafts_submission_id UNIQUE,
    submitted_by     varchar(100),
    submitted_at     timestamptz,
    reviewed_by      varchar(100),
    reviewed_at      timestamptz,
    rejection_reason text,
    created_by       varchar(100) NOT NULL,
    updated_by       varchar(100),
    created_at       timestamptz  NOT NULL DEFAULT now(),
    updated_at       timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX ix_benefit_plan_drafts_status ON benefit_plan_drafts (status);
CREATE INDEX ix_benefit_plan_drafts_updated_at ON benefit_plan_drafts (updated_at);
CREATE INDEX ix_benefit_plan_drafts_created_by ON benefit_plan_drafts (created_by, updated_at);

CREATE FUNCTION benefit_plan_drafts_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER benefit_plan_drafts_updated_at BEFORE UPDATE ON benefit_plan_drafts
    FOR EACH ROW EXECUTE FUNCTION benefit_plan_drafts_touch();

CREATE FUNCTION create_draft(plan_data jsonb, created_by varchar) RETURNS uuid LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    made uuid;
BEGIN
    INSERT INTO benefit_plan_drafts (plan_data, created_by, updated_by)
    VALUES (plan_data, created_by, created_by)
    RETURNING benefit_plan_drafts.id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION create_draft(jsonb, varchar) IS 'A new draft of an insurance plan; returns its id';

CREATE FUNCTION submit_draft_for_approval(draft_id uuid, submitted_by varchar) RETURNS varchar
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    submission varchar := 'SUB-' || gen_random_uuid();
BEGIN
    UPDATE benefit_plan_drafts AS d
    SET status = 'submitted', submission_id = submission, submitted_by = submitted_by, submitted_at = now(),
        updated_by = submitted_by
    WHERE d.id = draft_id AND d.status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'draft % is not there to be submitted', draft_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'only a draft can be submitted, once';
    END IF;
    RETURN submission;
END
$$;
COMMENT ON FUNCTION submit_draft_for_approval(uuid, varchar) IS 'Submits a draft; returns its submission''s id';

CREATE FUNCTION approve_draft(draft_id uuid, approved_by varchar) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    UPDATE benefit_plan_drafts AS d
    SET status = 'approved', reviewed_by = approved_by, reviewed_at = now(), updated_by = approved_by
    WHERE d.id = draft_id AND d.status = 'submitted';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'draft % is not there to be approved', draft_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'only a submitted draft can be approved';
    END IF;
END
$$;
COMMENT ON FUNCTION approve_draft(uuid, varchar) IS 'Approves a submitted draft';

CREATE FUNCTION reject_draft(draft_id uuid, rejected_by varchar, reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    UPDATE benefit_plan_drafts AS d
    SET status = 'rejected', reviewed_by = rejected_by, reviewed_at = now(), rejection_reason = reason,
        updated_by = rejected_by
    WHERE d.id = draft_id AND d.status = 'submitted';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'draft % is not there to be rejected', draft_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'only a submitted draft can be rejected';
    END IF;
END
$$;
COMMENT ON FUNCTION reject_draft(uuid, varchar, text) IS 'Rejects a submitted draft';

CREATE VIEW draft_summary AS
SELECT d.id,
       d.plan_data ->> 'name' AS plan_name,
       d.status,
       d.submission_id,
       d.created_by,
       d.reviewed_by,
       d.updated_at
FROM benefit_plan_drafts AS d;
COMMENT ON VIEW draft_summary IS 'Drafts as lists show them';
