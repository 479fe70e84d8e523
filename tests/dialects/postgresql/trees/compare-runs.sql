-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- first, ACCESS SHARE:
SELECT k::text FROM (SELECT least((SELECT s.id FROM public.jobs AS s ORDER BY s.id LIMIT 1), (SELECT t.job
    FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job LIMIT 1))) AS e(k) WHERE k IS NOT NULL

-- last, ACCESS SHARE:
SELECT k::text FROM (SELECT greatest((SELECT s.id FROM public.jobs AS s ORDER BY s.id DESC LIMIT 1), (SELECT
    t.job FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job DESC LIMIT 1))) AS e(k) WHERE k IS
    NOT NULL

-- next, ACCESS SHARE, bound:
SELECT k::text FROM ((SELECT s.id AS k FROM public.jobs AS s WHERE s.id >= %(lo_0)s::bigint AND s.id <=
    %(hi_0)s::bigint ORDER BY s.id LIMIT %(batch)s + 1) UNION (SELECT t.job AS k FROM public."Runs" AS t WHERE
    t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint ORDER BY t.job LIMIT %(batch)s + 1)) AS e ORDER BY
    e.k OFFSET %(batch)s - 1 LIMIT 2

-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE (f.legacy_key IS NULL OR t.job IS NULL OR t.status IS DISTINCT FROM
    f.status OR (t.took)::text IS DISTINCT FROM (f.took)::text OR coalesce(t.labels, '{}'::jsonb) IS DISTINCT
    FROM f.slot_0)) FROM (SELECT s.id AS legacy_key, (CASE WHEN s.status = 'new' THEN 'pending' WHEN s.status
    = 'it''s' THEN '100%%' END)::text AS status, (s."took")::numeric(10,3) AS took, coalesce(c0.made_0,
    '{}'::jsonb) AS slot_0 FROM public.jobs AS s LEFT JOIN (SELECT c.job_id AS parent,
    jsonb_object_agg(c.name, c.value) AS made_0 FROM public.labels AS c WHERE c.job_id >= %(lo_0)s::bigint AND
    c.job_id <= %(hi_0)s::bigint GROUP BY c.job_id) AS c0 ON c0.parent = s.id WHERE s.id >= %(lo_0)s::bigint
    AND s.id <= %(hi_0)s::bigint) AS f FULL JOIN (SELECT * FROM public."Runs" AS t WHERE t.job >=
    %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint) AS t ON t.job = f.legacy_key

-- sample, ACCESS SHARE, bound:
SELECT left(coalesce(f.legacy_key, t.job)::text, 200), left(f.legacy_key::text, 200), left(f.status::text,
    200), left(f.took::text, 200), left(f.slot_0::text, 200), left(t.job::text, 200), left(t.status::text,
    200), left(t.took::text, 200), left(t.labels::text, 200) FROM (SELECT s.id AS legacy_key, (CASE WHEN
    s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%%' END)::text AS status,
    (s."took")::numeric(10,3) AS took, coalesce(c0.made_0, '{}'::jsonb) AS slot_0 FROM public.jobs AS s LEFT
    JOIN (SELECT c.job_id AS parent, jsonb_object_agg(c.name, c.value) AS made_0 FROM public.labels AS c WHERE
    c.job_id >= %(lo_0)s::bigint AND c.job_id <= %(hi_0)s::bigint GROUP BY c.job_id) AS c0 ON c0.parent = s.id
    WHERE s.id >= %(lo_0)s::bigint AND s.id <= %(hi_0)s::bigint) AS f FULL JOIN (SELECT * FROM public."Runs"
    AS t WHERE t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint) AS t ON t.job = f.legacy_key WHERE
    (f.legacy_key IS NULL OR t.job IS NULL OR t.status IS DISTINCT FROM f.status OR (t.took)::text IS DISTINCT
    FROM (f.took)::text OR coalesce(t.labels, '{}'::jsonb) IS DISTINCT FROM f.slot_0) ORDER BY
    coalesce(f.legacy_key, t.job) LIMIT %(batch)s
