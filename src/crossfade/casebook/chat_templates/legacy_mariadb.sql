-- The chat platform's templates as they were, on MariaDB: four types of workflow, in a closed enum.
-- Moments are in UTC. Each statement ends where its line does.

-- Ids below two thousand million are the applications' to choose: a counter goes on from the highest id there is,
-- whoever gave it.
CREATE TABLE workflow_templates (
    id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    owner_id       BIGINT       NOT NULL,
    name           VARCHAR(200) NOT NULL,
    description    TEXT,
    workflow_type  ENUM('plain', 'tools', 'rag', 'full') NOT NULL,
    category       VARCHAR(100),
    default_params JSON,
    required_tools JSON,
    is_builtin     BOOLEAN      NOT NULL DEFAULT FALSE,
    is_public      BOOLEAN      NOT NULL DEFAULT FALSE,
    version        INTEGER      NOT NULL DEFAULT 1,
    usage_count    INTEGER      NOT NULL DEFAULT 0,
    created_at     DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at     DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    KEY ix_workflow_templates_workflow_type (workflow_type),
    KEY ix_workflow_templates_owner_id (owner_id),
    KEY ix_workflow_templates_builtin_name (is_builtin, name)
) ENGINE = InnoDB AUTO_INCREMENT = 2000000000 DEFAULT CHARSET = utf8mb4;

CREATE TABLE workflow_executions (
    id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    template_id BIGINT      NOT NULL,
    status      VARCHAR(20) NOT NULL,
    started_at  DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    finished_at DATETIME(6) NULL,
    error       TEXT,
    KEY ix_workflow_executions_template_id (template_id),
    CONSTRAINT fk_workflow_executions_template_id FOREIGN KEY (template_id) REFERENCES workflow_templates (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
