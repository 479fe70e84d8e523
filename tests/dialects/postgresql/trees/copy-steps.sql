-- first, ACCESS SHARE:
SELECT s.id::text FROM public.tasks AS s WHERE s.id IS NOT NULL ORDER BY s.id LIMIT 1

-- last, ACCESS SHARE:
SELECT s.id::text FROM public.tasks AS s WHERE s.id IS NOT NULL ORDER BY s.id DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT s.id::text FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer ORDER
    BY s.id OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW SHARE, blocks deletes of the rows of the batch, bound:
INSERT INTO public.steps (step_id, run_id, lines, more, tries, task) SELECT coalesce((SELECT
    (k.new_values ->> 'step_id')::uuid FROM crossfade.complement AS k WHERE k.evolution = 'ledger' AND
    k.table_name = 'public.steps' AND k.change = 'Consolidate tasks into steps' AND k.row_key =
    jsonb_build_array(s.id::text)::text), crossfade.legacy_uuid('public.tasks:' || s.id)), (SELECT
    r.run_id FROM public."Runs" AS r WHERE r.job = s.job_id), coalesce(c0.made_0, '[]'::jsonb),
    jsonb_build_object('tries', coalesce(c1.made_0, '[]'::jsonb), 'receipt', coalesce(c2.made_0,
    NULL::jsonb)), coalesce(c1.made_1, (SELECT count(*) FROM public.tries AS c WHERE false)), s.id FROM
    public.tasks AS s LEFT JOIN (SELECT c.task_id AS parent, jsonb_agg(CASE WHEN c.what IS NULL THEN
    jsonb_build_object('id', c.id, 'at', c.at) ELSE jsonb_build_object('id', c.id, 'at', c.at, 'what',
    c.what) END ORDER BY c.at, c.id) AS made_0 FROM public.lines AS c WHERE c.task_id >=
    %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP BY c.task_id) AS c0 ON c0.parent = s.id
    LEFT JOIN (SELECT c.task_id AS parent, jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER
    BY c.id) AS made_0, count(*) AS made_1 FROM public.tries AS c WHERE c.task_id >= %(lo_0)s::integer
    AND c.task_id <= %(hi_0)s::integer GROUP BY c.task_id) AS c1 ON c1.parent = s.id LEFT JOIN (SELECT
    c.task_id AS parent, (array_agg(jsonb_build_object('id', c.id, 'paid', c.paid)))[1] AS made_0 FROM
    public.receipts AS c WHERE c.task_id >= %(lo_0)s::integer AND c.task_id <= %(hi_0)s::integer GROUP
    BY c.task_id) AS c2 ON c2.parent = s.id WHERE s.id >= %(lo_0)s::integer AND s.id <=
    %(hi_0)s::integer ORDER BY s.id FOR KEY SHARE OF s ON CONFLICT DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer
