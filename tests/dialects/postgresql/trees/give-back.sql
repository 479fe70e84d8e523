-- first, ACCESS SHARE:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job LIMIT 1

-- last, ACCESS SHARE:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job IS NOT NULL ORDER BY t.job DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT t.job::text FROM public."Runs" AS t WHERE t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint ORDER
    BY t.job OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT FROM public."Runs" AS n WHERE n.job >= %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint ORDER BY n.job
    FOR NO KEY UPDATE

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.jobs AS s SET status = CASE WHEN n.status = 'pending' THEN 'new' WHEN n.status = '100%%' THEN
    'it''s' END, took = n."took" FROM public."Runs" AS n WHERE n.job >= %(lo_0)s::bigint AND n.job <=
    %(hi_0)s::bigint AND s.id = n.job AND (s.status IS DISTINCT FROM CASE WHEN n.status = 'pending' THEN 'new'
    WHEN n.status = '100%%' THEN 'it''s' END OR (s.took)::text IS DISTINCT FROM (n."took")::text)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.jobs (id, status, took) OVERRIDING SYSTEM VALUE SELECT n.job, CASE WHEN n.status =
    'pending' THEN 'new' WHEN n.status = '100%%' THEN 'it''s' END, n."took" FROM public."Runs" AS n WHERE
    n.job >= %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint AND NOT EXISTS (SELECT FROM public.jobs AS s WHERE
    s.id = n.job) ORDER BY n.job

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.labels AS c USING (SELECT n.job, n.labels FROM public."Runs" AS n WHERE n.job >=
    %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint AND (n.labels)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_object_agg(c.name, c.value), '{}') FROM public.labels AS c WHERE c.job_id = n.job))::text)
    AS n WHERE c.job_id = n.job AND NOT EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof(n.labels) WHEN
    'object' THEN n.labels END) AS e(k, v) WHERE e.k::text = c.name)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.labels AS c SET value = nullif(e.v, 'null') FROM (SELECT n.job, n.labels FROM public."Runs" AS n
    WHERE n.job >= %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint AND (n.labels)::text IS DISTINCT FROM
    ((SELECT coalesce(jsonb_object_agg(c.name, c.value), '{}') FROM public.labels AS c WHERE c.job_id =
    n.job))::text) AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels
    END) AS e(k, v) WHERE true AND c.name = e.k::text AND c.job_id = n.job AND c.job_id = n.job AND
    ((c.value)::text IS DISTINCT FROM (nullif(e.v, 'null'))::text)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.labels AS c (job_id, name, value) OVERRIDING SYSTEM VALUE SELECT n.job, e.k::text,
    nullif(e.v, 'null') FROM (SELECT n.job, n.labels FROM public."Runs" AS n WHERE n.job >= %(lo_0)s::bigint
    AND n.job <= %(hi_0)s::bigint AND (n.labels)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_object_agg(c.name, c.value), '{}') FROM public.labels AS c WHERE c.job_id = n.job))::text)
    AS n CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(n.labels) WHEN 'object' THEN n.labels END) AS e(k, v)
    WHERE true AND NOT EXISTS (SELECT FROM public.labels AS c WHERE c.name = e.k::text AND c.job_id = n.job)
    ORDER BY n.job, e.k::text ON CONFLICT (job_id, name) DO UPDATE SET value = excluded.value

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public."Runs" AS t SET status = f.status, took = f.took FROM (SELECT s.id AS legacy_key, (CASE WHEN
    s.status = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%%' END)::text AS status,
    (s."took")::numeric(10,3) AS took FROM public.jobs AS s WHERE s.id = ANY (ARRAY(SELECT n.job FROM
    public."Runs" AS n WHERE n.job >= %(lo_0)s::bigint AND n.job <= %(hi_0)s::bigint))) AS f WHERE t.job =
    f.legacy_key AND (t.status IS DISTINCT FROM f.status OR (t.took)::text IS DISTINCT FROM (f.took)::text)

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public."Runs" AS t WHERE t.job >= %(lo_0)s::bigint AND t.job <= %(hi_0)s::bigint
