-- first, ACCESS SHARE:
SELECT t.task::text FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task LIMIT 1

-- last, ACCESS SHARE:
SELECT t.task::text FROM public.steps AS t WHERE t.task IS NOT NULL ORDER BY t.task DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- setting:
SET LOCAL session_replication_role = 'replica'

-- next, ACCESS SHARE, bound:
SELECT t.task::text FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer
    ORDER BY t.task OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <= %(hi_0)s::integer ORDER BY
    n.task FOR NO KEY UPDATE

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.tasks AS s SET job_id = (SELECT r.job FROM public."Runs" AS r WHERE r.run_id = n.run_id) FROM
    public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND s.id = n.task AND
    (s.job_id IS DISTINCT FROM (SELECT r.job FROM public."Runs" AS r WHERE r.run_id = n.run_id))

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.tasks (id, job_id) OVERRIDING SYSTEM VALUE SELECT n.task, (SELECT r.job FROM public."Runs"
    AS r WHERE r.run_id = n.run_id) FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <=
    %(hi_0)s::integer AND NOT EXISTS (SELECT FROM public.tasks AS s WHERE s.id = n.task) ORDER BY n.task

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM crossfade.reordered_fe14 AS o USING (SELECT n.task, n.lines FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND (n.lines)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'at', c.at) || CASE WHEN c.what IS NULL THEN '{}' ELSE
    jsonb_build_object('what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id
    = n.task))::text) AS n WHERE (o.target, o.slot) = ('public.steps', 'lines') AND o.key = n.task::text AND
    NOT EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER BY r.at, r.id) AS belongs FROM
    jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n)
    CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone)) AS o WHERE o.stands
    <> o.belongs)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'lines', n.task::text FROM
    (SELECT n.task, n.lines FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <=
    %(hi_0)s::integer AND (n.lines)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'at', c.at) || CASE WHEN c.what IS NULL THEN '{}' ELSE
    jsonb_build_object('what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id
    = n.task))::text) AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands, row_number() OVER (ORDER
    BY r.at, r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array' THEN n.lines
    END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with
    time zone)) AS o WHERE o.stands <> o.belongs) ON CONFLICT DO NOTHING

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.lines AS c USING (SELECT n.task, n.lines FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND (n.lines)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'at', c.at) || CASE WHEN c.what IS NULL THEN '{}' ELSE
    jsonb_build_object('what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id
    = n.task))::text) AS n WHERE c.task_id = n.task AND NOT EXISTS (SELECT FROM jsonb_array_elements(CASE
    jsonb_typeof(n.lines) WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
    jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone) WHERE r.id = c.id)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.lines AS c SET at = r.at, what = (e.v -> 'what') FROM (SELECT n.task, n.lines FROM public.steps
    AS n WHERE n.task >= %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND (n.lines)::text IS DISTINCT
    FROM ((SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'at', c.at) || CASE WHEN c.what IS NULL
    THEN '{}' ELSE jsonb_build_object('what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c
    WHERE c.task_id = n.task))::text) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.lines)
    WHEN 'array' THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
    bigint, at timestamp with time zone) WHERE true AND c.id = r.id AND c.task_id = n.task AND (c.at IS
    DISTINCT FROM r.at OR (c.what)::text IS DISTINCT FROM ((e.v -> 'what'))::text)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.lines AS c (task_id, id, at, what) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.at, (e.v
    -> 'what') FROM (SELECT n.task, n.lines FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND
    n.task <= %(hi_0)s::integer AND (n.lines)::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'at', c.at) || CASE WHEN c.what IS NULL THEN '{}' ELSE
    jsonb_build_object('what', c.what) END ORDER BY c.at, c.id), '[]') FROM public.lines AS c WHERE c.task_id
    = n.task))::text) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(n.lines) WHEN 'array'
    THEN n.lines END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at
    timestamp with time zone) WHERE true AND NOT EXISTS (SELECT FROM public.lines AS c WHERE c.id = r.id)
    ORDER BY n.task, r.id ON CONFLICT (id) DO NOTHING

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM crossfade.reordered_fe14 AS o USING (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND ((n.more -> 'tries'))::text IS DISTINCT FROM
    ((SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
    public.tries AS c WHERE c.task_id = n.task))::text) AS n WHERE (o.target, o.slot) = ('public.steps',
    'more.tries') AND o.key = n.task::text AND NOT EXISTS (SELECT FROM (SELECT e.n AS stands, row_number()
    OVER (ORDER BY r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries')) WHEN
    'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v)
    AS r(id bigint, why text)) AS o WHERE o.stands <> o.belongs)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO crossfade.reordered_fe14 (target, slot, key) SELECT 'public.steps', 'more.tries', n.task::text
    FROM (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <=
    %(hi_0)s::integer AND ((n.more -> 'tries'))::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM public.tries AS
    c WHERE c.task_id = n.task))::text) AS n WHERE true AND EXISTS (SELECT FROM (SELECT e.n AS stands,
    row_number() OVER (ORDER BY r.id) AS belongs FROM jsonb_array_elements(CASE jsonb_typeof((n.more ->
    'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
    jsonb_to_record(e.v) AS r(id bigint, why text)) AS o WHERE o.stands <> o.belongs) ON CONFLICT DO NOTHING

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.tries AS c USING (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND ((n.more -> 'tries'))::text IS DISTINCT FROM
    ((SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
    public.tries AS c WHERE c.task_id = n.task))::text) AS n WHERE c.task_id = n.task AND NOT EXISTS (SELECT
    FROM jsonb_array_elements(CASE jsonb_typeof((n.more -> 'tries')) WHEN 'array' THEN (n.more -> 'tries')
    END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, why text) WHERE
    r.id = c.id)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.tries AS c SET why = r.why FROM (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND ((n.more -> 'tries'))::text IS DISTINCT FROM
    ((SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
    public.tries AS c WHERE c.task_id = n.task))::text) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE
    jsonb_typeof((n.more -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n)
    CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, why text) WHERE true AND c.id = r.id AND c.task_id
    = n.task AND (c.why IS DISTINCT FROM r.why)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.tries AS c (task_id, id, why) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.why FROM
    (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <=
    %(hi_0)s::integer AND ((n.more -> 'tries'))::text IS DISTINCT FROM ((SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM public.tries AS
    c WHERE c.task_id = n.task))::text) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more
    -> 'tries')) WHEN 'array' THEN (n.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
    jsonb_to_record(e.v) AS r(id bigint, why text) WHERE true AND NOT EXISTS (SELECT FROM public.tries AS c
    WHERE c.id = r.id) ORDER BY n.task, r.id ON CONFLICT (id) DO NOTHING

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
DELETE FROM public.receipts AS c USING (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >=
    %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND ((n.more -> 'receipt'))::text IS DISTINCT FROM
    ((SELECT jsonb_build_object('id', c.id, 'paid', c.paid) FROM public.receipts AS c WHERE c.task_id =
    n.task))::text) AS n WHERE c.task_id = n.task AND NOT EXISTS (SELECT FROM jsonb_array_elements(CASE
    jsonb_typeof((n.more -> 'receipt')) WHEN 'object' THEN jsonb_build_array((n.more -> 'receipt')) END) WITH
    ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, paid boolean) WHERE r.id =
    c.id)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.receipts AS c SET paid = r.paid FROM (SELECT n.task, n.more FROM public.steps AS n WHERE n.task
    >= %(lo_0)s::integer AND n.task <= %(hi_0)s::integer AND ((n.more -> 'receipt'))::text IS DISTINCT FROM
    ((SELECT jsonb_build_object('id', c.id, 'paid', c.paid) FROM public.receipts AS c WHERE c.task_id =
    n.task))::text) AS n CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof((n.more -> 'receipt')) WHEN
    'object' THEN jsonb_build_array((n.more -> 'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL
    jsonb_to_record(e.v) AS r(id bigint, paid boolean) WHERE true AND c.id = r.id AND c.task_id = n.task AND
    (c.paid IS DISTINCT FROM r.paid)

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
INSERT INTO public.receipts AS c (task_id, id, paid) OVERRIDING SYSTEM VALUE SELECT n.task, r.id, r.paid FROM
    (SELECT n.task, n.more FROM public.steps AS n WHERE n.task >= %(lo_0)s::integer AND n.task <=
    %(hi_0)s::integer AND ((n.more -> 'receipt'))::text IS DISTINCT FROM ((SELECT jsonb_build_object('id',
    c.id, 'paid', c.paid) FROM public.receipts AS c WHERE c.task_id = n.task))::text) AS n CROSS JOIN LATERAL
    jsonb_array_elements(CASE jsonb_typeof((n.more -> 'receipt')) WHEN 'object' THEN jsonb_build_array((n.more
    -> 'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint,
    paid boolean) WHERE true AND NOT EXISTS (SELECT FROM public.receipts AS c WHERE c.id = r.id) ORDER BY
    n.task, r.id ON CONFLICT (id) DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.steps AS t WHERE t.task >= %(lo_0)s::integer AND t.task <= %(hi_0)s::integer
