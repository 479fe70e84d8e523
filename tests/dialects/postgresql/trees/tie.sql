-- first, ACCESS SHARE:
SELECT t.step_id::text FROM public.steps AS t WHERE t.step_id IS NOT NULL ORDER BY t.step_id LIMIT 1

-- last, ACCESS SHARE:
SELECT t.step_id::text FROM public.steps AS t WHERE t.step_id IS NOT NULL ORDER BY t.step_id DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT t.step_id::text FROM public.steps AS t WHERE t.step_id >= %(lo_0)s::uuid AND t.step_id <=
    %(hi_0)s::uuid ORDER BY t.step_id OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
SELECT FROM public.steps AS t WHERE t.step_id >= %(lo_0)s::uuid AND t.step_id <= %(hi_0)s::uuid ORDER BY
    t.step_id FOR NO KEY UPDATE

-- work, ROW EXCLUSIVE, blocks writes to the rows of the batch, bound:
UPDATE public.steps AS t SET task = f.task, lines = f.lines, more = f.more FROM (SELECT t.step_id AS
    told_key, coalesce(t.task, nextval('public.task_keys'::regclass)) AS task, CASE WHEN t.lines IS NOT
    NULL THEN (SELECT coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id', c.id,
    'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY c.place),
    '[]') FROM (SELECT e.n AS place, coalesce(r.id, nextval(pg_get_serial_sequence('public.lines',
    'id'))) AS id, CASE WHEN e.v ? 'at' THEN r.at ELSE now() END AS at, (e.v -> 'what') AS what FROM
    jsonb_array_elements(CASE jsonb_typeof(t.lines) WHEN 'array' THEN t.lines END) WITH ORDINALITY AS
    e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, at timestamp with time zone)) AS c)
    ELSE t.lines END AS lines, CASE WHEN (t.more -> 'tries') IS NOT NULL OR (t.more -> 'receipt') IS NOT
    NULL THEN jsonb_set(jsonb_set(coalesce(t.more, '{}'), ARRAY['tries'], (SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.place), '[]') FROM
    (SELECT e.n AS place, coalesce(r.id, nextval(pg_get_serial_sequence('public.tries', 'id'))) AS id,
    r.why AS why FROM jsonb_array_elements(CASE jsonb_typeof((t.more -> 'tries')) WHEN 'array' THEN
    (t.more -> 'tries') END) WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL jsonb_to_record(e.v) AS r(id
    bigint, why text)) AS c)), ARRAY['receipt'], coalesce((SELECT jsonb_build_object('id', c.id, 'paid',
    c.paid) FROM (SELECT e.n AS place, coalesce(r.id, nextval(pg_get_serial_sequence('public.receipts',
    'id'))) AS id, r.paid AS paid FROM jsonb_array_elements(CASE jsonb_typeof((t.more -> 'receipt'))
    WHEN 'object' THEN jsonb_build_array((t.more -> 'receipt')) END) WITH ORDINALITY AS e(v, n) CROSS
    JOIN LATERAL jsonb_to_record(e.v) AS r(id bigint, paid boolean)) AS c), 'null')) ELSE t.more END AS
    more FROM public.steps AS t WHERE t.step_id >= %(lo_0)s::uuid AND t.step_id <= %(hi_0)s::uuid) AS f
    WHERE t.step_id = f.told_key AND (t.task IS DISTINCT FROM f.task OR t.lines IS DISTINCT FROM f.lines
    OR t.more IS DISTINCT FROM f.more)

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.steps AS t WHERE t.step_id >= %(lo_0)s::uuid AND t.step_id <= %(hi_0)s::uuid
