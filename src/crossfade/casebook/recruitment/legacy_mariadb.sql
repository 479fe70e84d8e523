-- The recruiting system as it was, on MariaDB: interviews and todos do not know their workflow.
-- Moments are in UTC. Each statement ends where its line does.

CREATE TABLE users (
    id         INTEGER      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email      VARCHAR(250) NOT NULL,
    name       VARCHAR(200) NOT NULL,
    created_at DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY uq_users_email (email)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE recruitment_processes (
    id         INTEGER      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id    INTEGER      NOT NULL,
    company    VARCHAR(200) NOT NULL,
    job_title  VARCHAR(200) NOT NULL,
    status     VARCHAR(20)  NOT NULL DEFAULT 'open',
    notes      TEXT,
    is_deleted BOOLEAN      NOT NULL DEFAULT FALSE,
    deleted_at DATETIME(6)  NULL,
    created_at DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    KEY ix_recruitment_processes_user_id (user_id),
    CONSTRAINT fk_recruitment_processes_user_id FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE workflow_nodes (
    id         INTEGER      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    process_id INTEGER      NOT NULL,
    name       VARCHAR(200) NOT NULL,
    node_type  VARCHAR(20)  NOT NULL,
    place      INTEGER      NOT NULL,
    is_done    BOOLEAN      NOT NULL DEFAULT FALSE,
    is_deleted BOOLEAN      NOT NULL DEFAULT FALSE,
    deleted_at DATETIME(6)  NULL,
    KEY ix_workflow_nodes_process_id (process_id),
    CONSTRAINT fk_workflow_nodes_process_id FOREIGN KEY (process_id)
        REFERENCES recruitment_processes (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE interviews (
    id           INTEGER      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id      INTEGER      NOT NULL,
    title        VARCHAR(200) NOT NULL,
    mode         VARCHAR(20)  NOT NULL,
    scheduled_at DATETIME(6)  NULL,
    feedback     JSON,
    score        SMALLINT,
    is_deleted   BOOLEAN      NOT NULL DEFAULT FALSE,
    deleted_at   DATETIME(6)  NULL,
    created_at   DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at   DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    KEY ix_interviews_user_id (user_id),
    CONSTRAINT fk_interviews_user_id FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE todos (
    id         INTEGER      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id    INTEGER      NOT NULL,
    title      VARCHAR(200) NOT NULL,
    priority   INTEGER      NOT NULL DEFAULT 0,
    is_done    BOOLEAN      NOT NULL DEFAULT FALSE,
    due_at     DATETIME(6)  NULL,
    is_deleted BOOLEAN      NOT NULL DEFAULT FALSE,
    deleted_at DATETIME(6)  NULL,
    created_at DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY ix_todos_user_id (user_id),
    CONSTRAINT fk_todos_user_id FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
