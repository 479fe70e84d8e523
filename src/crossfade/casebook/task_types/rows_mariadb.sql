-- The rows of rows.sql, made by MariaDB: the same draws, whole numbers and exact fractions, from the same md5. The
-- words come as JSON arrays. A statement ends where its line does.

CREATE TEMPORARY TABLE drawn (
    number BIGINT NOT NULL PRIMARY KEY,
    digest BINARY(16) NOT NULL,
    -- 0 to 65,535, eight places
    d0 BIGINT AS (ASCII(SUBSTR(digest, 1, 1)) * 256 + ASCII(SUBSTR(digest, 2, 1))) STORED,
    d1 BIGINT AS (ASCII(SUBSTR(digest, 3, 1)) * 256 + ASCII(SUBSTR(digest, 4, 1))) STORED,
    d2 BIGINT AS (ASCII(SUBSTR(digest, 5, 1)) * 256 + ASCII(SUBSTR(digest, 6, 1))) STORED,
    d3 BIGINT AS (ASCII(SUBSTR(digest, 7, 1)) * 256 + ASCII(SUBSTR(digest, 8, 1))) STORED,
    d4 BIGINT AS (ASCII(SUBSTR(digest, 9, 1)) * 256 + ASCII(SUBSTR(digest, 10, 1))) STORED,
    d5 BIGINT AS (ASCII(SUBSTR(digest, 11, 1)) * 256 + ASCII(SUBSTR(digest, 12, 1))) STORED,
    d6 BIGINT AS (ASCII(SUBSTR(digest, 13, 1)) * 256 + ASCII(SUBSTR(digest, 14, 1))) STORED,
    d7 BIGINT AS (ASCII(SUBSTR(digest, 15, 1)) * 256 + ASCII(SUBSTR(digest, 16, 1))) STORED,
    job UUID NOT NULL,
    kind VARCHAR(20) AS (
        CASE WHEN d0 < 36045 THEN 'claim_status' WHEN d0 < 55706 THEN 'eligibility' ELSE 'prior_auth' END) STORED,
    status VARCHAR(20) AS (
        CASE WHEN d2 < 54000 THEN 'finished' WHEN d2 < 59500 THEN 'failed' WHEN d2 < 62000 THEN 'cancelled'
            WHEN d2 < 64000 THEN 'queued' ELSE 'running' END) STORED,
    -- The business grew steadily: the younger of two moments in eight years.
    made DATETIME AS (
        TIMESTAMP '2017-09-01 00:00:00' + INTERVAL (GREATEST(d4, d5) * 3849 + MOD(number, 3849)) SECOND) STORED,
    finished DATETIME AS (
        CASE WHEN status NOT IN ('queued', 'running') THEN made + INTERVAL (1 + MOD(d3, 3000)) SECOND END) STORED
) DEFAULT CHARSET = utf8mb4;

INSERT INTO drawn (number, digest, job)
SELECT seq, UNHEX(MD5(CONCAT(%(seed)s, ' job ', seq))),
    INSERT(INSERT(MD5(CONCAT(%(seed)s, ' id ', seq)), 13, 1, '4'), 17, 1, '8')
FROM seq_1_to_%(rows)s WHERE seq BETWEEN 1 AND %(rows)s;

INSERT INTO batch_job (id, org_id, name, workflow_type, status, priority, claimed_by, payload, error,
    created_at, updated_at, finished_at)
SELECT job,
    -- The cube of a share: few organisations have most of the jobs.
    1 + CAST(GREATEST(3, %(rows)s DIV 200) AS DECIMAL(20)) * (d1 * d1 * d1) DIV 281474976710656,
    CONCAT(JSON_VALUE(%(names)s, CONCAT('$[', MOD(d7, JSON_LENGTH(%(names)s)), ']')),
        IF(MOD(number, 10) < 7, CONCAT(' ', MOD(number, 89)), '')),
    kind,
    status,
    IF(d3 < 52000, 0, MOD(d3, 9)),
    IF(status IN ('queued', 'cancelled'), NULL, CONCAT('worker-', MOD(number, 17))),
    CASE
        WHEN MOD(number, %(big_every)s) = %(big_at)s THEN JSON_OBJECT('batch', number, 'lines', (
            SELECT JSON_ARRAYAGG(JSON_OBJECT('line', seq,
                'payer', JSON_VALUE(%(payers)s, CONCAT('$[', MOD(seq, JSON_LENGTH(%(payers)s)), ']')),
                'code', CONCAT('D', MOD(seq * 7919, 9999)),
                'note', JSON_VALUE(%(notes)s, CONCAT('$[', MOD(seq * 5, JSON_LENGTH(%(notes)s)), ']'))))
            FROM seq_1_to_300 WHERE seq <= 100 + MOD(d6, 200)))
        WHEN d6 < 2600 THEN NULL
        ELSE JSON_OBJECT('batch', number,
            'payer', JSON_VALUE(%(payers)s, CONCAT('$[', MOD(d6, JSON_LENGTH(%(payers)s)), ']')),
            'amount', MOD(d7, 9000) / 4, 'patients', MOD(number, 40),
            'note', IF(MOD(number, 3) = 0, JSON_VALUE(%(notes)s,
                CONCAT('$[', MOD(d7, JSON_LENGTH(%(notes)s)), ']')), NULL))
    END,
    IF(status = 'failed', JSON_VALUE(%(errors)s, CONCAT('$[', MOD(d7, JSON_LENGTH(%(errors)s)), ']')), NULL),
    made,
    COALESCE(finished, made),
    finished
FROM drawn ORDER BY job;

INSERT INTO rcm_trace (id, batch_job_id, workflow_type, event, detail, occurred_at)
SELECT (number - 1) * 8 + seq,
    job,
    -- One job in 53 was put under another type after its first trace.
    CASE WHEN MOD(number, 53) <> 7 OR seq > 1 THEN kind WHEN d0 < 36045 THEN 'eligibility' ELSE 'claim_status' END,
    JSON_VALUE(%(events)s, CONCAT('$[', seq - 1, ']')),
    IF(MOD(number + seq, 5) < 2, JSON_OBJECT('place', seq,
        'payer', JSON_VALUE(%(payers)s, CONCAT('$[', MOD(d6, JSON_LENGTH(%(payers)s)), ']')),
        'retry', MOD(number, 11) = 0), NULL),
    made + INTERVAL (seq * 7) SECOND
FROM drawn JOIN seq_1_to_8 ON seq <= CASE  -- two on the average, eight for a few
    WHEN MOD(d7, 100) < 10 THEN 0 WHEN MOD(d7, 100) < 40 THEN 1 WHEN MOD(d7, 100) < 70 THEN 2
    WHEN MOD(d7, 100) < 88 THEN 3 WHEN MOD(d7, 100) < 96 THEN 4 ELSE 8 END
ORDER BY number, seq;

DROP TEMPORARY TABLE drawn;

ANALYZE TABLE batch_job, rcm_trace, task_type;
