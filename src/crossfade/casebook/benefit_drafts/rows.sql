-- Believable drafts: each is drawn from the md5 of the seed and its number, in whole numbers and products of
-- exact fractions, so that they are the same on every machine. OFFSET 0 has each digest made once for its row.
-- A statement ends where its line does.

-- 0 to 65,535, eight places
CREATE FUNCTION pg_temp.drawn(digest text, place integer) RETURNS integer STABLE LANGUAGE sql
RETURN ('x' || substr(digest, 4 * place + 1, 4))::bit(16)::integer;

CREATE FUNCTION pg_temp.made_id(said text) RETURNS uuid STABLE LANGUAGE sql
RETURN overlay(overlay(md5(said) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid;

CREATE FUNCTION pg_temp.pick(choices text[], draw integer) RETURNS text STABLE LANGUAGE sql
RETURN choices[1 + mod(draw, cardinality(choices))];

-- A few people draft the most: the square of a share leans to the first of them.
CREATE FUNCTION pg_temp.person(people text[], draw integer) RETURNS text STABLE LANGUAGE sql
RETURN people[1 + floor(cardinality(people) * (draw / 65536.0::float8) * (draw / 65536.0::float8))::integer];

CREATE FUNCTION pg_temp.benefit(kinds text[], notes text[], draw integer) RETURNS jsonb STABLE LANGUAGE sql
RETURN jsonb_build_object(
    'type', jsonb_build_object('text', pg_temp.pick(kinds, draw)),
    'requirement', CASE WHEN mod(draw, 3) = 0 THEN pg_temp.pick(notes, draw) END,
    'limit', jsonb_build_array(jsonb_build_object(
        'value', jsonb_build_object('value', mod(draw, 9000) / 4.0, 'unit', 'USD'))));

INSERT INTO benefit_plan_drafts (id, plan_data, status, submission_id, submitted_by, submitted_at, reviewed_by,
    reviewed_at, rejection_reason, created_by, updated_by, created_at, updated_at)
SELECT pg_temp.made_id(%(seed)s || ' id ' || number),
    jsonb_strip_nulls(jsonb_build_object(
        'resourceType', 'InsurancePlan',
        'meta', jsonb_build_object('versionId', (1 + mod(number, 4))::text),
        'status', CASE status WHEN 'approved' THEN 'active' WHEN 'rejected' THEN 'retired' ELSE 'draft' END,
        'name', CASE WHEN mod(number, 31) <> 5 THEN pg_temp.pick(%(names)s, pg_temp.drawn(digest, 0))
            || CASE WHEN mod(number, 10) < 8 THEN ' ' || (2016 + mod(number, 11)) ELSE '' END END,
        'alias', CASE WHEN mod(number, 5) = 0
            THEN jsonb_build_array(pg_temp.pick(%(names)s, pg_temp.drawn(digest, 1))) END,
        'ownedBy', jsonb_build_object('display', pg_temp.pick(%(payers)s, pg_temp.drawn(digest, 1))),
        'period', jsonb_build_object('start', (2016 + mod(number, 11)) || '-01-01'),
        'coverage', jsonb_build_array(jsonb_build_object(
            'type', jsonb_build_object('text', pg_temp.pick(%(kinds)s, pg_temp.drawn(digest, 2))),
            'benefit', (
                SELECT jsonb_agg(pg_temp.benefit(%(benefits)s, %(notes)s, pg_temp.drawn(digest, 3) + 7919 * line))
                FROM generate_series(1, CASE WHEN mod(number, %(big_every)s) = %(big_at)s
                    THEN 100 + mod(pg_temp.drawn(digest, 6), 200) ELSE 1 + mod(pg_temp.drawn(digest, 6), 3)
                    END) AS line)))
    )),
    status,
    CASE WHEN submitted IS NULL THEN NULL
        -- The first submissions had running numbers.
        WHEN made < timestamptz '2020-01-01 00:00+00' THEN 'S-' || lpad(number::text, 9, '0')
        ELSE 'SUB-' || pg_temp.made_id(%(seed)s || ' submission ' || number) END,
    CASE WHEN submitted IS NOT NULL THEN author END,
    submitted,
    CASE WHEN reviewed IS NOT NULL THEN reviewer END,
    reviewed,
    CASE WHEN status = 'rejected' THEN pg_temp.pick(%(reasons)s, pg_temp.drawn(digest, 7)) END,
    author,
    CASE WHEN reviewed IS NOT NULL THEN reviewer WHEN mod(number, 13) = 0 THEN NULL ELSE author END,
    made,
    coalesce(reviewed, submitted, made)
FROM generate_series(1, %(rows)s) AS number
CROSS JOIN LATERAL (SELECT md5(%(seed)s || ' draft ' || number) AS digest OFFSET 0) AS drawn
CROSS JOIN LATERAL (SELECT
    -- The business grew steadily: the younger of two moments in ten years.
    timestamptz '2016-01-01 00:00+00' + interval '1 second'
        * (greatest(pg_temp.drawn(digest, 4), pg_temp.drawn(digest, 5))::bigint * 4811 + mod(number, 4811)) AS made,
    CASE WHEN pg_temp.drawn(digest, 2) < 31000 THEN 'approved' WHEN pg_temp.drawn(digest, 2) < 48000 THEN 'draft'
        WHEN pg_temp.drawn(digest, 2) < 58000 THEN 'submitted' ELSE 'rejected' END AS status,
    pg_temp.person(%(people)s, pg_temp.drawn(digest, 5)) AS author,
    pg_temp.person(%(people)s, pg_temp.drawn(digest, 7)) AS reviewer
    OFFSET 0) AS more
CROSS JOIN LATERAL (SELECT CASE WHEN status <> 'draft'
    THEN made + interval '1 minute' * (1 + mod(pg_temp.drawn(digest, 3), 20000)) END AS submitted OFFSET 0) AS sent
CROSS JOIN LATERAL (SELECT CASE WHEN status IN ('approved', 'rejected')
    THEN submitted + interval '1 minute' * (1 + mod(pg_temp.drawn(digest, 0), 9000)) END AS reviewed OFFSET 0) AS over;

DROP FUNCTION pg_temp.benefit, pg_temp.person, pg_temp.pick, pg_temp.made_id, pg_temp.drawn;
ANALYZE benefit_plan_drafts;
