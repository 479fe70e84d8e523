-- The billing team's batch jobs as they were, on MariaDB: three kinds of work, in an ENUM on every job and trace.
-- Moments are in UTC. Each statement ends where its line does.

CREATE TABLE batch_job (
    id            UUID          NOT NULL DEFAULT UUID() PRIMARY KEY,
    org_id        BIGINT        NOT NULL,
    name          VARCHAR(200)  NOT NULL,
    workflow_type ENUM('eligibility', 'claim_status', 'prior_auth') NOT NULL,
    status        VARCHAR(20)   NOT NULL DEFAULT 'queued',
    priority      INTEGER       NOT NULL DEFAULT 0,
    claimed_by    VARCHAR(100),
    payload       JSON,
    error         TEXT,
    created_at    DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at    DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    finished_at   DATETIME(6),
    KEY ix_batch_job_workflow_type (workflow_type),
    KEY ix_batch_job_org_id (org_id, created_at),
    -- Few jobs wait, and every worker asks for the next one.
    KEY ix_batch_job_queued (org_id, status, priority DESC, created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE rcm_trace (
    id            BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    batch_job_id  UUID          NOT NULL,
    workflow_type ENUM('eligibility', 'claim_status', 'prior_auth') NOT NULL
        COMMENT 'What the job was when this happened',
    event         VARCHAR(100)  NOT NULL,
    detail        JSON,
    occurred_at   DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY ix_rcm_trace_batch_job_id (batch_job_id),
    KEY ix_rcm_trace_workflow_type (workflow_type),
    CONSTRAINT rcm_trace_batch_job_id_fkey FOREIGN KEY (batch_job_id) REFERENCES batch_job (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- A catalogue that another team began; no job refers to it yet.
CREATE TABLE task_type (
    id           UUID         NOT NULL DEFAULT UUID() PRIMARY KEY,
    domain       VARCHAR(50)  NOT NULL,
    action       VARCHAR(100) NOT NULL,
    display_name VARCHAR(200),
    description  TEXT,
    UNIQUE KEY task_type_domain_action_key (domain, action)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO task_type (id, domain, action, display_name, description) VALUES
    ('5d0c1f0e-6a53-4d0b-8f53-2f8d8a3e9c01', 'claim', 'status_check_legacy', 'Claim status check',
     'What the nightly run asks the payers'),
    ('5d0c1f0e-6a53-4d0b-8f53-2f8d8a3e9c02', 'claim', 'submit', 'Submit a claim', NULL),
    ('5d0c1f0e-6a53-4d0b-8f53-2f8d8a3e9c03', 'eligibility', 'verify_benefits', 'Verify benefits',
     'Leistungsprüfung · 給付の確認'),
    ('5d0c1f0e-6a53-4d0b-8f53-2f8d8a3e9c04', 'prior_auth', 'submit', 'Request an authorisation', NULL),
    ('5d0c1f0e-6a53-4d0b-8f53-2f8d8a3e9c05', 'pharmacy', 'refill', NULL, 'Not in use yet');
