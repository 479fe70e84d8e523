-- Believable rows: each is drawn from the md5 of the seed and its number, in whole numbers and products of
-- exact fractions, so that they are the same on every machine, and on MariaDB (rows_mariadb.sql). OFFSET 0 has
-- each digest made once for its row. A statement ends where its line does.

-- 0 to 65,535, eight places
CREATE FUNCTION pg_temp.drawn(digest text, place integer) RETURNS integer STABLE LANGUAGE sql
RETURN ('x' || substr(digest, 4 * place + 1, 4))::bit(16)::integer;

CREATE FUNCTION pg_temp.job(seed bigint, number bigint) RETURNS uuid STABLE LANGUAGE sql
RETURN overlay(overlay(md5(seed || ' id ' || number) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid;

CREATE FUNCTION pg_temp.kind(draw integer) RETURNS workflow_type STABLE LANGUAGE sql
RETURN CASE WHEN draw < 36045 THEN 'claim_status' WHEN draw < 55706 THEN 'eligibility'
    ELSE 'prior_auth' END::workflow_type;

-- The business grew steadily: the younger of two moments in eight years.
CREATE FUNCTION pg_temp.made(digest text, number bigint) RETURNS timestamptz STABLE LANGUAGE sql
RETURN timestamptz '2017-09-01 00:00+00' + interval '1 second'
    * (greatest(pg_temp.drawn(digest, 4), pg_temp.drawn(digest, 5))::bigint * 3849 + mod(number, 3849));

CREATE FUNCTION pg_temp.pick(choices text[], draw integer) RETURNS text STABLE LANGUAGE sql
RETURN choices[1 + mod(draw, cardinality(choices))];

INSERT INTO batch_job (id, org_id, name, workflow_type, status, priority, claimed_by, payload, error,
    created_at, updated_at, finished_at)
SELECT pg_temp.job(%(seed)s, number),
    1 + floor(greatest(3, %(rows)s / 200) * share * share * share)::bigint,
    name,
    pg_temp.kind(pg_temp.drawn(digest, 0)),
    status,
    CASE WHEN pg_temp.drawn(digest, 3) < 52000 THEN 0 ELSE mod(pg_temp.drawn(digest, 3), 9) END,
    CASE WHEN status NOT IN ('queued', 'cancelled') THEN 'worker-' || mod(number, 17) END,
    CASE
        WHEN mod(number, %(big_every)s) = %(big_at)s THEN jsonb_build_object('batch', number, 'lines', (
            SELECT jsonb_agg(jsonb_build_object('line', line, 'payer', pg_temp.pick(%(payers)s, line),
                'code', 'D' || mod(line * 7919, 9999), 'note', pg_temp.pick(%(notes)s, line * 5)))
            FROM generate_series(1, 100 + mod(pg_temp.drawn(digest, 6), 200)) AS line))
        WHEN pg_temp.drawn(digest, 6) < 2600 THEN NULL
        ELSE jsonb_build_object('batch', number, 'payer', pg_temp.pick(%(payers)s, pg_temp.drawn(digest, 6)),
            'amount', mod(pg_temp.drawn(digest, 7), 9000) / 4.0, 'patients', mod(number, 40),
            'note', CASE WHEN mod(number, 3) = 0 THEN pg_temp.pick(%(notes)s, pg_temp.drawn(digest, 7)) END)
    END,
    CASE WHEN status = 'failed' THEN pg_temp.pick(%(errors)s, pg_temp.drawn(digest, 7)) END,
    made,
    coalesce(finished, made),
    finished
FROM generate_series(1, %(rows)s) AS number
CROSS JOIN LATERAL (SELECT md5(%(seed)s || ' job ' || number) AS digest OFFSET 0) AS drawn
CROSS JOIN LATERAL (SELECT
    pg_temp.drawn(digest, 1) / 65536.0::float8 AS share,
    pg_temp.made(digest, number) AS made,
    CASE WHEN pg_temp.drawn(digest, 2) < 54000 THEN 'finished' WHEN pg_temp.drawn(digest, 2) < 59500 THEN 'failed'
        WHEN pg_temp.drawn(digest, 2) < 62000 THEN 'cancelled' WHEN pg_temp.drawn(digest, 2) < 64000 THEN 'queued'
        ELSE 'running' END AS status,
    pg_temp.pick(%(names)s, pg_temp.drawn(digest, 7))
        || CASE WHEN mod(number, 10) < 7 THEN ' ' || mod(number, 89) ELSE '' END AS name
    OFFSET 0) AS more
CROSS JOIN LATERAL (SELECT CASE WHEN status NOT IN ('queued', 'running')
    THEN made + interval '1 second' * (1 + mod(pg_temp.drawn(digest, 3), 3000)) END AS finished OFFSET 0) AS over;

INSERT INTO rcm_trace (id, batch_job_id, workflow_type, event, detail, occurred_at)
SELECT (number - 1) * 8 + place,
    pg_temp.job(%(seed)s, number),
    -- One job in 53 was put under another type after its first trace.
    CASE WHEN mod(number, 53) = 7 AND place = 1 THEN
        CASE WHEN pg_temp.drawn(digest, 0) < 36045 THEN 'eligibility' ELSE 'claim_status' END::workflow_type
        ELSE pg_temp.kind(pg_temp.drawn(digest, 0)) END,
    (CAST(%(events)s AS text[]))[place],
    CASE WHEN mod(number + place, 5) < 2 THEN jsonb_build_object('place', place,
        'payer', pg_temp.pick(%(payers)s, pg_temp.drawn(digest, 6)), 'retry', mod(number, 11) = 0) END,
    pg_temp.made(digest, number) + interval '1 second' * (place * 7)
FROM generate_series(1, %(rows)s) AS number
CROSS JOIN LATERAL (SELECT md5(%(seed)s || ' job ' || number) AS digest OFFSET 0) AS drawn
CROSS JOIN LATERAL generate_series(1, CASE  -- two on the average, eight for a few
    WHEN mod(pg_temp.drawn(digest, 7), 100) < 10 THEN 0 WHEN mod(pg_temp.drawn(digest, 7), 100) < 40 THEN 1
    WHEN mod(pg_temp.drawn(digest, 7), 100) < 70 THEN 2 WHEN mod(pg_temp.drawn(digest, 7), 100) < 88 THEN 3
    WHEN mod(pg_temp.drawn(digest, 7), 100) < 96 THEN 4 ELSE 8 END) AS place;

SELECT setval(pg_get_serial_sequence('rcm_trace', 'id'), greatest(1, %(rows)s * 8), %(rows)s > 0);

DROP FUNCTION pg_temp.pick, pg_temp.made, pg_temp.kind, pg_temp.job, pg_temp.drawn;
ANALYZE batch_job, rcm_trace, task_type;
