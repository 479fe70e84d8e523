-- before:
DELETE FROM crossfade.complement AS c WHERE c.evolution = 'ledger' AND c.table_name = 'public.steps' AND
    c.change = 'Consolidate tasks into steps' AND c.state <> 'kept'

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

-- work, ACCESS SHARE, bound:
INSERT INTO crossfade.complement AS c (evolution, table_name, change, row_key, old_values, new_values,
    state) SELECT 'ledger', 'public.steps', 'Consolidate tasks into steps',
    jsonb_build_array(s.id::text)::text, d.old, d.new, 'kept' FROM public.tasks AS s JOIN public.steps
    AS t ON t.task = s.id CROSS JOIN LATERAL (SELECT crossfade.legacy_uuid('public.tasks:' || s.id) AS
    step_id, (SELECT r.run_id FROM public."Runs" AS r WHERE r.job = s.job_id) AS run_id, (SELECT
    coalesce(jsonb_agg(CASE WHEN c.what IS NULL THEN jsonb_build_object('id', c.id, 'at', c.at) ELSE
    jsonb_build_object('id', c.id, 'at', c.at, 'what', c.what) END ORDER BY c.at, c.id), '[]') FROM
    public.lines AS c WHERE c.task_id = s.id) AS lines, jsonb_build_object('tries', (SELECT
    coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'why', c.why) ORDER BY c.id), '[]') FROM
    public.tries AS c WHERE c.task_id = s.id), 'receipt', (SELECT jsonb_build_object('id', c.id, 'paid',
    c.paid) FROM public.receipts AS c WHERE c.task_id = s.id)) AS more, (SELECT count(*) FROM
    public.tries AS c WHERE c.task_id = s.id) AS tries) AS f CROSS JOIN LATERAL (SELECT
    jsonb_object_agg(v.name, v.was) AS old, jsonb_object_agg(v.name, v.now) AS new FROM (VALUES
    ('step_id', (f.step_id)::text, t.step_id::text), ('run_id', (f.run_id)::text, t.run_id::text),
    ('lines', (f.lines)::text, t.lines::text), ('more', (f.more)::text, t.more::text), ('tries',
    (f.tries)::text, t.tries::text)) AS v(name, was, now) WHERE v.was IS DISTINCT FROM v.now) AS d WHERE
    s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer AND d.new IS NOT NULL ON CONFLICT
    (evolution, table_name, change, row_key) DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.tasks AS s WHERE s.id >= %(lo_0)s::integer AND s.id <= %(hi_0)s::integer
