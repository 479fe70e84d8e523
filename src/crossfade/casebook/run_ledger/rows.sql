-- Believable rows: each is drawn from the md5 of the seed and its number, in whole numbers and products of
-- exact fractions, so that they are the same on every machine. OFFSET 0 has each digest made once for its row.

CREATE FUNCTION pg_temp.drawn(digest text, place integer) RETURNS integer STABLE LANGUAGE sql
RETURN ('x' || substr(digest, 4 * place + 1, 4))::bit(16)::integer;  -- 0 to 65,535, eight places

CREATE FUNCTION pg_temp.name_of(seed bigint, what text, number bigint) RETURNS uuid STABLE LANGUAGE sql
RETURN overlay(overlay(md5(seed || what || number) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid;

CREATE FUNCTION pg_temp.pick(choices text[], draw integer) RETURNS text STABLE LANGUAGE sql
RETURN choices[1 + mod(draw, cardinality(choices))];

INSERT INTO organization (id, name)
SELECT pg_temp.name_of(%(seed)s, ' org ', number), pg_temp.pick(%(names)s, number) || ' ' || number
FROM generate_series(1, 2 + %(rows)s / 500) AS number;

INSERT INTO user_workflow (id, org_id, name, created_at)
SELECT pg_temp.name_of(%(seed)s, ' workflow ', number),
    pg_temp.name_of(%(seed)s, ' org ', 1 + mod(number * 7, 2 + %(rows)s / 500)),
    pg_temp.pick(%(names)s, number * 5) || CASE WHEN mod(number, 3) > 0 THEN ' v' || mod(number, 7) ELSE '' END,
    timestamptz '2017-08-01 00:00+00' + interval '1 day' * mod(number, 30)
FROM generate_series(1, 3 + %(rows)s / 100) AS number;

INSERT INTO user_workflow_node (id, workflow_id, name, position, metadata)
SELECT pg_temp.name_of(%(seed)s, ' node ', number * 6 + place), pg_temp.name_of(%(seed)s, ' workflow ', number),
    pg_temp.pick(%(agents)s, number + place) || ' ' || place, place,
    CASE WHEN place = 6 THEN '{}' ELSE jsonb_build_object('agent_type', pg_temp.pick(%(agents)s, number + place),
        'agent_config', jsonb_build_object('temperature', mod(number, 8) / 8.0, 'tools', jsonb_build_array('ask'),
            'prompt', pg_temp.pick(%(notes)s, number + place))) END
FROM generate_series(1, 3 + %(rows)s / 100) AS number CROSS JOIN generate_series(1, 6) AS place;

INSERT INTO workflow_trace (id, workflow_id, org_id, status, channel, started_at, ended_at, error_message,
    error_details, created_by, created_at, updated_at)
SELECT number, workflow.id, workflow.org_id, status,
    CASE WHEN pg_temp.drawn(digest, 3) < 40000 THEN 'web' WHEN pg_temp.drawn(digest, 3) < 56000 THEN 'voice'
        ELSE 'efax' END,
    started, ended,
    CASE WHEN status IN ('failed', 'timed_out') THEN pg_temp.pick(%(errors)s, pg_temp.drawn(digest, 7)) END,
    CASE WHEN status = 'failed' AND mod(number, 3) > 0 THEN jsonb_build_object('code', mod(number, 900),
        'hint', pg_temp.pick(%(notes)s, pg_temp.drawn(digest, 6)), 'again', NULL) END,
    CASE WHEN mod(number, 9) > 0 THEN pg_temp.name_of(%(seed)s, ' user ', 1 + mod(number, 60)) END,
    made, coalesce(ended, started, made)
FROM generate_series(1, %(rows)s) AS number
CROSS JOIN LATERAL (SELECT md5(%(seed)s || ' trace ' || number) AS digest OFFSET 0) AS drawn
CROSS JOIN LATERAL (SELECT pg_temp.drawn(digest, 1) / 65536.0::float8 AS share,
    CASE WHEN pg_temp.drawn(digest, 2) < 51000 THEN 'succeeded' WHEN pg_temp.drawn(digest, 2) < 57500 THEN 'failed'
        WHEN pg_temp.drawn(digest, 2) < 60000 THEN 'cancelled' WHEN pg_temp.drawn(digest, 2) < 62000 THEN 'timed_out'
        WHEN pg_temp.drawn(digest, 2) < 64500 THEN 'running' ELSE 'queued' END AS status,
    -- The business grew steadily: the younger of two moments in eight years.
    timestamptz '2017-09-01 00:00+00' + interval '1 second' * (
        greatest(pg_temp.drawn(digest, 4), pg_temp.drawn(digest, 5))::bigint * 3849 + mod(number, 3849))
        + interval '1 microsecond' * (pg_temp.drawn(digest, 0) * 15) AS made OFFSET 0) AS more
CROSS JOIN LATERAL (SELECT CASE WHEN status <> 'queued'
    THEN made + interval '1 microsecond' * (1000 + pg_temp.drawn(digest, 6) * 70) END AS started OFFSET 0) AS begun
CROSS JOIN LATERAL (SELECT CASE WHEN status NOT IN ('queued', 'running') THEN started + CASE
    WHEN mod(number, %(slow_every)s) = %(slow_at)s THEN interval '40 days'  -- it waited for a person
    ELSE interval '1 microsecond' * (1 + pg_temp.drawn(digest, 7)::bigint * pg_temp.drawn(digest, 6)) END
    END AS ended OFFSET 0) AS over
JOIN LATERAL (SELECT pg_temp.name_of(%(seed)s, ' workflow ',
    1 + floor((3 + %(rows)s / 100) * share * share * share)::bigint) AS id OFFSET 0) AS chosen ON true
JOIN user_workflow AS workflow ON workflow.id = chosen.id;

INSERT INTO workflow_steps (id, trace_id, node_id, step_number, status, started_at, ended_at, input_data,
    output_data, error_message, error_details, created_at, updated_at)
SELECT step.id, trace_id, CASE WHEN mod(step.id, 11) > 0 THEN node.id END, place, status, started, ended,
    CASE WHEN mod(step.id, %(big_every)s) = %(big_at)s THEN jsonb_build_object('step', step.id, 'lines', (
            SELECT jsonb_agg(jsonb_build_object('line', line, 'agent', pg_temp.pick(%(agents)s, line),
                'code', 'D' || mod(line * 7919, 9999), 'note', pg_temp.pick(%(notes)s, line * 5)))
            FROM generate_series(1, 100 + mod(pg_temp.drawn(digest, 6), 200)) AS line))
        WHEN pg_temp.drawn(digest, 5) < 50000 THEN jsonb_build_object('step', step.id, 'amount',
            mod(pg_temp.drawn(digest, 5), 9000) / 4.0, 'ask', pg_temp.pick(%(notes)s, pg_temp.drawn(digest, 4))) END,
    CASE WHEN status = 'done' AND mod(step.id, 4) > 0 THEN jsonb_build_object('answer',
        pg_temp.pick(%(notes)s, pg_temp.drawn(digest, 3)), 'sure', mod(step.id, 5) / 4.0, 'next', NULL) END,
    CASE WHEN status = 'failed' THEN pg_temp.pick(%(errors)s, pg_temp.drawn(digest, 7)) END,
    CASE WHEN status = 'failed' AND mod(step.id, 2) = 0 THEN '{"code": 7, "trail": ["a", {"b": null}]}'::jsonb END,
    made, coalesce(ended, started, made)
FROM (
    SELECT row_number() OVER (ORDER BY trace.id, place) AS id, trace.id AS trace_id, place, trace.workflow_id,
        created_at AS made, trace.status AS outcome, steps,
        md5(%(seed)s || ' step ' || trace.id || ' ' || place) AS digest
    FROM workflow_trace AS trace
    CROSS JOIN LATERAL (SELECT CASE  -- five on the average, none or forty for a few
        WHEN mod(trace.id, 401) = 17 THEN 40 WHEN mod(trace.id, 97) = 5 THEN 0
        ELSE 1 + mod(('x' || substr(md5(%(seed)s || ' steps ' || trace.id), 1, 4))::bit(16)::integer, 9)
        END AS steps OFFSET 0) AS many
    CROSS JOIN LATERAL generate_series(1, steps) AS place OFFSET 0) AS step
CROSS JOIN LATERAL (SELECT CASE WHEN outcome = 'queued' THEN 'queued'
    WHEN place = steps AND outcome IN ('running', 'failed') THEN outcome
    WHEN pg_temp.drawn(digest, 0) < 3000 THEN 'skipped' ELSE 'done' END AS status OFFSET 0) AS state
CROSS JOIN LATERAL (SELECT CASE WHEN status NOT IN ('queued', 'skipped') THEN made
    + interval '1 microsecond' * (place * 900000 + pg_temp.drawn(digest, 1) * 10) END AS started OFFSET 0) AS begun
CROSS JOIN LATERAL (SELECT CASE WHEN status IN ('done', 'failed')
    THEN started + interval '1 microsecond' * (pg_temp.drawn(digest, 2) * 20) END AS ended OFFSET 0) AS over
LEFT JOIN user_workflow_node AS node ON node.workflow_id = step.workflow_id AND node.position = 1 + mod(place, 6);

-- What belongs to a step: each step's digest says how much of it there is.
CREATE TEMPORARY TABLE step_draw AS
SELECT id, trace_id, created_at AS made, pg_temp.drawn(digest, 0) AS d0, pg_temp.drawn(digest, 1) AS d1,
    pg_temp.drawn(digest, 2) AS d2, pg_temp.drawn(digest, 3) AS d3, substr(digest, 1, 24) AS digest
FROM workflow_steps CROSS JOIN LATERAL (SELECT md5(%(seed)s || ' parts ' || id) AS digest OFFSET 0) AS drawn;

INSERT INTO workflow_events (id, step_id, kind, message, payload, occurred_at)
SELECT row_number() OVER (ORDER BY id, place), id,
    CASE WHEN mod(id, 1999) = 3 AND place = 1 THEN 'escalated' ELSE pg_temp.pick(%(kinds)s, d1 + place) END,
    CASE WHEN mod(id, 3001) = 9 AND place = 1 THEN repeat(pg_temp.pick(%(notes)s, d2), 400)
        WHEN mod(d2 + place, 4) > 0 THEN pg_temp.pick(%(notes)s, d2 + place) END,
    CASE mod(d3 + place, 7) WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN 'null'::jsonb WHEN 3 THEN '[]'::jsonb
        ELSE jsonb_build_object('place', place, 'score', mod(d3, 800) / 8.0, 'by', NULL) END,
    -- Several may happen in one microsecond, and some are written down late.
    made + interval '1 microsecond' * (place / 2 * 125000 - CASE WHEN mod(d3 + place, 13) = 0 THEN 400000 ELSE 0 END)
FROM step_draw
CROSS JOIN LATERAL generate_series(1, CASE WHEN mod(id, 2003) = 11 THEN 100 + mod(d0, 50)
    WHEN d0 < 16000 THEN 0 WHEN d0 < 38000 THEN 1 WHEN d0 < 54000 THEN 2 WHEN d0 < 62000 THEN 3 ELSE 6 END) AS place;

INSERT INTO workflow_trace_screenshot (id, step_id, url, width, height, thumbnail, taken_at)
SELECT row_number() OVER (ORDER BY id, place), id,
    'https://shots.example/' || trace_id || '/' || id || '-' || place || '.png?t=' || d2,
    CASE WHEN mod(d2, 8) > 0 THEN 320 * (1 + mod(d2, 6)) END, CASE WHEN mod(d2, 8) > 0 THEN 240 * (1 + mod(d1, 5)) END,
    CASE WHEN mod(d2 + place, 3) = 0 THEN decode(repeat(digest, 1 + mod(d1, 8)), 'hex')
        WHEN mod(d2 + place, 31) = 1 THEN ''::bytea END,
    made + interval '1 microsecond' * (place * 1100003)
FROM step_draw
CROSS JOIN LATERAL generate_series(1, CASE WHEN d1 < 36000 THEN 0 WHEN d1 < 57000 THEN 1 ELSE 2 END) AS place;

INSERT INTO workflow_data_bindings (id, step_id, name, source, value)
SELECT row_number() OVER (ORDER BY id, place), id, (CAST(%(fields)s AS text[]))[place], 'step.' || mod(d3, 9) || '.out',
    CASE mod(d3 + place, 6) WHEN 0 THEN NULL WHEN 1 THEN 'null'::jsonb WHEN 2 THEN to_jsonb(d3 / 16.0)
        WHEN 3 THEN to_jsonb(pg_temp.pick(%(notes)s, d3)) ELSE jsonb_build_object('d', d3) END
FROM step_draw
CROSS JOIN LATERAL generate_series(1, CASE WHEN d2 < 38000 THEN 0 WHEN d2 < 57000 THEN 1 ELSE 3 END) AS place;

INSERT INTO workflow_step_retries (id, step_id, attempt, reason, retried_at)
SELECT row_number() OVER (ORDER BY id, place), id, place, pg_temp.pick(%(errors)s, d3 + place),
    made + interval '1 microsecond' * (place * 2500000 + d1)
FROM step_draw CROSS JOIN LATERAL generate_series(1, CASE WHEN d3 < 57000 THEN 0 WHEN d3 < 63000 THEN 1 ELSE 3 END) AS place;

-- What belongs to a trace.
INSERT INTO workflow_trace_context (id, trace_id, key, value)
SELECT row_number() OVER (ORDER BY id, place), id, CASE WHEN place = 1 AND mod(id, 499) = 7 THEN 'litigation hold'
        ELSE (CAST(%(keys)s AS text[]))[place] END,
    CASE place WHEN 1 THEN to_jsonb('P-' || mod(id * 7919, 100000)) WHEN 2 THEN to_jsonb(pg_temp.pick(%(tongues)s, draw))
        WHEN 3 THEN 'null'::jsonb WHEN 4 THEN jsonb_build_object('tried', mod(id, 5), 'late', mod(id, 2) = 0)
        ELSE to_jsonb(draw / 8.0) END
FROM workflow_trace
CROSS JOIN LATERAL (SELECT pg_temp.drawn(md5(%(seed)s || ' context ' || id), 0) AS draw OFFSET 0) AS drawn
CROSS JOIN LATERAL generate_series(1, mod(draw, 7)) AS place;

INSERT INTO workflow_trace_endpoint (id, trace_id, method, url, status_code, latency_ms, called_at)
SELECT row_number() OVER (ORDER BY id, place), id, CASE WHEN mod(draw + place, 4) = 0 THEN 'POST' ELSE 'GET' END,
    CASE WHEN mod(id, 503) = 9 AND place = 1 THEN 'https://api.example/v1/appeals'
        ELSE pg_temp.pick(%(urls)s, draw + place) END,
    CASE WHEN mod(draw + place, 17) > 0 THEN CASE WHEN mod(draw, 9) = 0 THEN 503 ELSE 200 END END,
    CASE WHEN mod(draw + place, 17) > 0 THEN mod(draw * place, 90000) / 8.0 END,
    created_at + interval '1 microsecond' * (place * 333333)
FROM workflow_trace
CROSS JOIN LATERAL (SELECT pg_temp.drawn(md5(%(seed)s || ' calls ' || id), 0) AS draw OFFSET 0) AS drawn
CROSS JOIN LATERAL generate_series(1, mod(draw, 5)) AS place;

DROP TABLE step_draw;
DROP FUNCTION pg_temp.pick, pg_temp.name_of, pg_temp.drawn;
