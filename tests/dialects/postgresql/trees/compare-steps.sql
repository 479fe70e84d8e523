-- setting:
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- setting:
SET LOCAL search_path = pg_catalog, pg_temp

-- first, ACCESS SHARE:
SELECT k::text FROM (SELECT least((SELECT s.id FROM public.tasks AS s ORDER BY s.id LIMIT 1), (SELECT t.task
    FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task LIMIT 1))) AS e(k) WHERE k IS NOT NULL

-- last, ACCESS SHARE:
SELECT k::text FROM (SELECT greatest((SELECT s.id FROM public.tasks AS s ORDER BY s.id DESC LIMIT 1), (SELECT
    t.task FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task DESC LIMIT 1))) AS e(k) WHERE k IS
    NOT NULL

-- next, ACCESS SHARE, bound:
SELECT k::text FROM ((SELECT s.id AS k FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <=
    %(hi_0)s::integer ORDER BY s.id LIMIT %(batch)s + 1) UNION (SELECT t.task AS k FROM public.steps AS t
    WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer ORDER BY t.task LIMIT %(batch)s + 1)) AS
    e ORDER BY e.k OFFSET %(batch)s - 1 LIMIT 2

-- work, ACCESS SHARE, bound:
SELECT count(*), count(*) FILTER (WHERE (f.legacy_key IS NULL OR t.task IS NULL OR t.run_id IS DISTINCT
    FROM f.run_id OR (coalesce(t.lines, '[]'::jsonb) IS DISTINCT FROM f.slot_0 AND (SELECT jsonb_agg(x
    ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(coalesce(t.lines, '[]'::jsonb)) WHEN 'array'
    THEN coalesce(t.lines, '[]'::jsonb) END) AS x) IS DISTINCT FROM (SELECT jsonb_agg(x ORDER BY x) FROM
    jsonb_array_elements(CASE jsonb_typeof(f.slot_0) WHEN 'array' THEN f.slot_0 END) AS x)) OR
    (coalesce((t.more -> 'tries'), '[]'::jsonb) IS DISTINCT FROM f.slot_1 AND (SELECT jsonb_agg(x ORDER
    BY x) FROM jsonb_array_elements(CASE jsonb_typeof(coalesce((t.more -> 'tries'), '[]'::jsonb)) WHEN
    'array' THEN coalesce((t.more -> 'tries'), '[]'::jsonb) END) AS x) IS DISTINCT FROM (SELECT
    jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(f.slot_1) WHEN 'array' THEN
    f.slot_1 END) AS x)) OR nullif((t.more -> 'receipt'), 'null') IS DISTINCT FROM f.slot_2)) FROM
    (SELECT s.id AS legacy_key, (SELECT r.run_id FROM public."Runs" AS r WHERE r.job = s.job_id) AS
    run_id, coalesce(c0.made_0, '[]'::jsonb) AS slot_0, coalesce(c1.made_0, '[]'::jsonb) AS slot_1,
    coalesce(c2.made_0, NULL::jsonb) AS slot_2 FROM public.tasks AS s LEFT JOIN (SELECT c.task_id AS
    parent, jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id', c.id, 'at', c.at) ELSE
    jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY c.at, c.id) AS made_0 FROM
    public.lines AS c WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP BY
    c.task_id) AS c0 ON c0.parent = s.id LEFT JOIN (SELECT c.task_id AS parent,
    jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id) AS made_0, count(*) AS made_1
    FROM public.tries AS c WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP
    BY c.task_id) AS c1 ON c1.parent = s.id LEFT JOIN (SELECT c.task_id AS parent,
    (array_agg(jsonb_build_object('id', c.id, 'paid', c.paid)))[1] AS made_0 FROM public.receipts AS c
    WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP BY c.task_id) AS c2 ON
    c2.parent = s.id WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer) AS f FULL JOIN
    (SELECT * FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer)
    AS t ON t.task = f.legacy_key

-- sample, ACCESS SHARE, bound:
SELECT left(coalesce(f.legacy_key, t.task)::text, 200), left(f.legacy_key::text, 200),
    left(f.run_id::text, 200), left(f.slot_0::text, 200), left(f.slot_1::text, 200),
    left(f.slot_2::text, 200), left(t.task::text, 200), left(t.run_id::text, 200), left(t.lines::text,
    200), left((t.more -> 'tries')::text, 200), left((t.more -> 'receipt')::text, 200) FROM (SELECT s.id
    AS legacy_key, (SELECT r.run_id FROM public."Runs" AS r WHERE r.job = s.job_id) AS run_id,
    coalesce(c0.made_0, '[]'::jsonb) AS slot_0, coalesce(c1.made_0, '[]'::jsonb) AS slot_1,
    coalesce(c2.made_0, NULL::jsonb) AS slot_2 FROM public.tasks AS s LEFT JOIN (SELECT c.task_id AS
    parent, jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id', c.id, 'at', c.at) ELSE
    jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY c.at, c.id) AS made_0 FROM
    public.lines AS c WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP BY
    c.task_id) AS c0 ON c0.parent = s.id LEFT JOIN (SELECT c.task_id AS parent,
    jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id) AS made_0, count(*) AS made_1
    FROM public.tries AS c WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP
    BY c.task_id) AS c1 ON c1.parent = s.id LEFT JOIN (SELECT c.task_id AS parent,
    (array_agg(jsonb_build_object('id', c.id, 'paid', c.paid)))[1] AS made_0 FROM public.receipts AS c
    WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP BY c.task_id) AS c2 ON
    c2.parent = s.id WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer) AS f FULL JOIN
    (SELECT * FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer)
    AS t ON t.task = f.legacy_key WHERE (f.legacy_key IS NULL OR t.task IS NULL OR t.run_id IS DISTINCT
    FROM f.run_id OR (coalesce(t.lines, '[]'::jsonb) IS DISTINCT FROM f.slot_0 AND (SELECT jsonb_agg(x
    ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(coalesce(t.lines, '[]'::jsonb)) WHEN 'array'
    THEN coalesce(t.lines, '[]'::jsonb) END) AS x) IS DISTINCT FROM (SELECT jsonb_agg(x ORDER BY x) FROM
    jsonb_array_elements(CASE jsonb_typeof(f.slot_0) WHEN 'array' THEN f.slot_0 END) AS x)) OR
    (coalesce((t.more -> 'tries'), '[]'::jsonb) IS DISTINCT FROM f.slot_1 AND (SELECT jsonb_agg(x ORDER
    BY x) FROM jsonb_array_elements(CASE jsonb_typeof(coalesce((t.more -> 'tries'), '[]'::jsonb)) WHEN
    'array' THEN coalesce((t.more -> 'tries'), '[]'::jsonb) END) AS x) IS DISTINCT FROM (SELECT
    jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(CASE jsonb_typeof(f.slot_1) WHEN 'array' THEN
    f.slot_1 END) AS x)) OR nullif((t.more -> 'receipt'), 'null') IS DISTINCT FROM f.slot_2) ORDER BY
    coalesce(f.legacy_key, t.task) LIMIT %(batch)s
