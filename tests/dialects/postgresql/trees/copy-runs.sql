-- first, ACCESS SHARE:
SELECT s.id::text FROM public.jobs AS s WHERE s.id IS NOT NULL ORDER BY s.id LIMIT 1

-- last, ACCESS SHARE:
SELECT s.id::text FROM public.jobs AS s WHERE s.id IS NOT NULL ORDER BY s.id DESC LIMIT 1

-- setting:
SET LOCAL crossfade.sync = 'off'; SET LOCAL synchronous_commit = 'off'; SET LOCAL search_path = pg_catalog,
    pg_temp

-- next, ACCESS SHARE, bound:
SELECT s.id::text FROM public.jobs AS s WHERE s.id >= %(lo_0)s::bigint AND s.id <= %(hi_0)s::bigint ORDER BY
    s.id OFFSET %(batch)s - 1 LIMIT 2

-- work, ROW SHARE, blocks deletes of the rows of the batch, bound:
INSERT INTO public."Runs" (run_id, status, seconds, took, labels, job) SELECT coalesce((SELECT (k.new_values
    ->> 'run_id')::uuid FROM crossfade.complement AS k WHERE k.evolution = 'ledger' AND k.table_name =
    'public.Runs' AND k.change = 'Consolidate jobs into Runs' AND k.row_key =
    jsonb_build_array(s.id::text)::text), crossfade.legacy_uuid('public.jobs:' || s.id)), (CASE WHEN s.status
    = 'new' THEN 'pending' WHEN s.status = 'it''s' THEN '100%%' END)::text, (extract(second FROM
    s."began"))::integer, (s."took")::numeric(10,3), coalesce(c0.made_0, '{}'::jsonb), s.id FROM public.jobs
    AS s LEFT JOIN (SELECT c.job_id AS parent, jsonb_object_agg(c.name, c.value) AS made_0 FROM public.labels
    AS c WHERE c.job_id >= %(lo_0)s::bigint AND c.job_id <= %(hi_0)s::bigint GROUP BY c.job_id) AS c0 ON
    c0.parent = s.id WHERE s.id >= %(lo_0)s::bigint AND s.id <= %(hi_0)s::bigint ORDER BY s.id FOR KEY SHARE
    OF s ON CONFLICT DO NOTHING

-- count, ACCESS SHARE, bound:
SELECT count(*) FROM public.jobs AS s WHERE s.id >= %(lo_0)s::bigint AND s.id <= %(hi_0)s::bigint
